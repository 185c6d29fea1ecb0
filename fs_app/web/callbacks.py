"""The list of callbacks: who is to be called, and what may be done about it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.service import Identity
from fs_app.agents.state import Presence
from fs_app.callbacks import queries
from fs_app.callbacks.state import State
from fs_app.calls import queries as calls
from fs_app.errors import Conflict, Invalid, NotAllowed, NotFound
from fs_app.outbound.item import NoNumber, NotFree, Taken
from fs_app.outbound.moments import PUT_OFF_MIN, in_minutes
from fs_app.outbound.promises import Closed, TooLate
from fs_app.outbound.retry import Result
from fs_app.privacy import access
from fs_app.web import given
from fs_app.web.access import needs
from fs_app.web.callfilter import days_in_address
from fs_app.web.calls import NoRecording
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.i18n import t
from fs_app.web.text import page_number, whole_number

blueprint = Blueprint("callbacks", __name__, url_prefix="/callbacks")
PATH = "/callbacks"

GONE = "error.callback_gone"
MOST_MOVED = 500
"""Callbacks that are moved at once by ticking them."""

UNDO_MS = 3_600_000


@blueprint.get("")
@needs("callbacks.view")
def listing() -> str:
    identity, asked = who(), _asked(who())
    now = the_app().clock.now_ms()
    total, rows = the_app().db.read(lambda: queries.listing(identity.account, asked))
    figures = the_app().db.read(lambda: queries.counters(identity.account, asked, now))
    live = the_app().live.callbacks
    pages = max(1, -(-total // queries.PAGE))
    catalog = the_app().catalog
    queues = [
        q
        for q in catalog.now.queues.values()
        if q.account == identity.account and (asked.queues is None or q.id in asked.queues)
    ]
    return render_template(
        "callbacks/list.html",
        asked=asked,
        rows=rows,
        under_way={c.id for c in live.values() if c.call},
        total=total,
        page=min(asked.page, pages),
        pages=pages,
        figures=figures,
        filtered=replace(asked, page=1) != _asked(identity, {}),
        agents=_agents(identity, asked),
        results=tuple(map(str, Result)),
        days={name: request.args.get(name, "") for name in ("since", "until")},
        may_move=identity.may("callbacks.move") and identity.may("callbacks.work"),
        queues=sorted((q.name, q.id) for q in queues),
        states=("", *queries.STATES, "all"),
        reasons=queries.REASONS,
        put_off=PUT_OFF_MIN,
        link=lambda page: _address(asked, page),
        now=now,
        moved=_moved(),
    )


def _moved() -> tuple[str, int] | None:
    """What was moved together just now, to be taken back by one click."""
    batch, n = request.args.get("moved", ""), request.args.get("n", "")
    ours = len(batch) == 16 and all(c in "0123456789abcdef" for c in batch)
    return (batch, int(n)) if ours and n.isascii() and n.isdigit() and len(n) < 5 else None


@blueprint.post("/<callback>/take")
@needs("callbacks.work")
def take(callback: str) -> AnyResponse:
    agent = _agent()
    return _act(callback, lambda: the_app().callbacks.take(who().account, callback, agent), "callbacks.taken")


@blueprint.post("/<callback>/call")
@needs("callbacks.work")
def call(callback: str) -> AnyResponse:
    agent = _agent()
    return _act(
        callback, lambda: the_app().callbacks.call_back(who().account, callback, agent), "callbacks.calling"
    )


@blueprint.post("/<callback>/release")
@needs("callbacks.work")
def release(callback: str) -> AnyResponse:
    return _act(
        callback, lambda: the_app().callbacks.release(who().account, callback), "callbacks.released", own=True
    )


@blueprint.post("/<callback>/postpone")
@needs("callbacks.work")
def postpone(callback: str) -> AnyResponse:
    def put_off() -> None:
        minutes = request.form.get("minutes", "")
        if minutes not in {str(m) for m in PUT_OFF_MIN}:
            raise Invalid("not one of the offered times", field="minutes")
        due_at = in_minutes(int(minutes), the_app().clock.now_ms(), zone())
        the_app().callbacks.postpone(who().account, callback, due_at, by_hand=True)

    return _act(callback, put_off, "callbacks.postponed", own=True)


@blueprint.post("/<callback>/done")
@needs("callbacks.work")
def done(callback: str) -> AnyResponse:
    return _close(callback, True)


@blueprint.post("/<callback>/cancel")
@needs("callbacks.work")
def cancel(callback: str) -> AnyResponse:
    return _close(callback, False)


@blueprint.post("/move")
@needs("callbacks.move")
def move() -> AnyResponse:
    """The ticked ones, or (`everything_of`) all that an agent has reserved, to another agent or to everybody (PW-80).
    What is under way, none of the queues of the one who is to get it, or somebody else's by now than the page has shown
    (another supervisor was faster) stays where it is, and the page says so."""
    identity, live = who(), the_app().live.callbacks
    to = request.form.get("to", "")
    catalog = the_app().catalog
    target = catalog.agent(whole_number(to) or 0)
    if to != "all" and (target is None or target.account != identity.account):
        raise Invalid("nobody to give them to", field="to")
    names = request.form.getlist("callback")[:MOST_MOVED]
    if (of := request.form.get("everything_of", "")).isdigit() and len(of) < 10:
        names = [c.id for c in live.values() if c.owner == int(of) and c.state is State.RESERVED]
    moved = stayed = 0
    batch = secrets.token_hex(8)
    for ticked in dict.fromkeys(names):
        name, shown, owner = ticked.partition(":")
        found = live.get(name)
        if (
            found is None
            or found.account != identity.account
            or not _sees(identity, found.queue, found.owner)
            or (shown and owner != str((found.state is State.RESERVED and found.owner) or ""))
        ):
            stayed += 1
            continue
        try:
            if not identity.may("callbacks.view_all"):
                the_app().callbacks.not_of_another(found, identity.agent or 0)
            if target is not None and found.queue not in target.queues:
                raise Conflict(f"queue {found.queue} is none of agent {target.id}")
            the_app().callbacks.move(
                identity.account, name, target.id if target else None, identity.name, batch
            )
            moved += 1
        except (Conflict, NotFound):
            stayed += 1
    if stayed:
        flash(t("callbacks.not_moved", n=stayed), "orange")
    if not moved:
        flash(t("callbacks.moved", n=0), "orange")
        return _back()
    return redirect(f"{PATH}?moved={batch}&n={moved}", 303)


@blueprint.post("/moved/<batch>/undo")
@needs("callbacks.move")
def undo(batch: str) -> AnyResponse:
    """Everybody gets back what was moved together within the last hour; what somebody has worked with since stays."""
    identity, live = who(), the_app().live.callbacks
    now = the_app().clock.now_ms()
    moves = the_app().db.read(lambda: queries.moves(identity.account, batch, now - UNDO_MS))
    if not moves:
        flash(t("callbacks.undo_late"), "orange")
        return _back()
    back = stayed = 0
    for one in moves:
        found = live.get(one.callback)
        as_left = found is not None and (
            (found.state is State.RESERVED and found.owner == one.to and one.to is not None)
            or (found.state is State.OPEN and one.to is None)
        )
        if found is None or not as_left or not _sees(identity, found.queue, found.owner):
            stayed += 1
            continue
        try:
            if not identity.may("callbacks.view_all"):
                the_app().callbacks.not_of_another(found, identity.agent or 0)
            owner = the_app().catalog.agent(one.before) if one.before is not None else None
            if one.before is not None and (owner is None or found.queue not in owner.queues):
                raise Conflict(f"queue {found.queue} is none of agent {one.before} any more")
            the_app().callbacks.move(identity.account, one.callback, one.before, identity.name)
            back += 1
        except (Conflict, NotFound):
            stayed += 1
    flash(t("callbacks.undone", n=back), "green" if back else "orange")
    if stayed:
        flash(t("callbacks.not_undone", n=stayed), "orange")
    return _back()


@dataclass(frozen=True, slots=True)
class Person:
    """An agent of the account: is he here, how many he keeps, since when (UTC ms) he is logged out."""

    id: int
    name: str
    here: bool
    kept: int
    since: int | None = None


def _agents(identity: Identity, asked: queries.Wanted) -> list[Person]:
    """Those to whom something may be given, or who have something; who is not here and keeps something first."""
    live, kept = the_app().live, Counter[int]()
    for callback in live.callbacks.values():
        if callback.account == identity.account and callback.owner and callback.state is State.RESERVED:
            kept[callback.owner] += 1
    found = []
    for info in the_app().catalog.now.agents.values():
        if info.account != identity.account:
            continue
        if asked.queues is not None and not set(info.queues) & set(asked.queues):
            continue
        state = live.agents.get(info.id)
        here = state is not None and state.presence is not Presence.LOGGED_OUT
        since = state.presence_since if state is not None and not here else None
        found.append(Person(info.id, info.name, here, kept[info.id], since))
    return sorted(found, key=lambda p: (p.here or not p.kept, p.name.casefold()))


@blueprint.get("/<callback>/message.wav")
@needs("callbacks.view")
def message(callback: str) -> AnyResponse:
    """The message that was left, for everybody who may see the callback; each listening is in the audit log."""
    identity = who()
    row = the_app().db.read(lambda: queries.get(identity.account, callback))
    if row is None or not row.recording or not _sees(identity, row.queue_id, row.owner_id):
        raise NotFound(f"callback {callback[:50]!r}")
    found = the_app().db.read(lambda: calls.recording(identity.account, row.from_call, row.recording))
    if found is None:
        raise NoRecording(f"callback {callback[:50]!r}")
    base = the_app().settings.recordings.resolve()
    path = (base / found.path).resolve()
    if not path.is_relative_to(base) or not path.is_file():
        raise NoRecording(f"{found.path!r}")
    site().heard.note(
        identity, row.from_call, row.recording, False, request.remote_addr or "", access.VOICEMAIL
    )
    response = send_file(path, mimetype="audio/wav", conditional=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _close(callback: str, settled: bool) -> AnyResponse:
    name = who().name
    key = "callbacks.settled" if settled else "callbacks.cancelled"
    return _act(
        callback, lambda: the_app().callbacks.close(who().account, callback, settled, name), key, own=True
    )


def _act(callback: str, do: Callable[[], Any], said: str, own: bool = False) -> AnyResponse:
    """Do it and say so on the list; what somebody else was faster with is said there, too. `own`: what another agent
    has reserved is not an agent's to settle."""
    identity = who()
    try:
        found = the_app().callbacks.find(identity.account, callback)
    except NotFound:
        if the_app().db.read(lambda: queries.get(identity.account, callback)) is None:
            raise
        flash(t(GONE), "orange")
        return _back()
    if not _sees(identity, found.queue, found.owner):
        raise NotFound(f"callback {callback[:50]!r}")
    try:
        if own and not identity.may("callbacks.view_all"):
            the_app().callbacks.not_of_another(found, identity.agent or 0)
        do()
    except (Taken, NotFree, NoNumber, Conflict, TooLate, Closed) as error:
        flash(t(error.key, **error.params), "orange")
    else:
        flash(t(said), "green")
    return _back()


