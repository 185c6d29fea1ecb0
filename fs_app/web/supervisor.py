"""Supervision and the display on the wall: pages whose figures come over Socket.IO (`supervisor_sockets.py`)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from fs_app.web.access import needs, public
from fs_app.web.context import who

blueprint = Blueprint("supervisor", __name__, url_prefix="/supervision")

PERMISSIONS = ("supervision.steer", "supervision.listen")


@blueprint.get("")
@needs("supervision.view")
def page() -> str:
    identity = who()
    facts: dict[str, Any] = {
        "may": [name for name in PERMISSIONS if identity.may(name)],
        "country": identity.country,
    }
    return render_template("supervisor/page.html", page=facts)


@blueprint.get("/wall")
@public
def wall() -> str:
    """A frame without a figure in it: what it shows it gets for the login, or for the secret behind the # of its
    address, which no server and no log ever sees."""
    theme = request.args.get("theme", "")
    return render_template("supervisor/wall.html", fixed=theme if theme in ("light", "dark") else "")
