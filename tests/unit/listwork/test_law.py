"""What the law says of many at once, from memory, and at the last moment, is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fs_app.calllists.model import CallList
from fs_app.calllists.record import Record
from fs_app.hours.opening import Week
from fs_app.legal import presets
from fs_app.legal.gathering import How, Person
from fs_app.legal.rules import Kind, Purpose
from fs_app.legal.verdict import Facts, Verdict, Yes
from fs_app.listwork.law import Law, kind_of
from tests.unit.core.world import ACCOUNT, QUEUE
from tests.unit.listwork.test_shelf import known
from tests.unit.listwork.world import LIST, ListWorld

PROOF = Yes(1, None, True)


class Legal:
    """France, with its real rules; who is blacklisted and who consented is said here."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.barred: set[str] = set()
        self.objected: set[str] = set()

    def rules_of(self, account: int, country: str) -> Any:
        return presets.resolved(presets.all_of_them()["FR"].rules, "FR", 2026)

    def how(self, account: int, queue: Any, kind: Kind = Kind.MANUAL) -> How:
        return How(account, "Europe/Paris", Purpose.MARKETING, kind, "+33185090000", False, ())

    def facts(
        self,
        account: int,
        people: Sequence[Person],
        how: How,
        queue: int | None = None,
        call_list: int | None = None,
        use_blacklist: bool = True,
    ) -> list[Facts]:
        self.asked.append(len(people))
        return [
            Facts(
                "FR",
                (p.zone or how.zone,),
                how.kind,
                how.purpose,
                consent=PROOF,
                blacklisted="" if p.number in (self.barred if use_blacklist else self.objected) else None,
                register_at=1,
                caller_id="+33185090000",
            )
            for p in people
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
        barred = number in (self.barred if use_blacklist else self.objected)
        return replace(facts, blacklisted="" if barred else None)

    def why_not(self, account: int, found: Verdict) -> tuple[str, dict[str, Any]]:
        return found.why[0].key, found.why[0].params


def record(n: int, zone: str = "Europe/Paris", **more: Any) -> Record:
    return Record(n, ACCOUNT, 3, n, None, f"+336120000{n:02d}", "mobile", "FR", zone, "UNTREATED", **more)


def at(world: ListWorld, text: str) -> None:
    moment = round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    world.clock.advance(moment - world.clock.now_ms() / 1000)


@pytest.fixture
def world(tmp_path: Path) -> ListWorld:
    return ListWorld(tmp_path)


def test_by_night_the_database_is_not_asked_about_anybody(world: ListWorld) -> None:
    legal = Legal()
    law = Law(legal, world.catalog, world.clock)
    at(world, "2026-11-23T21:00")
    assert law.of(ACCOUNT, QUEUE).many([record(n) for n in range(1, 50)]) == [False] * 49
    assert sum(legal.asked) == 0
    at(world, "2026-11-24T10:00")
    assert law.of(ACCOUNT, QUEUE).many([record(n) for n in range(1, 50)]) == [True] * 49
    assert legal.asked == [49], "all of them at once"


def test_where_it_is_night_nobody_is_called_though_it_is_day_here(world: ListWorld) -> None:
    law = Law(Legal(), world.catalog, world.clock)
    at(world, "2026-11-24T10:00")
    found = law.of(ACCOUNT, QUEUE).many([record(1), record(2, "America/Cayenne"), record(3)])
    assert found == [True, False, True]


def test_what_was_allowed_when_it_was_fetched_is_not_shown_when_the_hour_has_come(world: ListWorld) -> None:
    legal = Legal()
    law = Law(legal, world.catalog, world.clock)
    at(world, "2026-11-24T18:59")
    assert law.of(ACCOUNT, QUEUE)(record(1))
    assert law.gate(known(1), "preview") == ""
    world.clock.advance(120)
    assert law.gate(known(1), "preview") == "legal.no.hours"
    assert law.refusal(ACCOUNT, record(1), world.catalog.queue(QUEUE), "preview") is not None  # type: ignore[arg-type]
    law.forget()
    assert law.gate(known(1), "preview") == "", "the last look knows"


def test_who_came_onto_the_blacklist_since_he_was_fetched_is_not_called(world: ListWorld) -> None:
    legal = Legal()
    law = Law(legal, world.catalog, world.clock)
    at(world, "2026-11-24T10:00")
    assert law.of(ACCOUNT, QUEUE)(record(1))
    assert law.gate(known(1), "preview") == ""
    legal.barred.add(known(1).number)
    assert law.gate(known(1), "preview") == "legal.no.blacklist"
    assert law.gate(replace(known(1), use_blacklist=False), "preview") == "", "this list goes without it"
    law.forget()
    assert law.gate(known(1), "preview") == "legal.no.blacklist", "also of whom nothing else is in memory"


def test_attempts_with_his_other_numbers_and_his_refusal_count(world: ListWorld) -> None:
    legal = Legal()
    law = Law(legal, world.catalog, world.clock)
    at(world, "2026-11-24T10:00")
    now = world.clock.now_ms()
    times = tuple(now - n * 86_400_000 for n in range(1, 5))
    assert not law.of(ACCOUNT, QUEUE)(record(1, attempt_times=times))
    assert not law.of(ACCOUNT, QUEUE)(record(2, refused_at=now - 86_400_000))
    legal.barred.add("+33612000003")
    assert not law.of(ACCOUNT, QUEUE)(record(3))


def test_a_list_may_do_without_the_accounts_blacklist(world: ListWorld) -> None:
    legal = Legal()
    legal.barred.add("+33612000001")
    law = Law(legal, world.catalog, world.clock)
    at(world, "2026-11-24T10:00")
    assert not law.of(ACCOUNT, QUEUE)(record(1))
    world.db.write(lambda: CallList.update(use_blacklist=False).where(CallList.id == LIST).execute())
    assert law.of(ACCOUNT, QUEUE)(record(1))
    legal.objected.add("+33612000001")
    assert not law.of(ACCOUNT, QUEUE)(record(1)), "he asked for it himself"


def test_the_queues_own_hours_count_beside_the_law(world: ListWorld) -> None:
    law = Law(Legal(), world.catalog, world.clock)
    never = replace(world.catalog.now.queues[QUEUE], customer_week=Week(1, "jamais", ()))
    at(world, "2026-11-24T10:00")
    assert law.of(ACCOUNT, QUEUE)(record(1))
    world.catalog.now = replace(world.catalog.now, queues={QUEUE: never})
    assert not law.of(ACCOUNT, QUEUE)(record(1))
    assert law.gate(known(1), "preview") == "error.record_hours"
    assert law.refusal(ACCOUNT, record(1), never, "manual") == ("error.record_hours", {"name": "Commercial"})


def test_how_he_works_is_how_the_call_is_made() -> None:
    assert [kind_of(m) for m in ("manual", "preview", "automatic", "")] == [
        Kind.MANUAL,
        Kind.PREVIEW,
        Kind.PROGRESSIVE,
        Kind.PROGRESSIVE,
    ]
