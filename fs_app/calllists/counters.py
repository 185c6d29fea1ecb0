"""What a list counts (HN-401): one record, one state, so the parts always add up to the whole. The queries run inside
`Database.read`; one look at a narrow index answers all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from peewee import Case, fn

from fs_app.calllists.model import ListRecord
from fs_app.calllists.state import DIALABLE, DONE, TO_CALL, State


@dataclass(frozen=True, slots=True)
class Counters:
    """Records by state. `usable`: "fiches exploitables", dialable with fewer attempts than the list's threshold."""

    states: Mapping[str, int] = field(default_factory=dict)
    usable: int = 0

    def of(self, state: str) -> int:
        return self.states.get(state, 0)

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def to_call(self) -> int:
        return sum(self.of(state) for state in TO_CALL)

    @property
    def done(self) -> int:
        return sum(self.of(state) for state in DONE)

    @property
    def dialable(self) -> int:
        return sum(self.of(state) for state in DIALABLE)

    @property
    def available(self) -> float:
        """How much of the base is still to be called: 1.0 at first (PW-40)."""
        return self.to_call / self.total if self.total else 0.0

    def __add__(self, other: Counters) -> Counters:
        states = dict(self.states)
        for state, n in other.states.items():
            states[state] = states.get(state, 0) + n
        return Counters(states, self.usable + other.usable)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counters of a list: `whole`, and the same per time zone ("" is unknown)."""

    whole: Counters
    zones: Mapping[str, Counters]


def tally(list_id: int, threshold: int) -> Tally:
    """Of one list."""
    few = fn.SUM(Case(None, [(ListRecord.attempts < threshold, 1)], 0))
    found = (
        ListRecord.select(ListRecord.state, ListRecord.zone, fn.COUNT(ListRecord.id), few)
        .where(ListRecord.list == list_id)
        .group_by(ListRecord.state, ListRecord.zone)
        .tuples()
    )
    return _tally((state, zone, n, int(usable or 0)) for state, zone, n, usable in found)


def counters(list_id: int) -> dict[str, int]:
    """{state: n} of every state."""
    found = tally(list_id, 0).whole
    return {state.value: found.of(state) for state in State}


def _tally(rows: Iterable[tuple[str, str, int, int]]) -> Tally:
    zones: dict[str, Counters] = {}
    for state, zone, n, usable in rows:
        zones[zone] = zones.get(zone, Counters()) + Counters({state: n}, usable if state in DIALABLE else 0)
    whole = Counters()
    for one in zones.values():
        whole += one
    return Tally(whole, zones)
