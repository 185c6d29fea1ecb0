"""What a view needs from outside: the application, the services of the web side, the person who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app, has_request_context
from flask_login import current_user

from fs_app.accounts.passwords import Passwords
from fs_app.accounts.service import AccountService, Identity
from fs_app.tasks import Threads
from fs_app.web.assets import Published
from fs_app.web.heard import Heard

if TYPE_CHECKING:
    from fs_app.app import Application

NAME = "fs_app"


@dataclass(slots=True)
class Site:
    """Hung on the Flask application by `site.build`."""

    app: Application
    accounts: AccountService
    passwords: Passwords
    threads: Threads  # for what computes longer than the loop may wait
    assets: Published
    heard: Heard


def site() -> Site:
    return cast(Site, current_app.extensions[NAME])


def the_app() -> Application:
    """The program itself: db, clock, bus, desk, health()."""
    return site().app


def visitor() -> Identity | None:
    """Who asks; None when nobody is logged in."""
    if not has_request_context() or not current_user.is_authenticated:
        return None
    return cast(Identity, current_user._get_current_object())


def who() -> Identity:
    """Who asks; only in views behind `access.needs` or `access.login_needed`."""
    identity = visitor()
    if identity is None:
        raise RuntimeError("a view without access.needs asked who is there")
    return identity


def zone() -> ZoneInfo:
    """The account's time zone."""
    identity = visitor()
    return zone_named(identity.time_zone if identity else "Europe/Paris")


def zone_named(name: str) -> ZoneInfo:
    """The zone, or UTC when the machine does not know this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
