"""What the database knows of a number that is to be called, for `verdict` (inside `Database.read`). Times UTC ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import fn

from fs_app.calllists.model import ListRecord
from fs_app.calls.model import Call
from fs_app.legal import consents, optouts, presets, where
from fs_app.legal.rules import Kind, Purpose
from fs_app.legal.verdict import Facts

LONGEST_MS = 1200 * 86_400_000
"""So far back calls are looked for: no rule counts further."""

OUT = ("outbound", "callback")
AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be called: `number` E.164; `country` and `zone` as a record says them, "" nobody did."""

    number: str
    contact: int | None = None
    country: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class How:
    """`zone`: the account's, for numbers of which nobody knows where they are. `queues`: those that call for this
    purpose, whose calls count as attempts."""

    account: int
    zone: str
    purpose: Purpose
    kind: Kind
    caller_id: str
    withheld: bool
    queues: tuple[int, ...]


def facts(
    people: Sequence[Person], how: How, registers: Sequence[optouts.Register], now_ms: int
) -> list[Facts]:
    """In their order. The blacklist is not asked here: it is in memory."""
    numbers = sorted({p.number for p in people if p.number})
    stands_in = optouts.opted_out(numbers, registers)
    said = consents.answers(how.account, how.purpose.value, [(p.number, p.contact) for p in people])
    made = _attempts(how, numbers, now_ms)
    news = _news(how.account, numbers)
    dates: dict[str, int] = {}
    for register in registers:
        if register.as_of is not None:  # of several of a country the oldest counts
            dates[register.country] = min(register.as_of, dates.get(register.country, register.as_of))
    found = []
    for person in people:
        country = where.country_of(person.number) or person.country
        refused, abandoned = news.get(person.number, (None, None))
        found.append(
            Facts(
                country=country,
                zones=where.zones(person.number, person.zone, how.zone),
                kind=how.kind,
                purpose=how.purpose,
                attempts=tuple(made.get(person.number, ())),
                refused_at=refused,
                abandoned_at=abandoned,
                consent=said.get(person.number),
                opted_out=stands_in.get(person.number, ""),
                register_at=dates.get(presets.law_of(country) or country),
                caller_id=how.caller_id,
                withheld=how.withheld,
            )
        )
    return found


def _attempts(how: How, numbers: Sequence[str], now_ms: int) -> dict[str, list[int]]:
    """Of the lists' records, and calls that were made without one."""
    made: dict[str, list[int]] = {}
    for at in range(0, len(numbers), AT_ONCE):
        some = numbers[at : at + AT_ONCE]
        for number, times in (
            ListRecord.select(ListRecord.number, ListRecord.attempt_times)
            .where(
                ListRecord.account == how.account,
                ListRecord.number.in_(some),
                ListRecord.attempt_times.is_null(False),
            )
            .tuples()
        ):
            made.setdefault(number, []).extend(int(t) for t in times or ())
        if how.queues:
            calls: Any = Call.select(Call.caller_number, Call.started_at).where(
                Call.account == how.account,
                Call.caller_number.in_(some),
                Call.direction.in_(OUT),
                Call.queue.in_(how.queues),
                Call.record_id.is_null(),
                Call.started_at > now_ms - LONGEST_MS,
            )
            for number, started in calls.tuples():
                made.setdefault(number, []).append(started)
    return made


def _news(account: int, numbers: Sequence[str]) -> dict[str, tuple[int | None, int | None]]:
    """Number → when he refused last, and when he found nobody."""
    found: dict[str, tuple[int | None, int | None]] = {}
    for at in range(0, len(numbers), AT_ONCE):
        rows = (
            ListRecord.select(
                ListRecord.number, fn.MAX(ListRecord.refused_at), fn.MAX(ListRecord.abandoned_at)
            )
            .where(ListRecord.account == account, ListRecord.number.in_(numbers[at : at + AT_ONCE]))
            .group_by(ListRecord.number)
        )
        for number, refused, abandoned in rows.tuples():
            found[number] = refused, abandoned
    return found
