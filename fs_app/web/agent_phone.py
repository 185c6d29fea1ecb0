"""The agent's telephone: which one, whether it can be reached, a test call, the one in the browser (BA-150, BY-50).

JSON, same session, CSRF header.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from fs_app.agents import seats
from fs_app.agents.reach import How
from fs_app.errors import Invalid
from fs_app.web.access import needs
from fs_app.web.agent_asking import body, fresh, whose
from fs_app.web.context import the_app
from fs_app.web.seat_cookie import give_seat, this_seat

blueprint = Blueprint("agent_phone", __name__, url_prefix="/agent")

SIP_PATH = "/sip"
"""Where the reverse proxy leads WebSockets on to FreeSWITCH (deploy/nginx.conf)."""


@blueprint.get("/phone")
@needs("desk.use")
def shown() -> Response:
    _, agent = whose()
    return fresh(jsonify(_picture(agent)))


@blueprint.put("/phone")
@needs("desk.use")
def choose() -> Response:
    """`how` and `number`; `keep`: this PC remembers it, true or false (left out: as it was)."""
    identity, agent = whose()
    app, sent = the_app(), body()
    how, number, keep = sent.get("how"), sent.get("number", ""), sent.get("keep")
    if not isinstance(how, str) or not isinstance(number, str) or len(number) > 40:
        raise Invalid("how and number must be text", field="number")
    if keep is not None and not isinstance(keep, bool):
        raise Invalid("keep must be true or false", field="keep")
    reach = app.reaches.choose(agent, how, number)
    response = fresh(jsonify(ok=True, phone=_picture(agent)))
    info = app.catalog.agent(agent)
    if keep is None or info is None or not info.options.free_seating:
        return response
    token = this_seat()
    now = app.clock.now_ms()
    if keep:
        shown_number = info.number if reach.how is How.OWN else reach.number
        kind = How.PHONE if reach.how is How.OWN else reach.how
        token = token or seats.new_token()
        name = app.db.write(lambda: seats.bind(identity.account, token, str(kind), shown_number, agent, now))
        give_seat(response, token)
        response.data = jsonify(ok=True, phone={**_picture(agent), "seat": name}).data
    elif token:
        app.db.write(lambda: seats.forget(identity.account, token))
    return response


@blueprint.post("/phone/test")
@needs("desk.use")
def test() -> Response:
    """Ring it; `GET /agent/phone` says what comes of it. Raises PhoneInUse, PhoneNotThere."""
    _, agent = whose()
    the_app().test_calls.start(agent)
    return fresh(jsonify(ok=True, phone=_picture(agent)))


@blueprint.post("/softphone")
@needs("desk.use")
def softphone() -> Response:
    """A password for the telephone in this page; the one before is void, and so is the page that had it."""
    identity, agent = whose()
    given = the_app().softphones.give(agent, identity.session)
    return fresh(
        jsonify(
            ok=True,
            user=given.user,
            domain=given.domain,
            password=given.password,
            expires_at=given.expires_at,
            path=SIP_PATH,
        )
    )


def sit_down(agent: int, account: int) -> None:
    """The agent's page is opened here: before he takes his place the telephone is that of the PC, if any (BA-151).

    Nothing is said when it can't be: the page shows which telephone it is.
    """
    seats.sit_down(the_app(), agent, account, this_seat())


def _picture(agent: int) -> dict[str, Any]:
    app = the_app()
    info = app.catalog.agent(agent)
    if info is None:
        raise Invalid("no agent")
    reach, test_call = app.reaches.of(agent), app.test_calls.last(agent)
    token = this_seat()
    seat = app.db.read(lambda: seats.find(info.account, token)) if token else None
    return {
        "how": str(reach.how),
        "number": info.number if reach.how is How.OWN else reach.number,
        "own": info.number,
        "proven": reach.proven,
        "registered": app.phones.contact(info.number, info.domain) is not None,
        "may": {
            "softphone": info.options.softphone and not info.permanent_line,
            "number": info.options.may_edit_number and not info.permanent_line,
            "outside": info.options.number_outside and info.options.may_edit_number,
            "seat": info.options.free_seating and not info.permanent_line,
        },
        "seat": None if seat is None else {"name": seat.name, "how": seat.how, "number": seat.number},
        "test": None
        if test_call is None
        else {"state": test_call.state, "cause": test_call.cause, "at": test_call.at},
    }
