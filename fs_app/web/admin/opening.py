"""Ouverture des files: which queue works by which schedule and holidays, and what its callers hear when closed."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.errors import NotFound
from fs_app.hours import service
from fs_app.hours.checks import WrongFields
from fs_app.hours.opening import Holidays, Opening, Week, is_open
from fs_app.hours.service import QueueOpening
from fs_app.web.access import needs
from fs_app.web.admin.common import change, done, read, sounds, typed, typed_number
from fs_app.web.admin.hours import sentences, summary
from fs_app.web.context import the_app, zone
from fs_app.web.i18n import t

blueprint = Blueprint("admin_opening", __name__, url_prefix="/admin/opening")
PATH = "/admin/opening"

Known = tuple[list[QueueOpening], dict[int, Week], dict[int, Holidays]]


def _known(account: int) -> Known:
    return service.queues(account), service.weeks(account), service.calendars(account)


@blueprint.get("")
@needs("hours.manage")
def listing() -> str:
    queues, weeks, calendars = read(_known)
    names = {q.id: q.name for q in queues}
    lines = [
        {
            "queue": q,
            "now": _now(q, weeks, calendars),
            "schedule": weeks.get(q.schedule or 0),
            "holidays": calendars.get(q.holiday_set or 0),
            "onward": names.get(q.closed_queue or 0, ""),
        }
        for q in queues
    ]
    return render_template("admin/hours/openings.html", lines=lines, until=_until)


@blueprint.route("/<int:queue>", methods=["GET", "POST"])
@needs("hours.manage")
def edit(queue: int) -> AnyResponse | str | tuple[str, int]:
    known = read(_known)
    found = next((q for q in known[0] if q.id == queue), None)
    if found is None:
        raise NotFound(f"queue {queue}")
    if request.method == "GET":
        return _form(found, found, known, {})
    values = replace(
        found,
        schedule=typed_number("schedule"),
        holiday_set=typed_number("holiday_set"),
        closed_message=typed("closed_message", 400),
        holiday_message=typed("holiday_message", 400),
        closed_queue=typed_number("closed_queue") if typed("closed_then") == "queue" else None,
    )
    if typed("closed_then") == "queue" and values.closed_queue is None:
        return _form(found, values, known, {"closed_queue": t("hours.wrong.choice")}, onward=True), 400

    def work(by: Actor) -> None:
        service.save_opening(by.account, values)
        audit.write(by, "update", "queue", queue, found.name, asdict(found), asdict(values))

    try:
        change(work)
    except WrongFields as error:
        return _form(found, values, known, sentences(error)), 400
    return done(PATH, "hours.saved", name=found.name)


def _now(q: QueueOpening, weeks: dict[int, Week], calendars: dict[int, Holidays]) -> Opening:
    now = datetime.fromtimestamp(the_app().clock.now_ms() / 1000, UTC)
    return is_open(weeks.get(q.schedule or 0), calendars.get(q.holiday_set or 0), now, zone())


def _until(opening: Opening) -> int:
    """UTC ms; only when there is a next change."""
    return round(opening.until.timestamp() * 1000) if opening.until else 0


def _form(
    found: QueueOpening, values: QueueOpening, known: Known, problems: dict[str, str], onward: bool = False
) -> str:
    queues, weeks, calendars = known
    shown: dict[str, Any] = {
        "queue": found,
        "form": values,
        "now": _now(found, weeks, calendars),
        "until": _until,
        "onward": onward or values.closed_queue is not None,
        "weeks": [(w.id, w.name, summary(w)) for w in weeks.values()],
        "calendars": [(c.id, c.name) for c in calendars.values()],
        "others": [(q.id, q.name) for q in queues if q.id != found.id and q.active],
        "sounds": sounds(),
        "problems": problems,
    }
    return render_template("admin/hours/opening.html", **shown)
