"""The agent's page: bandeau and record; JSON for the record and its contact (same session, CSRF header)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template

from fs_app.calls import queries
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.record import record_of_call
from fs_app.contacts.service import Contacts, Stale
from fs_app.errors import Unavailable
from fs_app.web import agent_phone, assets, i18n
from fs_app.web.access import needs
from fs_app.web.agent_asking import body, fresh, reader, refused, whose
from fs_app.web.agent_events import identifier, token
from fs_app.web.agent_record import known_of, tell_saved, told
from fs_app.web.agent_settings import page_facts
from fs_app.web.context import the_app
from fs_app.web.policy import WITH_OTHER_SITES

blueprint = Blueprint("agent", __name__, url_prefix="/agent")

LATEST = 10
"""Calls of one's own that the page lists (PW-90)."""


@blueprint.get("")
@needs("desk.use")
def page() -> Response:
    _sit_down()
    return _page(alone=False)


@blueprint.get("/bandeau")
@needs("desk.use")
def bandeau() -> Response:
    """The bandeau alone, for a narrow window over another program."""
    _sit_down()
    return _page(alone=True)


def _page(alone: bool) -> Response:
    """A queue's own web page may stand in a tab of it, and it may open windows and find them again (BA-81)."""
    response = make_response(
        render_template(
            "agent/page.html",
            page=_facts(alone),
            styles=assets.DESK_STYLES,
            words_url=i18n.words_url(i18n.language(), "desk"),
            scripts=assets.desk_scripts(),
        )
    )
    response.headers["Content-Security-Policy"] = WITH_OTHER_SITES
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return response


def _sit_down() -> None:
    identity, agent = whose()
    with suppress(Unavailable):  # the page comes all the same, and shows which telephone it is
        agent_phone.sit_down(agent, identity.account)


@blueprint.get("/record/<call>")
@needs("contacts.view")
def record(call: str) -> Response:
    (_, agent), app = whose(), the_app()
    call = token({"call": call}, "call")
    known = known_of(app.desk.picture(agent), call)
    by = reader()
    now = app.clock.now_ms()
    found = app.db.read(lambda: record_of_call(by, call, known, now))
    return fresh(jsonify(told(found, call, agent)))


@blueprint.get("/calls")
@needs("calls.view_own")
def latest() -> Response:
    """The agent's own latest calls, with what he said of them."""
    (identity, agent), app = whose(), the_app()
    mine = queries.CallFilter(agent=agent)
    rows = app.db.read(lambda: queries.page(identity.account, mine, 1, LATEST))
    now = app.clock.now_ms()
    return fresh(
        jsonify(
            calls=[
                {
                    "id": row.id,
                    "at": row.started_at,
                    "number": row.caller_number,
                    "name": row.contact or row.caller_name,
                    "queue": row.queue,
                    "talk_ms": row.talk_at(now),
                    "disposition": row.disposition,
                }
                for row in rows
            ]
        )
    )


@blueprint.put("/contacts/<int:contact>")
@needs("contacts.edit")
def save(contact: int) -> Response:
    (identity, _), sent = whose(), body()
    version = identifier(sent, "version")
    try:
        saved = _contacts().save(identity.account, identity.user, contact, version, sent.get("fields"))
    except Stale as stale:
        answer = refused(stale, mine=sent.get("fields"), theirs=stale.theirs)
    except InvalidFields as wrong:
        answer = refused(wrong, fields={name: i18n.t(key) for name, key in wrong.fields.items()})
    else:
        tell_saved(identity.account, saved, identity.user)
        answer = jsonify(ok=True, contact=saved)
    return fresh(answer)


@blueprint.post("/contacts")
@needs("contacts.edit")
def create() -> Response:
    (identity, _), sent = whose(), body()
    try:
        made = _contacts().create(identity.account, identity.user, sent.get("fields"))
    except InvalidFields as wrong:
        return fresh(refused(wrong, fields={name: i18n.t(key) for name, key in wrong.fields.items()}))
    answer = jsonify(ok=True, contact=made)
    answer.status_code = 201
    return fresh(answer)


def _facts(alone: bool) -> dict[str, Any]:
    """What the page's script must know before the first picture."""
    identity, agent = whose()
    return {
        "alone": alone,
        "agent": {"name": identity.name, "number": identity.agent_number},
        "country": identity.country,
        "device": f"{identity.account}-{agent}",
        "languages": list(i18n.LANGUAGES),
        "mayDial": identity.may("calls.dial"),
        "mayMove": identity.may("callbacks.move"),
        "popWindow": _needs_window(agent, alone),
        **page_facts(agent),
    }


def _needs_window(agent: int, alone: bool) -> bool:
    """Whether one of his queues opens its web page in a window that is always the same."""
    catalog = the_app().catalog
    info = catalog.agent(agent)
    pops = [queue.pop for q in (info.queues if info else ()) if (queue := catalog.queue(q)) is not None]
    return any(
        pop.mode == "url" and (pop.target == "same" or (alone and pop.target == "tab")) for pop in pops
    )


def _contacts() -> Contacts:
    app = the_app()
    return Contacts(app.db, app.clock)
