"""Does it work? In words for people (PW-10), as JSON for supervision, as figures for Prometheus."""

from __future__ import annotations

import hmac
from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, Response, abort, jsonify, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from fs_app.web import i18n
from fs_app.web.access import needs, public
from fs_app.web.context import the_app
from fs_app.web.i18n import known, translate
from fs_app.web.text import clipped

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@needs("status.view")
def page() -> str:
    app = the_app()
    health = app.health()
    return render_template(
        "status.html",
        ok=health["ok"],
        checks=[{**check, "text": _sentence(check)} for check in health["checks"]],
        figures=health.get("figures", {}),
        started_at=app.started_at,
        now=app.clock.now_ms(),
    )


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """200 when everything works, 503 otherwise; what is wrong stands there in English."""
    health = the_app().health()
    response = jsonify(
        ok=health["ok"],
        checks=[
            {
                "name": check["name"],
                "ok": check["ok"],
                "key": check.get("key", ""),
                "params": check.get("params") or {},
                "text": _sentence(check, "en"),
                "since": check.get("since"),
            }
            for check in health["checks"]
        ],
    )
    response.status_code = 200 if health["ok"] else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """For Prometheus: from this machine, or with the token of FS_APP_METRICS_TOKEN."""
    if not (_from_here() or _has_token()):
        abort(403)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _from_here() -> bool:
    """Loopback, and not through a proxy of this machine that we were not told about."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if forwarded and not the_app().settings.trusted_proxies:
        return False
    return request.remote_addr in ("127.0.0.1", "::1")


def _has_token() -> bool:
    token = the_app().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _readable(value: Any, language: str) -> Any:
    """Numbers as the reader writes them; text from the system harmless and short."""
    if isinstance(value, float):
        return format_decimal(value, locale=language)
    return clipped(value, 300) if isinstance(value, str) else value


def _sentence(check: dict[str, Any], language: str = "") -> str:
    """The sentence of a check; without one in the catalogue the check's own words."""
    key, params = check.get("key", ""), check.get("params") or {}
    lang = language or i18n.language()
    if known(key):
        return translate(lang, key, **{name: _readable(value, lang) for name, value in params.items()})
    rest = ", ".join(f"{name}: {value}" for name, value in params.items())
    return f"{check['name']} – {key}{': ' if rest else ''}{rest}"
