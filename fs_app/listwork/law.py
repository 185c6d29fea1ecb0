"""May somebody of a call list be called now, by the law and the lists of those who don't want it (`legal.service`)?

Asked for many when the next records are fetched; from memory before one is shown; and from the database once more when
his number is about to be dialled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from fs_app.calllists.model import CallList
from fs_app.calllists.record import Record
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.hours.opening import is_open, zone_named
from fs_app.infos import QueueInfo
from fs_app.legal.gathering import How, Person
from fs_app.legal.rules import Kind, Rules
from fs_app.legal.verdict import Facts, Verdict, allowed, verdict
from fs_app.listwork.state import Known

BY_THE_CLOCK = frozenset({"hours", "holidays"})
"""Rules that only the place and the moment matter to."""

OUT_OF_HOURS = "error.record_hours"

KEPT = 5_000
"""Facts of so many records stay in memory, the latest."""


class Legal(Protocol):
    """`legal.service.Legal`."""

    def rules_of(self, account: int, country: str) -> Rules: ...

    def how(self, account: int, queue: QueueInfo | None, kind: Kind = ...) -> How: ...

    def facts(
        self,
        account: int,
        people: Sequence[Person],
        how: How,
        queue: int | None = None,
        call_list: int | None = None,
        use_blacklist: bool = True,
    ) -> list[Facts]: ...

    def with_blacklist(
        self,
        account: int,
        number: str,
        facts: Facts,
        queue: int | None,
        call_list: int | None,
        use_blacklist: bool,
    ) -> Facts: ...

    def why_not(self, account: int, found: Verdict) -> tuple[str, dict[str, Any]]: ...


def kind_of(mode: str) -> Kind:
    """How a call is made, by the mode of its agent: he picked it, he saw it first, or it was made for him."""
    return {"manual": Kind.MANUAL, "preview": Kind.PREVIEW}.get(mode, Kind.PROGRESSIVE)


class Law:
    def __init__(self, legal: Legal, catalog: Catalog, clock: Clock) -> None:
        self._legal = legal
        self._catalog = catalog
        self._clock = clock
        self._facts: dict[int, Facts] = {}

    def of(self, account: int, queue: int) -> Asked:
        """For a look at the lists of a queue."""
        return Asked(self, account, self._catalog.queue(queue))

    def facts(self, account: int, records: Sequence[Record], queue: QueueInfo | None) -> list[Facts]:
        """In their order. Inside `Database.read`."""
        if not records:
            return []
        how = self._legal.how(account, queue, Kind.PREVIEW)
        found: list[Facts] = []
        lists = {one.list for one in records}
        if len(lists) > 1:  # the blacklist may have entries for one list alone
            return [self.facts(account, [one], queue)[0] for one in records]
        used = CallList.select().where(CallList.id.in_(lists), CallList.use_blacklist).exists()
        people = [Person(one.number, one.contact, one.country, one.zone) for one in records]
        known = self._legal.facts(
            account, people, how, queue.id if queue is not None else None, next(iter(lists), None), used
        )
        for one, facts in zip(records, known, strict=True):
            # Of the record itself the attempts with its other numbers count, too.
            times = tuple(sorted({*facts.attempts, *one.attempt_times}))
            refused = max(filter(None, (facts.refused_at, one.refused_at)), default=None)
            abandoned = max(filter(None, (facts.abandoned_at, one.abandoned_at)), default=None)
            found.append(replace(facts, attempts=times, refused_at=refused, abandoned_at=abandoned))
        return found

    def allows(self, account: int, facts: Facts, queue: QueueInfo | None) -> bool:
        """By law, and by the hours that the queue itself has for people (HN-163)."""
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        if not _open(queue, facts.zones, now):
            return False
        return allowed(facts, now, self._legal.rules_of(account, facts.country))

    def asleep(self, account: int, queue: QueueInfo | None, country: str, zone: str) -> bool:
        """Nobody of this country is called at this hour of this zone."""
        how = self._legal.how(account, queue, Kind.PREVIEW)
        facts = Facts(country, (zone,), how.kind, how.purpose)
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        if not _open(queue, facts.zones, now):
            return True
        found = verdict(facts, now, self._legal.rules_of(account, country))
        return any(check.rule in BY_THE_CLOCK and not check.ok for check in found.checks)

    def keep(self, record: int, facts: Facts) -> None:
        """It may be shown next."""
        self._facts.pop(record, None)
        self._facts[record] = facts
        while len(self._facts) > KEPT:
            del self._facts[next(iter(self._facts))]

    def forget(self) -> None:
        """Rules have changed."""
        self._facts.clear()

    def gate(self, known: Known, mode: str) -> str:
        """From memory: the key of what forbids calling him now, "" when nothing does that is known here."""
        facts, queue = self._facts.get(known.id), self._catalog.queue(known.queue)
        listed = self._legal.with_blacklist(
            known.account,
            known.number,
            replace(facts or Facts(known.country, ()), kind=kind_of(mode)),
            known.queue,
            known.list,
            known.use_blacklist,
        )
        if facts is None:  # the last look, before anybody is dialled, knows the rest
            return "legal.no.blacklist" if listed.blacklisted is not None else ""
        facts = listed
        if self.allows(known.account, facts, queue):
            return ""
        return self._said(known.account, facts, queue)[0]

    def refusal(
        self, account: int, record: Record, queue: QueueInfo, mode: str
    ) -> tuple[str, dict[str, Any]] | None:
        """The sentence that says why he is not called now; None: nothing forbids it. Inside `Database.read`."""
        facts = replace(self.facts(account, [record], queue)[0], kind=kind_of(mode))
        if self.allows(account, facts, queue):
            return None
        return self._said(account, facts, queue)

    def _said(self, account: int, facts: Facts, queue: QueueInfo | None) -> tuple[str, dict[str, Any]]:
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        if not _open(queue, facts.zones, now):
            return OUT_OF_HOURS, {"name": queue.name if queue is not None else ""}
        return self._legal.why_not(account, verdict(facts, now, self._legal.rules_of(account, facts.country)))


def _open(queue: QueueInfo | None, zones: Sequence[str], now: datetime) -> bool:
    if queue is None or (queue.customer_week is None and queue.customer_holidays is None):
        return True
    week, holidays = queue.customer_week, queue.customer_holidays
    return all(is_open(week, holidays, now, zone_named(zone)).open for zone in zones)


class Asked:
    """For `calllists.picking`: what is asked of many at once."""

    def __init__(self, law: Law, account: int, queue: QueueInfo | None) -> None:
        self._law = law
        self._account = account
        self._queue = queue
        self._closed: dict[tuple[str, str], bool] = {}

    def __call__(self, record: Record) -> bool:
        return self.many([record])[0]

    def many(self, records: Sequence[Record]) -> list[bool]:
        """Where the hour forbids it the database is not asked anything."""
        awake = [one for one in records if not self._asleep(one.country, one.zone)]
        may = {}
        for one, facts in zip(awake, self._law.facts(self._account, awake, self._queue), strict=True):
            may[one.id] = self._law.allows(self._account, facts, self._queue)
            if may[one.id]:
                self._law.keep(one.id, facts)
        return [may.get(one.id, False) for one in records]

    def _asleep(self, country: str, zone: str) -> bool:
        if not zone:
            return False
        key = country, zone
        if key not in self._closed:
            self._closed[key] = self._law.asleep(self._account, self._queue, country, zone)
        return self._closed[key]
