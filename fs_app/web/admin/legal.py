"""Règles légales: what the law of each country asks, where it comes from, what the account has made of it (BY-20)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_date
from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid, Stale
from fs_app.errors import NotFound
from fs_app.legal import editing, presets, registers, writing
from fs_app.legal import rules as law
from fs_app.legal.editing import Line
from fs_app.legal.rules import Kind, Purpose, Rule
from fs_app.legal.writing import WrongRule
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    actor,
    confirm,
    done,
    problems_of,
    read,
    theirs_beside,
    ticked,
    typed,
    typed_number,
)
from fs_app.web.context import the_app, who
from fs_app.web.i18n import language, t

blueprint = Blueprint("admin_legal", __name__, url_prefix="/admin/legal")
PATH = "/admin/legal"
DEFAULT = "default"
"""In addresses, for those whose country nobody knows."""

NUMBERS = {
    "attempts": ("most", "days"),
    "silence": ("days",),
    "consent": ("valid_days",),
    "opt_out": ("most_age_days",),
    "ring": ("least_s",),
    "abandoned": ("hours",),
    "abandon_rate": ("days",),
}
TICKS = {
    "consent": ("proof",),
    "opt_out": ("needed", "lifted"),
    "caller_id": ("withheld",),
    "abandon_rate": ("message",),
}


@blueprint.get("")
@needs("legal.view")
def overview() -> str:
    year = _year()

    def ask(account: int) -> tuple[dict[str, list[Line]], list[registers.Row]]:
        every = {country: editing.lines(account, country, year) for country in presets.all_of_them()}
        return every, registers.listing(account)

    lines, known = read(ask)
    countries = [
        {
            "path": country or DEFAULT,
            "name": country_name(country),
            "also": [country_name(code) for code in preset.also],
            "checked": day(preset.checked),
            "rules": [
                (summary(line.rule), scope(line.rule))
                for line in lines[country]
                if line.rule is not None and line.rule.name in OVERVIEW
            ],
            "changed": sum(line.edited for line in lines[country]),
        }
        for country, preset in presets.all_of_them().items()
    ]
    countries.sort(key=lambda c: (c["path"] == DEFAULT, str(c["name"])))
    now = the_app().clock.now_ms()
    old = [row for row in known if row.old(now) or row.state == registers.FAILED]
    return render_template(
        "admin/legal/overview.html", countries=countries, registers=known, old=old, now=now
    )


OVERVIEW = frozenset({"hours", "attempts", "silence", "consent"})


@blueprint.get("/<law_of>")
@needs("legal.view")
def one(law_of: str) -> str:
    country, code, year = law_of, _code(law_of), _year()
    found = read(lambda account: editing.lines(account, code, year))
    return render_template(
        "admin/legal/country.html",
        country=country,
        name=country_name(code),
        preset=presets.all_of_them()[code],
        also=[country_name(c) for c in presets.all_of_them()[code].also],
        lines=[(line, summary(line.shown), note(line.shown)) for line in found],
        summary=summary,
        day=day,
        scope=scope,
        may_edit=who().may("legal.manage"),
    )


@blueprint.route("/<law_of>/<law_rule>", methods=["GET", "POST"])
@needs("legal.manage")
def edit(law_of: str, law_rule: str) -> AnyResponse | str | tuple[str, int]:
    country, rule, code, year = law_of, law_rule, _code(law_of), _year()
    line = read(lambda account: editing.one(account, code, rule, year))
    if request.method == "GET":
        values = writing.write(line.shown)
        return _form(country, line, values, line.source, line.reason, {}, line.version)
    values, wrong = _typed(line.shown)
    source, reason, version = typed("source"), typed("reason"), typed_number("version") or 0
    without = ticked("without")
    try:
        if wrong:
            raise wrong
        wanted = None if without else writing.read(values)
        by = actor()
        the_app().db.write(lambda: editing.save(by, code, wanted, rule, source, reason, year, version))
    except WrongRule as error:
        problems = {str(error.params.get("field")): t(error.key, **_without_field(error.params))}
        return _form(country, line, values, source, reason, problems, version, without), 400
    except FormInvalid as error:
        problems = problems_of(error)
        if "reason" in problems and not reason:
            problems["reason"] = t("legal.wrong.reason")
        return _form(country, line, values, source, reason, problems, version, without), 400
    except Stale as stale:
        now: Line = stale.theirs["line"]
        theirs = _in_fields(writing.write(now.shown), now.source, now.reason, now.rule is None)
        problems = theirs_beside(theirs, _in_fields(values, source, reason, without))
        return _form(country, line, values, source, reason, problems, stale.version, without, stale), 409
    the_app().legal.reload()
    return done(f"{PATH}/{country}", "legal.saved", name=rule_name(line.shown))


@blueprint.get("/<law_of>/<law_rule>/reset")
@needs("legal.manage")
def ask_reset(law_of: str, law_rule: str) -> str:
    country, code, year = law_of, _code(law_of), _year()
    line = read(lambda account: editing.one(account, code, law_rule, year))
    name = rule_name(line.shown)
    if not line.edited:
        return confirm(
            t("legal.reset.title", name=name), [t("legal.reset.as_shipped")], "", f"{PATH}/{country}"
        )
    says = [t("legal.reset.says", was=summary(line.shown) if line.rule else t("legal.without"))]
    if line.preset is not None:
        says.append(t("legal.reset.becomes", becomes=summary(line.preset)))
    return confirm(t("legal.reset.title", name=name), says, t("legal.reset"), f"{PATH}/{country}")


@blueprint.post("/<law_of>/<law_rule>/reset")
@needs("legal.manage")
def reset(law_of: str, law_rule: str) -> AnyResponse:
    by, code, year = actor(), _code(law_of), _year()
    the_app().db.write(lambda: editing.reset(by, code, law_rule, year))
    the_app().legal.reload()
    return done(f"{PATH}/{law_of}", "legal.reset.done")


# --- words ------------------------------------------------------------------------------------------------------------
def country_name(code: str) -> str:
    """In the reader's language; that of the cautious default is a sentence."""
    if not code:
        return t("legal.default")
    return str(Locale(language()).territories.get(code, code))


