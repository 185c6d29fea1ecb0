"""The outbound module of an agent's page over HTTP: the list as it is sought, the calendar of his own callbacks, what
was before with somebody, and his latest calls whose results he may correct (BA-111, PW-90). JSON, same session."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from fs_app.agents.state import Presence
from fs_app.calls import correcting, queries
from fs_app.calls.model import Call
from fs_app.calls.queries import CallFilter
from fs_app.contacts.record import history_of, tree
from fs_app.errors import NotFound
from fs_app.outbound.item import Asked
from fs_app.web.access import needs
from fs_app.web.agent_asking import body, fresh, reader, whose
from fs_app.web.agent_events import identifier, text, token
from fs_app.web.context import the_app

blueprint = Blueprint("agent_outbound", __name__, url_prefix="/agent")

LATEST = 10
"""Calls of one's own whose results are shown (PW-90)."""

MOST_BEFORE = 5
"""Earlier calls that are shown of somebody."""

VIEWS = ("all", "due", "later", "mine")
LONGEST_MS = 45 * 86_400_000
"""A calendar shows a month and the weeks around it at most."""


@blueprint.get("/callbacks")
@needs("callbacks.view")
def listing() -> Response:
    """`view`, `q`, `queue`, `page`; what makes no sense is ignored."""
    _, agent = whose()
    args = request.args
    view = args.get("view", "")
    asked = Asked(
        text=" ".join(args.get("q", "")[:100].replace("\0", " ").split()),
        view=view if view in VIEWS else "all",
        queue=_number("queue"),
    )
    return fresh(jsonify(the_app().desk.outbound.page(agent, asked, _number("page") or 1)))


@blueprint.get("/callbacks/calendar")
@needs("callbacks.view")
def calendar() -> Response:
    """His own ones due from `since` until before `until` (UTC ms)."""
    _, agent = whose()
    since = _number("since") or 0
    until = min(_number("until") or 0, since + LONGEST_MS)
    return fresh(jsonify(items=the_app().desk.outbound.calendar(agent, since, until)))


@blueprint.get("/callbacks/<callback>/history")
@needs("callbacks.view")
def before(callback: str) -> Response:
    """What was with this person before: the latest calls."""
    _, agent = whose()
    app, name = the_app(), token({"item": callback}, "item")
    found = app.desk.outbound.seen(agent, name)
    by = reader()
    number = found.numbers[0] if found.numbers else ""
    now = app.clock.now_ms()
    rows = app.db.read(lambda: history_of(by, number, found.contact, "", now))
    return fresh(jsonify(history=rows[:MOST_BEFORE], recording=found.recording or None))


@blueprint.get("/callbacks/<callback>/dispositions")
@needs("callbacks.work")
def dispositions(callback: str) -> Response:
    """The verdicts that it may be closed with (BA-112)."""
    identity, agent = whose()
    app, name = the_app(), token({"item": callback}, "item")
    queue = app.catalog.queue(app.desk.outbound.seen(agent, name).queue)
    chosen = queue.disposition_set if queue is not None else None
    return fresh(jsonify(dispositions=app.db.read(lambda: tree(identity.account, chosen))))


@blueprint.get("/callbacks/<callback>/agents")
@needs("callbacks.move")
def colleagues(callback: str) -> Response:
    """To whom it may be given: the others of its queue, those who are here first."""
    identity, agent = whose()
    app, name = the_app(), token({"item": callback}, "item")
    queue = app.desk.outbound.seen(agent, name).queue
    found = []
    for info in app.catalog.now.agents.values():
        if info.account == identity.account and queue in info.queues and info.id != agent:
            state = app.live.agents.get(info.id)
            here = state is not None and state.presence is not Presence.LOGGED_OUT
            found.append({"id": info.id, "name": info.name, "here": here})
    return fresh(jsonify(agents=sorted(found, key=lambda one: (not one["here"], one["name"].casefold()))))


@blueprint.get("/results")
@needs("calls.view_own")
def results() -> Response:
    """His ten latest calls: result, note, and until when the result may be corrected."""
    (identity, agent), app = whose(), the_app()
    rows = app.db.read(lambda: queries.page(identity.account, CallFilter(agent=agent), 1, LATEST))
    now, may = app.clock.now_ms(), identity.may("calls.correct_own")
    ended = app.db.read(lambda: _ended([row.id for row in rows]))

    def shown(row: queries.CallRow) -> dict[str, Any]:
        queue, ended_at, disposition, note = ended.get(row.id, (None, None, None, ""))
        until = correcting.until(app.catalog, queue, ended_at) if may else None
        if until is not None and (until < now or row.id in app.live.calls):
            until = None
        return {
            "id": row.id,
            "at": row.started_at,
            "number": row.caller_number,
            "name": row.contact or row.caller_name,
            "queue": row.queue,
            "talk_ms": row.talk_at(now),
            "disposition": row.disposition,
            "disposition_id": disposition,
            "note": note,
            "until": until,
        }

    return fresh(jsonify(calls=[shown(row) for row in rows]))


def _ended(calls: list[str]) -> dict[str, tuple[int | None, int | None, int | None, str]]:
    rows = Call.select(Call.id, Call.queue, Call.ended_at, Call.disposition, Call.disposition_note).where(
        Call.id.in_(calls)
    )
    return {call: (queue, at, verdict, note) for call, queue, at, verdict, note in rows.tuples()}


@blueprint.get("/results/<call>")
@needs("calls.view_own")
def result(call: str) -> Response:
    """What a result may be corrected to, the corrections so far, and what was with this person before."""
    (identity, agent), app = whose(), the_app()
    name = token({"call": call}, "call")
    by = reader()
    now = app.clock.now_ms()

    def look() -> dict[str, Any]:
        row = Call.get_or_none(Call.id == name, Call.account == identity.account, Call.agent == agent)
        if row is None:
            raise NotFound(f"call {name}")
        queue = app.catalog.queue(row.queue_id)
        return {
            "dispositions": tree(identity.account, queue.disposition_set if queue is not None else None),
            "corrections": correcting.corrections(identity.account, name),
            "history": history_of(by, row.caller_number, row.contact_id, name, now)[:MOST_BEFORE],
        }

    return fresh(jsonify(app.db.read(look)))


@blueprint.put("/results/<call>")
@needs("calls.correct_own")
def correct(call: str) -> Response:
    """`disposition`, `note`: the right ones."""
    (identity, agent), name = whose(), token({"call": call}, "call")
    the_app().corrections.his(
        identity.account, agent, name
    )  # of others nothing is told, not even what is wrong
    sent = body()
    chosen, note = identifier(sent, "disposition"), text(sent, "note")
    the_app().corrections.correct(identity.account, agent, name, chosen, note, identity.name)
    return fresh(jsonify(ok=True))


def _number(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
