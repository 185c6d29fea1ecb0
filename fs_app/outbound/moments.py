"""Moments that people choose: on the wall clock of the account's zone, both changes of the clock included. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fs_app.errors import Invalid

PUT_OFF_MIN = (5, 10, 15, 20, 30, 60, 120, 240, 1440)
"""Quick postponements (BA-112), minutes."""

DAY_MIN = 1440
WRITTEN = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})")


class NoSuchTime(Invalid):
    """The clock is put forward over it."""

    key = "error.no_such_time"


class NotOnStep(Invalid):
    """The queue books on full steps of some minutes."""

    key = "error.callback_step"


def chosen(text: str, zone: ZoneInfo, step_min: int = 1) -> int:
    """`2026-03-29T14:30` as that zone's clocks show it → UTC ms. Of an hour that comes twice it is the first. Raises
    Invalid, NoSuchTime; also for what is no multiple of `step_min`."""
    if not WRITTEN.fullmatch(text):
        raise Invalid("a date and a time are expected", field="at")
    try:
        local = datetime.fromisoformat(text)
        moment = local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("there is no such date", field="at") from None
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise NoSuchTime(f"{text} in {zone}", field="at")
    if (local.hour * 60 + local.minute) % step_min:
        raise NotOnStep(f"not on full {step_min} minutes", field="at", step=step_min)
    return round(moment.timestamp() * 1000)


def in_minutes(minutes: int, now: int, zone: ZoneInfo) -> int:
    """One of PUT_OFF_MIN from `now` (UTC ms) on. A day later is the same time on the clock, be that day of 23 or 25
    hours. Raises Invalid."""
    if minutes not in PUT_OFF_MIN:
        raise Invalid("not one of the offered times", field="minutes")
    if minutes < DAY_MIN:
        return now + minutes * 60_000
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone)
    tomorrow = (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return round(tomorrow.timestamp() * 1000)