def _back() -> AnyResponse:
    return redirect(PATH, 303)


def _agent() -> int:
    """Raises NotAllowed for who has no telephone."""
    agent = who().agent
    if agent is None:
        raise NotAllowed("only somebody with a telephone can call back")
    return agent


def _queues(identity: Identity) -> tuple[int, ...]:
    """Those whose callbacks he sees, whoever has them; of the others his own alone, as in his toolbar."""
    catalog = the_app().catalog
    info = catalog.agent(identity.agent) if identity.agent is not None else None
    found = ((name, catalog.queue(name)) for name in (info.queues if info is not None else ()))
    return tuple(name for name, queue in found if queue is not None and not queue.outbound.own_only)


def _sees(identity: Identity, queue: int | None, owner: int | None) -> bool:
    if identity.may("callbacks.view_all") and given.scope().has_queue(queue):
        return True
    return queue in _queues(identity) or (owner is not None and owner == identity.agent)


def _asked(identity: Identity, args: Mapping[str, str] | None = None) -> queries.Wanted:
    """From the address (or `args`); what makes no sense in it is ignored."""
    args = request.args if args is None else args
    since, until = days_in_address(args, zone())
    q = " ".join(args.get("q", "")[:100].replace("\0", " ").split())
    digits = "".join(c for c in q if c.isdigit()).removeprefix("00").lstrip("0")
    state, reason = args.get("state", ""), args.get("reason", "")
    own = not identity.may("callbacks.view_all")
    return queries.Wanted(
        q=q,
        digits=digits if len(digits) >= 3 else "",
        state=state if state in (*queries.STATES, "all") else "",
        reason=reason if reason in queries.REASONS else "",
        queue=whole_number(args.get("queue", "")),
        queues=_queues(identity) if own else given.queues(),
        agent=identity.agent if own else None,
        owner=whole_number(args.get("agent", "")),
        result=args.get("result", "") if args.get("result") in tuple(map(str, Result)) else "",
        since=since,
        until=until,
        overdue=the_app().clock.now_ms() if args.get("overdue") == "1" else None,
        page=page_number(args.get("page", "")),
    )


def _address(asked: queries.Wanted, page: int) -> str:
    values = {
        "q": asked.q,
        "state": asked.state,
        "reason": asked.reason,
        "queue": asked.queue or "",
        "agent": asked.owner or "",
        "result": asked.result,
        "since": request.args.get("since", "") if asked.since else "",
        "until": request.args.get("until", "") if asked.until else "",
        "overdue": "1" if asked.overdue else "",
        "page": page,
    }
    return f"{PATH}?{urlencode({k: v for k, v in values.items() if v})}"
