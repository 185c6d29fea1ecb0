"""What the views of the agent's page share: who asks, what he sent, how he is answered."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from fs_app.accounts.service import Identity
from fs_app.contacts.record import Reader
from fs_app.errors import FsAppError, Invalid, NotAllowed
from fs_app.web import given
from fs_app.web.context import who
from fs_app.web.failures import said


class NoTelephone(NotAllowed):
    """The login has no agent: nothing to take calls with."""

    key = "desk.error.no_telephone"


def whose() -> tuple[Identity, int]:
    """Who asks, and his agent; only people with a telephone have this page. Raises NoTelephone."""
    identity = who()
    if identity.agent is None:
        raise NoTelephone(f"user {identity.user} is no agent")
    return identity, identity.agent


def reader() -> Reader:
    """Who asks, for records of calls: his own, and those that a supervisor is given. Raises NoTelephone."""
    identity, agent = whose()
    return Reader(identity.account, agent, identity.may("calls.view_all"), given.scope().queues)


def body() -> dict[str, Any]:
    """The JSON object that was sent. Raises Invalid."""
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise Invalid("a JSON object is expected")
    return found


def refused(error: FsAppError, **more: Any) -> Response:
    """The error in the reader's language, with `more` beside it (fields, both versions)."""
    answer = jsonify(ok=False, error={"key": error.key, "text": said(error)}, **more)
    answer.status_code = error.status
    return answer


def fresh(response: Response) -> Response:
    """Asked for anew each time."""
    response.headers["Cache-Control"] = "no-store"
    return response
