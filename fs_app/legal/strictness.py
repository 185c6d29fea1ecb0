"""Is a changed rule looser than the one of the preset? Pure. What is stricter anybody may set; what is looser needs a
reason and is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fs_app.hours.opening import DAY
from fs_app.legal import rules as law
from fs_app.legal.presets import public_holidays
from fs_app.legal.rules import Rule


def looser(preset: Rule | None, mine: Rule | None, country: str, year: int) -> tuple[str, ...]:
    """The parts in which `mine` forbids less than `preset`; () when it forbids at least as much. `country`: whose
    numbers they are for, `year`: for whose holidays one looks."""
    if preset is None:
        return ()
    if mine is None:
        return ("rule",)
    found = [
        part
        for part, less in (
            ("purposes", not mine.purposes >= preset.purposes),
            ("kinds", not mine.kinds >= preset.kinds),
            ("since", _later(mine.since, preset.since)),
            ("before", _earlier(mine.before, preset.before)),
        )
        if less
    ]
    if type(mine) is not type(preset):
        return (*found, "rule")
    return (*found, *_PARTS[preset.name](preset, mine, country, year))


def _later(mine: Any, preset: Any) -> bool:
    return mine is not None and (preset is None or mine > preset)


def _earlier(mine: Any, preset: Any) -> bool:
    return mine is not None and (preset is None or mine < preset)


def _hours(old: law.Hours, new: law.Hours, country: str, year: int) -> list[str]:
    return [
        "week"
        for weekday in range(7)
        if any(new.week.has(weekday, minute) and not old.week.has(weekday, minute) for minute in range(DAY))
    ][:1]


def _holidays(old: law.Holidays, new: law.Holidays, country: str, year: int) -> list[str]:
    was = public_holidays(old.country or country, old.regions, year)
    now = public_holidays(new.country or country, new.regions, year)
    return [] if now >= was else ["regions" if old.country == new.country else "country"]


def _fewer(*names: str) -> Callable[..., list[str]]:
    """Looser when one of these is smaller than it was."""
    return lambda old, new, country, year: [n for n in names if getattr(new, n) < getattr(old, n)]


def _attempts(old: law.Attempts, new: law.Attempts, country: str, year: int) -> list[str]:
    return [
        part
        for part, less in (("most", new.most > old.most), ("days", new.days < old.days and new.most > 0))
        if less
    ]


def _consent(old: law.ConsentNeeded, new: law.ConsentNeeded, country: str, year: int) -> list[str]:
    kept = not old.valid_days or (new.valid_days and new.valid_days <= old.valid_days)
    return [part for part, less in (("proof", old.proof > new.proof), ("valid_days", not kept)) if less]


def _opt_out(old: law.OptOut, new: law.OptOut, country: str, year: int) -> list[str]:
    fresh = not old.most_age_days or (new.most_age_days and new.most_age_days <= old.most_age_days)
    parts = (
        ("needed", old.needed > new.needed),
        ("most_age_days", not fresh),
        ("lifted", new.lifted > old.lifted),
    )
    return [part for part, less in parts if less]


def _caller_id(old: law.CallerId, new: law.CallerId, country: str, year: int) -> list[str]:
    only = not old.only or (bool(new.only) and all(one.startswith(old.only) for one in new.only))
    never = all(one.startswith(new.never) if new.never else False for one in old.never)
    parts = (("only", not only), ("never", not never), ("withheld", new.withheld > old.withheld))
    return [part for part, less in parts if less]


def _rate(old: law.AbandonRate, new: law.AbandonRate, country: str, year: int) -> list[str]:
    parts = (
        ("percent", new.percent > old.percent),
        ("days", new.days > old.days),
        ("within_s", new.within_s > old.within_s),
        ("clock", old.clock == "answer" and new.clock != "answer"),
        ("message", old.message > new.message),
    )
    return [part for part, less in parts if less]


_PARTS: Mapping[str, Callable[..., list[str]]] = {
    law.Hours.name: _hours,
    law.Holidays.name: _holidays,
    law.Attempts.name: _attempts,
    law.Silence.name: _fewer("days"),
    law.ConsentNeeded.name: _consent,
    law.OptOut.name: _opt_out,
    law.CallerId.name: _caller_id,
    law.Ring.name: _fewer("least_s"),
    law.Abandoned.name: _fewer("hours"),
    law.AbandonRate.name: _rate,
}
