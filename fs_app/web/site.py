"""The Flask application: everything that a page needs, put together once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import flask_babel
import orjson
from flask import Flask, Response, abort, current_app, redirect, request
from flask.json.provider import DefaultJSONProvider
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from markupsafe import Markup, escape
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.passwords import Passwords
from fs_app.accounts.service import AccountService
from fs_app.events import CatalogChanged
from fs_app.tasks import Threads
from fs_app.web import (
    access,
    agent,
    agent_dial,
    agent_directory,
    agent_history,
    agent_outbound,
    agent_phone,
    agent_record,
    agent_settings,
    assets,
    callbacks,
    calls,
    consents,
    failures,
    handed_out,
    home,
    i18n,
    imports,
    lists,
    lists_actions,
    lists_adding,
    lists_assigned,
    lists_records,
    lists_rules,
    login,
    look,
    preferences,
    privacy,
    privacy_rules,
    recordings,
    status,
    supervisor,
    surveys,
    text,
    voicemails,
    why,
)
from fs_app.web.access import API
from fs_app.web.admin import BLUEPRINTS, menu
from fs_app.web.api import BLUEPRINTS as API_BLUEPRINTS
from fs_app.web.bearer import whose
from fs_app.web.contacts import BLUEPRINTS as CONTACTS
from fs_app.web.context import NAME, Site, site, visitor, zone
from fs_app.web.heard import Heard
from fs_app.web.policy import CSP

if TYPE_CHECKING:
    from fs_app.app import Application

LARGEST_REQUEST = 1024 * 1024
"""Bytes of a request's body; a view that takes more says so: `view.largest`."""

LARGEST_IDENTIFIER = 2**31 - 1

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=(), usb=(), microphone=(self)",
}


class Json(DefaultJSONProvider):
    """Of what browsers send, read strictly: halves of surrogate pairs, numbers beyond 64 bits, NaN and what is nested
    beyond all measure would fail later, where the database or a command is written."""

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


class Identifier(IntegerConverter):
    """`<int:…>` in an address: what no column of ours can hold is no page, rather than an error of the database."""

    def __init__(self, url_map: Map, *args: Any, **more: Any) -> None:
        super().__init__(url_map, *args, **{"max": LARGEST_IDENTIFIER, **more})


