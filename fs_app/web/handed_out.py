"""Every list that leaves as a file is written into the log of accesses before its first byte does (BY-23).

It looks at the answers themselves, so no page that comes later is forgotten: what is handed over as an attachment to
somebody who is logged in. Sounds of customers have their own line already (`heard.py`).
"""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, request

from fs_app.admin.audit import Actor
from fs_app.errors import DatabaseBusy
from fs_app.privacy import access
from fs_app.web.context import site, visitor

log = structlog.get_logger(__name__)

UNSAID = frozenset({"q", "number", "name", "mail", "search"})
"""Parts of an address that may hold a customer's name or number: that they were there is said, not what they were."""

NOBODYS = ("/admin/flows", "/admin/sounds", "/static", "/words")
"""Addresses whose files hold nothing of people."""


def install(flask_app: Flask) -> None:
    flask_app.after_request(_note)


def written() -> None:
    """This answer has its line already."""
    g.access_written = True


def _note(response: Response) -> Response:
    disposition = response.headers.get("Content-Disposition", "")
    identity = visitor()
    if (
        response.status_code != 200
        or not disposition.startswith("attachment")
        or identity is None
        or g.get("access_written", False)
        or request.path.startswith(NOBODYS)
    ):
        return response
    app = site().app
    by = Actor(identity.account, identity.user, identity.name, app.clock.now_ms(), request.remote_addr or "")
    path, label = request.path, _asked()  # the database's thread has no request
    try:
        app.db.write(lambda: access.write(by, access.EXPORT, access.LIST, path, label=label))
    except DatabaseBusy as error:
        log.warning("a file is not handed out: the database does not take its line", error=str(error))
        response.close()
        return Response(status=503)
    return response


def _asked() -> str:
    """The filter that was in force."""
    parts = [
        f"{name}={'…' if name in UNSAID or not value.isascii() or len(value) > 20 else value}"
        for name, value in sorted(request.args.items())
        if value
    ]
    return " ".join(parts)[:200]
