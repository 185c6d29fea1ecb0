"""The filter of the list of calls: what stands in the address, and what it asks of the database.

The address holds the whole filter, so that it can be kept and shared. What makes no sense in it is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fs_app.calls.queries import SORTS
from fs_app.calls.rows import OUTCOMES, CallFilter
from fs_app.web.text import digits_sought, start_of_day

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class CallForm:
    """As in the address. `since` and `until` are days (YYYY-MM-DD) of the account's zone, both included."""

    q: str = ""
    queue: int | None = None
    agent: int | None = None
    outcome: str = ""
    disposition: int | None = None
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
    sort = args.get("sort", "started")
    return CallForm(
        q=" ".join(args.get("q", "")[:LONGEST_SEARCH].replace("\0", " ").split()),
        queue=_number(args.get("queue", "")),
        agent=_number(args.get("agent", "")),
        outcome=args.get("outcome", "") if args.get("outcome") in OUTCOMES else "",
        disposition=_number(args.get("disposition", "")),
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
        sort=sort if sort in SORTS else "started",
        order="asc" if args.get("order") == "asc" else "desc",
        page=max(1, _number(args.get("page", "")) or 1),
        since_ms=start_of_day(since, zone) if since else None,
        until_ms=start_of_day(until + timedelta(days=1), zone) if until else None,
    )


def wanted(form: CallForm, only_agent: int | None) -> CallFilter:
    """`only_agent`: the one whose calls may be seen, whatever the address says; None: all."""
    return CallFilter(
        search=form.q,
        digits=digits_sought(form.q) if _like_a_number(form.q) else "",
        queue=form.queue,
        agent=only_agent if only_agent is not None else form.agent,
        outcome=form.outcome,
        disposition=form.disposition,
        since=form.since_ms,
        until=form.until_ms,
        sort=form.sort,
        descending=form.order == "desc",
    )


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


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def day_in_address(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1971 <= day.year <= 9000 else None
