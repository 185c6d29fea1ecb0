"""A verdict that forbids, as an agent reads it: what forbids it, and from when it would be allowed. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fs_app.hours.opening import zone_named
from fs_app.legal.verdict import Check, Verdict

TIMED = frozenset({"hours", "holidays", "attempts", "silence", "abandoned", "blacklist"})
"""Rules that time mends: with their moment they have a sentence of their own."""


def said(found: Verdict, at: datetime, zone: str) -> tuple[str, dict[str, Any]]:
    """Key and values of the sentence about what forbids it longest; the moment on the clock of `zone`."""
    check = found.why[0]
    if found.until is None or check.rule not in TIMED:
        return check.key, check.params
    return check.key.replace("legal.no.", "legal.until."), {
        **check.params,
        "until": moment(found.until, at, zone),
    }


def moment(until: datetime, at: datetime, zone: str) -> str:
    """Its hour alone when it is on the same day."""
    there, now = until.astimezone(zone_named(zone)), at.astimezone(zone_named(zone))
    if there.date() == now.date():
        return f"{there:%H:%M}"
    return f"{there:%d/%m %H:%M}" if there.year == now.year else f"{there:%d/%m/%Y %H:%M}"


def sentence(check: Check, at: datetime, zone: str) -> tuple[str, dict[str, Any]]:
    """That of one check, for lists of all of them."""
    if check.ok or check.until is None or check.rule not in TIMED:
        return check.key, check.params
    until = moment(check.until, at, zone)
    return check.key.replace("legal.no.", "legal.until."), {**check.params, "until": until}
