"""Public holidays of a country, from the `holidays` package, to be copied into a table of the account's own."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

from fs_app.hours.checks import YEARS, WrongFields
from fs_app.hours.opening import HolidayDay

MOST_YEARS = 10


@cache
def countries() -> dict[str, list[str]]:
    """ISO 3166 code → the codes of the regions that have holidays of their own."""
    return {
        code: list(regions)
        for code, regions in holidays.list_supported_countries(include_aliases=False).items()
    }


@cache
def _languages() -> dict[str, list[str]]:
    return {code: list(found) for code, found in holidays.list_localized_countries().items()}


def days(country: str, region: str, first: int, last: int, language: str) -> list[HolidayDay]:
    """The public holidays of the years `first` to `last`, as single days with their names in `language` (where
    the package knows them, in the country's own otherwise). Raises WrongFields.

    Single days, because most of them move; several names of one date are one day.
    """
    regions = countries().get(country)
    if regions is None:
        raise WrongFields({"country": "hours.wrong.country"})
    if region and region not in regions:
        raise WrongFields({"region": "hours.wrong.region"})
    if first not in YEARS or last not in YEARS or not first <= last < first + MOST_YEARS:
        raise WrongFields({"years": "hours.wrong.years"})
    spoken = next((known for known in _languages().get(country, []) if known.startswith(language)), None)
    found = holidays.country_holidays(
        country, subdiv=region or None, years=range(first, last + 1), language=spoken
    )
    return [_day(when, str(title)) for when, title in sorted(found.items())]


def _day(when: date, title: str) -> HolidayDay:
    clean = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return HolidayDay(0, clean[:100] or when.isoformat(), when.year, when.month, when.day)
