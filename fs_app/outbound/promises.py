"""When a call may be promised (HN-150): what a queue allows its agents. Pure."""

from __future__ import annotations

from fs_app.catalog import Catalog
from fs_app.errors import Conflict, Invalid
from fs_app.infos import QueueInfo

DAY_MS = 86_400_000
SLACK_MS = 60_000


class TooMany(Conflict):
    """He has as many callbacks of his own as the queue allows."""

    key = "error.callback_too_many"


class TooLate(Invalid):
    """Beyond the latest date that the queue allows, or in the past."""

    key = "error.callback_date"


class Closed(Invalid):
    """The queue is closed at that moment, and books nothing then."""

    key = "error.callback_closed_then"


def may_be_due(catalog: Catalog, queue: QueueInfo, now: int, due_at: int, by_hand: bool = False) -> None:
    """Moments are UTC ms; one that somebody chose (`by_hand`) is held against the opening hours if the queue says so.
    Raises TooLate, Closed."""
    latest = queue.outbound.latest_days
    if not now - SLACK_MS <= due_at <= now + latest * DAY_MS + SLACK_MS:
        raise TooLate("not a moment for a callback", field="at", days=latest)
    if by_hand and not queue.outbound.closed_hours and not catalog.opening(queue, due_at).open:
        raise Closed("the queue is closed then", field="at")


def room_for(queue: QueueInfo, has: int) -> None:
    """One more of his own, beside those that an agent `has`. Raises TooMany."""
    most = queue.outbound.most_personal
    if most and has >= most:
        raise TooMany(f"he has {has}", most=most)
