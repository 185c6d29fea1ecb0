"""Rules as they are written in the presets, in the table and in the form: plain JSON there, `legal.rules` here. Pure.

Everything read is hostile: what is not exactly a rule raises `WrongRule` with the field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from fs_app.errors import Invalid
from fs_app.hours.opening import DAY, Range, Week
from fs_app.legal import rules as law
from fs_app.legal.rules import Kind, Purpose, Rule, Source

Json = dict[str, Any]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\s*[-–]\s*([01]?[0-9]|2[0-4]):([0-5][0-9])")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_REGION = re.compile(r"\*|[A-Za-z0-9 -]{1,10}")

MOST_PREFIXES = 200
MOST_RANGES = 12
"""Of one day."""

LIMITS: Mapping[str, tuple[int, int]] = {
    "most": (0, 1000),
    "days": (1, 3660),
    "valid_days": (0, 3660),
    "most_age_days": (0, 366),
    "least_s": (0, 120),
    "hours": (1, 8784),
}


class WrongRule(Invalid):
    """It is no rule; `field` says which part."""

    key = "legal.wrong.rule"

    def __init__(self, field: str, why: str = "legal.wrong.rule", **params: Any) -> None:
        super().__init__(f"{field}: {why}", field=field, **params)
        self.key = why


def read(given: object) -> Rule:
    """One rule out of JSON. Raises WrongRule."""
    if not isinstance(given, Mapping):
        raise WrongRule("rule")
    kind = law.NAMES.get(str(given.get("rule", "")))
    if kind is None:
        raise WrongRule("rule")
    common = _common(given)
    own = _OWN[kind.name](given)
    known = {"rule", "id", "purposes", "kinds", "since", "before", "source", "note", *own, *_WRITTEN_AS}
    for name in given:
        if name not in known:
            raise WrongRule(str(name)[:40])
    return kind(**common, **own)


def write(rule: Rule) -> Json:
    """`read(write(rule)) == rule`, but for the dates of holidays, which follow from the country."""
    written: Json = {"rule": rule.name, "id": rule.id}
    written["purposes"] = [p.value for p in Purpose if p in rule.purposes]
    written["kinds"] = [k.value for k in Kind if k in rule.kinds]
    if rule.since:
        written["since"] = rule.since.isoformat()
    if rule.before:
        written["before"] = rule.before.isoformat()
    written |= _own_written(rule)
    source = {n: v for n in ("law", "article", "url", "in_force") if (v := getattr(rule.source, n))}
    if source:
        written["source"] = source
    if rule.note:
        written["note"] = dict(rule.note)
    return written


def _common(given: Mapping[Any, Any]) -> Json:
    identifier = given.get("id", given.get("rule"))
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise WrongRule("id")
    return {
        "id": identifier,
        "purposes": _some(given, "purposes", Purpose, [Purpose.MARKETING]),
        "kinds": _some(given, "kinds", Kind, list(Kind)),
        "since": _date(given, "since"),
        "before": _date(given, "before"),
        "source": _source(given.get("source", {})),
        "note": _note(given.get("note", {})),
    }


def _some(given: Mapping[Any, Any], name: str, of: Any, otherwise: list[Any]) -> frozenset[Any]:
    named = given.get(name, otherwise)
    if not isinstance(named, list | tuple) or not named:
        raise WrongRule(name, "field.needed")
    try:
        return frozenset(of(one) for one in named)
    except ValueError as error:
        raise WrongRule(name, "field.choice") from error


def _date(given: Mapping[Any, Any], name: str) -> date | None:
    value = given.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, date):
        return value
    try:
        found = date.fromisoformat(str(value))
    except ValueError as error:
        raise WrongRule(name, "legal.wrong.date") from error
    if not 1990 <= found.year <= 2200:
        raise WrongRule(name, "legal.wrong.date")
    return found


def _text(value: object, name: str, most: int) -> str:
    if not isinstance(value, str | date | int) or len(str(value)) > most:
        raise WrongRule(name)
    return "".join(c for c in str(value) if c.isprintable())


def _source(value: object) -> Source:
    if not isinstance(value, Mapping):
        raise WrongRule("source")
    url = _text(value.get("url", ""), "source", 500)
    if url and not url.startswith("https://"):
        raise WrongRule("source", "legal.wrong.url")
    return Source(
        _text(value.get("law", ""), "source", 300),
        _text(value.get("article", ""), "source", 300),
        url,
        _text(value.get("in_force", ""), "source", 20),
    )


def _note(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or len(value) > 10:
        raise WrongRule("note")
    return {_text(k, "note", 5): _text(v, "note", 1000) for k, v in value.items()}


def whole(given: Mapping[Any, Any], name: str, otherwise: int | None = None) -> int:
    value = given.get(name, otherwise)
    least, most = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise WrongRule(name, "field.number", least=least, most=most)
    return value


def _flag(given: Mapping[Any, Any], name: str, otherwise: bool) -> bool:
    value = given.get(name, otherwise)
    if not isinstance(value, bool):
        raise WrongRule(name)
    return value


# --- what each kind has of its own ------------------------------------------------------------------------------------
_WRITTEN_AS = ("week",)


def ranges_of(text: str, weekday: int) -> list[Range]:
    """`10:00-13:00, 14:00-20:00`. Raises WrongRule."""
    name = DAYS[weekday]
    found = []
    parts = [part for part in re.split(r"\s*[,;]\s*", text.strip()) if part]
    if len(parts) > MOST_RANGES:
        raise WrongRule(name, "legal.wrong.hours")
    for part in parts:
        met = _RANGE.fullmatch(part)
        if met is None:
            raise WrongRule(name, "legal.wrong.hours")
        begin = int(met[1]) * 60 + int(met[2])
        end = int(met[3]) * 60 + int(met[4])
        if end > DAY or end == 0 or begin == end:
            raise WrongRule(name, "legal.wrong.hours")
        found.append(Range(weekday, begin, end))
    found.sort(key=lambda r: r.begin)
    for one, other in pairwise(found):
        if one.over_midnight or one.end > other.begin:
            raise WrongRule(name, "legal.wrong.overlap")
    return found


def hours_text(week: Week, weekday: int) -> str:
    """The ranges of a weekday as people write them."""
    mine = sorted((r for r in week.ranges if r.weekday == weekday), key=lambda r: r.begin)
    return ", ".join(f"{_clock(r.begin)}-{_clock(r.end)}" for r in mine)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _hours(given: Mapping[Any, Any]) -> Json:
    days = given.get("week")
    if not isinstance(days, Mapping) or not set(days) <= set(DAYS):
        raise WrongRule("week", "legal.wrong.hours")
    found: list[Range] = []
    for weekday, name in enumerate(DAYS):
        text = days.get(name, "")
        if not isinstance(text, str) or len(text) > 300:
            raise WrongRule(name, "legal.wrong.hours")
        found += ranges_of(text, weekday)
    return {"week": Week(0, "", tuple(found))}


def _holidays(given: Mapping[Any, Any]) -> Json:
    country, regions = given.get("country", ""), given.get("regions", [])
    if not isinstance(country, str) or not (country == "" or _COUNTRY.fullmatch(country)):
        raise WrongRule("country", "field.choice")
    if not isinstance(regions, list | tuple) or len(regions) > 100:
        raise WrongRule("regions", "field.choice")
    for region in regions:
        if not isinstance(region, str) or not _REGION.fullmatch(region):
            raise WrongRule("regions", "field.choice")
    return {"country": country, "regions": tuple(regions)}


def _opt_out(given: Mapping[Any, Any]) -> Json:
    return {
        "register": _text(given.get("register", ""), "register", 100),
        "most_age_days": whole(given, "most_age_days", 30),
        "needed": _flag(given, "needed", False),
        "lifted": _flag(given, "lifted", False),
    }


def _prefixes(given: Mapping[Any, Any], name: str) -> tuple[str, ...]:
    named = given.get(name, [])
    if not isinstance(named, list | tuple) or len(named) > MOST_PREFIXES:
        raise WrongRule(name, "legal.wrong.prefix")
    for one in named:
        if not isinstance(one, str) or not _PREFIX.fullmatch(one):
            raise WrongRule(name, "legal.wrong.prefix")
    return tuple(named)


def _caller_id(given: Mapping[Any, Any]) -> Json:
    return {
        "only": _prefixes(given, "only"),
        "never": _prefixes(given, "never"),
        "withheld": _flag(given, "withheld", False),
    }


def _rate(given: Mapping[Any, Any]) -> Json:
    percent, within = given.get("percent"), given.get("within_s", 2.0)
    for name, value, most in (("percent", percent, 100), ("within_s", within, 60)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise WrongRule(name, "field.number", least=0, most=most)
    if given.get("clock", "answer") not in ("answer", "greeting"):
        raise WrongRule("clock", "field.choice")
    return {
        "percent": float(percent),  # type: ignore[arg-type]
        "days": whole(given, "days"),
        "within_s": float(within),
        "clock": given.get("clock", "answer"),
        "message": _flag(given, "message", True),
    }


_OWN: Mapping[str, Any] = {
    law.Hours.name: _hours,
    law.Holidays.name: _holidays,
    law.Attempts.name: lambda given: {"most": whole(given, "most"), "days": whole(given, "days")},
    law.Silence.name: lambda given: {"days": whole(given, "days")},
    law.ConsentNeeded.name: lambda given: {
        "proof": _flag(given, "proof", True),
        "valid_days": whole(given, "valid_days", 0),
    },
    law.OptOut.name: _opt_out,
    law.CallerId.name: _caller_id,
    law.Ring.name: lambda given: {"least_s": whole(given, "least_s")},
    law.Abandoned.name: lambda given: {"hours": whole(given, "hours")},
    law.AbandonRate.name: _rate,
}


def _own_written(rule: Rule) -> Json:
    match rule:
        case law.Hours():
            return {"week": {name: text for i, name in enumerate(DAYS) if (text := hours_text(rule.week, i))}}
        case law.Holidays():
            return {"country": rule.country, "regions": list(rule.regions)}
        case law.Attempts():
            return {"most": rule.most, "days": rule.days}
        case law.Silence():
            return {"days": rule.days}
        case law.ConsentNeeded():
            return {"proof": rule.proof, "valid_days": rule.valid_days}
        case law.OptOut():
            return {
                "register": rule.register,
                "most_age_days": rule.most_age_days,
                "needed": rule.needed,
                "lifted": rule.lifted,
            }
        case law.CallerId():
            return {"only": list(rule.only), "never": list(rule.never), "withheld": rule.withheld}
        case law.Ring():
            return {"least_s": rule.least_s}
        case law.Abandoned():
            return {"hours": rule.hours}
        case law.AbandonRate():
            return {
                "percent": rule.percent,
                "days": rule.days,
                "within_s": rule.within_s,
                "clock": rule.clock,
                "message": rule.message,
            }
    raise AssertionError(rule.name)
