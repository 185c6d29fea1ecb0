"""After a connection: witnesses, telephones, channels; everything that was missed is made good, once."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import gevent
import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls.cdr import LARGEST, CdrSpool, parse
from fs_app.calls.stages import Stage
from fs_app.clock import FakeClock
from fs_app.errors import DatabaseBusy, LinkLost, NoSuchChannel, Refused
from tests.support.until import until
from tests.unit.core.world import DID, DOMAIN, QUEUE, RING_S, SALE, World, queue_info


def cdr(
    leg: str,
    start_ms: int,
    end_ms: int,
    cause: str = "NORMAL_CLEARING",
    role: str = "caller",
    name: str = "DUPONT",
    far: bool = True,
    bridged: tuple[str, int] = ("", 0),
    recorded_ms: int = 0,
) -> bytes:
    """As mod_xml_cdr writes it: text of variables URL-encoded. `bridged`: with which leg, and when (ms)."""
    values = {
        "uuid": leg,
        "direction": "inbound" if role in ("", "caller") else "outbound",
        "hangup_cause": cause,
        "sip_hangup_disposition": "recv_bye" if far else "send_bye",
        "sip_call_id": f"sip-{leg}",
        "start_uepoch": str(start_ms * 1000),
        "answer_uepoch": "0",
        "end_uepoch": str(end_ms * 1000),
        "fsapp_role": role,
        "fsapp_did": DID if role == "caller" else "",
        "last_bridge_to": bridged[0],
        "record_ms": str(recorded_ms),
    }
    variables = "".join(f"<{k}>{quote(v)}</{k}>" for k, v in values.items())
    profile = (
        f"<caller_id_name>{quote(name)}</caller_id_name><caller_id_number>%2B33612345678</caller_id_number>"
    )
    return (
        f'<?xml version="1.0"?>\n<cdr core-uuid="c"><variables>{variables}</variables>'
        f"<callflow><caller_profile>{profile}<destination_number>home</destination_number></caller_profile>"
        f"<times><bridged_time>{bridged[1] * 1000}</bridged_time></times></callflow>"
        "</cdr>\n"
    ).encode()


def writes(world: World, leg: str, cause: str = "NORMAL_CLEARING", **options: object) -> Path:
    """The switch leaves the record of a leg that has just ended, one minute long."""
    now = world.clock.now_ms()
    path = world.folder / "cdr" / f"{leg}.cdr.xml"
    path.write_bytes(cdr(leg, now - 60_000, now - 500, cause, **options))  # type: ignore[arg-type]
    return path


def restarted(world: World, later_s: float = 5.0) -> World:
    """The program died and starts again, `later_s` after."""
    return World(
        world.folder,
        clock=FakeClock(world.clock.now_ms() + round(later_s * 1000)),
        switch=world.switch,
        is_open=False,
    )


def of(world: World, *numbers: int) -> list[f.Registration]:
    return [
        f.Registration(str(1000 + n), DOMAIN, f"sofia/internal/sip:{1000 + n}@192.0.2.7", 0) for n in numbers
    ]


# --- after a start ----------------------------------------------------------------------------------------------
def test_callers_who_wait_on_are_taken_back_in_their_order(tmp_path: Path) -> None:
    world = World(tmp_path)
    callers = [world.waits() for _ in range(3)]
    for caller in callers:
        world.shows(caller)
    again = restarted(world)
    again.switch.forget()
    again.recover()
    assert [c.args[0] for c in again.switch.of("send_home")] == callers
    for caller in callers:
        again.goes_home(caller)
    assert [c.id for c in again.queues.waiting(QUEUE)] == callers
    assert again.recorder.entries("call.") == []
    assert again.recovery.report.repairs == {"SendHome": 3}
    assert again.recovery.done and again.routing.open


def test_a_conversation_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1)
    caller, leg, _ = world.talking()
    world.shows(caller, leg)
    world.shows(leg, caller)
    again = restarted(world)
    again.switch.forget()
    again.recover()
    assert {c.verb for c in again.switch.commands} & {"hangup", "send_home", "bridge"} == set()
    assert (again.stage(caller), again.work(1)) == (Stage.TALKING, Work.ACTIVE)


def test_nobody_is_offered_before_the_comparison_is_over(tmp_path: Path) -> None:
    world = World(tmp_path)
    caller = world.waits()
    world.shows(caller)
    again = restarted(world)
    again.switch.registered = of(again, 1)
    again.ready(1)
    assert again.offers() == []
    again.recover()
    assert again.offers() == [(caller, 1)]


def test_a_call_that_ended_meanwhile_has_the_cause_that_its_record_tells(tmp_path: Path) -> None:
    world = World(tmp_path)
    caller = world.waits()
    again = restarted(world)
    path = writes(again, caller, "ORIGINATOR_CANCEL")
    again.recover()
    (ended,) = again.recorder.entries("call.ended")
    assert ended.data == {"by": "caller", "outcome": "abandoned", "cause": "ORIGINATOR_CANCEL"}
    assert ended.at == again.clock.now_ms() - 500
    (leg,) = again.recorder.entries("leg.ended")
    assert (leg.data["sip_call_id"], leg.data["by_far_end"]) == (f"sip-{caller}", True)
    assert not path.exists()
    assert again.recovery.report.repairs == {}


def test_a_call_that_ended_without_a_witness_ends_all_the_same(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1)
    _caller, _leg, _ = world.talking()
    again = restarted(world)
    again.recover()
    assert again.recorder.entries("call.ended")[0].data["cause"] == "LOST_TRACK"
    assert again.work(1) is Work.AFTER_WORK
    again.is_whole()


def test_a_conversation_that_began_and_ended_while_nobody_listened_is_known_by_its_cdr(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.recover()
    world.ready(1)
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.picks_up(leg)
    assert world.stage(caller) is Stage.CONNECTING
    world.recovery.link_down()
    world.clock.advance(20)
    now = world.clock.now_ms()
    world.switch.present.clear()
    writes(world, caller, bridged=(leg, now - 15_000))
    writes(world, leg, bridged=(caller, now - 15_000))
    world.recover()
    (ended,) = world.recorder.entries("call.ended")
    assert ended.data["outcome"] == "answered"
    (bridged,) = world.recorder.entries("call.bridged")
    assert (bridged.agent, bridged.at) == (1, now - 15_000)
    assert world.work(1) is Work.AFTER_WORK, "the agent qualifies it"
    assert world.recorder.entries("recording.wanted") == []
    world.is_whole()


def test_a_cdr_that_tells_of_a_conversation_that_is_known_changes_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.recover()
    world.ready(1)
    caller, leg, _ = world.talking()
    before = len(world.recorder.entries("call.bridged"))
    writes(world, leg, "DESTINATION_OUT_OF_ORDER", bridged=(caller, world.clock.now_ms() - 900))
    world.recovery.read_spool()
    world.calls.settle()
    assert world.stage(caller) is not Stage.TALKING, "his agent's line is lost"
    assert len(world.recorder.entries("call.bridged")) == before


def test_who_waited_at_the_door_of_a_queue_that_was_deactivated_meanwhile_is_on_record(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    now = world.catalog.now
    world.catalog.now = replace(now, queues={}, closed_queues=now.queues)
    world.calls._dialled = lambda fact: None  # as the program: only open queues take calls
    writes(world, "waited")
    writes(world, "refused", "UNALLOCATED_NUMBER", far=False)
    world.recover()
    ended = {e.call: e.data["outcome"] for e in world.recorder.entries("call.ended")}
    assert set(ended) == {"waited", "refused"}, "nobody calls without being written down"


def test_a_call_to_a_queue_that_was_deactivated_is_refused_and_on_record(tmp_path: Path) -> None:
    world = World(tmp_path)
    now = world.catalog.now
    world.catalog.now = replace(now, queues={}, closed_queues=now.queues)
    world.calls._dialled = lambda fact: None
    caller = world.arrives()
    world.calls.settle()
    assert world.hung_up(caller) == ["UNALLOCATED_NUMBER"]
    world.hangs_up(caller)
    assert world.recorder.entries("call.ended")[-1].data["outcome"] == "refused"


def test_the_spool_is_waited_for_when_somebody_reads_it_already(tmp_path: Path) -> None:
    world = World(tmp_path)
    caller = world.waits()
    again = restarted(world)
    writes(again, caller, "USER_GONE")
    read, gate = again.recovery._spool.read, gevent.event.Event()

    def slow() -> object:
        gate.wait(5)
        return read()

    again.recovery._spool.read = slow  # type: ignore[assignment]
    round_of_every_two_seconds = gevent.spawn(again.recovery.read_spool)
    gevent.sleep(0)
    again.recovery.link_up("core-1")
    gevent.sleep(0)
    gate.set()
    until(lambda: again.recovery.done)
    round_of_every_two_seconds.join(5)
    assert again.recorder.entries("call.ended")[0].data["cause"] == "USER_GONE"


def test_an_agent_who_answered_meanwhile_is_connected(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1)
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.shows(caller)
    world.shows(leg)
    again = restarted(world)
    again.switch.registered = of(again, 1)
    again.switch.forget()
    again.recover()
    assert again.switch.of("bridge") and again.switch.last("bridge").args == (leg, caller)
    assert (again.stage(caller), again.work(1)) == (Stage.CONNECTING, Work.ACTIVE)
    assert again.switch.of("send_home", caller) == [], "he is about to talk"


def test_two_who_were_connected_meanwhile_talk(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1)
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.shows(caller, leg)
    world.shows(leg, caller)
    again = restarted(world)
    again.recover()
    assert (again.stage(caller), again.work(1)) == (Stage.TALKING, Work.ACTIVE)
    assert again.switch.of("record_start", caller)


def test_an_offer_that_rings_on_goes_on(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1)
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.shows(caller)
    world.shows(leg, answered=False)
    again = restarted(world)
    again.recover()
    assert (again.stage(caller), again.work(1)) == (Stage.OFFERED, Work.OFFERED)
    again.clock.advance(RING_S)
    again.calls.settle()
    assert again.work(1) is Work.NO_ANSWER_DELAY


def test_a_repair_that_fails_keeps_no_other_from_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    callers = [world.waits() for _ in range(3)]
    for caller in callers:
        world.shows(caller)
    again = restarted(world)
    home, broken = again.switch.send_home, callers[0]

    def refuses(leg: str) -> object:
        if leg == broken:
            raise ValueError("a mistake in the program")
        return home(leg)

    monkeypatch.setattr(again.switch, "send_home", refuses)
    again.switch.forget()
    again.recover()
    assert [c.args[0] for c in again.switch.of("send_home")] == callers[1:]
    assert again.recovery.done and again.routing.open


# --- calls that came and went -----------------------------------------------------------------------------------
def test_a_call_that_came_and_went_unseen_gets_its_record(world: World) -> None:
    path = writes(world, "unseen", name="Zoë")
    world.recover()
    (started,) = world.recorder.entries("call.started")
    assert (started.call, started.data["caller_name"], started.data["called_number"]) == (
        "unseen",
        "Zoë",
        DID,
    )
    assert started.at == world.clock.now_ms() - 60_000
    (ended,) = world.recorder.entries("call.ended")
    assert (ended.data["outcome"], ended.at) == ("hung_up_early", world.clock.now_ms() - 500)
    assert world.live.calls == {}
    assert not path.exists()


def test_its_record_is_made_once_although_its_file_is_read_again(world: World) -> None:
    for _ in range(3):
        writes(world, "unseen")
        world.recovery.read_spool()
    again = restarted(world)
    writes(again, "unseen")
    again.recovery.read_spool()
    once_more = restarted(again)  # its journal begins with a checkpoint only
    writes(once_more, "unseen")
    once_more.recovery.read_spool()
    for w in (again, once_more):
        assert w.recorder.entries("call.started") == []
    assert len(world.recorder.entries("call.started")) == 1


def test_while_the_database_is_busy_its_file_waits(world: World) -> None:
    def busy(_ids: list[str]) -> set[str]:
        raise DatabaseBusy("locked")

    world.known_calls = busy
    waiting = world.waits()
    path, known = writes(world, "unseen"), writes(world, waiting, "ORIGINATOR_CANCEL")
    world.recover()
    assert path.exists() and not known.exists(), "what needs no database is used at once"
    assert world.stage(waiting) is None
    assert world.recovery.done, "and nobody waits for it"
    world.known_calls = lambda ids: set()
    world.recovery.read_spool()
    assert not path.exists()
    assert [e.call for e in world.recorder.entries("call.started")] == [waiting, "unseen"]


def test_a_call_that_the_database_knows_gets_no_second_record(world: World) -> None:
    world.known_calls = lambda ids: set(ids)
    path = writes(world, "old")
    world.recover()
    assert not path.exists()
    assert world.recorder.entries("call.started") == []


def test_records_of_other_legs_are_used_up_without_a_call(world: World) -> None:
    paths = [writes(world, "a", role="agent"), writes(world, "b", role="")]
    world.recover()
    assert world.recorder.entries("call.") == []
    assert not any(p.exists() for p in paths)


# --- strangers --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("session", [True, False])
def test_a_caller_who_came_unseen_is_served(world: World, session: bool) -> None:
    world.shows("x", variables={"fsapp_did": DID}, destination="home", created_at=world.at - 4_000_000)
    if session:
        world.ctx.sessions.add("x")
    world.recover()
    assert world.call("x").started_at == world.clock.now_ms() - 4000
    assert world.call("x").called_number == DID
    assert [c.args[0] for c in world.switch.of("send_home")] == ([] if session else ["x"])
    if not session:
        world.goes_home("x")
    assert world.stage("x") is Stage.GREETING


def test_a_caller_at_the_door_of_whom_no_event_told_is_asked_about(world: World) -> None:
    world.recover()
    world.shows("x", variables={"fsapp_did": DID})
    world.tell(f.Rang(world.at, "x", session=1))
    world.recovery.stranger("x")
    until(lambda: world.stage("x") is Stage.GREETING)


def test_a_liar_at_the_door_is_nobody(world: World) -> None:
    world.recover()
    world.tell(f.Rang(world.at, "liar", session=1))
    world.recovery.stranger("liar")
    gevent.sleep(0.01)
    assert world.live.calls == {}


def test_a_leg_of_an_agent_without_a_call_is_hung_up(world: World) -> None:
    world.shows("stray", inbound=False, variables={"fsapp_call": "gone", "fsapp_role": "agent"})
    world.recover()
    assert world.hung_up("stray") == ["NORMAL_CLEARING"]


def test_a_number_that_nobody_has_is_told_so(world: World) -> None:
    world.shows("x", variables={"fsapp_did": "+33999999999"}, destination="+33999999999")
    world.recover()
    assert world.hung_up("x") == ["UNALLOCATED_NUMBER"]


# --- the link alone was away ------------------------------------------------------------------------------------
def test_a_greeting_whose_end_was_told_to_nobody_is_played_again(world: World) -> None:
    world.recover()
    caller = world.arrives()
    world.shows(caller)
    world.recovery.link_down()
    world.clock.advance(8)
    world.switch.forget()
    world.recover()
    assert [c.args[0] for c in world.switch.of("send_home")] == [caller]


def test_music_whose_end_was_told_to_nobody_is_played_again(world: World) -> None:
    world.recover()
    caller = world.waits()
    world.shows(caller)
    world.switch.forget()
    world.clock.advance(304)
    world.recovery.look()
    assert world.switch.of("music") == []
    world.clock.advance(2)
    world.recovery.look()
    assert [c.args[0] for c in world.switch.of("music")] == [caller]


def test_a_recording_whose_command_was_lost_is_asked_for_again(world: World) -> None:
    world.ready(1)
    world.recover()
    world.registers(1)
    world.switch.fail("record_start", LinkLost("cut"))
    caller, leg, _ = world.talking()
    world.shows(caller, leg)
    world.shows(leg, caller)
    path = world.switch.last("record_start").args[1]
    world.recovery.link_down()
    world.switch.fail("record_start", None)
    world.switch.forget()
    world.clock.advance(1)
    world.recover()
    assert world.switch.last("record_start").args == (caller, path)


def test_routing_is_closed_while_the_link_is_down(world: World) -> None:
    world.ready(1)
    world.recovery.link_down()
    world.waits()
    assert world.offers() == []


def test_a_recovery_that_is_interrupted_begins_again(world: World) -> None:
    caller = world.waits()
    world.shows(caller)
    world.ctx.sessions.clear()
    world.clock.advance(1)
    world.switch.fail("registrations", LinkLost("cut"))
    world.recovery.link_up("core-1")
    until(lambda: len(world.switch.of("registrations")) > 1)
    assert not world.recovery.done
    world.switch.fail("registrations", None)
    until(lambda: world.recovery.done)
    assert world.switch.of("send_home", caller)


# --- the switch was restarted -----------------------------------------------------------------------------------
def test_a_restarted_switch_is_asked_to_recover_its_legs(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.recover("core-1")
    back, lost = world.waits(), world.waits()
    world.recovery.link_down()
    world.shows(back)
    writes(world, lost, "SYSTEM_SHUTDOWN")
    world.clock.advance(3)
    world.recover("core-2")
    assert len(world.switch.of("sofia_recover")) == 1
    assert world.stage(lost) is None
    assert world.stage(back) is Stage.WAITING
    assert world.switch.of("send_home", back), "music is not recovered"
    assert world.live.core_uuid == "core-2"


def test_a_link_that_goes_again_before_the_legs_are_recovered_does_not_forget_it(world: World) -> None:
    world.recover("core-1")
    world.switch.fail("sofia_recover", LinkLost("cut"))
    world.switch.up = False
    world.recover("core-2")
    assert world.live.core_uuid == "core-1"
    world.switch.fail("sofia_recover", None)
    world.switch.up = True
    world.recover("core-2")
    assert len(world.switch.of("sofia_recover")) == 2
    assert world.live.core_uuid == "core-2"


# --- in between -------------------------------------------------------------------------------------------------
def test_in_between_a_repair_is_made_when_two_looks_ask_for_it(world: World) -> None:
    world.recover()
    caller = world.waits()
    world.shows(caller)
    world.ctx.sessions.clear()
    world.clock.advance(1)
    world.switch.forget()
    world.recovery.look()
    assert world.switch.of("send_home") == []
    world.recovery.look()
    assert [c.args[0] for c in world.switch.of("send_home")] == [caller]
    world.goes_home(caller)
    world.switch.forget()
    world.recovery.look()
    world.recovery.look()
    assert world.switch.of("send_home") == []


def test_two_different_repairs_of_one_call_are_not_one(world: World) -> None:
    world.ready(1)
    world.switch.registered = of(world, 1)
    world.recover()
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.shows(caller)
    world.clock.advance(1)
    world.recovery.look()  # the agent's leg is not there
    world.shows(leg)  # now it is there, and answered
    world.recovery.look()
    assert world.stage(caller) is Stage.OFFERED, "each was seen once"
    world.recovery.look()
    world.calls.settle()
    assert world.stage(caller) is Stage.CONNECTING


def test_no_look_disturbs_a_recovery(world: World) -> None:
    world.recover()
    world.switch.fail("registrations", LinkLost("cut"))
    world.recovery.link_up("core-1")
    gevent.sleep(0)
    asked = len(world.switch.of("channel_ids"))
    world.recovery.look()
    assert len(world.switch.of("channel_ids")) == asked
    world.recovery.stop()


@pytest.mark.parametrize("error", [LinkLost("cut"), Refused("-ERR"), NoSuchChannel("-ERR")])
def test_a_look_that_fails_is_no_failure(world: World, error: Exception) -> None:
    world.recover()
    world.switch.fail("channel_ids", error)
    world.recovery.look()


def test_a_missed_registration_is_noticed_and_used(world: World) -> None:
    world.recover()
    world.agents.log_in(1)
    world.agents.available(1)
    caller = world.waits()
    world.shows(caller)
    world.switch.registered = of(world, 1)
    world.recovery.look()
    assert world.offers() == [(caller, 1)]


# --- the spool --------------------------------------------------------------------------------------------------
@pytest.fixture
def spool(tmp_path: Path) -> Path:
    made = tmp_path / "cdr"
    made.mkdir()
    return made


def test_files_are_read_oldest_first(spool: Path) -> None:
    for i, name in enumerate(["z", "a", "m"]):
        path = spool / f"{name}.xml"
        path.write_bytes(cdr(name, 1000, 2000))
        os.utime(path, (i, i))
    assert [c.leg for c in CdrSpool(spool).read()] == ["z", "a", "m"]


def test_a_damaged_file_is_set_aside_and_one_that_is_being_written_is_left(spool: Path) -> None:
    whole = cdr("x", 1000, 2000)
    (spool / "young.xml").write_bytes(whole[:-30])
    old = spool / "old.xml"
    old.write_bytes(whole[:-30])
    os.utime(old, (1, 1))
    (spool / "wrong.xml").write_bytes(b"<cdr><a></b></cdr>")
    (spool / "large.xml").write_bytes(b"x" * (LARGEST + 1))
    os.utime(spool / "large.xml", (1, 1))
    (spool / "other.txt").write_bytes(b"")
    reader = CdrSpool(spool)
    assert reader.read() == []
    assert sorted(p.name for p in (spool / "bad").iterdir()) == ["large.xml", "old.xml", "wrong.xml"]
    assert (spool / "young.xml").exists()
    assert reader.unreadable == 3
    (spool / "young.xml").write_bytes(whole)
    assert [c.leg for c in reader.read()] == ["x"]


def test_used_files_go_or_are_kept_aside_for_a_checker(spool: Path) -> None:
    for keep in (False, True):
        (spool / "x.xml").write_bytes(cdr("x", 1000, 2000))
        reader = CdrSpool(spool, keep=keep)
        reader.done(reader.read())
        assert not (spool / "x.xml").exists()
        assert (spool / "done" / "x.xml").exists() is keep


def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    assert CdrSpool(tmp_path / "none").read() == []


HOSTILE = [
    ("a\x01b\x1b[31m", "ab[31m"),
    ("<script>&amp;", "<script>&amp;"),
    ("%0AFake-Header: x", "Fake-Header: x"),
    ("x" * 20_000, "x" * 10_000),
    ("", ""),
]


@pytest.mark.parametrize(("name", "shown"), HOSTILE)
def test_a_hostile_name_is_a_name(name: str, shown: str) -> None:
    read = parse(Path("x"), cdr("x", 1000, 2000, name=name))
    assert read is not None
    assert read.caller_name == shown or read.caller_name == shown.replace("Fake", "%0AFake")


@pytest.mark.parametrize("value", ["", "²", "٣", "-1", "1e9", "9" * 5000, "12x"])
def test_a_time_that_is_none_is_no_time(value: str) -> None:
    document = cdr("x", 1000, 2000).replace(b"<end_uepoch>2000000<", f"<end_uepoch>{quote(value)}<".encode())
    read = parse(Path("x"), document)
    assert read is not None and read.end.at == 0


def test_raw_control_characters_cost_no_record() -> None:
    document = cdr("x", 1000, 2000).replace(b"DUPONT", b"DU\x01\x0bPONT\xff")
    read = parse(Path("x"), document)
    assert read is not None and read.caller_name == "DU  PONT\ufffd"


def test_what_is_no_record_of_a_leg_is_none() -> None:
    for document in (
        b"",
        b"<cdr></cdr>",
        b"<a/>",
        b"\x00\xff",
        b'<!DOCTYPE x [<!ENTITY a "b">]><cdr>&a;</cdr>',
    ):
        assert parse(Path("x"), document) is None


def test_a_queue_without_wrap_up_is_complete_when_its_record_is_read(tmp_path: Path) -> None:
    world = World(tmp_path, queue=queue_info(wrap_up=False))
    world.ready(1)
    caller, leg, _ = world.talking()
    writes(world, caller)
    writes(world, leg, role="agent")
    world.recovery.read_spool()
    assert world.live.calls == {}
    world.clock.advance(10)
    assert world.work(1) is Work.IDLE


# --- ends of recordings -----------------------------------------------------------------------------------------
def ended_untold(folder: Path) -> tuple[World, str]:
    """A recorded conversation is over; the program hears nothing more before the end of its file is told."""
    world = World(folder, queue=queue_info(record_rule="all"))
    world.recover()
    world.ready(1)
    caller, leg, agent = world.talking()
    path = world.switch.last("record_start").args[1]
    world.tell(f.RecordingStarted(world.at, caller, path=path))
    world.clock.advance(30)
    world.hangs_up(caller)
    world.hangs_up(leg, by_far_end=False)
    world.calls.qualify(agent, caller, SALE, "")
    assert caller not in world.live.calls
    return world, caller


def ends(world: World) -> list[tuple[int, str]]:
    return [
        (e.data["duration_ms"], e.data.get("why", "")) for e in world.recorder.entries("recording.stopped")
    ]


def test_a_recording_whose_end_was_told_to_a_dead_program_ends_with_its_call(tmp_path: Path) -> None:
    world, caller = ended_untold(tmp_path)
    again = restarted(world)
    assert [one.leg for one in again.live.unclosed.values()] == [caller]
    again.recover()
    assert ends(again) == [(30_000, "not told")]
    assert not again.live.unclosed
    again.recover("core-2")
    assert len(ends(again)) == 1


def test_the_switchs_record_knows_how_long_it_was(tmp_path: Path) -> None:
    world, caller = ended_untold(tmp_path)
    again = restarted(world)
    writes(again, caller, recorded_ms=29_480)
    again.recover()
    assert ends(again) == [(29_480, "")]


def test_an_end_that_is_missed_while_the_link_stands_is_found_by_the_next_looks(tmp_path: Path) -> None:
    world, _ = ended_untold(tmp_path)
    world.recovery.look()
    assert ends(world) == [], "the switch tells it after the hang-up"
    world.clock.advance(11)
    world.recovery.look()
    assert ends(world) == [(30_000, "not told")]


def test_what_the_switch_still_has_is_not_over(tmp_path: Path) -> None:
    world, caller = ended_untold(tmp_path)
    world.shows(caller)
    again = restarted(world)
    again.recover()
    assert ends(again) == []
    assert again.live.unclosed


def test_an_end_that_is_told_late_closes_it_also_over_a_checkpoint(tmp_path: Path) -> None:
    world, caller = ended_untold(tmp_path)
    (one,) = world.live.unclosed.values()
    world.live.begin_file()
    again = restarted(world)
    again.tell(f.RecordingStopped(again.at, caller, path=f"/rec/{one.path}", duration_ms=29_990))
    assert ends(again) == [(29_990, "")]
    assert not again.live.unclosed
