"""Who gets whom, and what happens when the wait is long, on both switches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.db import Database
from fs_app.queues.model import Did, Queue, QueueMember
from fs_app.routing.model import AgentSkill, QueueSkill, Skill, SkillRelaxation
from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, ROOT, Plan, Program
from tests.support.until import PATIENCE, until
from tests.support.world import PartyState, World

OTHER_DID = "+33185090001"
MESSAGE = "fr/greeting.wav"


@pytest.fixture
def configured(world: World, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """`configured(change)`: a program whose account `change(program, queue, other queue)` has changed before the start.

    The other queue has a number of its own and the same agents. `settings` are environment variables.
    """
    made: list[Program] = []

    def make(
        change: Callable[[Program, Queue, Queue], None], plan: Plan | None = None, **settings: str
    ) -> Program:
        plan = plan or Plan(wrap_up=False, record="none")
        program = Program(world, tmp_path / "program", plan, **settings)
        made.append(program)
        db = Database(program.database_url, ROOT / "migrations")
        db.open()

        def write() -> None:
            queue = Queue.get_by_id(program.ids.queue)
            other = Queue.create(
                account=program.ids.account, name="Renfort", number="701", wrap_up=False, created_at=1
            )
            Did.create(account=program.ids.account, number=OTHER_DID, queue=other)
            for agent in program.ids.agents:
                QueueMember.create(account=program.ids.account, queue=other, agent=agent)
            change(program, queue, other)
            queue.save()
            other.save()

        db.write(write)
        db.close()
        program.start()
        return program

    yield make
    for one in made:
        one.close()


def told(program: Program, kind: str) -> list[dict[str, Any]]:
    """The data of the journal's entries of this kind, as the database has them."""
    found = program.rows("select data from journal_entry where kind = ? order by id", kind)
    return [json.loads(row[0]) for row in found]


def test_two_queues_by_skill_one_of_them_relaxed_after_a_few_seconds(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    def french(program: Program, queue: Queue, _other: Queue) -> None:
        skill = Skill.create(account=program.ids.account, name="Français")
        AgentSkill.create(account=program.ids.account, agent=program.ids.agents[0], skill=skill, level=3)
        need = QueueSkill.create(account=program.ids.account, queue=queue, skill=skill, level=8)
        SkillRelaxation.create(account=program.ids.account, queue_skill=need, after_s=4, level=2)

    app = configured(french)
    phone, page = ready_agent(world, app, pages)
    begin = time.monotonic()
    easy = world.call(OTHER_DID, "+33612345678")
    phone.ringing()
    assert time.monotonic() - begin < 4 * PATIENCE, "without a need he is asked at once"
    easy.hang_up()
    page.is_in("IDLE")
    until(lambda: phone.state != PartyState.RINGING, 5, "the telephone has stopped ringing")
    begin = time.monotonic()
    caller = world.call(DID, "+33612345679")
    phone.ringing(timeout=15)
    assert time.monotonic() - begin >= 4, "not before the need is relaxed"
    phone.answer()
    caller.talking()
    page.is_in("IN_CALL")
    until(lambda: len(told(app, "offer.made")) == 2, 5, "the decisions are in the database")
    first, second = told(app, "offer.made")
    assert first["relaxations"] == []
    assert second["relaxations"] == [{"skill": "Français", "from": 8, "to": 2}]
    assert [(c["name"], c["why"]) for c in second["candidates"]] == [("Agent 1002", "logged_out")]
    caller.hang_up()


def test_who_waits_too_long_is_taken_by_the_other_queue(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    def overflow(program: Program, queue: Queue, other: Queue) -> None:
        queue.max_wait_s, queue.max_wait_then, queue.max_wait_queue = 3, "queue", other
        QueueMember.delete().where(QueueMember.queue == queue).execute()

    app = configured(overflow)
    phone, page = ready_agent(world, app, pages)
    begin = time.monotonic()
    caller = world.call(DID, "+33612345678")
    phone.ringing(timeout=15)
    assert time.monotonic() - begin >= 3
    phone.answer()
    caller.talking()
    page.is_in("IN_CALL")
    assert page.line["queue"]["name"] == "Renfort"
    (entry,) = told(app, "call.overflowed")
    assert (entry["queue_name"], entry["new_queue_name"], entry["why"]) == (
        "Commercial",
        "Renfort",
        "max_wait",
    )
    caller.hang_up()
    until(lambda: app.rows("select outcome from call") == [("answered",)], 5, "the call is complete")
    ((wait_ms,),) = app.rows("select wait_ms from call")
    assert wait_ms >= 3000, "the wait in both queues counts"


def test_a_full_queue_says_so_and_hangs_up(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    def short(_program: Program, queue: Queue, _other: Queue) -> None:
        queue.max_length, queue.max_length_message = 1, MESSAGE

    app = configured(short)
    first = world.call(DID, "+33612345678")
    first.talking()
    until(lambda: told(app, "call.queued"), 5, "the first one waits")
    second = world.call(DID, "+33612345679")
    second.talking()
    until(second.sound, 10, "the second one hears the message")
    assert second.ended(timeout=30) == "bye"
    until(lambda: len(told(app, "call.ended")) == 1, 5, "it is in the database")
    assert told(app, "call.ended")[0]["outcome"] == "refused"
    assert told(app, "call.turned_away")[0]["why"] == "max_length"
    first.hang_up()
    first.ended()
