"""Who may see a page: the cookie of the session, and the permission that each view names."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, redirect, request, url_for
from flask_login import LoginManager
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.permissions import PERMISSIONS
from fs_app.accounts.service import Identity
from fs_app.apikeys.service import BadKey
from fs_app.errors import NotAllowed
from fs_app.web.bearer import bearer
from fs_app.web.context import site, the_app, visitor

V = TypeVar("V", bound=Callable[..., Any])

COOKIE = "fs_app_session"


class NotLoggedIn(NotAllowed):
    """The session has ended; the page must lead to the login."""

    key = "error.not_logged_in"
    status = 401


def install(flask_app: Flask) -> None:
    """Flask-Login asks us on each request; nothing is kept in its own cookie."""
    manager = LoginManager(flask_app)
    manager.session_protection = None
    manager.request_loader(_load)


API = "/api/"
"""Addresses where programs ask with a key: no cookie counts there, so no page can make a browser use one."""


def _load(req: Request) -> Identity | None:
    if req.path.startswith(API):
        return bearer(req)
    return site().accounts.identify(req.cookies.get(COOKIE, ""))


def needs(permission: str) -> Callable[[V], V]:
    """For views: the person is logged in and has `permission` (a name of accounts/permissions.py)."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            identity = visitor()
            if identity is None:
                return _to_login()
            if not identity.may(permission):
                raise NotAllowed(f"{permission}: user {identity.user} is {identity.role}")
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test of isolation
        return guarded  # type: ignore[return-value]

    return decorate


def login_needed(view: V) -> V:
    """For views that everybody may see who is logged in."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if visitor() is not None else _to_login()

    guarded.permission = ""  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def public(view: V) -> V:
    """For views that anybody may see; every view says one of the three, and a test looks."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def wants_json() -> bool:
    """Whether a script asks rather than a person's address bar."""
    if request.path.startswith(API):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.is_json or best == "application/json"


def _to_login() -> AnyResponse:
    if request.path.startswith(API):
        raise BadKey("no key that opens anything")
    if wants_json() or request.method not in ("GET", "HEAD") or "HX-Request" in request.headers:
        raise NotLoggedIn("no session")
    target = request.full_path.rstrip("?")
    return redirect(url_for("login.form", next=target if target != "/" else None))


def safe_target(target: str) -> str:
    """A page of ours to go on to after the login; anything else becomes the home page."""
    parts = urlsplit(target)
    ours = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
        and not any(ord(c) < 32 or c == "\\" for c in target)
    )
    return target if ours else "/"


def give_session(response: Response, token: str) -> None:
    settings = the_app().settings
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.cookie_secure,
    )


def take_session(response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=the_app().settings.cookie_secure)
