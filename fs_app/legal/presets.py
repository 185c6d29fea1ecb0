"""The shipped rules of countries (`presets/*.yaml`), and the dates of their holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import holidays
import yaml

from fs_app.legal import writing
from fs_app.legal.rules import Holidays, Rules

CAUTIOUS = ""
"""The country of those whose country has no preset, or is not known."""


@dataclass(frozen=True, slots=True)
class Preset:
    """`also`: further codes of the same law. `checked`: when the law was last read (ISO date)."""

    country: str
    also: tuple[str, ...]
    checked: str
    rules: Rules


@cache
def all_of_them() -> Mapping[str, Preset]:
    """Country → preset; "" is the cautious one."""
    found = {}
    for file in sorted(resources.files(__package__).joinpath("presets").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            preset = _read(yaml.safe_load(file.read_text("utf-8")))
            found[preset.country] = preset
    return found


def _read(given: dict[str, Any]) -> Preset:
    country = given["country"] or CAUTIOUS
    rules = Rules(country, tuple(writing.read(rule) for rule in given["rules"]))
    return Preset(country, tuple(given.get("also", ())), str(given["checked"]), rules)


@cache
def _by_code() -> Mapping[str, str]:
    found = {}
    for country, preset in all_of_them().items():
        for code in (country, *preset.also):
            found[code] = country
    return found


def law_of(country: str) -> str:
    """The country whose preset counts for numbers of `country`; "" when there is none."""
    return _by_code().get(country, CAUTIOUS)


def of(country: str) -> Preset:
    """That of this country, else the cautious one."""
    return all_of_them()[law_of(country)]


def resolved(rules: Rules, country: str, year: int) -> Rules:
    """With the dates of holidays around `year`. A rule that names no country means `country`, that of the number."""
    days = {
        rule.id: public_holidays(rule.country or country, rule.regions, year)
        for rule in rules.rules
        if isinstance(rule, Holidays)
    }
    return rules.with_days(days)


@cache
def public_holidays(country: str, regions: tuple[str, ...], year: int) -> frozenset[date]:
    """Those of the year before to three years after, of the whole country and of these regions ("*": of all). Without
    the package's knowledge of the country: the first of January and Christmas."""
    known = holidays.list_supported_countries(include_aliases=False)
    years = range(year - 1, year + 4)
    if country not in known:
        return frozenset(date(y, month, day) for y in years for month, day in ((1, 1), (12, 25)))
    wanted: list[str | None] = [None]
    wanted += known[country] if "*" in regions else [r for r in regions if r in known[country]]
    found: set[date] = set()
    for region in wanted:
        found.update(holidays.country_holidays(country, subdiv=region, years=years))
    return frozenset(found)
