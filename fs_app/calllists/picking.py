"""Which records of a list are called next, taking one so that nobody else has it, and writing what came of it.

The order: promises that an agent made for himself and that are due, promises for anybody that are due, the earliest
first; then by `order_key` what is untreated or to be redialled, among it the retries (SYSTEM) whose time has come. All
of it is read from an index in its order, time zone by time zone, so that a closed zone of half a million records costs
nothing. What the law or a filter refuses is passed over: `BUDGET` candidates at most in one look; where that ends in a
zone the next look goes on, so that a million refused records keep nobody from those behind them.

Functions run inside `Database.read` (`Picker.next_records`) or `Database.write` (`reserve`, `give_back`,
`record_result`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import islice
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn

from fs_app.calllists.model import CallList, ListRecord
from fs_app.calllists.record import Limits, Outcome, Record, changed
from fs_app.calllists.rows import from_tuple, record, selected
from fs_app.calllists.state import DIALABLE, State, after
from fs_app.contacts.model import Contact
from fs_app.errors import Conflict, NotFound

Legal = Callable[[Record], bool]
"""Whether a record may be called now: the law's word, asked for each candidate; or, with a method `many`, for a list of
them at once: what the database knows of them is asked together."""

AT_ONCE = 200

CHUNK = 5_000
BUDGET = 50_000
REFUSED = 2_000
"""So many are asked about in one look that the law refuses: at night it refuses all of them."""
MOST_RETRIES = 200
"""Of the retries whose time has come so many are looked at, the earliest: a rule's order is among these."""

MOST_ZONES = 600

ANY = 1 << 30
"""So many attempts nobody makes."""


