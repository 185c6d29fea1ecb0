"""Login and logout (BA-01, PW-01)."""

from __future__ import annotations

from urllib.parse import quote, unquote

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.service import BadLogin, Identity
from fs_app.errors import Unavailable
from fs_app.web.access import give_session, login_needed, public, safe_target, take_session
from fs_app.web.context import site, the_app, visitor, who
from fs_app.web.failures import said
from fs_app.web.i18n import LANGUAGES
from fs_app.web.preferences import (
    FRESH_COOKIE,
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    remember_on_device,
)

blueprint = Blueprint("login", __name__)
log = structlog.get_logger(__name__)

DETAILS_COOKIE = "fs_app_details"
"""Account and identifier, if the person wants them remembered on this device; never the password."""


@blueprint.get("/login")
@public
def form() -> AnyResponse:
    if visitor() is not None:
        return redirect(safe_target(request.args.get("next", "/")))
    account, login = _remembered()
    return make_response(_page(account, login, remember=bool(account or login)))


@blueprint.post("/login")
@public
def enter() -> AnyResponse:
    account = request.form.get("account", "")
    login = request.form.get("login", "")
    remember = request.form.get("remember") == "1"
    try:
        token, identity = site().accounts.log_in(
            account,
            login,
            request.form.get("password", ""),
            address=request.remote_addr or "",
            browser=request.headers.get("User-Agent", ""),
        )
    except (BadLogin, Unavailable) as error:
        log.info("login refused", error=str(error)[:300])
        response = make_response(_page(account, login, remember, problem=said(error)))
        response.status_code = 401 if isinstance(error, BadLogin) else error.status
        return response
    session.clear()  # a fresh CSRF token: nothing of who used this browser before lives on
    response = redirect(safe_target(request.form.get("next", "/")), 303)  # type: ignore[assignment]
    give_session(response, token)
    _keep_details(response, account, login, remember)
    _keep_choices(response, identity)
    return response


@blueprint.post("/logout")
@login_needed
def leave() -> AnyResponse:
    softphones = getattr(the_app(), "softphones", None)
    if softphones is not None:
        softphones.revoke(who().session)
    try:
        site().accounts.log_out(who())
    except Unavailable as error:
        # The session is void in this process all the same, and the cookie goes.
        log.warning("end of session not written yet", error=str(error))
    session.clear()
    response: Response = redirect("/login", 303)  # type: ignore[assignment]
    take_session(response)
    return response


def _page(account: str, login: str, remember: bool, problem: str = "") -> str:
    target = request.values.get("next", "")
    return render_template(
        "login.html",
        account=account[:64],
        login=login[:100],
        remember=remember,
        problem=problem,
        next=safe_target(target) if target else "",
    )


def _remembered() -> tuple[str, str]:
    account, _, login = request.cookies.get(DETAILS_COOKIE, "").partition("|")
    return unquote(account)[:64], unquote(login)[:100]


def _keep_details(response: Response, account: str, login: str, remember: bool) -> None:
    if remember:
        value = f"{quote(account.strip()[:64], safe='')}|{quote(login.strip()[:100], safe='')}"
        remember_on_device(response, DETAILS_COOKIE, value)
    else:
        response.delete_cookie(DETAILS_COOKIE)


def _keep_choices(response: Response, identity: Identity) -> None:
    """The language chosen on the login page becomes the person's; otherwise the device learns the person's."""
    fresh = request.cookies.get(LANGUAGE_COOKIE, "") if request.cookies.get(FRESH_COOKIE) else ""
    if fresh in LANGUAGES and fresh != identity.language:
        try:
            identity = site().accounts.choose_language(identity, fresh)
        except Unavailable as error:
            log.info("language not kept", error=str(error))
    remember_on_device(response, LANGUAGE_COOKIE, identity.language)
    remember_on_device(response, THEME_COOKIE, identity.theme)
    response.delete_cookie(FRESH_COOKIE)
