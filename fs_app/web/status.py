"""Does it work? In words for people (PW-10, BY-80), as JSON for supervision, as figures for Prometheus."""

from __future__ import annotations

import hmac
from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import audit
from fs_app.logs import RECENT
from fs_app.web import i18n, system_page
from fs_app.web.access import needs, public
from fs_app.web.admin.common import actor
from fs_app.web.context import the_app, who
from fs_app.web.i18n import known, translate
from fs_app.web.text import clipped

blueprint = Blueprint("status", __name__)

TONES = {"error": "red", "warning": "orange", "note": "blue"}
ICONS = {"error": "circle-x", "warning": "alert-triangle", "note": "info-circle"}
MOST_FAILURES = 15
MOST_WORDS = 900


@blueprint.get("/status")
@needs("status.view")
def page() -> str:
    return render_template("status.html", **_now())


@blueprint.get("/status/now")
@needs("status.view")
def now() -> str:
    """The moving part of the page, asked for by its script."""
    return render_template("fragments/system.html", **_now())


@blueprint.post("/status/examination")
@needs("status.view")
def examine() -> AnyResponse:
    """The doctor is sent for; his report is on the page when he has looked at everything."""
    the_app().doctor.send_for()
    return redirect("/status#doctor", 303)


@blueprint.post("/status/restart/<part>")
@needs("status.restart")
def restart(part: str) -> AnyResponse:
    """One part of the program begins anew; who asked for it is in the audit log."""
    app, by = the_app(), actor()
    app.restart(part)
    app.db.write(lambda: audit.write(by, "restart", "part", part, part))
    flash(i18n.t("status.restarted", part=i18n.t_or(f"status.part.{part}", part)), "green")
    return redirect("/status", 303)


def _now() -> dict[str, Any]:
    app, account = the_app(), who().account
    health = app.health()
    seen, state, figures = app.system.fresh(), app.system_state(), health.get("figures", {})
    report = app.doctor.seen_by(account)
    return {
        "ok": health["ok"],
        "checks": [{**check, "text": _sentence(check)} for check in health["checks"]],
        "figures": figures,
        "started_at": app.started_at,
        "now": app.clock.now_ms(),
        "cards": system_page.cards(seen, state, figures),
        "disks": system_page.disks(seen),
        "trunks": seen.trunks,
        "jobs": app.schedule.jobs(),
        "failures": RECENT.latest()[:MOST_FAILURES],
        "report": report,
        "findings": _findings(report) if report is not None else [],
        "unseen": _unseen(report) if report is not None else {},
        "examining": app.doctor.under_way,
        "doctor_trouble": app.doctor.trouble,
    }


def _findings(report: Any) -> list[dict[str, Any]]:
    """What the doctor found, in the reader's language; text from outside harmless and short."""
    found = []
    for finding in report.findings:
        what, mend = report.words(finding, _say, i18n.language())
        found.append(
            {
                "rule": finding.rule,
                "level": str(finding.level),
                "tone": TONES[str(finding.level)],
                "icon": ICONS[str(finding.level)],
                "what": clipped(what, MOST_WORDS),
                "mend": clipped(mend, MOST_WORDS),
            }
        )
    return found


def _say(language: str, key: str, /, **params: Any) -> str:
    return translate(language, key, **{name: _readable(value, language) for name, value in params.items()})


def _unseen(report: Any) -> dict[str, str]:
    """Why → what the doctor could not look at."""
    families: dict[str, list[str]] = {}
    for family, why in report.families.items():
        if why:
            families.setdefault(why, []).append(i18n.t(f"doctor.family.{family}"))
    return {i18n.t(f"doctor.why.{why}"): ", ".join(names) for why, names in families.items()}


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
