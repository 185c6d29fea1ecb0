"""Filters that switch by themselves (HN-460): "from 18:00 only mobiles". Pure.

A slot is {"name", "days": [1 … 7, Monday is 1], "from": "18:00", "until": "20:00", "filter": Filter}. Its times are on
the wall clock of the account; `until` is not part of it; one that ends at or before its beginning goes on into the next
day. Outside all slots nothing is held back; where slots overlap a record must be let through by all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MOST_SLOTS = 50
DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Slot:
    """`begin` and `end`: minutes since midnight; `end` up to 24:00 of the next day."""

    name: str
    days: frozenset[int]
    begin: int
    end: int
    filter: Mapping[str, Any] = field(default_factory=dict)


def minutes(text: object) -> int | None:
    """ "18:30" → 1110; up to "24:00"; None: it is no time."""
    if not isinstance(text, str) or len(text) != 5 or text[2] != ":":
        return None
    hours, past = text[:2], text[3:]
    if not (hours + past).isascii() or not (hours + past).isdigit():
        return None
    found = int(hours) * 60 + int(past)
    return found if int(past) < 60 and found <= DAY_MIN else None


def slots(stored: Sequence[Mapping[str, Any]]) -> list[Slot]:
    """As they are stored; what makes no sense is left out (the form lets nothing of it in)."""
    found = []
    for one in stored:
        begin, end = minutes(one.get("from")), minutes(one.get("until"))
        days = frozenset(day for day in one.get("days") or () if day in range(1, 8))
        if begin is None or end is None or not days:
            continue
        found.append(
            Slot(
                str(one.get("name") or ""),
                days,
                begin,
                end if end > begin else end + DAY_MIN,
                one.get("filter") or {},
            )
        )
    return found


def applies(slot: Slot, local: datetime) -> bool:
    """On the wall clock: whatever a change of the clocks does, 18:00 is when the clock says so."""
    now = local.hour * 60 + local.minute
    today, yesterday = local.isoweekday(), (local.isoweekday() - 2) % 7 + 1
    return (today in slot.days and slot.begin <= now < slot.end) or (
        yesterday in slot.days and now < slot.end - DAY_MIN
    )


def in_force(found: Sequence[Slot], local: datetime) -> list[Slot]:
    return [slot for slot in found if applies(slot, local)]


def next_change(found: Sequence[Slot], now_ms: int, zone: ZoneInfo) -> int | None:
    """When other slots are in force (UTC ms); None: never."""
    local = datetime.fromtimestamp(now_ms / 1000, zone)
    here = in_force(found, local)
    moments = set()
    for ahead in range(9):
        day = (local + timedelta(days=ahead)).date()
        for slot in found:
            for at in (slot.begin, slot.end % DAY_MIN):
                whole = datetime(day.year, day.month, day.day, at % DAY_MIN // 60, at % 60, tzinfo=zone)
                moments.add(round(whole.timestamp() * 1000))
    for moment in sorted(moments):
        if moment > now_ms and in_force(found, datetime.fromtimestamp(moment / 1000, zone)) != here:
            return moment
    return None
