"""Callbacks as a list that agents work through (`outbound.item.Source`)."""

from __future__ import annotations

from fs_app.callbacks.service import Callbacks
from fs_app.callbacks.state import Callback, State
from fs_app.errors import NotFound
from fs_app.live import Live
from fs_app.outbound.item import Beyond, Item


class CallbackSource:
    def __init__(self, live: Live, callbacks: Callbacks) -> None:
        self._live = live
        self._callbacks = callbacks

    def find(self, account: int, item: str) -> Item | None:
        try:
            return as_item(self._callbacks.find(account, item))
        except NotFound:
            return None

    def items(self, account: int) -> list[Item]:
        return [
            as_item(c)
            for c in self._live.callbacks.values()
            if c.account == account and c.state is not State.REACHED
        ]

    def beyond(self, account: int) -> dict[int, Beyond]:
        return {}

    def reserve(self, account: int, item: str, agent: int, until: int | None) -> None:
        self._callbacks.take(account, item, agent, until)

    def give_back(self, item: str, agent: int) -> None:
        self._callbacks.give_back(item, agent)

    def release(self, account: int, item: str) -> None:
        self._callbacks.release(account, item)

    def skip(self, account: int, item: str, agent: int, reason: str) -> None:
        self._callbacks.skip(account, item, agent, reason)

    def call(self, account: int, item: str, agent: int) -> None:
        self._callbacks.call_back(account, item, agent)

    def postpone(self, account: int, item: str, due_at: int) -> None:
        self._callbacks.postpone(account, item, due_at, by_hand=True)

    def move(self, account: int, item: str, agent: int | None, by: str) -> None:
        self._callbacks.move(account, item, agent, by)

    def note(self, account: int, item: str, note: str) -> None:
        self._callbacks.note(account, item, note)

    def close(
        self, account: int, item: str, done: bool, who: str, disposition: int | None, note: str
    ) -> None:
        self._callbacks.close(account, item, done, who, disposition, note)


def as_item(callback: Callback) -> Item:
    """`status`: what the last attempt came to, else why he is on the list."""
    tried = callback.last_result
    return Item(
        id=callback.id,
        account=callback.account,
        queue=callback.queue,
        numbers=(callback.number,) if callback.number else (),
        name=callback.name,
        contact=callback.contact,
        status=tried or str(callback.reason),
        times=callback.results.get(tried, 0) if tried else callback.times,
        reason=str(callback.reason),
        due_at=callback.due_at,
        since=callback.created_at,
        owner=callback.owner if callback.state is State.RESERVED else None,
        personal=callback.personal,
        under_way=bool(callback.call),
        attempts=callback.tries,
        note=callback.note,
        recording=callback.recording,
        from_call=callback.from_call,
        skipped=callback.skipped,
    )
