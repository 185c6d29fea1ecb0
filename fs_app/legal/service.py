"""May somebody be called by law: the rules in force for each account in memory, the facts from the database.

Everything here but `rules_of` and `reload` may be asked from any greenlet; what waits for the database says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import DatabaseBusy
from fs_app.infos import QueueInfo
from fs_app.legal import gathering, optouts, presets, writing
from fs_app.legal.gathering import How, Person
from fs_app.legal.model import LegalRule
from fs_app.legal.refusal import said, sentence
from fs_app.legal.rules import Kind, Purpose, Rules, ids
from fs_app.legal.verdict import Check, Facts, Verdict, verdict
from fs_app.outgoing.blacklist import Blacklist
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

LOOK_S = 3.0
"""So long the database may take at the moment of dialling; longer, and nobody is called."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The number that he would see; "" and not withheld: what the trunk says, which nobody here knows."""

    number: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """An account's change of one rule: None instead of `rule` means that it does without."""

    country: str
    id: str
    rule: Any


class Legal:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        catalog: Catalog,
        blacklist: Blacklist,
        tasks: Tasks,
        shown: Callable[[QueueInfo], str] = lambda queue: queue.caller_id,
    ) -> None:
        """`shown(queue)`: the number that its calls show when nobody chooses another."""
        self._db = db
        self._clock = clock
        self._catalog = catalog
        self._blacklist = blacklist
        self._tasks = tasks
        self._shown = shown
        self._edited: dict[int, tuple[Edited, ...]] = {}
        self._registers: dict[int, tuple[optouts.Register, ...]] = {}
        self._rules: dict[tuple[int, str, int], Rules] = {}

    # --- what is in force -----------------------------------------------------------------------------------
    def reload(self) -> None:
        """After a change of the rules or registers, and at start. Raises DatabaseBusy; then the old ones stay."""
        edited, registers = self._db.read(lambda: (_edited(), _registers()))
        self._edited, self._registers, self._rules = edited, registers, {}

    def rules_of(self, account: int, country: str) -> Rules:
        """Those for numbers of `country` (ISO; "": unknown). May compute for a while: in a thread, if possible."""
        year = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).year
        key = account, country, year
        if key not in self._rules:
            law = presets.law_of(country)
            edited = [e for e in self._edited.get(account, ()) if e.country == law]
            rules = applied(presets.all_of_them()[law].rules, edited)
            self._rules[key] = presets.resolved(rules, country or law, year)
        return self._rules[key]

    def registers(self, account: int) -> tuple[optouts.Register, ...]:
        return self._registers.get(account, ())

    # --- verdicts -------------------------------------------------------------------------------------------
    def judge(self, account: int, facts: Facts, at_ms: int) -> Verdict:
        """By the account's rules for his country."""
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        return verdict(facts, at, self.rules_of(account, facts.country))

    def how(
        self, account: int, queue: QueueInfo | None, kind: Kind = Kind.MANUAL, shown: Shown | None = None
    ) -> How:
        """The circumstances of a call for this queue."""
        info = self._catalog.account(account)
        purpose = Purpose(queue.purpose) if queue is not None else Purpose.SERVICE
        number = shown or Shown(self._shown(queue) if queue is not None else "")
        every = (*self._catalog.now.queues.values(), *self._catalog.now.closed_queues.values())
        same = tuple(q.id for q in every if q.account == account and q.purpose == purpose.value)
        zone = info.time_zone if info is not None else "UTC"
        return How(account, zone, purpose, kind, number.number, number.withheld, same)

    def facts(
        self,
        account: int,
        people: Sequence[Person],
        how: How,
        queue: int | None = None,
        call_list: int | None = None,
        use_blacklist: bool = True,
    ) -> list[Facts]:
        """Inside `Database.read`. Without `use_blacklist` only those stand on it who asked for it themselves."""
        now = self._clock.now_ms()
        found = gathering.facts(people, how, self.registers(account), now)
        return [
            self.with_blacklist(account, person.number, facts, queue, call_list, use_blacklist)
            for person, facts in zip(people, found, strict=True)
        ]

    def with_blacklist(
        self,
        account: int,
        number: str,
        facts: Facts,
        queue: int | None,
        call_list: int | None,
        use_blacklist: bool,
    ) -> Facts:
        """These facts, with what stands on the blacklist at this moment. From memory."""
        now = self._clock.now_ms()
        entry = self._blacklist.find(account, number, queue, now, call_list, not use_blacklist)
        if entry is None:
            return replace(facts, blacklisted=None, blacklisted_until=None)
        return replace(facts, blacklisted=entry.reason, blacklisted_until=entry.expires_at)

    def look(
        self,
        account: int,
        number: str,
        queue: QueueInfo,
        kind: Kind = Kind.MANUAL,
        shown: Shown | None = None,
        contact: int | None = None,
        call_list: int | None = None,
        zone: str = "",
    ) -> Verdict:
        """About a number (E.164), for this queue, now. Waits for the database. Raises DatabaseBusy."""
        how = self.how(account, queue, kind, shown)
        person = Person(number, contact, "", zone)

        def read() -> Verdict:
            facts = self.facts(account, [person], how, queue.id, call_list)[0]
            return self.judge(account, facts, self._clock.now_ms())

        return self._db.read(read, LOOK_S)

    def asks(self, queue: QueueInfo | None) -> bool:
        """Whether calls for this queue are looked at before each: it calls to sell."""
        return queue is not None and queue.purpose == Purpose.MARKETING.value

    def forbids(
        self, account: int, number: str, queue: QueueInfo, shown: str, withheld: bool, contact: int | None
    ) -> tuple[str, dict[str, Any]] | None:
        """Key and values of the sentence that says why not, None: nothing does. Waits. Raises DatabaseBusy."""
        found = self.look(account, number, queue, Kind.MANUAL, Shown(shown, withheld), contact)
        return None if found.allowed else self.why_not(account, found)

    def why_not(self, account: int, found: Verdict) -> tuple[str, dict[str, Any]]:
        """For an agent of this account, on its clock."""
        info = self._catalog.account(account)
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        return said(found, now, info.time_zone if info is not None else "UTC")

    def told(self, account: int, check: Check) -> tuple[str, dict[str, Any]]:
        """The sentence of one check, on the account's clock."""
        info = self._catalog.account(account)
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        return sentence(check, now, info.time_zone if info is not None else "UTC")

    def before_dialling(
        self,
        account: int,
        number: str,
        queue: QueueInfo,
        shown: str,
        withheld: bool,
        contact: int | None,
        done: Callable[[tuple[str, dict[str, Any]] | None], None],
    ) -> None:
        """The same, told later. When the database does not answer nobody knows, so nobody is called."""

        def look() -> None:
            why: tuple[str, dict[str, Any]] | None = ("legal.no.database", {})
            try:
                why = self.forbids(account, number, queue, shown, withheld, contact)
            except DatabaseBusy as error:
                log.warning("nobody is called: the database does not say whether he may be", error=str(error))
            finally:  # whatever went wrong: who waits for his call hears of it
                done(why)

        self._tasks.spawn("legal verdict", look)


def applied(rules: Rules, edited: Sequence[Edited]) -> Rules:
    """A preset with an account's changes; its own rules come last."""
    mine = {e.id: e for e in edited}
    kept = [mine[r.id].rule if r.id in mine else r for r in rules.rules]
    own = [e.rule for e in edited if e.id not in ids(rules)]
    return replace(rules, rules=tuple(r for r in (*kept, *own) if r is not None))


def _edited() -> dict[int, tuple[Edited, ...]]:
    found: dict[int, list[Edited]] = {}
    for row in LegalRule.select().order_by(LegalRule.id):
        try:
            rule = writing.read(row.rules) if row.rules is not None else None
        except writing.WrongRule as error:
            # Nobody knows any more what was meant: the law counts.
            log.error("a legal rule can't be read: the preset counts", rule=row.id, error=str(error))
            continue
        found.setdefault(row.account_id, []).append(Edited(row.country, row.kind, rule))
    return {account: tuple(edited) for account, edited in found.items()}


def _registers() -> dict[int, tuple[optouts.Register, ...]]:
    found: dict[int, list[optouts.Register]] = {}
    for account, register in optouts.every_register():
        found.setdefault(account, []).append(register)
    return {account: tuple(registers) for account, registers in found.items()}