def rule_name(rule: Rule) -> str:
    return t(f"legal.rule.{rule.name}")


def note(rule: Rule) -> str:
    return str(rule.note.get(language()) or next(iter(rule.note.values()), ""))


def summary(rule: Rule) -> str:
    """What it asks, in one line."""
    match rule:
        case law.Hours():
            return _week(rule)
        case law.Holidays():
            regions = t("legal.says.regions", names=", ".join(rule.regions)) if rule.regions else ""
            if rule.regions == ("*",):
                regions = t("legal.says.all_regions")
            whose = country_name(rule.country) if rule.country else t("legal.says.own_country")
            return " ".join(filter(None, (t("legal.says.holidays", country=whose), regions)))
        case law.Attempts():
            if rule.days == 1:
                return t("legal.says.attempts_day", n=rule.most)
            return t("legal.says.attempts", n=rule.most, days=rule.days)
        case law.Silence():
            return t("legal.says.silence", n=rule.days)
        case law.ConsentNeeded():
            said = t("legal.says.consent_proof" if rule.proof else "legal.says.consent")
            valid = t("legal.says.valid", n=rule.valid_days) if rule.valid_days else ""
            return " ".join(filter(None, (said, valid)))
        case law.OptOut():
            said = t("legal.says.opt_out", register=rule.register or "–", n=rule.most_age_days)
            more = t("legal.says.needed") if rule.needed else ""
            return " ".join(filter(None, (said, t("legal.says.lifted") if rule.lifted else "", more)))
        case law.CallerId():
            parts = [t("legal.says.only", numbers=", ".join(rule.only))] if rule.only else []
            parts += [t("legal.says.never", numbers=", ".join(rule.never))] if rule.never else []
            parts += [t("legal.says.shown")] if not rule.withheld else []
            return " ".join(parts) or t("legal.says.any_number")
        case law.Ring():
            return t("legal.says.ring", n=rule.least_s)
        case law.Abandoned():
            return t("legal.says.abandoned", n=rule.hours)
        case law.AbandonRate():
            clock = t(f"legal.clock.{rule.clock}")
            return t(
                "legal.says.rate",
                percent=f"{rule.percent:g}",
                n=rule.days,
                s=f"{rule.within_s:g}",
                clock=clock,
            )
    return ""


def _week(rule: law.Hours) -> str:
    """Days with the same hours together: Mon–Fri 10:00-13:00."""
    groups: list[tuple[int, int, str]] = []
    for weekday in range(7):
        text = writing.hours_text(rule.week, weekday)
        if groups and groups[-1][2] == text and groups[-1][1] == weekday - 1:
            groups[-1] = groups[-1][0], weekday, text
        else:
            groups.append((weekday, weekday, text))
    days = Locale(language()).days["format"]["abbreviated"]
    said = []
    for first, last, text in groups:
        if text:
            name = days[first] if first == last else f"{days[first]}–{days[last]}"
            said.append(f"{name} {text}")
    return " · ".join(said) or t("legal.says.never_open")


