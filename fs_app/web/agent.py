"""The agent's page: bandeau and record; JSON for the record and its contact (same session, CSRF header)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from fs_app.accounts.service import Identity
from fs_app.calls import queries
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.record import Known, Reader, record_of_call
from fs_app.contacts.service import Contacts, Stale
from fs_app.errors import FsAppError, Invalid, NotAllowed
from fs_app.web import i18n
from fs_app.web.access import needs
from fs_app.web.agent_events import identifier, token
from fs_app.web.context import the_app, who
from fs_app.web.failures import said

blueprint = Blueprint("agent", __name__, url_prefix="/agent")

LATEST = 10
"""Calls of one's own that the page lists (PW-90)."""

MOST_RECORDS = 1
"""Records that stay open at once (BA-83, BA-152): the default of BA-150."""


@blueprint.get("")
@needs("desk.use")
def page() -> str:
    return render_template("agent/page.html", page=_facts(alone=False))


@blueprint.get("/bandeau")
@needs("desk.use")
def bandeau() -> str:
    """The bandeau alone, for a narrow window over another program."""
    return render_template("agent/page.html", page=_facts(alone=True))


@blueprint.get("/record/<call>")
@needs("contacts.view")
def record(call: str) -> Response:
    (identity, agent), app = _agent(), the_app()
    call = token({"call": call}, "call")
    known = _known(app.desk.picture(agent), call)
    reader = Reader(identity.account, agent, identity.may("calls.view_all"))
    now = app.clock.now_ms()
    return _fresh(jsonify(app.db.read(lambda: record_of_call(reader, call, known, now))))


@blueprint.get("/calls")
@needs("calls.view_own")
def latest() -> Response:
    """The agent's own latest calls, with what he said of them."""
    (identity, agent), app = _agent(), the_app()
    mine = queries.CallFilter(agent=agent)
    rows = app.db.read(lambda: queries.page(identity.account, mine, 1, LATEST))
    now = app.clock.now_ms()
    return _fresh(
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
    (identity, _), body = _agent(), _body()
    version = identifier(body, "version")
    try:
        saved = _contacts().save(identity.account, identity.user, contact, version, body.get("fields"))
    except Stale as stale:
        answer = _refused(stale, mine=body.get("fields"), theirs=stale.theirs)
    except InvalidFields as wrong:
        answer = _refused(wrong, fields={name: i18n.t(key) for name, key in wrong.fields.items()})
    else:
        answer = jsonify(ok=True, contact=saved)
    return _fresh(answer)


@blueprint.post("/contacts")
@needs("contacts.edit")
def create() -> Response:
    (identity, _), body = _agent(), _body()
    try:
        made = _contacts().create(identity.account, identity.user, body.get("fields"))
    except InvalidFields as wrong:
        return _fresh(_refused(wrong, fields={name: i18n.t(key) for name, key in wrong.fields.items()}))
    answer = jsonify(ok=True, contact=made)
    answer.status_code = 201
    return _fresh(answer)


def _agent() -> tuple[Identity, int]:
    """Who asks, and his agent; only people with a telephone have this page. Raises NotAllowed."""
    identity = who()
    if identity.agent is None:
        raise NoTelephone(f"user {identity.user} is no agent")
    return identity, identity.agent


class NoTelephone(NotAllowed):
    """The login has no agent: nothing to take calls with."""

    key = "desk.error.no_telephone"


def _facts(alone: bool) -> dict[str, Any]:
    """What the page's script must know before the first picture."""
    identity, agent = _agent()
    return {
        "alone": alone,
        "agent": {"name": identity.name, "number": identity.agent_number},
        "country": identity.country,
        "maxRecords": MOST_RECORDS,
        "device": f"{identity.account}-{agent}",
        "languages": list(i18n.LANGUAGES),
    }


def _known(picture: dict[str, Any], call: str) -> Known | None:
    """What the agent's own picture says of this call; None when it is not his call now."""
    work = picture.get("work")
    if work and work["call"] == call:
        queue = work.get("queue")
        return Known(
            number=work.get("number") or "",
            name=work.get("name") or "",
            queue=queue["id"] if queue else None,
            contact=work.get("contact"),
            disposition_set=work.get("disposition_set"),
        )
    return None


def _contacts() -> Contacts:
    app = the_app()
    return Contacts(app.db, app.clock)


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("a JSON object is expected")
    return body


def _refused(error: FsAppError, **more: Any) -> Response:
    answer = jsonify(ok=False, error={"key": error.key, "text": said(error)}, **more)
    answer.status_code = error.status
    return answer


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
