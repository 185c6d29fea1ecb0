"""The web: who can reach it, over what, and who could guess his way in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fs_app.config import address
from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

LOOPBACK = ("127.0.0.1", "::1", "localhost")
MOST_TRIES = 60  # wrong passwords a minute and address
SHORTEST_TOKEN = 20

NEEDS = ()
RULES = {
    "web.open": Level.WARNING,
    "web.cookie": Level.WARNING,
    "web.cookie_lost": Level.WARNING,
    "web.proxies": Level.WARNING,
    "web.metrics_token": Level.WARNING,
    "web.login_limit": Level.WARNING,
    "web.superuser": Level.WARNING,
    "web.taken": Level.ERROR,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    s = it.settings
    host, port = address(s.web_listen)
    inside = host in LOOPBACK
    listens = {"listen": s.web_listen}
    if not inside and not s.trusted_proxies:
        yield "web.open", listens
    if s.trusted_proxies and not s.cookie_secure:
        yield "web.cookie", {}
    if s.cookie_secure and not s.trusted_proxies:
        yield ("web.proxies" if inside else "web.cookie_lost"), listens
    if s.metrics_token and len(s.metrics_token) < SHORTEST_TOKEN:
        yield "web.metrics_token", {"least": SHORTEST_TOKEN}
    tries = _a_minute(s.password_login_limit)
    if tries is not None and tries > MOST_TRIES:
        yield "web.login_limit", {"limit": s.password_login_limit}
    if it.program.uid == 0:
        yield "web.superuser", {}
    taken = it.machine.listening is not None and any(p == port for _, p in it.machine.listening)
    if it.program.pid is None and taken and port:
        yield "web.taken", listens


SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def _a_minute(limit: str) -> float | None:
    """`10 per minute`, `100/hour`; None for what is written otherwise."""
    said = re.match(r"\s*(\d+)\s*(?:per|/)\s*(\d*)\s*(second|minute|hour|day)", limit)
    return int(said[1]) * 60 / (int(said[2] or 1) * SECONDS[said[3]]) if said else None
