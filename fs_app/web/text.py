"""How values from outside are shown: harmless, clipped, in the words and zone of the reader. No Flask."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_datetime, format_time

from fs_app.contacts.cells import FORMULA_STARTS, csv_cell, harmless

__all__ = [
    "FORMULA_STARTS",
    "clipped",
    "clock",
    "csv_cell",
    "date_time",
    "digits_sought",
    "duration",
    "harmless",
    "long_date",
    "moment",
    "phone",
    "start_of_day",
]

CLIP = 40
"""Characters of a name or number in a list."""


def clipped(text: str, most: int = CLIP) -> str:
    """At most `most` characters, with an ellipsis when something is missing; harmless, on one line."""
    line = " ".join(harmless(text[: most * 4]).split())
    return line if len(line) <= most and len(text) <= most * 4 else line[: most - 1].rstrip() + "…"


def phone(number: str, country: str = "FR") -> str:
    """A telephone number as people of `country` write it; what is no number is shown harmless, as it is."""
    if not number or len(number) > 32 or not number.lstrip("+").isdigit() or not number.isascii():
        return harmless(number)
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    at_home = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == country
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, style)


def digits_sought(text: str) -> str:
    """The digits of a search for a telephone number, without the national zero or the international 00."""
    digits = "".join(c for c in text if c.isdigit() and c.isascii())
    return digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")


def duration(ms: int | None) -> str:
    """02:14, or 1:02:14 from one hour on; a dash for nothing known."""
    if ms is None:
        return "–"
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, 3600)
    short = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours}:{short}" if hours else short


def moment(ms: int, zone: ZoneInfo) -> datetime:
    """A stamp of ours (UTC, ms) in a zone."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)


def date_time(ms: int | None, zone: ZoneInfo, language: str) -> str:
    """21/11/2026 10:42 as the language writes it."""
    if ms is None:
        return "–"
    when = moment(ms, zone)
    day = format_date(when, _DAY[language], locale=language)
    return f"{day} {format_time(when, 'HH:mm', locale=language)}"


def clock(ms: int | None, zone: ZoneInfo, language: str, precise: bool = False) -> str:
    """10:42, or 10:42:07,123 when `precise`."""
    if ms is None:
        return "–"
    when = moment(ms, zone)
    text = format_time(when, "HH:mm:ss" if precise else "HH:mm", locale=language)
    mark = "." if language == "en" else ","
    return f"{text}{mark}{when.microsecond // 1000:03}" if precise else text


def long_date(ms: int, zone: ZoneInfo, language: str) -> str:
    """samedi 21 novembre 2026"""
    return format_datetime(moment(ms, zone), _LONG_DAY[language], locale=language)


_DAY = {"fr": "dd/MM/yyyy", "en": "dd MMM yyyy", "es": "dd/MM/yyyy"}
_LONG_DAY = {"fr": "EEEE d MMMM yyyy", "en": "EEEE d MMMM yyyy", "es": "EEEE, d 'de' MMMM 'de' yyyy"}


def whole_number(text: str) -> int | None:
    """Of at most nine digits, as an address or a form has it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def page_number(text: str) -> int:
    """Of a page of a list; 1 for what is none."""
    return max(1, (whole_number(text) or 1) if len(text) < 7 else 1)


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """Midnight of a day in a zone, UTC ms."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def days_ms(since: date | None, until: date | None, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """All of these days, both included, as UTC ms: from the first, to before the second. None: no limit."""
    return (
        start_of_day(since, zone) if since else None,
        start_of_day(until + timedelta(days=1), zone) if until else None,
    )


def initials(name: str) -> str:
    """JD for Jean Dupont."""
    words = [w for w in clipped(name, 60).split() if w[:1].isalnum()]
    return "".join(w[0] for w in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
