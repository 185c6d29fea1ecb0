"""What the database knows of a number that is to be called, for `verdict` (inside `Database.read`). Times UTC ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Case, chunked, fn

from fs_app.calllists.model import ListRecord
from fs_app.calls.model import Call, Leg
from fs_app.legal import consents, optouts, presets, where
from fs_app.legal.rules import Kind, Purpose
from fs_app.legal.verdict import Facts
from fs_app.outbound.retry import Result, result_of
from fs_app.outgoing import causes
from fs_app.queues.model import Disposition

LONGEST_MS = 1200 * 86_400_000
"""So far back calls are looked for: no rule counts further."""

OUT = ("outbound", "callback")
AT_ONCE = 300

REFUSED = "refused"
"""Effect of a verdict: he wants no more calls for now."""

UNKNOWN_ENDS = frozenset({"lost"})
"""Kinds of causes (`outgoing.causes`) after which nobody knows whether a telephone rang."""


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
    made, left_alone = _attempts(how, people, now_ms)
    news, refusals = _news(how.account, people)
    dates: dict[str, int] = {}
    for register in registers:
        if register.as_of is not None:  # of several of a country the oldest counts
            dates[register.country] = min(register.as_of, dates.get(register.country, register.as_of))
    found = []
    for person in people:
        country = where.country_of(person.number) or person.country
        refused, abandoned = news.get(person.number, (None, None))
        refused = max(filter(None, (refused, refusals.get(person.contact or 0))), default=None)
        found.append(
            Facts(
                country=country,
                zones=where.zones(person.number, person.zone, how.zone),
                kind=how.kind,
                purpose=how.purpose,
                attempts=tuple(sorted(made.get(person.number, ()))),
                refused_at=refused,
                abandoned_at=max(filter(None, (abandoned, left_alone.get(person.number))), default=None),
                consent=said.get(person.number),
                opted_out=stands_in.get(person.number, ""),
                register_at=dates.get(presets.law_of(country) or country),
                caller_id=how.caller_id,
                withheld=how.withheld,
            )
        )
    return found


def _attempts(how: How, people: Sequence[Person], now_ms: int) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Number → when its owner was called: what the records of lists say that have it, and all calls to the number or to
    the same contact at another one, also those of records that are gone since. A call counts when it was dialled, not
    when an agent's own telephone rang, and unless the network said at once that it could not. And number → when he
    picked up last and found nobody."""
    made: dict[str, list[int]] = {}
    alone: dict[str, int] = {}
    of_contact = _by_contact(people)
    numbers = sorted({p.number for p in people if p.number})
    for some in chunked(numbers, AT_ONCE):
        rows = ListRecord.select(ListRecord.number, ListRecord.attempt_times).where(
            ListRecord.account == how.account,
            ListRecord.number.in_(some),
            ListRecord.attempt_times.is_null(False),
        )
        for number, times in rows.tuples():
            made.setdefault(number, []).extend(int(t) for t in times or ())
        for number, _, at, cause, nobody_at in _dialled(how, now_ms, Call.caller_number.in_(some)):
            if may_have_rung(cause):
                _once(made.setdefault(number, []), at)
            if nobody_at is not None:
                alone[number] = max(nobody_at, alone.get(number, 0))
    for contacts in chunked(sorted(of_contact), AT_ONCE):
        for _, contact, at, cause, _ in _dialled(how, now_ms, Call.contact.in_(contacts)):
            for number in of_contact[contact] if may_have_rung(cause) else ():
                _once(made.setdefault(number, []), at)
    return made, alone


def _once(times: list[int], at: int) -> None:
    """The record of a list knows the same call by the same moment."""
    if at not in times:
        times.append(at)


def _dialled(how: How, now_ms: int, whose: Any) -> Any:
    """(number, contact, when, cause, when he picked up and found nobody) of calls that were dialled: the customer's leg
    has the call's identifier."""
    nobody_at = Case(None, [(Call.answered_at.is_null() & Call.ended_at.is_null(False), Leg.answered_at)])
    calls: Any = (
        Call.select(Call.caller_number, Call.contact, Leg.created_at, Leg.cause, nobody_at)
        .join(Leg, on=(Leg.id == Call.id))
        .where(
            Call.account == how.account,
            whose,
            Call.direction.in_(OUT),
            Call.record_id.is_null(False) | Call.queue.in_(how.queues or (0,)),
            Leg.created_at > now_ms - LONGEST_MS,
        )
    )
    return calls.tuples()


def may_have_rung(cause: str) -> bool:
    """Whether somebody's telephone may have: what came to no result because the switch or the program died is counted,
    what the network could not do is not."""
    if not cause or result_of(cause) is not Result.FAILED:
        return True
    return causes.of_number(cause) in UNKNOWN_ENDS


def _news(
    account: int, people: Sequence[Person]
) -> tuple[dict[str, tuple[int | None, int | None]], dict[int, int]]:
    """Number → when its owner refused last, and when he found nobody; contact → when he refused at any number of his.
    What was said in a call counts though it was for no list, or for one that is gone."""
    found: dict[str, tuple[int | None, int | None]] = {}
    refusals: dict[int, int] = {}
    spelled = {way: n for n in {p.number for p in people if p.number} for way in _ways(n)}
    for some in chunked(sorted({p.number for p in people if p.number}), AT_ONCE):
        for number, at in _latest(account, ListRecord.refused_at, some):
            found[number] = at, None
        for number, at in _latest(account, ListRecord.abandoned_at, some):
            found[number] = found.get(number, (None, None))[0], at
    for some in chunked(sorted(spelled), AT_ONCE):
        for way, at in _refused(account, Call.caller_number, some):
            refused, abandoned = found.get(spelled[way], (None, None))
            found[spelled[way]] = max(at, refused or 0), abandoned
    for contacts in chunked(sorted(_by_contact(people)), AT_ONCE):
        rows = (
            ListRecord.select(ListRecord.contact, fn.MAX(ListRecord.refused_at))
            .where(ListRecord.contact.in_(contacts), ListRecord.refused_at.is_null(False))
            .group_by(ListRecord.contact)
        )
        for contact, at in (*rows.tuples(), *_refused(account, Call.contact, contacts)):
            refusals[contact] = max(at, refusals.get(contact, 0))
    return found, refusals


def _latest(account: int, moment: Any, numbers: Sequence[str]) -> Any:
    """(number, when last) of records that have such a moment: few, and in an index of their own."""
    rows: Any = (
        ListRecord.select(ListRecord.number, fn.MAX(moment))
        .where(ListRecord.account == account, ListRecord.number.in_(numbers), moment.is_null(False))
        .group_by(ListRecord.number)
    )
    return rows.tuples()


def _refused(account: int, column: Any, some: Sequence[Any]) -> Any:
    """(whose, when last) of calls in which somebody said that he wants no more for now."""
    moment = fn.MAX(fn.COALESCE(Call.disposed_at, Call.ended_at, Call.started_at))
    rows: Any = (
        Call.select(column, moment)
        .join(Disposition, on=(Call.disposition == Disposition.id))
        .where(Call.account == account, column.in_(some), Disposition.effect == REFUSED)
        .group_by(column)
    )
    return rows.tuples()


def _ways(number: str) -> tuple[str, ...]:
    """How networks deliver an E.164 number of who calls."""
    digits = number[1:]
    return (number, digits, f"00{digits}", where.national(number)) if number[:1] == "+" else (number,)


def _by_contact(people: Sequence[Person]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for person in people:
        if person.contact is not None and person.number:
            found.setdefault(person.contact, []).append(person.number)
    return found
