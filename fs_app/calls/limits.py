"""How long and how many may wait, and where they go then. No clock, no switch: values in, a place out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fs_app.infos import Limit, QueueInfo


@dataclass(frozen=True, slots=True)
class Stay:
    """In the queue where he is: there is no better place."""


@dataclass(frozen=True, slots=True)
class Onward:
    """To another queue."""

    queue: QueueInfo


@dataclass(frozen=True, slots=True)
class Outside:
    """To a telephone outside."""

    number: str


@dataclass(frozen=True, slots=True)
class Message:
    """To the voicemail of the queue."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """The message (empty: none), then the end."""

    message: str


Place = Stay | Onward | Outside | Message | Farewell


def is_full(queue: QueueInfo, length: int) -> bool:
    """`length` callers wait already: there is no room for one more."""
    return 0 < queue.max_length.most <= length


def after(
    limit: Limit,
    of: QueueInfo,
    find: Callable[[int | None], QueueInfo | None],
    length: Callable[[int], int],
    been: Collection[int],
    tried: Collection[str] = (),
) -> Place:
    """Where a caller goes when `limit` of queue `of` is reached.

    A full queue sends him on by its own rule. Nobody is sent in a circle: to a queue where he has `been`, that is
    gone or another account's, he does not go; then he stays where he is. Nor is a number called again that was
    `tried` for him in vain.
    """
    seen = {*been, of.id}
    while limit.then == "queue":
        target = find(limit.queue)
        if target is None or target.id in seen or target.account != of.account:
            return Stay()
        if not is_full(target, length(target.id)):
            return Onward(target)
        seen.add(target.id)
        limit = target.max_length
    if limit.then == "number":
        return Outside(limit.number) if limit.number and limit.number not in tried else Stay()
    if limit.then == "voicemail":
        return Message()
    return Farewell(limit.message)