def build(app: Application) -> Flask:
    """Everything but the server: a test may use it with Flask's test client."""
    settings = app.settings
    flask_app = Flask("fs_app.web", static_folder=None, template_folder="templates")
    flask_app.config.update(
        SECRET_KEY=settings.secret_key or secrets.token_urlsafe(48),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="fs_app",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        WTF_CSRF_TIME_LIMIT=None,  # agents keep the page open all day
        BABEL_DEFAULT_LOCALE=i18n.DEFAULT,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    flask_app.json = Json(flask_app)
    flask_app.url_map.converters["int"] = Identifier
    flask_app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    passwords = Passwords()
    accounts = AccountService(app.db, app.clock, passwords, settings.session_hours * 3_600_000)
    app.bus.subscribe(CatalogChanged, lambda _: accounts.ask_again())
    published = assets.publish(settings.data_dir / "static")
    flask_app.extensions[NAME] = Site(
        app, accounts, passwords, Threads("web", 2), published, Heard(app.db, app.clock)
    )

    flask_babel.Babel(
        flask_app, locale_selector=preferences.language_of_request, timezone_selector=lambda: str(zone())
    )
    flask_app.before_request(_larger)  # before anything reads the body
    csrf = CSRFProtect(flask_app)
    access.install(flask_app)
    failures.install(flask_app)
    handed_out.install(flask_app)
    limiter = Limiter(get_remote_address, app=flask_app, storage_uri="memory://")
    for module in (
        i18n,
        login,
        preferences,
        home,
        calls,
        callbacks,
        recordings,
        status,
        agent,
        agent_dial,
        agent_directory,
        agent_history,
        agent_outbound,
        agent_settings,
        agent_phone,
        agent_record,
        supervisor,
        voicemails,
        surveys,
        consents,
        why,
        imports,
        lists,
        lists_actions,
        lists_adding,
        lists_assigned,
        lists_records,
        lists_rules,
        privacy,
        privacy_rules,
    ):
        flask_app.register_blueprint(module.blueprint)
    for blueprint in (*BLUEPRINTS, *CONTACTS):
        flask_app.register_blueprint(blueprint)
    for blueprint in API_BLUEPRINTS:
        # No cookie opens them, so no other site can make a browser open them.
        csrf.exempt(blueprint)
        limiter.limit(settings.api_limit, key_func=whose, scope=API)(blueprint)
        flask_app.register_blueprint(blueprint)
    enter: Any = flask_app.view_functions["login.enter"]
    # Only what failed counts: two hundred agents behind one address log in at nine o'clock.
    flask_app.view_functions["login.enter"] = limiter.limit(
        settings.password_login_limit, deduct_when=lambda response: response.status_code == 401
    )(enter)
    _words_in_templates(flask_app)
    flask_app.after_request(_security_headers)
    flask_app.add_url_rule("/static/<digest>/<path:path>", "old_static", access.public(_old_static))
    return flask_app


def _larger() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if largest := getattr(view, "largest", 0):
        request.max_content_length = largest


def _words_in_templates(flask_app: Flask) -> None:
    flask_app.jinja_env.globals.update(
        t=i18n.t,
        t_or=i18n.t_or,
        static_url=lambda path: site().assets.url(path),
        icon=_icon,
        state_look=look.state_look,
        outcome_look=look.outcome_look,
        LANGUAGES=i18n.LANGUAGES,
    )
    flask_app.jinja_env.filters.update(
        clip=_clip,
        clip_text=text.clipped,
        figure=_figure,
        capitalize_first=lambda words: words[:1].upper() + words[1:],
        harmless=text.harmless,
        initials=text.initials,
        phone=_phone,
        duration=text.duration,
        date_time=lambda ms: text.date_time(ms, zone(), i18n.language()),
        clock=lambda ms, precise=False: text.clock(ms, zone(), i18n.language(), precise),
        long_date=lambda ms: text.long_date(ms, zone(), i18n.language()),
    )
    flask_app.context_processor(_page_facts)


def _page_facts() -> dict[str, Any]:
    """What base.html says about the reader: language, theme, accent, zone, address of the words."""
    identity = visitor()
    language = i18n.language()
    return {
        "identity": identity,
        "admin_menu": menu.entries(identity) if identity else [],
        "language": language,
        "theme": preferences.theme_of_request(),
        "accent": look.accent(identity.accent if identity else look.FALLBACK),
        "zone_name": str(zone()),
        "words_url": i18n.words_url(language),
    }


def _icon(name: str, cls: str = "") -> Markup:
    """An icon of the sprite, for decoration: the text beside it says what it means."""
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        cls, site().assets.url("vendor/icons.svg"), name
    )


def _phone(number: str) -> str:
    identity = visitor()
    return text.phone(number, identity.country if identity else "FR")


def _clip(value: str, most: int = text.CLIP) -> Markup:
    """A name or number from outside: isolated from the direction of the rest, clipped, the whole on hover."""
    short = text.clipped(value, most)
    whole = text.harmless(value[:500]) if short.endswith("…") else ""
    return Markup("<bdi{}>{}</bdi>").format(
        Markup(' title="{}"').format(whole) if whole else "", escape(short)
    )


def _figure(value: Any) -> str:
    return flask_babel.format_decimal(value) if isinstance(value, int | float) else text.clipped(str(value))


def _security_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        # Pages show people's data: nothing of them stays in a shared computer's cache.
        response.headers.setdefault("Cache-Control", "no-store")
    if site().app.settings.cookie_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _old_static(digest: str, path: str) -> AnyResponse:
    """A page from before an update asks for a file under its old name: the new one serves."""
    published = site().assets
    if digest == published.digest or not published.has(path):
        abort(404)
    response = redirect(published.url(path), 302)
    response.headers["Cache-Control"] = "no-store"
    return response
