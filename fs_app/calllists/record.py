"""A record of a list as plain values, and what the end of a call or an agent's word makes of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.calllists.state import DATED, RESULTS, State, after

KEPT_TIMES = 20
"""So many of the last attempts stay with the record; the older ones are in the calls."""


@dataclass(frozen=True, slots=True)
class Record:
    """`ListRecord` as values (see there)."""

    id: int
    account: int
    list: int
    index: int
    contact: int | None
    number: str
    kind: str
    country: str
    zone: str
    state: str
    before: str | None = None
    due_at: int | None = None
    owner: int | None = None
    priority: int = 0
    order_key: int = 0
    attempts: int = 0
    first_at: int | None = None
    last_at: int | None = None
    last_result: str = ""
    last_agent: int | None = None
    disposition: int | None = None
    memo: str = ""
    number_wrong: bool = False
    abandoned_at: int | None = None
    refused_at: int | None = None
    attempt_times: tuple[int, ...] = ()
    more: tuple[Mapping[str, Any], ...] = ()
    imported_at: int = 0
    import_id: int | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The one that is dialled, then the others that are not known to be wrong."""
        others = (str(one.get("n") or "") for one in self.more if not one.get("wrong"))
        return tuple(n for n in (self.number, *others) if n)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to become of a record. `event`: a word of `state.RESULTS`.

    `attempted_at`: when the attempt began (UTC ms); None: nobody was called (an agent closed or moved it). The same
    attempt told twice changes nothing the second time. `due_at`: for the dated events. `owner`: for `personal`.
    `refused`: who was called wants no more calls. `abandoned`: he answered and nobody was there for him.
    """

    event: str
    attempted_at: int | None = None
    due_at: int | None = None
    owner: int | None = None
    result: str = ""
    agent: int | None = None
    disposition: int | None = None
    refused: bool = False
    abandoned: bool = False
    memo: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the list: how often a record is called."""

    attempts: int = 7


def changed(record: Record, outcome: Outcome, limits: Limits) -> dict[str, Any]:
    """The columns that change; none when this attempt was told before. Raises UnknownTransition, KeyError (an event
    that is none).

    After the last attempt there is no other one without a promise: REDIAL and SYSTEM become UNREACHABLE. A number that
    is nobody's gives way to the next one of the record; only when there is none left the record is WRONG.
    """
    RESULTS[outcome.event]
    if outcome.attempted_at is not None and outcome.attempted_at in record.attempt_times:
        return {}
    found: dict[str, Any] = {}
    attempts = record.attempts
    if outcome.attempted_at is not None:
        attempts += 1
        found["attempts"] = attempts
        found["attempt_times"] = [*record.attempt_times, outcome.attempted_at][-KEPT_TIMES:]
        found["last_at"] = outcome.attempted_at
        if record.first_at is None:
            found["first_at"] = outcome.attempted_at
        if outcome.abandoned:
            found["abandoned_at"] = outcome.attempted_at
        if outcome.refused:
            found["refused_at"] = outcome.attempted_at
    event = outcome.event
    if event == "wrong":
        found |= next_number(record)
        event = "wrong" if found.get("number_wrong") else "redial"
    if event in ("redial", "system") and attempts >= limits.attempts:
        event = "unreachable"
    state, before = after(record.state, event, record.before)
    found |= {
        "state": state.value,
        "before": before.value if before is not None else None,
        "due_at": outcome.due_at if state in DATED else None,
    }
    if state is State.PERSONAL:
        found["owner"] = outcome.owner if outcome.owner is not None else record.owner
    for name, value in (
        ("last_result", outcome.result),
        ("last_agent", outcome.agent),
        ("disposition", outcome.disposition),
        ("memo", outcome.memo),
    ):
        if value is not None and value != "":
            found[name] = value
    return found


def next_number(record: Record) -> dict[str, Any]:
    """The columns that change when the number that was dialled is wrong: the next one takes its place."""
    wrong: dict[str, Any] = {"n": record.number, "kind": record.kind, "zone": record.zone, "wrong": True}
    others = list(record.more)
    for at, other in enumerate(others):
        if other.get("n") and not other.get("wrong"):
            rest = [*others[:at], *others[at + 1 :], wrong]
            return {
                "number": str(other["n"]),
                "kind": str(other.get("kind") or ""),
                "zone": str(other.get("zone") or record.zone),
                "country": str(other.get("country") or record.country),
                "more": rest,
            }
    return {"number_wrong": True}
