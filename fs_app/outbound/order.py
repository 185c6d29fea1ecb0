"""Who comes next, and who is sought. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from fs_app.outbound.item import Asked, Item


def in_order(items: Iterable[Item], mode: str) -> list[Item]:
    """The list as it is shown and worked through: in automatic mode as it came, else by due date."""
    if mode == "automatic":
        return sorted(items, key=lambda item: (item.came, item.rank, item.id))
    return sorted(items, key=lambda item: item.order)


def is_due(item: Item, now: int) -> bool:
    return item.due_at is None or item.due_at <= now


def comes_up(item: Item, agent: int, now: int) -> bool:
    """May it be shown to this agent by itself? A kept place that has a time goes back into the line by itself then."""
    if item.under_way or not item.numbers or not is_due(item, now):
        return False
    if item.owner not in (None, agent) or (item.reason == "KEPT_PLACE" and item.due_at is not None):
        return False
    return max(item.skipped.get(str(agent), 0), item.not_before) <= now


def matches(item: Item, asked: Asked, agent: int, now: int) -> bool:
    if asked.view == "mine" and not (item.owner == agent and item.personal):
        return False
    if asked.view == "due" and not is_due(item, now):
        return False
    if asked.view == "later" and is_due(item, now):
        return False
    if asked.queue is not None and item.queue != asked.queue:
        return False
    if asked.since is not None and (item.due_at is None or item.due_at < asked.since):
        return False
    if asked.until is not None and (item.due_at is None or item.due_at >= asked.until):
        return False
    return _has(item, asked.text)


def _has(item: Item, text: str) -> bool:
    wanted = text.casefold().strip()
    if not wanted:
        return True
    if any(wanted in text.casefold() for text in (item.name, item.note, item.list_name)):
        return True
    digits = "".join(c for c in wanted if c.isdigit()).removeprefix("00").lstrip("0")
    return len(digits) >= 3 and any(digits in number for number in item.numbers)
