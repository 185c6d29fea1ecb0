"""Agents who call the records of a list: who is shown to whom, what becomes of it, and that the list knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fs_app.agents.state import Work
from fs_app.calllists.model import CallList, ListRecord
from fs_app.calls import leftovers
from fs_app.calls.callback import LOOK_S
from fs_app.calls.model import JournalEntry
from fs_app.calls.stages import Stage
from fs_app.listwork.service import Forbidden
from fs_app.listwork.shelf import Totals
from fs_app.outbound.item import NoNumber, Taken
from fs_app.outbound.retry import Result, Rule
from fs_app.outbound.settings import Settings
from tests.unit.core.world import ACCOUNT
from tests.unit.listwork.world import LATER, MACHINE, MINE, NEVER, NO, SOLD, WRONG, ListWorld, item, numbers

HOUR = 3_600_000


def test_the_next_one_comes_up_in_the_order_of_the_list_and_is_for_one_only(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1, 2)
    world.looks_again()
    world.previews(1)
    world.previews(2)
    assert (world.shown(1), world.shown(2)) == (item(1), item(2))
    with pytest.raises(Taken):
        world.list_work.call(ACCOUNT, 2, 1)
    assert world.counters() == {"UNTREATED": 5}, "who is only shown is not in a call"


def test_nobody_is_called_twice_at_once_because_he_stands_on_two_lists(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, [["+33612000001"], ["+33612000002"], ["+33612000001"]])
    world.ready(1, 2)
    world.looks_again()
    call = world.call_by(1, 1)
    with pytest.raises(Forbidden) as refused:
        world.list_work.call(ACCOUNT, 3, 2)
    assert refused.value.params["reason"] == "error.record_engaged"
    world.previews(2)
    assert world.shown(2) == item(2), "nobody is shown him either"
    world.refuses(call, "USER_BUSY")
    world.hears()
    world.looks_again()
    assert world.list_work.call(ACCOUNT, 3, 1), "afterwards the rules decide"


@pytest.mark.parametrize(
    "number", ["+33612000002", "0612000002", "0033612000002", "33612000002", "+33612000077", "0612000077"]
)
def test_who_waits_for_us_is_not_called(tmp_path: Path, number: str) -> None:
    """With whichever of his numbers he came, however his network writes it."""
    world = ListWorld(tmp_path, [["+33612000001"], ["+33612000002", "+33612000077"]])
    world.ready(1, 2)
    world.looks_again()
    call = world.arrives(number=number)
    free = next(agent for agent in (1, 2) if world.agent(agent).work is Work.IDLE)
    with pytest.raises(Forbidden) as refused:
        world.list_work.call(ACCOUNT, 2, free)
    assert refused.value.params["reason"] == "error.record_engaged"
    world.hangs_up(call)
    assert world.list_work.call(ACCOUNT, 2, free)


def test_nobody_is_called_twice_at_once_at_two_numbers(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, [["+33612000001"], ["+33612000002"]])
    world.db.write(lambda: ListRecord.update(contact=1).where(ListRecord.id == 2).execute())
    world.ready(1, 2)
    world.looks_again()
    world.list_work.call(ACCOUNT, 1, 1)
    with pytest.raises(Forbidden):
        world.list_work.call(ACCOUNT, 2, 2)


def test_who_hides_his_number_is_not_everybody_without_one(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, [[""]])
    world.db.write(lambda: ListRecord.update(owner=1, state="PERSONAL", due_at=1).execute())
    world.ready(1)
    world.arrives(number="")
    world.looks_again()
    world.list_work.show(ACCOUNT, 1, 1, world.clock.now_ms() + 1000)
    with pytest.raises(NoNumber):
        world.list_work.call(ACCOUNT, 1, 1)


def test_busy_is_tried_again_by_the_rule_and_counts(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, settings=Settings(rules={Result.BUSY: Rule(600, 3)}))
    world.ready(1)
    world.looks_again()
    call = world.call_by(1, 1)
    assert world.record(1)["state"] == "IN_CALL"
    assert world.originate(call).endpoint.endswith("+33612000001")
    world.refuses(call, "USER_BUSY")
    found = world.record(1)
    assert (found["state"], found["attempts"], found["last_result"]) == ("SYSTEM", 1, "busy")
    assert found["due_at"] == pytest.approx(world.clock.now_ms() + 600_000, abs=50)
    (attempt,) = world.attempts()
    assert (attempt["call"], attempt["result"], attempt["number"]) == (call, "busy", "+33612000001")
    assert world.counters() == {"UNTREATED": 4, "SYSTEM": 1}
    assert world.live.records == {}


def test_it_comes_up_again_when_its_time_has_come(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, numbers(1), settings=Settings(rules={Result.BUSY: Rule(600, 3)}))
    world.ready(1)
    world.looks_again()
    world.refuses(world.call_by(1, 1), "USER_BUSY")
    world.hears()
    world.looks_again()
    world.clock.advance(5)
    world.previews(1)
    assert world.shown(1) == "", "its time is to come"
    world.clock.advance(600)
    world.looks_again()
    world.goes_on()
    assert world.shown(1) == item(1)


def test_sold_is_done_and_stands_in_the_contact_file(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    call = world.call_by(1, 2)
    world.answers(call)
    world.hangs_up(call)
    world.judge(1, call, SOLD, "trois postes")
    found = world.record(2)
    assert (found["state"], found["last_result"], found["disposition"]) == ("COMPLETED", "positive", SOLD)
    assert (found["attempts"], found["last_agent"]) == (1, 1)
    row = world.file_row(2)
    assert (row["code"], row["label"], row["last_agent"], row["last_agent_name"]) == (
        "sold",
        "Sold",
        1,
        "Agent 1",
    )
    assert row["last_call"] == call
    (attempt,) = world.attempts()
    assert (attempt["result"], attempt["talked"], attempt["disposition_id"]) == ("reached", True, SOLD)


@pytest.mark.parametrize(
    ("verdict", "state", "result"),
    [
        (NEVER, "BLACKLISTED", "not_argued"),
        (MACHINE, "SYSTEM", "machine"),
        (LATER, "CALLBACK", "argued"),
        (MINE, "PERSONAL", "argued"),
        (NO, "COMPLETED", "argued"),
        (WRONG, "WRONG", "wrong_number"),
    ],
)
def test_what_a_verdict_makes_of_a_record(tmp_path: Path, verdict: int, state: str, result: str) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    call = world.call_by(1, 1)
    world.answers(call)
    world.judge(1, call, verdict)  # during the call: it counts at its end
    assert world.record(1)["state"] == "IN_CALL"
    world.hangs_up(call)
    found = world.record(1)
    assert (found["state"], found["last_result"], found["attempts"]) == (state, result, 1)
    assert (found["owner"] == 1) is (verdict == MINE)
    assert (found["refused_at"] is not None) is (verdict in (NEVER, NO))
    barred = world.recorder.entries("number.barred")
    assert [e.data["number"] for e in barred] == (["+33612000001"] if verdict == NEVER else [])
    assert sum(world.counters().values()) == 5


def test_a_wrong_number_gives_way_to_the_next_one_of_the_same_person(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, [["+33612000001", "+33145000001"], ["+33612000002"]])
    world.ready(1)
    world.looks_again()
    world.refuses(world.call_by(1, 1), "UNALLOCATED_NUMBER")
    found = world.record(1)
    assert (found["state"], found["number"], found["attempts"]) == ("REDIAL", "+33145000001", 1)
    world.looks_again()
    call = world.call_by(1, 1)
    assert world.originate(call).endpoint.endswith("+33145000001")
    world.refuses(call, "UNALLOCATED_NUMBER")
    assert world.record(1)["state"] == "WRONG"


def test_after_the_last_attempt_nobody_is_called_any_more(tmp_path: Path) -> None:
    world = ListWorld(
        tmp_path, numbers(1), {"attempts": 2}, settings=Settings(rules={Result.NO_ANSWER: Rule(0, 0)})
    )
    world.ready(1)
    for state in ("SYSTEM", "UNREACHABLE"):
        world.looks_again()
        world.refuses(world.call_by(1, 1), "NO_ANSWER")
        assert world.record(1)["state"] == state
    world.looks_again()
    assert world.shelf.find(1) is None


def test_what_the_network_cannot_do_is_none_of_the_attempts(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.refuses(world.call_by(1, 1), "NETWORK_OUT_OF_ORDER")
    found = world.record(1)
    assert (found["state"], found["attempts"], found["last_result"]) == ("SYSTEM", 0, "failed")
    assert [a["result"] for a in world.attempts()] == ["failed"]


def test_an_agent_who_does_not_pick_up_leaves_the_record_as_it_was(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.list_work.call(ACCOUNT, 1, 1)
    call = world.live.records[1].call
    assert world.record(1)["state"] == "IN_CALL"
    world.refuses(world.offered_leg(call), "NO_ANSWER")
    assert (world.record(1)["state"], world.record(1)["attempts"]) == ("UNTREATED", 0)
    assert world.attempts() == []
    assert world.live.records == {}


def test_what_is_shown_goes_back_by_itself(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1, 2)
    world.looks_again()
    world.previews(1)
    assert world.shown(1) == item(1)
    world.waits()  # a caller comes first
    world.goes_on()
    assert world.live.records == {}
    assert world.record(1)["state"] == "UNTREATED"


def test_who_is_passed_over_is_shown_to_the_others(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1, 2)
    world.looks_again()
    world.previews(1)
    world.outbound.skip(1, item(1), "trop tôt")
    world.goes_on()
    assert world.shown(1) == item(2)
    world.previews(2)
    assert world.shown(2) == item(1)


def test_put_off_it_is_anybodys_reserved_it_is_his_own(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1, 2)
    world.looks_again()
    world.previews(1)
    world.list_work.own(ACCOUNT, 1, 1)
    assert world.shown(1) == item(1), "he looks at it still"
    when = world.clock.now_ms() + HOUR
    world.list_work.postpone(ACCOUNT, 1, when)
    found = world.record(1)
    assert (found["state"], found["owner"], found["due_at"]) == ("PERSONAL", 1, when)
    world.list_work.postpone(ACCOUNT, 2, when)
    found = world.record(2)
    assert (found["state"], found["owner"], found["due_at"]) == ("CALLBACK", None, when)
    world.looks_again()
    with pytest.raises(Taken):
        world.list_work.call(ACCOUNT, 1, 2)
    world.list_work.move(ACCOUNT, 1, None, "Chef")
    assert (world.record(1)["state"], world.record(1)["owner"]) == ("CALLBACK", None)


def test_closed_by_hand_with_a_verdict(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.list_work.close(ACCOUNT, 1, True, "Agent 1", SOLD, "déjà client", agent=1)
    world.list_work.close(ACCOUNT, 2, False, "Agent 1")
    world.list_work.close(ACCOUNT, 3, False, "Agent 1", NEVER)
    states = [world.record(n)["state"] for n in (1, 2, 3)]
    assert states == ["COMPLETED", "STOPPED", "BLACKLISTED"]
    assert world.record(1)["memo"] == "déjà client"
    assert world.file_row(1)["code"] == "sold"
    assert sum(world.counters().values()) == 5


def test_in_an_exclusive_list_who_is_assigned_is_his_alone(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, numbers(2), {"exclusive": True})
    from fs_app.calllists.model import ListRecord

    world.db.write(lambda: ListRecord.update(owner=2).where(ListRecord.id == 1).execute())
    world.ready(1)
    world.shelf.poke()
    world.looks_again()
    assert world.shelf.find(1) is None, "agent 2 is away: nobody calls for him"
    counted = world.outbound.counters(world.catalog.agent(1))  # type: ignore[arg-type]
    assert (counted["due"], counted["mine"]) == (1, 0)
    assert world.shelf.totals_of(10) == Totals(1, 0, 2)
    world.previews(1)
    assert world.shown(1) == item(2)
    world.ready(2)
    world.clock.advance(20)
    world.looks_again()
    world.previews(2)
    assert world.shown(2) == item(1)


def test_who_is_forbidden_now_is_passed_over_without_haste(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.forbidden[1] = "legal.no.hours"
    world.looks_again()
    world.previews(1)
    assert world.shown(1) == item(2)
    with pytest.raises(Forbidden):
        world.list_work.call(ACCOUNT, 1, 1)
    shown = len(world.recorder.entries("record.shown"))
    for _ in range(30):
        world.goes_on(1.0)
    assert len(world.recorder.entries("record.shown")) == shown


def test_at_the_last_moment_the_law_and_the_list_are_asked_once_more(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.law.says = ("legal.no.blacklist", {})
    world.list_work.call(ACCOUNT, 1, 1)
    leg = world.offered_leg(world.live.records[1].call)
    world.picks_up(leg)
    assert world.switch.of("originate", world.recorder.entries("call.started")[-1].call) == []
    assert world.told == ["legal.no.blacklist"]
    assert (world.record(1)["state"], world.record(1)["attempts"]) == ("UNTREATED", 0)
    world.hangs_up(leg)
    world.is_whole()


def test_a_comparison_with_the_switch_during_the_last_look_ends_no_call(tmp_path: Path) -> None:
    """Half of the calls are compared while somebody looks whether he may be called; there is no leg of his yet."""
    world = ListWorld(tmp_path)
    world.ready(1, 2)
    world.looks_again()
    looking: list[Any] = []
    world.ctx.may_call = lambda call, done: looking.append(done)
    call = world.call_by(1, 1)
    assert leftovers.mend(world.ctx) == []
    assert world.stage(call) is Stage.DIALING
    looking.pop()("")
    world.calls.settle()
    assert world.originate(call).leg == call
    world.answers(call)
    assert world.record(1)["state"] == "IN_CALL"

    # A look of which nobody hears any more is not waited for.
    call = world.call_by(2, 2)
    world.clock.advance(LOOK_S + 1)
    assert leftovers.mend(world.ctx) == [leftovers.NotDialled(call)]
    assert world.record(2)["state"] == "UNTREATED"


def test_a_program_that_died_during_the_last_look_leaves_the_record_as_it_was(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.ctx.may_call = lambda call, done: None
    call = world.call_by(1, 1)
    assert world.record(1)["state"] == "IN_CALL"
    again = ListWorld(tmp_path, clock=world.clock)
    assert leftovers.mend(again.ctx) == [leftovers.NotDialled(call)]
    assert (again.record(1)["state"], again.record(1)["attempts"]) == ("UNTREATED", 0)


def test_who_picks_up_in_the_moment_in_which_his_agent_is_gone_was_left_alone(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    call = world.call_by(1, 1)
    world.rings(call)
    world.picks_up(call)
    agent_leg = world.live.calls[call].agent_leg
    assert agent_leg is not None
    world.hangs_up(agent_leg.id)
    world.hangs_up(call, "ORIGINATOR_CANCEL")
    found = world.record(1)
    assert (found["state"], found["last_result"]) == ("SYSTEM", "gave_up")
    assert found["abandoned_at"] == found["last_at"]


@pytest.mark.parametrize("change", [{"state": "EXCLUDED", "before": "UNTREATED"}, None])
def test_who_is_taken_off_the_list_is_not_shown_any_longer(
    tmp_path: Path, change: dict[str, Any] | None
) -> None:
    """The record, or the whole list, while an agent looks at it."""
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.previews(1)
    assert world.shown(1) == item(1)
    world.shelf.poke(ACCOUNT)
    world.looks_again()
    assert world.shown(1) == item(1), "nothing has happened to it"

    def write() -> None:
        if change is not None:
            ListRecord.update(change).where(ListRecord.id == 1).execute()
        else:
            CallList.update(active=False).execute()

    world.db.write(write)
    world.shelf.poke(ACCOUNT)
    world.looks_again()
    world.goes_on()
    assert world.shown(1) == (item(2) if change is not None else "")
    assert world.recorder.entries("record.released")[-1].data["why"] == "changed"
    assert world.record(1)["attempts"] == 0


def test_the_database_keeps_of_what_is_only_shown_nothing_that_nobody_would_delete(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.previews(1)
    world.list_work.note(ACCOUNT, 1, "appeler le soir")
    world.list_work.give_back(1, 1)
    world.list_work.close(ACCOUNT, 1, True, "Ada")
    assert world.record(1)["memo"] == "appeler le soir"
    rows = world.db.read(lambda: {e.kind: e.data for e in JournalEntry.select() if e.kind[:7] == "record."})
    assert set(rows) == {"record.shown", "record.noted", "record.released", "record.over"}
    text = str(rows)
    assert "Personne" not in text and "soir" not in text and "+33" not in text


def test_an_agent_who_promises_in_the_call_keeps_the_record_open(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    call = world.call_by(1, 1)
    world.answers(call)
    when = world.clock.now_ms() + 2 * HOUR
    world.ctx.callbacks.book(world.call(call), 1, when, True, "après 16 h")  # type: ignore[attr-defined]
    world.hangs_up(call)
    world.judge(1, call, SOLD)
    found = world.record(1)
    assert (found["state"], found["owner"], found["due_at"]) == ("PERSONAL", 1, when)
    assert found["memo"] == "après 16 h"
    assert world.live.callbacks == {}


def test_in_automatic_mode_one_follows_the_other(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, numbers(2))
    world.ready(1)
    world.looks_again()
    world.previews(1, "automatic")
    for record in (1, 2):
        assert world.shown(1) == item(record)
        world.clock.advance(1.1)  # the pause before the call
        call = world.live.records[record].call
        leg = world.offered_leg(call)
        world.picks_up(leg)
        world.refuses(call, "USER_BUSY")
        world.hangs_up(leg)
        world.clock.advance(3.2)  # between two calls
        world.goes_on()
    assert world.work(1) is Work.IDLE
    assert world.counters() == {"SYSTEM": 2}
