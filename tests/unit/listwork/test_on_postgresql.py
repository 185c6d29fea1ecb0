"""The same on PostgreSQL: a day of a list, with everything that may become of a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.db import proxy
from fs_app.listwork.queries import assigned, of_call
from fs_app.listwork.shelf import Totals
from tests.support.postgres import Postgres, find_postgres
from tests.unit.core.world import ACCOUNT, QUEUE
from tests.unit.listwork.world import LATER, LIST, MINE, NEVER, SOLD, ListWorld, numbers


@pytest.fixture
def url() -> Iterator[str]:
    if find_postgres() is None:
        pytest.skip("no PostgreSQL on this machine")
    server, before = Postgres(), proxy.obj
    yield server.create()
    proxy.initialize(before)
    server.stop()


def test_a_day_of_a_list_on_postgresql(tmp_path: Path, url: str) -> None:
    people = [*numbers(6), ["+33612000007", "+33145000007"]]
    world = ListWorld(tmp_path, people, {"exclusive": True}, url=url)
    world.ready(1)
    world.looks_again()
    for record, verdict in ((1, SOLD), (2, NEVER), (3, LATER), (4, MINE)):
        call = world.call_by(1, record)
        world.answers(call)
        world.hangs_up(call)
        world.judge(1, call, verdict)
        world.looks_again()
        world.clock.advance(4)
    world.refuses(world.call_by(1, 5), "USER_BUSY")
    world.clock.advance(4)
    world.refuses(world.call_by(1, 7), "UNALLOCATED_NUMBER")
    world.shelf.poke()
    world.looks_again()
    states = [world.record(n)["state"] for n in range(1, 8)]
    assert states == ["COMPLETED", "BLACKLISTED", "CALLBACK", "PERSONAL", "SYSTEM", "UNTREATED", "REDIAL"]
    assert [a["result"] for a in world.attempts()] == [*["reached"] * 4, "busy", "wrong_number"]
    assert world.file_row(1)["code"] == "sold"
    world.shelf.poke()
    world.looks_again()
    assert world.shelf.totals_of(QUEUE) == Totals(2, 2, 5)
    (his,) = world.db.read(lambda: assigned(LIST, world.clock.now_ms()))
    assert (his.agent, his.personal, his.overdue) == (1, 1, 0)
    shown = world.db.read(lambda: of_call(ACCOUNT, "nobody", 7, "+33612000006", 5))
    assert [(one["id"], one["mine"]) for one in shown] == [(7, True), (6, False), (5, False)]
    world.clock.advance(10)
    assert world.agent(1).ready
    call = world.arrives(number="+33612000006")
    world.greeted(call)
    leg = world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, call)
    assert world.record(6)["state"] == "IN_CALL"
    world.db.close()
