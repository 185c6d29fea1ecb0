"""An agent calls somebody: his telephone, then the number; every way in which it ends, and what a death leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import Presence, Work
from fs_app.calls import leftovers
from fs_app.calls.stages import Stage
from fs_app.outgoing import causes
from fs_app.outgoing.blacklist import Blocked
from fs_app.outgoing.rules import Blacklisted, NotANumber
from fs_app.outgoing.service import NoQueue, NotFree, NotYours
from fs_app.outgoing.settings import Settings
from tests.unit.core.world import ACCOUNT, DID, INTER_CALL_S, OTHER_QUEUE, QUEUE, SALE, queue_info
from tests.unit.outgoing.centre import MARIE, Centre


def test_his_telephone_rings_first_then_the_number_then_they_talk(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work()
    call = world.dials("06 12 34 56 78")
    leg = world.his_leg(call)
    assert (world.work(1), world.agent(1).shown) == (Work.DIALING, "DIALING")
    assert world.shown() == ("CALLING_YOU", "")
    assert world.originate(leg).caller_number == MARIE
    assert world.switch.of("originate", call) == [], "nobody is called before he is there"
    world.rings(leg)
    world.picks_up(leg)
    wanted = world.originate(call)
    assert (wanted.endpoint, wanted.caller_number, wanted.withheld) == (
        f"sofia/gateway/trunk/{MARIE}",
        DID,
        False,
    )
    assert world.shown() == ("DIALING", "")
    world.rings(call)
    assert world.shown() == ("RINGING", "")
    world.answers(call, leg)
    assert (world.stage(call), world.work(1), world.agent(1).shown) == (Stage.TALKING, Work.ACTIVE, "IN_CALL")
    assert world.shown() == ("TALKING", "")
    world.is_whole()
    world.hangs_up(call)
    world.hangs_up(leg, by_far_end=False)
    assert (world.work(1), world.outcome()) == (Work.AFTER_WORK, "answered")
    assert world.shown() == ("ENDED", "")
    world.calls.qualify(1, call, SALE, "")
    assert world.stage(call) is None
    assert (world.agent(1).presence, world.notices) == (Presence.UNAVAILABLE, [])


def test_early_media_is_no_answer(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work()
    call, _ = world.up_to_dialling()
    assert world.originate(call).early_media is False
    world.tell(f.LegRinging(world.at, call, early_media=True))
    assert (world.stage(call), world.shown()) == (Stage.DIALING, ("RINGING", ""))


@pytest.mark.parametrize("cause", sorted(causes.KINDS))
def test_a_number_that_does_not_answer_is_said_in_words_and_he_is_free(tmp_path: Path, cause: str) -> None:
    world = Centre(tmp_path)
    world.at_work()
    call, leg = world.up_to_dialling()
    world.refuses(call, cause)
    assert world.stage(call) is None or world.call(call).ended_at
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]
    assert world.shown() == ("ENDED", causes.of_number(cause))
    assert (world.outcome(), world.work(1)) == ("unreachable", Work.INTER_CALL)
    world.hangs_up(leg, by_far_end=False)
    world.clock.advance(INTER_CALL_S + 0.1)
    assert (world.work(1), world.agent(1).presence) == (Work.IDLE, Presence.UNAVAILABLE)
    quiet = causes.of_number(cause) in ("cancelled", "hung_up")
    assert world.notices == ([] if quiet else [f"dial.ended.{causes.of_number(cause)}"])
    world.is_whole()


@pytest.mark.parametrize(
    ("cause", "why"),
    [("NO_ANSWER", "own_no_answer"), ("USER_BUSY", "own_busy"), ("CALL_REJECTED", "own_rejected"),
     ("RECOVERY_ON_TIMER_EXPIRE", "own_gone"), ("NORMAL_TEMPORARY_FAILURE", "own_failed")],
)  # fmt: skip
def test_his_own_telephone_that_is_not_picked_up_is_no_missed_call(
    tmp_path: Path, cause: str, why: str
) -> None:
    world = Centre(tmp_path)
    world.ready(1)
    call = world.dials()
    leg = world.his_leg(call)
    world.refuses(leg, cause)
    assert world.stage(call) is None
    assert (world.work(1), world.agent(1).presence) == (Work.IDLE, Presence.AVAILABLE), (
        "no delay for his own call"
    )
    assert world.shown() == ("ENDED", why)
    assert world.today.figures(1, ACCOUNT)["missed"] == 0
    assert (world.outcome(), world.offers()) == ("unanswered", [(call, 1)])
    world.is_whole()


def test_he_gives_up_while_his_own_telephone_rings(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work()
    call = world.dials()
    leg = world.his_leg(call)
    world.rings(leg)
    world.calls.hang_up(1, leg)
    world.calls.hang_up(1, leg)
    assert world.hung_up(leg)[0] == "ORIGINATOR_CANCEL"
    world.refuses(leg, "ORIGINATOR_CANCEL")
    assert (world.stage(call), world.work(1), world.outcome()) == (None, Work.IDLE, "cancelled")
    assert (world.shown(), world.notices) == (("ENDED", "cancelled"), [])


@pytest.mark.parametrize("how", ["button", "telephone"])
def test_he_gives_up_while_the_number_rings(tmp_path: Path, how: str) -> None:
    world = Centre(tmp_path)
    world.at_work()
    call, leg = world.up_to_dialling()
    world.rings(call)
    if how == "button":
        world.calls.hang_up(1, leg)
    world.hangs_up(leg, by_far_end=how == "telephone")
    assert "ORIGINATOR_CANCEL" in world.hung_up(call)
    world.refuses(call, "ORIGINATOR_CANCEL")
    assert (world.outcome(), world.shown()) == ("cancelled", ("ENDED", "cancelled"))
    assert world.work(1) in (Work.IDLE, Work.INTER_CALL)
    world.is_whole()


def test_the_customer_answers_in_the_moment_in_which_he_gives_up(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work()
    call, leg = world.up_to_dialling()
    world.rings(call)
    world.tell(f.LegAnswered(world.at, call), f.Rang(world.at, call, session=3))
    assert world.stage(call) is Stage.CONNECTING
    world.hangs_up(leg, by_far_end=True)
    assert world.hung_up(call), "he is not left with somebody whom he did not call, nor in silence"
    world.hangs_up(call, by_far_end=False)
    assert (world.stage(call), world.outcome()) == (None, "cancelled")
    world.is_whole()


def test_whose_telephone_is_lost_in_the_conversation_gets_his_customer_back(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.ready(1)
    call, leg = world.up_to_talking()
    world.hangs_up(leg, "RECOVERY_ON_TIMER_EXPIRE", by_far_end=None)
    world.goes_home(call)
    world.clock.advance(0.1)
    world.calls.settle()
    assert world.stage(call) in (Stage.WAITING, Stage.OFFERED)
    assert world.offers()[-1] == (call, 1)
    world.is_whole()


@pytest.mark.parametrize("before", ["idle", "unavailable", "back_office", "inter_call", "no_answer_delay"])
def test_from_whatever_he_does_between_calls(tmp_path: Path, before: str) -> None:
    world = Centre(tmp_path)
    world.at_work()
    if before != "unavailable":
        world.agents.available(1)
    if before == "back_office":
        world.agents.back_office(1)
    elif before in ("inter_call", "no_answer_delay"):
        other = world.waits()
        leg = world.offered_leg(other)
        world.rings(leg)
        if before == "no_answer_delay":
            world.refuses(leg, "NO_ANSWER")
            world.hangs_up(other)
        else:
            world.picks_up(leg)
            world.hangs_up(other)
            world.hangs_up(leg, by_far_end=False)
    presence = world.agent(1).presence
    call, leg = world.up_to_talking("+33612345679")
    world.hangs_up(call)
    world.hangs_up(leg, by_far_end=False)
    world.calls.qualify(1, call, SALE, "")
    world.clock.advance(INTER_CALL_S + 0.1)
    assert world.agent(1).presence is presence
    assert world.work(1) is (Work.BACK_OFFICE if before == "back_office" else Work.IDLE)
    world.is_whole()


def test_not_with_a_call_nor_with_one_to_qualify_nor_logged_out(tmp_path: Path) -> None:
    world = Centre(tmp_path, agents=(1,))
    with pytest.raises(NotFree):
        world.dials()
    world.ready(1)
    caller, leg, _ = world.talking()
    with pytest.raises(NotFree):
        world.dials("+33612345679")
    world.hangs_up(caller)
    world.hangs_up(leg, by_far_end=False)
    assert world.work(1) is Work.AFTER_WORK
    with pytest.raises(NotFree):
        world.dials("+33612345679")
    assert world.switch.of("originate", "") == []


def test_nobody_is_offered_to_who_dials(tmp_path: Path) -> None:
    world = Centre(tmp_path, agents=(1,))
    world.ready(1)
    call = world.dials()
    caller = world.waits()
    assert world.stage(caller) is Stage.WAITING
    leg = world.his_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    assert world.offers() == [(call, 1)]
    world.refuses(call, "USER_BUSY")
    world.hangs_up(leg, by_far_end=False)
    world.clock.advance(INTER_CALL_S + 0.1)
    world.calls.settle()
    assert world.offers()[-1] == (caller, 1)


def test_a_double_click_is_one_call(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work()
    assert world.dials() == world.dials() == world.dials("0033612345678")
    with pytest.raises(NotFree):
        world.dials("+33612345679")
    assert len(world.offers()) == 1


def test_what_is_refused_rings_nowhere(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work()
    world.blacklist.add(ACCOUNT, Blocked(1, MARIE, reason="Opposition"))
    with pytest.raises(Blacklisted):
        world.dials()
    with pytest.raises(NotANumber):
        world.dials("bonjour")
    with pytest.raises(NoQueue):
        world.outgoing.dial(1, "+33612345679", OTHER_QUEUE)
    with pytest.raises(NotYours):
        world.dials("+33612345679", caller_id="+33185099999")
    with pytest.raises(NotYours):
        world.dials("+33612345679", caller_id="withheld")
    assert (world.switch.of("originate"), world.work(1), world.live.calls) == ([], Work.IDLE, {})


def test_who_comes_onto_the_blacklist_while_his_telephone_rings_is_not_called(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work()
    call = world.dials()
    leg = world.his_leg(call)
    world.rings(leg)
    world.blacklist.add(ACCOUNT, Blocked(1, MARIE))
    world.picks_up(leg)
    assert world.switch.of("originate", call) == []
    world.hangs_up(leg, by_far_end=False)
    assert (world.stage(call), world.shown()) == (None, ("ENDED", "blacklisted"))
    assert world.notices == ["dial.ended.blacklisted"]
    world.is_whole()


def test_the_number_that_is_shown(tmp_path: Path) -> None:
    world = Centre(
        tmp_path, queue=queue_info(greeting="", caller_id="+33185091111", caller_ids=(DID, "+33999"))
    )
    world.at_work()
    assert world.outgoing.choices(1)[0]["caller_ids"] == [DID], "only numbers that are the account's"
    call, leg = world.up_to_dialling()
    assert world.originate(call).caller_number == DID
    world.refuses(call, "USER_BUSY")
    world.hangs_up(leg, by_far_end=False)
    world.catalog.now = replace(world.catalog.now, outgoing={ACCOUNT: Settings(withheld=True)})
    call = world.dials(caller_id="withheld")
    leg = world.his_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    assert world.originate(call).withheld
    assert world.originate(call).caller_number == ""


def test_a_permanent_line_needs_no_ringing(tmp_path: Path) -> None:
    world = Centre(tmp_path, permanent=(1,))
    world.at_work()
    world.clock.advance(0.1)
    line = world.agent(1).line.leg
    world.tell(f.LegAnswered(world.at, line), f.LegParked(world.at, line))
    world.originated(line)
    call = world.dials()
    world.calls.settle()
    assert (world.stage(call), world.shown()) == (Stage.DIALING, ("DIALING", ""))
    assert world.switch.of("play", line) == [], "he need not be told of what he asked for"
    world.refuses(call, "USER_BUSY")
    assert world.hung_up(line) == [], "it stays"
    world.is_whole()


STAGES = ("calling you", "picked up", "dialling", "ringing", "answered", "talking")


def story(world: Centre, until: str) -> tuple[str, str]:
    world.at_work()
    call = world.dials()
    leg = world.his_leg(call)
    steps = {
        "calling you": lambda: world.rings(leg),
        "picked up": lambda: world.tell(f.LegAnswered(world.at, leg)),
        "dialling": lambda: world.picks_up(leg),
        "ringing": lambda: world.rings(call),
        "answered": lambda: world.tell(f.LegAnswered(world.at, call), f.Rang(world.at, call, session=3)),
        "talking": lambda: world.bridged(leg, call),
    }
    for name in STAGES[: STAGES.index(until) + 1]:
        steps[name]()
    return call, leg


@pytest.mark.parametrize("until", STAGES)
def test_everybody_is_gone_when_the_program_comes_back(tmp_path: Path, until: str) -> None:
    world = Centre(tmp_path)
    call, _ = story(world, until)
    world.journal.close()
    world.clock.advance(1)
    after = Centre(tmp_path, clock=world.clock, is_open=False)
    after.recover()
    after.calls.settle()
    found = after.live.calls.get(call)
    assert found is None or found.ended_at is not None
    assert after.work(1) is not Work.DIALING
    assert after.work(1) is (Work.AFTER_WORK if until == "talking" else after.work(1))
    after.is_whole()


@pytest.mark.parametrize("until", STAGES)
def test_all_legs_are_still_there_when_the_program_comes_back(tmp_path: Path, until: str) -> None:
    world = Centre(tmp_path)
    call, leg = story(world, until)
    world.journal.close()
    world.clock.advance(1)
    after = Centre(tmp_path, clock=world.clock, is_open=False)
    talk = until == "talking"
    after.shows(leg, answered=until != "calling you", app="park", partner=call if talk else None)
    if until in ("dialling", "ringing", "answered", "talking"):
        answered = until in ("answered", "talking")
        after.shows(call, answered=answered, app="socket", partner=leg if talk else None)
    after.recover()
    after.calls.settle()
    wanted = {
        "calling you": ("CALLING_YOU", Stage.OFFERED),
        "picked up": ("DIALING", Stage.DIALING),
        "dialling": ("DIALING", Stage.DIALING),
        "ringing": ("RINGING", Stage.DIALING),
        "answered": ("RINGING", Stage.CONNECTING),
        "talking": ("TALKING", Stage.TALKING),
    }[until]
    assert (after.shown()[0], after.stage(call)) == wanted
    assert after.hung_up(leg) == after.hung_up(call) == []
    after.is_whole()


def test_a_damaged_line_leaves_nothing_stuck(tmp_path: Path) -> None:
    """Each line of the journal lost by itself; afterwards nobody is busy with a call that is not there."""
    (tmp_path / "story").mkdir()
    world = Centre(tmp_path / "story")
    story(world, "talking")
    world.journal.close()
    world.clock.advance(1)
    (file,) = (tmp_path / "story" / "journal").glob("*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    for lost in range(1, len(lines)):
        folder = tmp_path / f"lost{lost}"
        (folder / "journal").mkdir(parents=True)
        (folder / "journal" / file.name).write_bytes(b"".join(lines[:lost] + lines[lost + 1 :]))
        after = Centre(folder, clock=world.clock, is_open=False)
        after.recover()
        after.calls.settle()
        leftovers.mend(after.ctx)
        after.is_whole()
        assert after.work(1) is not Work.DIALING, lines[lost]


def test_queues_are_those_of_the_agent(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    assert [q["id"] for q in world.outgoing.choices(1)] == [QUEUE]
    assert world.outgoing.choices(99) == []
