"""Records of call lists as something that agents work through (`outbound.item.Source`), beside callbacks."""

from __future__ import annotations

from fs_app.errors import NotFound
from fs_app.listwork.service import Forbidden, ListWork
from fs_app.listwork.shelf import Shelf
from fs_app.listwork.state import Held, Known, State
from fs_app.live import Live
from fs_app.outbound.item import RECORD, Beyond, Item


def item_id(record: int) -> str:
    return f"{RECORD}{record}"


def record_of(item: str) -> int | None:
    """None: it is of another list."""
    digits = item.removeprefix(RECORD)
    return int(digits) if item.startswith(RECORD) and digits.isascii() and digits.isdigit() else None


class RecordSource:
    def __init__(self, live: Live, work: ListWork, shelf: Shelf) -> None:
        self._live = live
        self._work = work
        self._shelf = shelf

    def find(self, account: int, item: str) -> Item | None:
        record = record_of(item)
        if record is None:
            return None
        try:
            known = self._work.known(account, record)
        except NotFound:
            return None
        return self._item(known, self._live.records.get(record))

    def items(self, account: int) -> list[Item]:
        held = [
            self._item(one.known, one)
            for one in self._live.records.values()
            if one.known.account == account and one.state is not State.REACHED
        ]
        return held + [self._item(known, None, rank, at) for known, rank, at in self._shelf.ready(account)]

    def beyond(self, account: int) -> dict[int, Beyond]:
        """Those that are on the lists, and not ready."""
        here: dict[int, list[int]] = {}
        now = self._shelf.now
        held = (
            one.known
            for one in self._live.records.values()
            if one.known.account == account and one.state is State.SHOWN
        )
        for known in (*held, *(known for known, _, _ in self._shelf.ready(account))):
            if known.bound_to is None:  # else it is on his list alone
                counted = here.setdefault(known.queue, [0, 0])
                counted[known.due_at is not None and known.due_at > now] += 1
        found = {}
        for queue, totals in self._shelf.totals(account).items():
            due, later = here.get(queue, (0, 0))
            found[queue] = Beyond(max(0, totals.due - due), max(0, totals.later - later))
        return found

    def reserve(self, account: int, item: str, agent: int, until: int | None) -> None:
        record = self._record(item)
        if until is None:
            self._work.own(account, record, agent)
            return
        try:
            self._work.show(account, record, agent, until)
        except Forbidden:
            self._shelf.bar(record)
            raise

    def give_back(self, item: str, agent: int) -> None:
        record = record_of(item)
        if record is not None:
            self._work.give_back(record, agent)

    def release(self, account: int, item: str) -> None:
        self._work.release(account, self._record(item))

    def skip(self, account: int, item: str, agent: int, reason: str) -> None:
        self._work.skip(account, self._record(item), agent, reason)

    def call(self, account: int, item: str, agent: int) -> None:
        self._work.call(account, self._record(item), agent)

    def postpone(self, account: int, item: str, due_at: int) -> None:
        self._work.postpone(account, self._record(item), due_at)

    def move(self, account: int, item: str, agent: int | None, by: str) -> None:
        self._work.move(account, self._record(item), agent, by)

    def note(self, account: int, item: str, note: str) -> None:
        self._work.note(account, self._record(item), note)

    def close(
        self, account: int, item: str, done: bool, who: str, disposition: int | None, note: str
    ) -> None:
        self._work.close(account, self._record(item), done, who, disposition, note)

    @staticmethod
    def _record(item: str) -> int:
        record = record_of(item)
        if record is None:
            raise NotFound(f"item {item[:50]!r}")
        return record

    def _item(self, known: Known, held: Held | None, rank: int = 0, at: int = 0) -> Item:
        """`status`: what the last attempt came to while it waits for the next one, else its state in the list. One
        without a date comes behind those whose time has come, in the order of the list."""
        tried = known.last_result if known.status == "SYSTEM" else ""
        bound = known.bound_to
        shown = held.agent if held is not None and held.state is State.SHOWN else None
        return Item(
            id=item_id(known.id),
            account=known.account,
            queue=known.queue,
            numbers=tuple(number.n for number in known.numbers),
            name=known.name,
            contact=known.contact,
            status=tried or known.status,
            times=known.results.get(tried, 1) if tried else 1,
            reason="RECORD",
            due_at=known.due_at,
            since=known.since,
            owner=bound if bound is not None else shown,
            personal=bound is not None,
            under_way=held is not None and held.state is not State.SHOWN,
            attempts=known.attempts,
            note=known.memo,
            skipped=self._shelf.skipped(known.id),
            list_name=known.list_name,
            rank=rank,
            stands_at=(at or known.since) if known.due_at is None else None,
            not_before=self._shelf.barred(known.id),
        )
