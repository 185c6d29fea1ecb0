"""What a person or a script sees when something does not work: the right status, in the user's language."""

from __future__ import annotations

import orjson
import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from fs_app import metrics
from fs_app.errors import FsAppError
from fs_app.imports.service import Mistaken
from fs_app.web.access import API, NotLoggedIn, wants_json
from fs_app.web.i18n import known, t
from fs_app.web.imports_told import problems_told

log = structlog.get_logger(__name__)

PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 502, 503, 504}
"""Statuses with a text of their own (`page.error.STATUS`); others take that of their hundred."""

GENERAL = {"error.internal", "error.invalid", "error.not_found", "error.not_allowed", "error.conflict"}
"""Errors that say less than the page of their status."""


def install(flask_app: Flask) -> None:
    flask_app.register_error_handler(CSRFError, _csrf)
    flask_app.register_error_handler(HTTPException, _http)
    flask_app.register_error_handler(FsAppError, _ours)
    flask_app.register_error_handler(Exception, _unexpected)


def answer(status: int, key: str, text: str) -> Response:
    """An error as a page, or as JSON `{"ok": false, "error": {"key", "text"}}` for scripts."""
    if wants_json():
        response = jsonify(ok=False, error={"key": key, "text": text})
    elif "HX-Request" in request.headers:
        response = make_response(render_template("fragments/alert.html", text=text))
    else:
        shown = status if status in PAGES else (500 if status >= 500 else 400)
        words = t(f"page.error.{shown}") if key in GENERAL else text
        response = make_response(render_template("error.html", status=shown, text=words))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401 and request.path.startswith(API):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def said(error: FsAppError) -> str:
    """The sentence of one of our errors in the language of the request."""
    return t(error.key if known(error.key) else FsAppError.key, **error.params)


def _csrf(_error: CSRFError) -> Response:
    return answer(400, "error.csrf", t("error.csrf"))


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    shown = status if status in PAGES else (500 if status >= 500 else 400)
    response = answer(status, f"error.http_{shown}", t(f"page.error.{shown}"))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _ours(error: FsAppError) -> Response:
    if isinstance(error, NotLoggedIn):
        response = answer(error.status, error.key, said(error))
        if "HX-Request" in request.headers:
            response.headers["HX-Redirect"] = "/login"
        return response
    if error.status >= 500:
        metrics.FAILURES.labels(where="web").inc()
        log.warning("page failed", path=request.path[:200], error=str(error)[:500], key=error.key)
    response = answer(error.status, error.key, said(error))
    if isinstance(error, Mistaken) and response.is_json:
        told = {**(response.get_json() or {}), "problems": problems_told(error.problems)}
        response.set_data(orjson.dumps(told))
    if error.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> Response:
    metrics.FAILURES.labels(where="web").inc()
    log.exception("page failed", path=request.path[:200], method=request.method, exc_info=error)
    return answer(500, FsAppError.key, t("page.error.500"))
