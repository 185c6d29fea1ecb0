"""What a person has chosen: language (BA-02) and theme, on this device and for the login."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, request
from flask_wtf.csrf import generate_csrf

from fs_app.errors import Invalid
from fs_app.web import i18n
from fs_app.web.access import API, public, safe_target, wants_json
from fs_app.web.bearer import wished
from fs_app.web.context import site, the_app, visitor

blueprint = Blueprint("preferences", __name__)

LANGUAGE_COOKIE = "fs_app_language"
THEME_COOKIE = "fs_app_theme"
FRESH_COOKIE = "fs_app_language_fresh"
"""Set when somebody chooses a language before the login: then it becomes the language of who logs in."""

YEAR_S = 365 * 24 * 3600
THEMES = ("auto", "light", "dark")


def language_of_request() -> str:
    """The person's language; before the login the one chosen on this device; else French."""
    identity = visitor()
    if identity is None and request.path.startswith(API):
        return wished(request) or i18n.DEFAULT
    chosen = identity.language if identity else request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in i18n.LANGUAGES else i18n.DEFAULT


def theme_of_request() -> str:
    identity = visitor()
    chosen = identity.theme if identity else request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


@blueprint.post("/language")
@public
def choose_language() -> Response:
    language = request.form.get("language", "")
    if language not in i18n.LANGUAGES:
        raise Invalid(f"language {language[:20]!r}", field="language")
    identity = visitor()
    if identity is not None:
        site().accounts.choose_language(identity, language)
    response = _back()
    remember_on_device(response, LANGUAGE_COOKIE, language)
    if identity is None:
        remember_on_device(response, FRESH_COOKIE, "1", max_age=None)
    return response


@blueprint.post("/theme")
@public
def choose_theme() -> Response:
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        raise Invalid(f"theme {theme[:20]!r}", field="theme")
    identity = visitor()
    if identity is not None:
        site().accounts.choose_theme(identity, theme)
    response = _back()
    remember_on_device(response, THEME_COOKIE, theme)
    return response


@blueprint.get("/csrf")
@public
def csrf() -> Response:
    """A fresh token for a page that stayed open while the person logged in again elsewhere."""
    response = jsonify(token=generate_csrf())
    response.headers["Cache-Control"] = "no-store"
    return response


def remember_on_device(response: Response, name: str, value: str, max_age: int | None = YEAR_S) -> None:
    response.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="Lax", secure=the_app().settings.cookie_secure
    )


def _back() -> Response:
    if wants_json():
        return jsonify(ok=True)
    response: Response = redirect(safe_target(request.form.get("next", "/")), 303)  # type: ignore[assignment]
    return response
