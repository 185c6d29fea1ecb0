"""The home of one's role (PW-01): the agent's desk, or the day in figures for those who steer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from fs_app.calls import queries
from fs_app.errors import FsAppError
from fs_app.web import text
from fs_app.web.access import login_needed, needs, public
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.given import queues, scope

blueprint = Blueprint("home", __name__)
log = structlog.get_logger(__name__)

LATEST = 8


@blueprint.get("/")
@login_needed
def home() -> AnyResponse | str:
    identity = who()
    if not identity.may("overview.view"):
        return redirect("/agent" if identity.agent else "/calls")
    app = the_app()
    now = app.clock.now_ms()
    since, until = day_of(now)
    seen_by, given = scope(), queues()

    def ask() -> tuple[queries.Figures, list[queries.CallRow], list[queries.CallRow], list[queries.Choice]]:
        account = identity.account
        running = queries.CallFilter(outcome="running", descending=False, queues=given)
        return (
            queries.figures(account, since, until, given),
            queries.page(account, running, 1, 50),
            queries.page(account, queries.CallFilter(queues=given), 1, LATEST),
            queries.agents_of(account),
        )

    figures, running, latest, people = app.db.read(ask)
    return render_template(
        "home.html",
        now=now,
        figures=figures,
        running=running,
        latest=latest,
        agents=[
            seen
            for person in people
            if seen_by.has_agent(app.catalog.agent(person.id)) and (seen := _agent_now(person))
        ],
    )


@blueprint.get("/figures")
@needs("overview.view")
def figures_now() -> str:
    """The day in figures alone: the home page asks for it when it is told that something has changed."""
    identity, app = who(), the_app()
    now = app.clock.now_ms()
    since, until = day_of(now)
    given = queues()
    figures = app.db.read(lambda: queries.figures(identity.account, since, until, given))
    return render_template("fragments/figures.html", now=now, figures=figures)


@blueprint.get("/favicon.ico")
@public
def favicon() -> AnyResponse:
    return redirect(site().assets.url("img/icon.svg"))


def day_of(now_ms: int) -> tuple[int, int]:
    """Begin and end of the account's day around a moment, UTC ms (a day of 23 or 25 hours is one too)."""
    today = text.moment(now_ms, zone()).date()
    return text.start_of_day(today, zone()), text.start_of_day(today + timedelta(days=1), zone())


def _agent_now(person: queries.Choice) -> dict[str, Any] | None:
    """What an agent does now, from the desk; None when the desk does not know him."""
    try:
        picture = the_app().desk.picture(person.id)
    except FsAppError as error:
        log.info("no picture of an agent", agent=person.id, error=str(error))
        return None
    reason = (picture.get("presence") or {}).get("reason")
    return {
        "id": person.id,
        "name": person.label,
        "number": picture["agent"]["number"],
        "state": picture["state"]["name"],
        "since": picture["state"]["since"],
        "here": picture["state"]["name"] != "LOGGED_OUT",
        "reason": reason["label"] if reason and picture["state"]["name"] == "UNAVAILABLE" else "",
        "registered": picture["phone"]["registered"],
    }
