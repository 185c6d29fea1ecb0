"""Horaires: the schedules of the account, each a week with as many ranges a day as one likes (HN-160)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from babel.dates import get_day_names
from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Stale, mark, still
from fs_app.hours import checks, service
from fs_app.hours.checks import Typed, WrongFields
from fs_app.hours.opening import Range, Week
from fs_app.hours.service import UsedBy
from fs_app.web import i18n
from fs_app.web.access import needs
from fs_app.web.admin.common import change, done, read, typed
from fs_app.web.i18n import t

blueprint = Blueprint("admin_hours", __name__, url_prefix="/admin/schedules")
PATH = "/admin/schedules"
KIND = "schedule"


@dataclass(frozen=True, slots=True)
class Line:
    """A schedule in the list."""

    id: int
    name: str
    summary: str
    hours: float
    used: Sequence[UsedBy]


def day_names(width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """Monday first, in the reader's language, with a capital."""
    names = get_day_names(width, locale=i18n.language())
    return [names[weekday][:1].upper() + names[weekday][1:] for weekday in range(7)]


def sentences(error: WrongFields) -> dict[str, str]:
    """Field → what is wrong with it, in the reader's language."""
    return {field: t(key) for field, key in error.fields.items()}


def summary(week: Week) -> str:
    """Mon–Fri 09:00–12:30, 14:00–18:00 · Sat 09:00–12:00"""
    short = day_names("abbreviated")
    days = [", ".join(_span(r) for r in week.ranges if r.weekday == weekday) for weekday in range(7)]
    parts: list[str] = []
    first = 0
    for weekday in range(1, 8):
        if weekday < 7 and days[weekday] == days[first]:
            continue
        if days[first]:
            name = short[first] if weekday - first == 1 else f"{short[first]}–{short[weekday - 1]}"
            parts.append(f"{name} {days[first]}")
        first = weekday
    return " · ".join(parts)


def _span(r: Range) -> str:
    return f"{checks.clock(r.begin)}–{checks.clock(r.end)}"


@blueprint.get("")
@needs("hours.manage")
def listing() -> str:
    weeks, used = read(lambda account: (service.weeks(account), service.queues_by_schedule(account)))
    lines = [
        Line(w.id, w.name, summary(w), sum(r.minutes for r in w.ranges) / 60, used.get(w.id, []))
        for w in weeks.values()
    ]
    return render_template("admin/hours/schedules.html", lines=lines)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("hours.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        office = [
            Typed(day, *hours) for day in range(5) for hours in (("09:00", "12:30"), ("14:00", "18:00"))
        ]
        return _form(None, "", office, {})
    return _save(None)


@blueprint.route("/<int:schedule>", methods=["GET", "POST"])
@needs("hours.manage")
def edit(schedule: int) -> AnyResponse | str | tuple[str, int]:
    week = read(lambda account: service.week(account, schedule))
    if request.method == "POST":
        return _save(week)
    lines = [Typed(r.weekday, checks.clock(r.begin), checks.clock(r.end)) for r in week.ranges]
    return _form(week, week.name, lines, {})


@blueprint.route("/<int:schedule>/delete", methods=["GET", "POST"])
@needs("hours.manage")
def delete(schedule: int) -> AnyResponse | str:
    week, used = read(
        lambda account: (
            service.week(account, schedule),
            service.users_of_schedule(account, schedule),
        )
    )
    title, lost = t("hours.delete_schedule", name=week.name), t("hours.lost_schedule", n=len(week.ranges))

    def work(by: Actor) -> None:
        service.delete_schedule(by.account, schedule)
        audit.write(by, "delete", KIND, schedule, week.name, {"name": week.name, "ranges": summary(week)})

    return deletion(PATH, schedule, week.name, title, lost, used, work)


def deletion(
    path: str,
    identifier: int,
    name: str,
    title: str,
    lost: str,
    used: Sequence[UsedBy],
    work: Callable[[Actor], None],
) -> AnyResponse | str:
    """Asked for: what will be `lost` and who uses it; sent: do it, and back to the list."""
    if request.method == "GET":
        return render_template(
            "admin/hours/delete.html", title=title, lost=lost, used=used, back=f"{path}/{identifier}"
        )
    change(work)
    return done(path, "hours.deleted", name=name)


def _save(week: Week | None) -> AnyResponse | str | tuple[str, int]:
    wrong: dict[str, str] = {}
    name, seen, ranges = typed("name"), typed("seen", 40), []
    try:
        name = checks.name(name)
    except WrongFields as error:
        wrong |= sentences(error)
    lines = _lines()
    try:
        ranges = checks.ranges(lines)
    except WrongFields as error:
        wrong |= sentences(error)
    if wrong:
        return _form(week, name, lines, wrong, seen), 400

    def work(by: Actor) -> None:
        if week is not None:
            still(f"schedule {week.id}", seen, _facts(service.week(by.account, week.id)))
        identifier = service.save_schedule(by.account, week.id if week else None, name, ranges, by.now)
        after = {"name": name, "ranges": summary(Week(identifier, name, tuple(ranges)))}
        before = {"name": week.name, "ranges": summary(week)} if week else None
        audit.write(by, "update" if week else "create", KIND, identifier, name, before, after)

    try:
        change(work)
    except WrongFields as error:
        return _form(week, name, lines, sentences(error), seen), 400
    except Stale as stale:
        now = read(lambda account: service.week(account, week.id if week else 0))
        theirs = {} if now.name == name else {"name": t("desk.directory.theirs", value=now.name)}
        return _form(now, name, lines, theirs, stale=stale), 409
    return done(PATH, "hours.saved", name=name)


def _facts(week: Week) -> dict[str, Any]:
    return {"name": week.name, "ranges": [(r.weekday, r.begin, r.end) for r in week.ranges]}


def _lines() -> list[Typed]:
    """As many as the form has, up to what a week may hold."""
    found = []
    for day in range(7):
        begins, ends = request.form.getlist(f"begin-{day}"), request.form.getlist(f"end-{day}")
        pairs = list(zip(begins, ends, strict=False))[: checks.MOST_RANGES + 1]
        found += [Typed(day, begin[:10], end[:10]) for begin, end in pairs if begin.strip() or end.strip()]
    return found


def _form(
    week: Week | None,
    name: str,
    lines: Sequence[Typed],
    problems: dict[str, str],
    seen: str = "",
    stale: Stale | None = None,
) -> str:
    days = [
        {"index": i, "name": day, "ranges": [line for line in lines if line.weekday == i]}
        for i, day in enumerate(day_names())
    ]
    used = read(lambda account: service.queues_by_schedule(account).get(week.id if week else 0, []))
    return render_template(
        "admin/hours/schedule.html",
        week=week,
        name=name,
        days=days,
        problems=problems,
        used=used,
        seen=seen or (mark(_facts(week)) if week else ""),
        stale=stale,
    )