def scope(rule: Rule) -> str:
    """For whom and when it counts, in words; "" when for everything and always."""
    parts = []
    if rule.purposes != {Purpose.MARKETING}:
        parts.append(", ".join(t(f"queues.purpose.{p.value}") for p in Purpose if p in rule.purposes))
    if len(rule.kinds) < len(Kind):
        parts.append(", ".join(t(f"legal.kind.{k.value}") for k in Kind if k in rule.kinds))
    if rule.since:
        parts.append(t("legal.since", date=day(rule.since)))
    if rule.before:
        parts.append(t("legal.before", date=day(rule.before)))
    return " · ".join(parts)


def day(when: date | str) -> str:
    """A date as people write it; also an ISO one of the presets."""
    found = date.fromisoformat(when) if isinstance(when, str) else when
    return format_date(found, "medium", language())


# --- the form ---------------------------------------------------------------------------------------------------------
def _typed(rule: Rule) -> tuple[dict[str, Any], WrongRule | None]:
    """As `writing.read` wants it; and what can't even be told."""
    values: dict[str, Any] = {
        **writing.write(rule),
        "purposes": [p.value for p in Purpose if p.value in request.form.getlist("purposes")],
        "kinds": [k.value for k in Kind if k.value in request.form.getlist("kinds")],
        "since": typed("since", 20) or None,
        "before": typed("before", 20) or None,
    }
    wrong = None
    if rule.name == "hours":
        values["week"] = {day: typed(day, 300) for day in writing.DAYS if typed(day, 300)}
    for name in NUMBERS.get(rule.name, ()):
        text = typed(name, 12)
        values[name] = int(text) if text.isascii() and text.isdigit() else None
    for name in TICKS.get(rule.name, ()):
        values[name] = ticked(name)
    if rule.name == "holidays":
        values["country"] = typed("country", 3).upper()
        values["regions"] = [w for w in typed("regions").replace(",", " ").split() if w]
    if rule.name == "opt_out":
        values["register"] = typed("register", 100)
    if rule.name == "caller_id":
        for name in ("only", "never"):
            values[name] = typed(name, 4000).replace(",", " ").split()
    if rule.name == "abandon_rate":
        values["clock"] = typed("clock", 10)
        for name in ("percent", "within_s"):
            text = typed(name, 10).replace(",", ".")
            try:
                values[name] = float(text)
            except ValueError:
                values[name] = None
                wrong = WrongRule(name, "field.number_wrong")
    return values, wrong


def _in_fields(values: Mapping[str, Any], source: str, reason: str, without: bool) -> dict[str, Any]:
    """A rule by the fields of its form, as people read them."""
    found = {name: value for name, value in values.items() if name not in ("id", "rule", "note", "week")}
    found |= {"source": source, "reason": reason, "without": without}
    found |= {name: values.get(name) or "" for name in ("since", "before")}
    found["purposes"] = [t(f"queues.purpose.{p.value}") for p in Purpose if p.value in values["purposes"]]
    found["kinds"] = [t(f"legal.kind.{k.value}") for k in Kind if k.value in values["kinds"]]
    if "week" in values:
        found |= {day: values["week"].get(day, "") for day in writing.DAYS}
    if values.get("clock"):
        found["clock"] = t(f"legal.clock.{values['clock']}")
    return found


def _form(
    country: str,
    line: Line,
    values: Mapping[str, Any],
    source: str,
    reason: str,
    problems: dict[str, str],
    version: int,
    without: bool | None = None,
    stale: Stale | None = None,
) -> str:
    days = Locale(language()).days["format"]["wide"]
    return render_template(
        "admin/legal/rule.html",
        country=country,
        country_name=country_name(_code(country)),
        line=line,
        values=values,
        source=source,
        reason=reason,
        problems=problems,
        version=version,
        stale=stale,
        without=line.rule is None if without is None else without,
        name=rule_name(line.shown),
        note=note(line.shown),
        preset=summary(line.preset) if line.preset is not None else "",
        days=[(name, days[i]) for i, name in enumerate(writing.DAYS)],
        kinds=[(k.value, t(f"legal.kind.{k.value}")) for k in Kind],
        purposes=[(p.value, t(f"queues.purpose.{p.value}")) for p in Purpose],
    )


def _without_field(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "field"}


def _code(country: str) -> str:
    code = "" if country == DEFAULT else country
    if code not in presets.all_of_them() or (code == "" and country != DEFAULT):
        raise NotFound(f"country {country[:8]}")
    return code


def _year() -> int:
    return datetime.fromtimestamp(the_app().clock.now_ms() / 1000, UTC).year
