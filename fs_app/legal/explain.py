"""Why is this record not dialled (BY-30)? Every rule with its verdict and when it will change; for a list, how many
records each of them keeps back.

What the calls know in memory (who is logged in, which queue is open) is asked on the loop; the rest in one look at the
database. A list's states, dates and attempts are counted exactly; what must be looked at record by record is counted on
a sample spread over the list when it is long, and said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from peewee import JOIN, Case, chunked, fn

from fs_app.agents.state import Presence
from fs_app.calllists.model import CallList, ListRecord
from fs_app.calllists.state import DATED, TO_CALL, State
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.hours.opening import is_open, zone_named
from fs_app.infos import QueueInfo
from fs_app.legal.gathering import Person
from fs_app.legal.rules import Kind
from fs_app.legal.service import Legal
from fs_app.legal.verdict import Check, Facts
from fs_app.live import Live

SAMPLE = 1500
"""Records of a list that are looked at one by one."""

PATIENCE_S = 30.0

LAW = "law"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word. `until`: UTC ms, when it will change by itself; None: it won't, or nobody knows. `about`: list,
    queue, agent, record, person, law."""

    about: str
    rule: str
    ok: bool
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`allowed`: it would be called now. `until`: from when, as far as time alone decides (UTC ms)."""

    reasons: tuple[Reason, ...]
    number: str = ""

    @property
    def allowed(self) -> bool:
        return all(reason.ok for reason in self.reasons)

    @property
    def until(self) -> int | None:
        waiting = [reason.until for reason in self.reasons if not reason.ok]
        if not waiting or any(moment is None for moment in waiting):
            return None
        return max(moment for moment in waiting if moment is not None)


@dataclass(frozen=True, slots=True)
class Counted:
    """`n` records are kept back by this; `about` is an estimate from a sample. `until`: the first change."""

    rule: str
    key: str
    n: int
    params: Mapping[str, Any] = field(default_factory=dict)
    estimated: bool = False
    until: int | None = None


@dataclass(frozen=True, slots=True)
class ListExplanation:
    """`reasons`: what keeps all of the list back. `states`: how many are in each. `counted`: of those to call
    (`to_call`) how many each rule keeps back; one record may be kept back by several. `free`: kept back by nothing."""

    name: str
    reasons: tuple[Reason, ...]
    states: Mapping[str, int]
    to_call: int
    counted: tuple[Counted, ...]
    free: int
    free_estimated: bool
    next_change: int | None


class Working(Protocol):
    """A list as it is worked now (`calllists.working`)."""

    def holds_back(self, record: int) -> Sequence[Any]: ...


Queues = Collection[int] | None
"""Identifiers; None: all."""


def _given(call_list: CallList, queues: Queues) -> bool:
    return queues is None or call_list.queue_id in queues


class Explain:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        catalog: Catalog,
        live: Live,
        legal: Legal,
        working: Callable[[CallList, int], Working],
        waits_for: Callable[[int], bool] = lambda record: False,
    ) -> None:
        """`working(list, now)`: its filters, planner and quotas. `waits_for(record)`: an agent has it now."""
        self._db = db
        self._clock = clock
        self._catalog = catalog
        self._live = live
        self._legal = legal
        self._working = working
        self._has_it = waits_for

    # --- one record -----------------------------------------------------------------------------------------
    def of_record(self, account: int, record: int, queues: Queues = None) -> Explanation:
        """`queues`: those whose lists the visitor is given. Raises NotFound, DatabaseBusy. Waits."""
        now = self._clock.now_ms()
        logged_in = self._logged_in(account)

        def read() -> Explanation:
            row = (
                ListRecord.select(ListRecord, CallList)
                .join(CallList)
                .where(ListRecord.id == record, ListRecord.account == account)
                .first()
            )
            if row is None or not _given(row.list, queues):
                raise NotFound(f"record {record}")
            found = row.list
            queue = self._catalog.queue(found.queue_id)
            reasons = self._of_list(found, queue, logged_in, now)
            reasons += self._of_record(row, found, logged_in, now)
            for one in self._working(found, now).holds_back(record):
                reasons.append(_restriction(one))
            reasons += self._of_person([row], found, queue, now)[0]
            return Explanation(tuple(reasons), row.number)

        return self._db.read(read)

    # --- a list ---------------------------------------------------------------------------------------------
    def of_list(self, account: int, call_list: int, queues: Queues = None) -> ListExplanation:
        """`queues`: as for `of_record`. Raises NotFound, DatabaseBusy. Waits."""
        now = self._clock.now_ms()
        logged_in = self._logged_in(account)

        def read() -> ListExplanation:
            found = CallList.get_or_none((CallList.id == call_list) & (CallList.account == account))
            if found is None or not _given(found, queues):
                raise NotFound(f"list {call_list}")
            return self._read_list(found, logged_in, now)

        return self._db.read(read, PATIENCE_S)

    def _read_list(self, found: CallList, logged_in: Collection[int], now: int) -> ListExplanation:
        queue = self._catalog.queue(found.queue_id)
        reasons = tuple(self._of_list(found, queue, logged_in, now))
        states: dict[str, int] = {}
        counted: dict[str, Counted] = {}
        rows = (
            ListRecord.select(
                ListRecord.state,
                fn.COUNT(ListRecord.id),
                fn.SUM(Case(None, [(ListRecord.attempts >= found.attempts, 1)], 0)),
                fn.SUM(Case(None, [(ListRecord.due_at > now, 1)], 0)),
                fn.MIN(Case(None, [(ListRecord.due_at > now, ListRecord.due_at)], None)),
            )
            .where(ListRecord.list == found.id)
            .group_by(ListRecord.state)
            .tuples()
        )
        for state, n, tried, later, next_due in rows:
            states[state] = n
            if state not in TO_CALL:
                _add(counted, Counted(state, f"why.state.{state}", n))
                continue
            if state == State.IN_CALL:
                _add(counted, Counted(state, f"why.state.{state}", n))
            if tried and state not in (State.CALLBACK, State.PERSONAL):
                _add(
                    counted,
                    Counted("attempts_list", "why.no.attempts_list", int(tried), {"most": found.attempts}),
                )
            if later and state in DATED:
                _add(counted, Counted("due", "why.no.due", int(later), {}, False, next_due))
        to_call = sum(states.get(state, 0) for state in TO_CALL)
        free, estimated = self._sampled(found, queue, logged_in, now, to_call, counted)
        changes = [c.until for c in counted.values() if c.until is not None]
        changes += [r.until for r in reasons if r.until is not None]
        ordered = sorted(counted.values(), key=lambda c: -c.n)
        return ListExplanation(
            str(found.name),
            reasons,
            states,
            to_call,
            tuple(ordered),
            free,
            estimated,
            min((c for c in changes if c > now), default=None),
        )

    def _sampled(
        self,
        found: CallList,
        queue: QueueInfo | None,
        logged_in: Collection[int],
        now: int,
        to_call: int,
        counted: dict[str, Counted],
    ) -> tuple[int, bool]:
        """What must be looked at one by one: all of a short list, some of a long one, spread over it."""
        if not to_call:
            return 0, False
        rows = self._spread(found.id, to_call)
        if not rows:
            return 0, False
        estimated = len(rows) < to_call
        share = to_call / len(rows)
        kept: dict[str, tuple[Reason, int]] = {}
        until: dict[str, int] = {}
        free = 0
        working = self._working(found, now)
        held: dict[int, list[Reason]] = {row.id: [] for row in rows}
        for name, reason, ids in _restricted(working, [row.id for row in rows]):
            kept[name] = reason, len(ids)
            for identifier in ids:
                held[identifier].append(reason)
        people = self._of_person(rows, found, queue, now)
        for row, reasons in zip(rows, people, strict=True):
            own = self._of_record(row, found, logged_in, now)
            forbids = [r for r in (*own, *reasons) if not r.ok]
            for reason in forbids:
                if reason.rule in ("state", "attempts_list", "due"):
                    continue  # counted exactly
                before = kept.get(reason.rule, (reason, 0))
                kept[reason.rule] = before[0], before[1] + 1
                if reason.until is not None:
                    until[reason.rule] = min(reason.until, until.get(reason.rule, reason.until))
            free += not forbids and not held[row.id]
        for name, (reason, n) in kept.items():
            key = f"why.count.{reason.rule}" if reason.about == LAW else reason.key
            params = {word: value for word, value in reason.params.items() if word == "name"}
            _add(counted, Counted(name, key, round(n * share), params, estimated, until.get(name)))
        return round(free * share), estimated

    def _spread(self, list_id: int, to_call: int) -> list[Any]:
        """At most `SAMPLE` of those to call, in equal steps over the list."""
        states = [state.value for state in TO_CALL]
        mine = (ListRecord.list == list_id) & ListRecord.state.in_(states)
        if to_call <= SAMPLE:
            return list(ListRecord.select().where(mine))
        first, last = (
            ListRecord.select(fn.MIN(ListRecord.id), fn.MAX(ListRecord.id))
            .where(ListRecord.list == list_id)
            .tuples()
            .first()
        )
        step = max(1, (last - first + 1) // SAMPLE)
        wanted = list(range(first + step // 2, last + 1, step))
        found: list[Any] = []
        for some in chunked(wanted, 500):
            found += list(ListRecord.select().where(mine, ListRecord.id.in_(some)))
        return found or list(ListRecord.select().where(mine).limit(SAMPLE))

    # --- somebody who is on no list ---------------------------------------------------------------------------
    def of_contact(
        self, account: int, contact: int, given: Queues = None
    ) -> tuple[str, list[tuple[QueueInfo, Explanation]]]:
        """His name, and whether each of his numbers may be called for the queues that sell, of those that the visitor
        is `given`. Raises NotFound, DatabaseBusy. Waits."""
        open_queues = [
            q
            for q in self._catalog.now.queues.values()
            if q.account == account and (given is None or q.id in given)
        ]
        queues = [q for q in open_queues if self._legal.asks(q)]
        now = self._clock.now_ms()

        def read() -> tuple[str, list[tuple[QueueInfo, Explanation]]]:
            row = Contact.get_or_none((Contact.id == contact) & (Contact.account == account))
            if row is None:
                raise NotFound(f"contact {contact}")
            numbers = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact == contact)
            people = [Person(n, contact) for (n,) in numbers.order_by(ContactNumber.id).tuples()]
            found = []
            for queue in queues:
                how = self._legal.how(account, queue, Kind.MANUAL)
                every = self._legal.facts(account, people, how, queue.id)
                for person, facts in zip(people, every, strict=True):
                    reasons = [*self._law(account, facts, now), *self._queue_hours(queue, facts, now)]
                    found.append((queue, Explanation(tuple(reasons), person.number)))
            name = " ".join(part for part in (row.first_name, row.last_name) if part)
            return str(name or row.company), found

        return self._db.read(read)

    # --- the rules ------------------------------------------------------------------------------------------
    def _of_list(
        self, found: CallList, queue: QueueInfo | None, logged_in: Collection[int], now: int
    ) -> list[Reason]:
        archived = found.archived_at is not None
        reasons = [
            _reason("list", "list_active", bool(found.active) and not archived),
            _reason("list", "list_queue", queue is not None),
        ]
        if queue is None:
            return reasons
        is_there = self._catalog.open_queue(queue.id) is not None
        reasons.append(_reason("queue", "queue_active", is_there, name=queue.name))
        opening = self._catalog.opening(queue, now)
        until = round(opening.until.timestamp() * 1000) if opening.until is not None else None
        open_now = opening.open
        reasons.append(_reason("queue", "queue_open", open_now, None if open_now else until, name=queue.name))
        reasons.append(_reason("queue", "agents", any(a in logged_in for a in queue.agents), name=queue.name))
        return reasons

    def _of_record(self, row: Any, found: CallList, logged_in: Collection[int], now: int) -> list[Reason]:
        to_call = row.state in TO_CALL and row.state != State.IN_CALL
        reasons = [Reason("record", "state", to_call, f"why.state.{row.state}")]
        due = row.due_at if row.state in DATED and row.due_at is not None and row.due_at > now else None
        reasons.append(_reason("record", "due", due is None, due))
        promised = row.state in (State.CALLBACK, State.PERSONAL)
        enough = row.attempts < found.attempts or promised
        reasons.append(_reason("record", "attempts_list", enough, made=row.attempts, most=found.attempts))
        reasons.append(_reason("record", "number", bool(row.number) and not row.number_wrong))
        if row.owner is not None and (found.exclusive or row.state == State.PERSONAL):
            agent = self._catalog.agent(row.owner)
            name = agent.name if agent is not None else "–"
            reasons.append(_reason("agent", "owner", row.owner in logged_in, name=name))
        if self._has_it(row.id):
            reasons.append(_reason("agent", "taken", False))
        return reasons

    def _of_person(
        self, rows: Sequence[Any], found: CallList, queue: QueueInfo | None, now: int
    ) -> list[list[Reason]]:
        how = self._legal.how(found.account_id, queue, Kind.PREVIEW)
        people = [Person(row.number, row.contact_id, row.country, row.zone) for row in rows]
        every = self._legal.facts(
            found.account_id, people, how, queue.id if queue else None, found.id, found.use_blacklist
        )
        answered = []
        for facts in every:
            reasons = self._law(found.account_id, facts, now)
            if queue is not None:
                reasons += self._queue_hours(queue, facts, now)
            answered.append(reasons)
        return answered

    def _law(self, account: int, facts: Facts, now: int) -> list[Reason]:
        found = self._legal.judge(account, facts, now)
        return [_check(check, self._legal.told(account, check)) for check in found.checks]

    def _queue_hours(self, queue: QueueInfo, facts: Facts, now: int) -> list[Reason]:
        """The hours that the queue itself has for people (HN-163)."""
        if queue.customer_week is None and queue.customer_holidays is None:
            return []
        at = datetime.fromtimestamp(now / 1000, UTC)
        latest: int | None = None
        shut = False
        for zone in facts.zones:
            opening = is_open(queue.customer_week, queue.customer_holidays, at, zone_named(zone))
            if not opening.open:
                shut = True
                if opening.until is not None:
                    latest = max(latest or 0, round(opening.until.timestamp() * 1000))
        return [_reason("person", "customer_hours", not shut, latest if shut else None, name=queue.name)]

    def _logged_in(self, account: int) -> frozenset[int]:
        return frozenset(
            agent.id
            for agent in self._live.agents.values()
            if agent.presence is not Presence.LOGGED_OUT
            and (info := self._catalog.agent(agent.id)) is not None
            and info.account == account
        )


def _reason(about: str, rule: str, ok: bool, until: int | None = None, **params: Any) -> Reason:
    return Reason(about, rule, ok, ("why.ok." if ok else "why.no.") + rule, params, until)


def _check(check: Check, sentence: tuple[str, Mapping[str, Any]]) -> Reason:
    until = round(check.until.timestamp() * 1000) if check.until is not None else None
    return Reason(LAW, check.rule, check.ok, sentence[0], sentence[1], until)


def _restriction(one: Any) -> Reason:
    return Reason("list", one.kind, False, f"why.no.{one.kind}", {"name": one.name}, one.until)


def _restricted(working: Any, ids: Sequence[int]) -> list[tuple[str, Reason, set[int]]]:
    """Each filter with those of these records that it keeps back."""
    found = []
    for one in getattr(working, "restrictions", ()):
        passed: set[int] = set()
        for some in chunked(ids, 500):
            query = (
                ListRecord.select(ListRecord.id)
                .join(Contact, JOIN.LEFT_OUTER)
                .where(ListRecord.id.in_(some), one.condition)
            )
            passed |= {row[0] for row in query.tuples()}
        kept = set(ids) - passed
        if kept:
            found.append((f"{one.kind}:{one.name}", _restriction(one), kept))
    return found


def _add(counted: dict[str, Counted], one: Counted) -> None:
    before = counted.get(one.rule)
    if before is None:
        counted[one.rule] = one
        return
    moments = [m for m in (before.until, one.until) if m is not None]
    counted[one.rule] = Counted(
        one.rule, one.key, before.n + one.n, one.params, one.estimated, min(moments, default=None)
    )
