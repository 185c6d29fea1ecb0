"""Who asks with a key of the API: `Authorization: Bearer fsapp_…`."""

from __future__ import annotations

from dataclasses import replace

import structlog
from flask import Request, g, request

from fs_app.accounts.model import LANGUAGES
from fs_app.accounts.permissions import PERMISSIONS
from fs_app.accounts.service import Identity, identity_of
from fs_app.apikeys import service
from fs_app.errors import Unavailable
from fs_app.web.context import the_app

log = structlog.get_logger(__name__)


def bearer(req: Request) -> Identity | None:
    """The person for whom the key acts, with no more than the key's permissions; None without a key, with one that is
    not valid, and when its owner has left. Asks the database each time: a revoked key opens nothing any more."""
    kind, _, key = req.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key:
        return None
    app = the_app()
    now = app.clock.now_ms()

    def look() -> tuple[service.Bearer, Identity | None]:
        found = service.bearer(key.strip(), now)
        return found, identity_of(found.user, f"key {found.key}")

    try:
        found, identity = app.db.read(look)
    except service.BadKey as error:
        log.info("key refused", why=str(error), address=req.remote_addr)
        return None
    if identity is None:
        return None
    if found.last_used_at is None or now - found.last_used_at > service.SEEN_EVERY_MS:
        _note(found.key, now)
    g.api_key = found
    return replace(
        identity,
        name=f"{identity.name} · {found.name}",
        language=wished(req) or identity.language,
        denied=identity.denied | (frozenset(PERMISSIONS) - found.permissions),
    )


def whose() -> str:
    """What requests are counted by: the public part of the key and the address. A key that somebody else guesses at
    from elsewhere is not slowed down by that."""
    key = request.headers.get("Authorization", "")[:40].lower().removeprefix("bearer ")
    return f"{key.strip()[: len('fsapp_') + 8]} {request.remote_addr}"


def _note(key: int, now: int) -> None:
    try:
        the_app().db.write(lambda: service.note_use(key, now), timeout=1.0)
    except Unavailable:
        log.info("use of a key not written: the database is busy")


def wished(req: Request) -> str:
    """The language of an answer, by Accept-Language; empty: none of ours."""
    return req.accept_languages.best_match([one for one in LANGUAGES if one]) or ""