class Taken(Conflict):
    """Somebody else has it, or it is not to be called any more."""

    key = "error.record_taken"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which list, and for whom. `condition`: what a record must be besides (filters, planner, quotas), over
    `ListRecord` joined with `Contact`. `agent`: own promises and, in an `exclusive` list, what is assigned to him;
    None: for nobody in particular."""

    list: int
    attempts: int = 7
    exclusive: bool = False
    agent: int | None = None
    condition: Expression | None = None


@dataclass(slots=True)
class _Place:
    """Where a look that found too few goes on, by (state, zone)."""

    at: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


def anything(_: Record) -> bool:
    return True


class Picker:
    """Remembers how far it looked; one per program."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, int | None], _Place] = {}

    def next_records(
        self,
        wanted: Wanted,
        now: int,
        most: int,
        legal: Legal = anything,
        zone_open: Callable[[str], bool] = lambda zone: True,
    ) -> list[Record]:
        """At most `most`, in their order. `zone_open`: zones of which no record may be called now are not looked at."""
        found: list[Record] = []
        for due in (self._promised(wanted, now, State.PERSONAL), self._promised(wanted, now, State.CALLBACK)):
            found += _some(due, most - len(found), legal)
        if len(found) < most:
            found += self._ordered(wanted, now, most - len(found), legal, zone_open)
        return found

    # --- promises -------------------------------------------------------------------------------------------
    def _promised(self, wanted: Wanted, now: int, state: State) -> Iterator[Record]:
        if state is State.PERSONAL and wanted.agent is None:
            return
        query = _candidates(replace(wanted, attempts=ANY)).where(  # what was promised is kept
            ListRecord.state == state.value, ListRecord.due_at.is_null(False), ListRecord.due_at <= now
        )
        if state is State.PERSONAL:
            query = query.where(ListRecord.owner == wanted.agent)
        else:
            query = _his(query, wanted)
        yield from _records(query.order_by(ListRecord.due_at, ListRecord.id).limit(MOST_RETRIES))

    # --- the rest -------------------------------------------------------------------------------------------
    def _ordered(
        self, wanted: Wanted, now: int, most: int, legal: Legal, zone_open: Callable[[str], bool]
    ) -> list[Record]:
        retries = _his(
            _candidates(wanted).where(
                ListRecord.state == State.SYSTEM.value,
                ListRecord.due_at.is_null(False),
                ListRecord.due_at <= now,
            ),
            wanted,
        )
        due = sorted(_records(retries.order_by(ListRecord.due_at).limit(MOST_RETRIES)), key=_order)
        due = [one for one in due if zone_open(one.zone)]
        key = (wanted.list, wanted.agent if wanted.exclusive else None)
        place = self._places.pop(key, _Place())
        parts = [
            (state, zone)
            for state in (State.UNTREATED, State.REDIAL)
            for zone in _zones(wanted.list, state)
            if zone_open(zone)
        ]
        walk = _Walk(wanted, place, legal, most, max(CHUNK, BUDGET // max(1, len(parts))))
        ways: list[Sequence[Record]] = [_some(iter(due), most, legal)]
        if wanted.exclusive and wanted.agent is not None:
            ways += [walk.assigned(state) for state in (State.UNTREATED, State.REDIAL)]
        ways += [walk.through(state, zone) for state, zone in parts]
        found = list(merge(*ways, key=_order))[:most]
        if walk.exhausted:
            self._places[key] = place
        return found


class _Walk:
    """Through the parts of a list, chunk by chunk along the index, `budget` candidates at most of each."""

    def __init__(self, wanted: Wanted, place: _Place, legal: Legal, most: int, budget: int) -> None:
        self._wanted = wanted
        self._place = place
        self._legal = legal
        self._most = most
        self._budget = budget
        self._refused = max(100, REFUSED * budget // BUDGET)
        self.exhausted = False

    def assigned(self, state: State) -> list[Record]:
        query = _candidates(self._wanted).where(
            ListRecord.state == state.value, ListRecord.owner == self._wanted.agent
        )
        query = query.order_by(ListRecord.order_key, ListRecord.id).limit(CHUNK)
        return _some(_records(query), self._most, self._legal)

    def through(self, state: State, zone: str) -> list[Record]:
        found: list[Record] = []
        here = (state.value, zone)
        place = self._place.at.pop(here, None)
        left = self._budget
        while len(found) < self._most:
            if left <= 0:
                self.exhausted = True
                if place is not None:
                    self._place.at[here] = place
                break
            size = min(CHUNK, left, max(64, self._most * 8) if place is None else CHUNK)
            left -= size
            end = _nth(self._wanted.list, state, zone, place, size)
            query = _candidates(self._wanted).where(_part(state, zone))
            if self._wanted.exclusive:  # his own came by `assigned`
                query = query.where(ListRecord.owner.is_null())
            if place is not None:
                query = query.where(_beyond(place))
            if end is not None:
                query = query.where(_until(end))
            query = query.order_by(ListRecord.order_key, ListRecord.id)
            query = query.limit(self._most if self._legal is anything else self._refused + self._most)
            asked = 0
            for one in _records(query):
                asked += 1
                if self._legal(one):
                    found.append(one)
                    if len(found) >= self._most:
                        break
            if self._legal is not anything and len(found) < self._most and asked >= self._refused:
                self._place.at[here] = (one.order_key, one.id)
                self.exhausted = True
                break
            if end is None:
                break
            place = end
        return found


def _part(state: State, zone: str, list_id: int | None = None) -> Expression:
    part = (ListRecord.state == state.value) & (ListRecord.zone == zone)
    return part if list_id is None else (ListRecord.list == list_id) & part


def _beyond(place: tuple[int, int]) -> Expression:
    """Written so that both databases use the index for it: the first condition is a range of it."""
    key, record_id = place
    return (ListRecord.order_key >= key) & ((ListRecord.order_key > key) | (ListRecord.id > record_id))


def _until(place: tuple[int, int]) -> Expression:
    key, record_id = place
    return (ListRecord.order_key <= key) & ((ListRecord.order_key < key) | (ListRecord.id <= record_id))


def _nth(
    list_id: int, state: State, zone: str, place: tuple[int, int] | None, n: int
) -> tuple[int, int] | None:
    """Where the n-th record after `place` stands, by the index alone; None: there are fewer."""
    query = ListRecord.select(ListRecord.order_key, ListRecord.id).where(_part(state, zone, list_id))
    if place is not None:
        query = query.where(_beyond(place))
    row = query.order_by(ListRecord.order_key, ListRecord.id).offset(n - 1).limit(1).tuples().first()
    return (row[0], row[1]) if row is not None else None


def _zones(list_id: int, state: State) -> Iterator[str]:
    """The zones of these records, one step in the index each, not a look at all."""
    last: str | None = None
    for _ in range(MOST_ZONES):
        query = ListRecord.select(fn.MIN(ListRecord.zone)).where(
            ListRecord.list == list_id, ListRecord.state == state.value
        )
        if last is not None:
            query = query.where(ListRecord.zone > last)
        last = query.scalar()
        if last is None:
            return
        yield last


def _candidates(wanted: Wanted) -> ModelSelect:
    query = ListRecord.select(*selected()).where(
        ListRecord.list == wanted.list, ListRecord.attempts < wanted.attempts, ListRecord.number != ""
    )
    if wanted.condition is not None:
        query = query.join(Contact, JOIN.LEFT_OUTER).where(wanted.condition)
    return query


def _his(query: ModelSelect, wanted: Wanted) -> ModelSelect:
    """In an exclusive list what is assigned is for its agent alone (CE-07), even while he is away."""
    if not wanted.exclusive:
        return query
    if wanted.agent is None:
        return query.where(ListRecord.owner.is_null())
    return query.where(ListRecord.owner.is_null() | (ListRecord.owner == wanted.agent))


def _records(query: ModelSelect) -> Iterator[Record]:
    return (from_tuple(row) for row in query.tuples().iterator())


def _some(records: Iterator[Record], most: int, legal: Legal) -> list[Record]:
    found: list[Record] = []
    if most <= 0:
        return found
    for one in _allowed(records, most, legal):
        found.append(one)
        if len(found) >= most:
            break
    return found


def _allowed(records: Iterator[Record], most: int, legal: Legal) -> Iterator[Record]:
    many: Callable[[list[Record]], list[bool]] | None = getattr(legal, "many", None)
    if many is None:
        yield from (one for one in records if legal(one))
        return
    size = min(AT_ONCE, max(8, most * 2))
    while some := list(islice(records, size)):
        yield from (one for one, allowed in zip(some, many(some), strict=True) if allowed)
        size = AT_ONCE


def _order(one: Record) -> tuple[int, int]:
    return one.order_key, one.id


# --- taking, giving back, and what came of it -------------------------------------------------------------------
def reserve(account: int, record_id: int, agent: int | None) -> Record:
    """It is in a call from now on: of two who ask, one has it. Raises NotFound, Taken."""
    found = record(account, record_id)
    if found is None:
        raise NotFound(f"record {record_id}")
    if found.state not in DIALABLE:
        raise Taken(f"record {record_id} is {found.state}")
    state, before = after(found.state, "taken", found.before)
    columns: dict[str, Any] = {"state": state.value, "before": before.value if before else None}
    if agent is not None:
        columns["last_agent"] = agent
    if not _still(found, columns):
        raise Taken(f"record {record_id} was taken meanwhile")
    return _again(account, record_id)


def give_back(account: int, record_id: int) -> bool:
    """No call came of it: it is what it was. False: it was not in a call (any more)."""
    found = record(account, record_id)
    if found is None or found.state != State.IN_CALL:
        return False
    state, _ = after(found.state, "given_back", found.before)
    return _still(found, {"state": state.value, "before": None})


def record_result(account: int, record_id: int, outcome: Outcome) -> Record:
    """Raises NotFound, UnknownTransition (it is done already)."""
    found = record(account, record_id)
    if found is None:
        raise NotFound(f"record {record_id}")
    attempts = CallList.select(CallList.attempts).where(CallList.id == found.list).scalar()
    columns = changed(found, outcome, Limits(attempts))
    if columns and not _still(found, columns):
        raise Taken(f"record {record_id} changed meanwhile")
    return _again(account, record_id)


def in_call(account: int, lists: Collection[int] = ()) -> list[Record]:
    """All that are in a call: after a start those whose call is not known any more are given back."""
    query = ListRecord.select(*selected()).where(
        ListRecord.account == account, ListRecord.state == State.IN_CALL.value
    )
    known = list(lists) or [one.id for one in CallList.select(CallList.id).where(CallList.account == account)]
    return list(_records(query.where(ListRecord.list.in_(known))))


def _still(found: Record, columns: dict[str, Any]) -> bool:
    """Written only if it is as it was read: two processes may meet on PostgreSQL."""
    written = (
        ListRecord.update(columns)
        .where(
            ListRecord.id == found.id,
            ListRecord.state == found.state,
            ListRecord.attempts == found.attempts,
        )
        .execute()
    )
    return bool(written)


def _again(account: int, record_id: int) -> Record:
    found = record(account, record_id)
    if found is None:
        raise NotFound(f"record {record_id}")
    return found
