"""The filter of the list of calls: what stands in the address, and what it asks of the database.

The address holds the whole filter, so that it can be kept and shared. What makes no sense in it is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fs_app.calls.queries import SORTS
from fs_app.calls.rows import OUTCOMES, Band, CallFilter
from fs_app.web.text import days_ms, digits_sought, whole_number

LONGEST_SEARCH = 200
MOST_TICKED = 60
DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
OLDEST_MS = 20 * 366 * DAY_MS
"""Hours of the day are looked for so far back."""


@dataclass(frozen=True, slots=True)
class CallForm:
    """As in the address. `since` and `until` are days (YYYY-MM-DD) of the account's zone, both included."""

    q: str = ""
    queue: int | None = None
    agent: int | None = None
    outcome: str = ""  # one, or several with commas between
    disposition: str = ""  # identifiers, likewise
    begin: str = ""  # HH:MM on the account's wall clock
    end: str = ""
    since: str = ""
    until: str = ""
    sort: str = "started"
    order: str = "desc"
    page: int = 1
    since_ms: int | None = None
    until_ms: int | None = None

    @property
    def filtered(self) -> bool:
        """Whether anything but the order is asked for."""
        return replace(self, sort="started", order="desc", page=1) != CallForm()


def read(args: Mapping[str, str], zone: ZoneInfo) -> CallForm:
    since, until = day_in_address(args.get("since", "")), day_in_address(args.get("until", ""))
    since_ms, until_ms = days_ms(since, until, zone)
    sort = args.get("sort", "started")
    return CallForm(
        q=" ".join(args.get("q", "")[:LONGEST_SEARCH].replace("\0", " ").split()),
        queue=whole_number(args.get("queue", "")),
        agent=whole_number(args.get("agent", "")),
        outcome=",".join(name for name in OUTCOMES if name in _several(args, "outcome")),
        disposition=",".join(
            dict.fromkeys(n for n in _several(args, "disposition") if whole_number(n) is not None)
        ),
        begin=_hour(args.get("begin", "")),
        end=_hour(args.get("end", "")),
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
        sort=sort if sort in SORTS else "started",
        order="asc" if args.get("order") == "asc" else "desc",
        page=max(1, whole_number(args.get("page", "")) or 1),
        since_ms=since_ms,
        until_ms=until_ms,
    )


def wanted(form: CallForm, only_agent: int | None, zone: tzinfo = UTC, now_ms: int = 0) -> CallFilter:
    """`only_agent`: the one whose calls may be seen, whatever the address says; None: all. `zone`, `now_ms`: for hours
    of the day."""
    return CallFilter(
        search=form.q,
        digits=digits_sought(form.q) if _like_a_number(form.q) else "",
        queue=form.queue,
        agent=only_agent if only_agent is not None else form.agent,
        outcome=form.outcome,
        dispositions=tuple(int(n) for n in form.disposition.split(",") if n),
        band=bands(form, zone, now_ms),
        since=form.since_ms,
        until=form.until_ms,
        sort=form.sort,
        descending=form.order == "desc",
    )


def bands(form: CallForm, zone: tzinfo, now_ms: int) -> tuple[Band, ...]:
    """The hours that are asked for, one band for each stretch between two changes of the clock. From one hour alone it
    is to the end, or from the beginning, of the day."""
    if not form.begin and not form.end:
        return ()
    begin, end = _ms(form.begin or "00:00"), _ms(form.end) if form.end else DAY_MS
    if begin == end:
        return ()
    until = form.until_ms or now_ms + DAY_MS
    since = max(form.since_ms or 0, until - OLDEST_MS)
    found: list[Band] = []
    at = since
    while at < until:
        offset, following = _offset(at, zone), min(until, at + WEEK_MS)
        if _offset(following, zone) != offset:
            following = _change(at, following, zone)
        if found and found[-1].offset_ms == offset:
            found[-1] = replace(found[-1], until=following)
        else:
            found.append(Band(at, following, offset, begin, end))
        at = following
    return tuple(found)


def _offset(at: int, zone: tzinfo) -> int:
    ahead = datetime.fromtimestamp(at / 1000, zone).utcoffset()
    return round(ahead.total_seconds() * 1000) if ahead is not None else 0


def _change(before: int, after: int, zone: tzinfo) -> int:
    """The moment between the two at which the clock was changed."""
    offset = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(middle, zone) == offset else (before, middle)
    return after


def _several(args: Mapping[str, str], name: str) -> list[str]:
    """Ticked several times, or with commas between."""
    many = getattr(args, "getlist", None)
    values = many(name) if many is not None else [args.get(name, "")]
    return [part for value in values[:MOST_TICKED] for part in value[:400].split(",")][:MOST_TICKED]


def _hour(text: str) -> str:
    hours, _, minutes = text.partition(":")
    fits = len(text) == 5 and text.isascii() and hours.isdigit() and minutes.isdigit()
    return text if fits and int(hours) < 24 and int(minutes) < 60 else ""


def _ms(hour: str) -> int:
    return (int(hour[:2]) * 60 + int(hour[3:])) * 60_000


def link(path: str, form: CallForm, **changes: Any) -> str:
    """The address of the list with some values changed; what is at its default is left out."""
    values, defaults = asdict(replace(form, **changes)), asdict(CallForm())
    shown = {
        name: value
        for name, value in values.items()
        if value != defaults[name] and name not in ("since_ms", "until_ms")
    }
    return f"{path}?{urlencode(shown)}" if shown else path


def _like_a_number(text: str) -> bool:
    return bool(text) and all(c.isdigit() or c in "+ .-()/" for c in text)


def day_in_address(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1971 <= day.year <= 9000 else None


def days_in_address(args: Mapping[str, str], zone: ZoneInfo) -> tuple[int | None, int | None]:
    """The days `since` and `until` of an address, both included, as UTC ms: from the first, to before the second."""
    since, until = (day_in_address(args.get(name, "")) for name in ("since", "until"))
    return days_ms(since, until, zone)
