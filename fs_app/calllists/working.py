"""How a list is worked at this moment: what its rules let through, what keeps whom back, and who is next in the mix of
a queue's lists. Inside `Database.read`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from peewee import JOIN, Expression, fn

from fs_app.calllists import planner, quotas
from fs_app.calllists.fields import Asking, asking
from fs_app.calllists.mix import Mix
from fs_app.calllists.model import CallList, ListRecord, Planner, Profiler
from fs_app.calllists.picking import Legal, Picker, Wanted, anything
from fs_app.calllists.quotas import POSITIVE, Filled
from fs_app.calllists.record import Record
from fs_app.calllists.state import State
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.model import Contact

COUNTED_S = 2.0
"""How long the count of a profiler's segments is taken for right: it overshoots by what is judged meanwhile."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """`kind`: need (a characteristic that a record must have), hold (one that it must not), planner, quota.
    `condition`: what must be true of a record. `until`: when this may be over by itself (UTC ms); None: unknown."""

    kind: str
    name: str
    condition: Expression
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Working:
    """A list with what is in force now. `problems`: names of filters that can't be asked any more (a field is gone):
    they hold everything back rather than nothing, and pages say so."""

    id: int
    account: int
    name: str
    queue: int | None
    active: bool
    archived: bool
    attempts: int
    threshold: int
    weight: int
    exclusive: bool
    use_blacklist: bool
    restrictions: tuple[Restriction, ...] = ()
    segments: tuple[Filled, ...] = ()
    problems: tuple[str, ...] = ()
    changes_at: int | None = None

    @property
    def condition(self) -> Expression | None:
        parts = [one.condition for one in self.restrictions]
        return reduce(and_, parts) if parts else None

    def wanted(self, agent: int | None = None) -> Wanted:
        """For `Picker.next_records`."""
        return Wanted(self.id, self.attempts, self.exclusive, agent, self.condition)

    def holds_back(self, record: int) -> list[Restriction]:
        """Which of its restrictions keep this record from being called now."""
        return [one for one in self.restrictions if not _passes(record, one.condition)]


def _passes(record: int, condition: Expression) -> bool:
    query = ListRecord.select(ListRecord.id).join(Contact, JOIN.LEFT_OUTER)
    return bool(query.where((ListRecord.id == record) & condition).exists())


class Lists:
    """Remembers counts of segments for a moment, whose turn it is, and how far looks went; one per program."""

    def __init__(self) -> None:
        self.picker = Picker()
        self._mixes: dict[int, Mix] = {}
        self._counted: dict[tuple[int, int], tuple[float, list[int]]] = {}

    def working(self, found: CallList, now: int, asked: Asking | None = None) -> Working:
        asked = asked or asking(found.account_id, now)
        made = _Made(asked)
        for kind, ids in (("need", found.need), ("hold", found.hold)):
            for number in ids or ():
                name, _ = asked.characteristics.get(number, ("", None))
                if name:
                    made.add(kind, name, {"field": f"characteristic.{number}", "op": "is"}, kind == "hold")
        changes_at = self._planned(found, now, asked, made)
        segments = self._quotas(found, asked, made)
        return Working(
            found.id,
            found.account_id,
            found.name,
            found.queue_id,
            found.active,
            found.archived_at is not None,
            found.attempts,
            found.threshold,
            found.weight,
            found.exclusive,
            found.use_blacklist,
            tuple(made.restrictions),
            tuple(segments),
            tuple(made.problems),
            changes_at,
        )

    def _planned(self, found: CallList, now: int, asked: Asking, made: _Made) -> int | None:
        if found.planner_id is None:
            return None
        stored = Planner.get_by_id(found.planner_id)
        slots, zone = planner.slots(stored.slots), asked.fields.zone
        until = planner.next_change(slots, now, zone)
        for slot in planner.in_force(slots, datetime.fromtimestamp(now / 1000, zone)):
            made.add("planner", slot.name or stored.name, slot.filter, until=until)
        return until

    def _quotas(self, found: CallList, asked: Asking, made: _Made) -> list[Filled]:
        if found.profiler_id is None:
            return []
        wanted = quotas.quotas(Profiler.get_by_id(found.profiler_id).quotas)
        segments = quotas.filled(wanted, self._reached(found.id, found.profiler_id, wanted, asked))
        for quota, one in zip(wanted, segments, strict=True):
            if one.full:
                made.add("quota", quota.name, quota.filter, opposite=True)
        return segments

    def _reached(self, list_id: int, profiler: int, wanted: list[quotas.Quota], asked: Asking) -> list[int]:
        at, known = self._counted.get((list_id, profiler), (0.0, []))
        if time.monotonic() - at < COUNTED_S and len(known) == len(wanted):
            return known
        known = [reached(list_id, quota.filter, asked) for quota in wanted]
        self._counted[list_id, profiler] = time.monotonic(), known
        return known

    def forget(self) -> None:
        """Rules have been changed."""
        self._counted.clear()

    # --- a queue's lists ------------------------------------------------------------------------------------
    def of_queue(self, queue: int, now: int) -> list[Working]:
        """The active lists of a queue."""
        rows = CallList.select().where(
            CallList.queue == queue,
            CallList.active,
            CallList.archived_at.is_null(),
        )
        known: dict[int, Asking] = {}
        found = []
        for row in rows.order_by(CallList.id):
            if row.account_id not in known:
                known[row.account_id] = asking(row.account_id, now)
            found.append(self.working(row, now, known[row.account_id]))
        return found

    def next_records(
        self,
        queue: int,
        now: int,
        most: int,
        agent: int | None = None,
        legal: Legal = anything,
        zone_open: Callable[[str], bool] = lambda zone: True,
    ) -> list[Record]:
        """The next ones of all lists of a queue, mixed by weight; what was promised comes first."""
        lists = self.of_queue(queue, now)
        found = {
            one.id: self.picker.next_records(one.wanted(agent), now, most, legal, zone_open) for one in lists
        }
        promised = (State.CALLBACK, State.PERSONAL)
        first = [r for records in found.values() for r in records if r.state in promised]
        first.sort(key=lambda r: (r.state != State.PERSONAL, r.due_at or 0, r.id))
        rest = {i: [r for r in records if r.state not in promised] for i, records in found.items()}
        mix = self._mixes.setdefault(queue, Mix())
        mixed = mixed_by(mix, {one.id: one.weight for one in lists}, rest)
        return [*first, *mixed][:most]


def mixed_by(
    mix: Mix, weights: Mapping[int, int], records: Mapping[int, Collection[Record]]
) -> Iterator[Record]:
    """By turns, as the weights say, until all are through."""
    left = {i: iter(some) for i, some in records.items()}
    counts = {i: len(some) for i, some in records.items()}
    while having := {i for i, n in counts.items() if n}:
        chosen = mix.next(weights, having)
        if chosen is None:
            return
        counts[chosen] -= 1
        yield next(left[chosen])


def reached(list_id: int, given: Any, asked: Asking) -> int:
    """How many positive results a segment has."""
    query = (
        ListRecord.select(fn.COUNT(ListRecord.id))
        .join(Contact, JOIN.LEFT_OUTER)
        .where(
            ListRecord.list == list_id,
            ListRecord.state == State.COMPLETED.value,
            ListRecord.last_result == POSITIVE,
        )
    )
    try:
        condition = asked.condition(given)
    except InvalidFields:
        return 0
    return int((query if condition is None else query.where(condition)).scalar() or 0)


@dataclass
class _Made:
    asked: Asking
    restrictions: list[Restriction] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, kind: str, name: str, given: Any, opposite: bool = False, until: int | None = None) -> None:
        try:
            condition = self.asked.condition(given)
        except InvalidFields:
            self.problems.append(name)
            condition = _never()
            opposite = False
        if condition is None:
            if not opposite:
                return
            condition, opposite = _never(), False
        self.restrictions.append(Restriction(kind, name, ~condition if opposite else condition, until))


def _never() -> Expression:
    return ListRecord.id < 0  # type: ignore[no-any-return]
