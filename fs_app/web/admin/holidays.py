"""Jours fériés: sets of days on which the centre is closed, wholly or for a part, with a message each (HN-161)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.errors import NotFound
from fs_app.hours import checks, national, service
from fs_app.hours.checks import WrongFields
from fs_app.hours.opening import HolidayDay, Holidays
from fs_app.web import i18n, text
from fs_app.web.access import needs
from fs_app.web.admin.common import change, done, read, typed, typed_number
from fs_app.web.admin.hours import deletion, sentences
from fs_app.web.admin.sound_choice import choices
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.i18n import t

blueprint = Blueprint("admin_holidays", __name__, url_prefix="/admin/holidays")
PATH = "/admin/holidays"
KIND = "holiday_set"


@dataclass(frozen=True, slots=True)
class DayForm:
    """A day as the form shows it; `date` is YYYY-MM-DD."""

    name: str = ""
    date: str = ""
    yearly: bool = False
    part: bool = False
    begin: str = ""
    end: str = ""
    message: str = ""


@blueprint.get("")
@needs("hours.manage")
def listing() -> str:
    sets, used = read(lambda account: (service.calendars(account), service.queues_by_set(account)))
    today = _today()
    lines = [
        {
            "id": s.id,
            "name": s.name,
            "days": len(s.days),
            "next": next(iter(sorted((when, d.name) for d in s.days if (when := _coming(d, today)))), None),
            "used": used.get(s.id, []),
        }
        for s in sets.values()
    ]
    return render_template("admin/hours/holiday_sets.html", lines=lines, day_text=_long)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("hours.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return render_template("admin/hours/holiday_set_new.html", name="", problems={})
    name = typed("name")
    try:
        name = checks.name(name)
        made = change(lambda by: _named(by, None, name))
    except WrongFields as error:
        page = render_template("admin/hours/holiday_set_new.html", name=name, problems=sentences(error))
        return page, 400
    return done(f"{PATH}/{made}", "hours.saved", name=name)


@blueprint.route("/<int:holiday_set>", methods=["GET", "POST"])
@needs("hours.manage")
def edit(holiday_set: int) -> AnyResponse | str | tuple[str, int]:
    found = read(lambda account: service.calendar(account, holiday_set))
    if request.method == "GET":
        return _page(found, found.name, {})
    name = typed("name")
    try:
        name = checks.name(name)
        change(lambda by: _named(by, found, name))
    except WrongFields as error:
        return _page(found, name, sentences(error)), 400
    return done(f"{PATH}/{holiday_set}", "hours.saved", name=name)


@blueprint.route("/<int:holiday_set>/delete", methods=["GET", "POST"])
@needs("hours.manage")
def delete(holiday_set: int) -> AnyResponse | str:
    found, used = read(
        lambda account: (
            service.calendar(account, holiday_set),
            service.users_of_set(account, holiday_set),
        )
    )
    title, lost = t("hours.delete_set", name=found.name), t("hours.lost_set", n=len(found.days))

    def work(by: Actor) -> None:
        service.delete_set(by.account, holiday_set)
        audit.write(
            by, "delete", KIND, holiday_set, found.name, {"name": found.name, "days": len(found.days)}
        )

    return deletion(PATH, holiday_set, found.name, title, lost, used, work)


@blueprint.route("/<int:holiday_set>/days/new", methods=["GET", "POST"])
@needs("hours.manage")
def new_day(holiday_set: int) -> AnyResponse | str | tuple[str, int]:
    found = read(lambda account: service.calendar(account, holiday_set))
    if request.method == "GET":
        return _day_page(found, None, DayForm(), {})
    return _save_day(found, None)


@blueprint.route("/<int:holiday_set>/days/<int:day>", methods=["GET", "POST"])
@needs("hours.manage")
def edit_day(holiday_set: int, day: int) -> AnyResponse | str | tuple[str, int]:
    found = read(lambda account: service.calendar(account, holiday_set))
    known = _day_of(found, day)
    if request.method == "POST":
        return _save_day(found, known)
    year = known.year or next(y for y in range(_today().year, _today().year + 9) if _exists(known, y))
    form = DayForm(
        known.name,
        date(year, known.month, known.day).isoformat(),
        known.year is None,
        not known.whole,
        "" if known.whole else checks.clock(known.begin),
        "" if known.whole else checks.clock(known.end),
        known.message,
    )
    return _day_page(found, known, form, {})


@blueprint.post("/<int:holiday_set>/days/<int:day>/delete")
@needs("hours.manage")
def delete_day(holiday_set: int, day: int) -> AnyResponse:
    found = read(lambda account: service.calendar(account, holiday_set))
    known = _day_of(found, day)

    def work(by: Actor) -> None:
        service.delete_day(by.account, holiday_set, day)
        audit.write(by, "update", KIND, holiday_set, found.name, {"day": _said(known)}, {"day": ""})

    change(work)
    return done(f"{PATH}/{holiday_set}", "hours.deleted", name=known.name)


@blueprint.post("/<int:holiday_set>/import")
@needs("hours.manage")
def bring(holiday_set: int) -> AnyResponse | str | tuple[str, int]:
    """The public holidays of a country, into the set; what is there stays as it is."""
    found = read(lambda account: service.calendar(account, holiday_set))
    country, region = typed("country", 2), typed("region", 20)
    first, last = typed_number("first") or 0, typed_number("last") or 0
    try:
        days = site().threads.run(national.days, country, region, first, last, i18n.language())
    except WrongFields as error:
        return _page(found, found.name, sentences(error)), 400

    def work(by: Actor) -> tuple[int, int]:
        counted = service.import_days(by.account, holiday_set, days)
        audit.write(
            by, "import", KIND, holiday_set, found.name, None, {"country": country, "days": counted[0]}
        )
        return counted

    added, kept = change(work)
    return done(f"{PATH}/{holiday_set}", "holidays.imported", added=added, kept=kept)


@blueprint.get("/regions")
@needs("hours.manage")
def regions() -> str:
    """The options of the list of regions, when another country is chosen."""
    country = request.args.get("country", "")[:2]
    return render_template("admin/hours/regions.html", regions=_countries().get(country, []), region="")


def _named(by: Actor, found: Holidays | None, name: str) -> int:
    identifier = service.save_set(by.account, found.id if found else None, name, by.now)
    before = {"name": found.name} if found else None
    audit.write(by, "update" if found else "create", KIND, identifier, name, before, {"name": name})
    return identifier


def _save_day(found: Holidays, known: HolidayDay | None) -> AnyResponse | str | tuple[str, int]:
    form = DayForm(
        typed("name"),
        typed("date", 10),
        bool(request.form.get("yearly")),
        bool(request.form.get("part")),
        typed("begin", 10),
        typed("end", 10),
        typed("message", 400),
    )
    try:
        values = checks.holiday(request.form)
    except WrongFields as error:
        return _day_page(found, known, form, sentences(error)), 400

    def work(by: Actor) -> None:
        service.save_day(by.account, found.id, known.id if known else None, values)
        before = {"day": _said(known) if known else ""}
        audit.write(by, "update", KIND, found.id, found.name, before, {"day": _said(values)})

    change(work)
    return done(f"{PATH}/{found.id}", "hours.saved", name=values.name)


def _said(d: HolidayDay) -> str:
    hours = "" if d.whole else f" {checks.clock(d.begin)}-{checks.clock(d.end)}"
    return f"{d.name} {d.year or '*'}-{d.month:02}-{d.day:02}{hours} {d.message}".strip()


def _day_of(found: Holidays, day: int) -> HolidayDay:
    for known in found.days:
        if known.id == day:
            return known
    raise NotFound(f"day {day}")


def _today() -> date:
    return text.moment(the_app().clock.now_ms(), zone()).date()


def _exists(d: HolidayDay, year: int) -> bool:
    return d.month != 2 or d.day != 29 or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def _coming(d: HolidayDay, today: date) -> date | None:
    """The next date of this holiday, today included."""
    years = [d.year] if d.year else range(today.year, today.year + 9)
    dates = (date(y, d.month, d.day) for y in years if _exists(d, y))
    return next((when for when in dates if when >= today), None)


def _long(when: date) -> str:
    return format_date(when, "EEE d MMM yyyy", locale=i18n.language())


def _countries() -> dict[str, list[str]]:
    return site().threads.run(national.countries)


def _page(found: Holidays, name: str, problems: dict[str, str]) -> str:
    today = _today()
    days = sorted(found.days, key=lambda d: (_coming(d, today) is None, _coming(d, today) or _last(d)))
    rows = [
        {
            "day": d,
            "coming": _coming(d, today),
            "text": _long(_coming(d, today) or _last(d)),
            "hours": "" if d.whole else f"{checks.clock(d.begin)}–{checks.clock(d.end)}",
        }
        for d in days
    ]
    names = Locale(i18n.language()).territories
    known = _countries()
    country = request.form.get("country", "") or who().country
    return render_template(
        "admin/hours/holiday_set.html",
        set=found,
        name=name,
        problems=problems,
        rows=rows,
        used=read(lambda account: service.queues_by_set(account).get(found.id, [])),
        countries=sorted(((code, names.get(code, code)) for code in known), key=lambda c: _plain(c[1])),
        country=country,
        regions=known.get(country, []),
        region=request.form.get("region", ""),
        first=request.form.get("first", "") or today.year,
        last=request.form.get("last", "") or today.year + 1,
    )


def _plain(name: str) -> str:
    """Without accents and capitals, for the order of the alphabet."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()


def _last(d: HolidayDay) -> date:
    return date(d.year or 2000, d.month, d.day)


def _day_page(found: Holidays, known: HolidayDay | None, form: DayForm, problems: dict[str, str]) -> str:
    return render_template(
        "admin/hours/holiday.html", set=found, day=known, form=form, problems=problems, sounds=choices()
    )
