"""The cookie by which a PC is known (BA-151): random, for years, of no use without a login."""

from __future__ import annotations

import re

from flask import Response, current_app, request

COOKIE = "fs_app_seat"
YEARS_S = 5 * 366 * 86_400
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")


def this_seat() -> str:
    """The PC's token, '' when it has none."""
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else ""


def give_seat(response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=YEARS_S,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config.get("SESSION_COOKIE_SECURE")),
    )
