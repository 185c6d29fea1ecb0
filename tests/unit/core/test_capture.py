"""A caller types a card's number: his agent and the recording hear nothing, no digit is written anywhere, and whatever
happens in between he comes back to his agent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls.capture import AS_EVER, QUIET_S, SECRETIVE
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.clock import FakeClock
from fs_app.errors import Conflict, Invalid, NoSuchChannel, NotFound, Refused
from fs_app.infos import QueueInfo
from fs_app.queues.popping import Capturing, Step
from tests.unit.core.test_replay import _obey
from tests.unit.core.world import DID, World

CARD, EXPIRY = "4539578763621486", "1239"
STEPS = (Step("card", "card", "Carte", 12, 19), Step("expiry", "expiry", "", 4, 4))
SERVICE = "https://pay.example/digits"


class Bank:
    """Where digits go in these tests; the test says what it answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.told: list[str] = []
        self._done: list[Callable[[bool, str, str], None]] = []

    def post(self, call: Call, values: Mapping[str, str], done: Callable[[bool, str, str], None]) -> None:
        self.got.append(dict(values))
        self._done.append(done)

    def changed(self, call: Call) -> None:
        self.told.append(call.id)

    def says(self, ok: bool, text: str = "", why: str = "") -> None:
        self._done.pop(0)(ok, text, why)


class CaptureWorld(World):
    def __init__(self, folder: Path, agents: Iterable[int] = (1, 2), **more: Any) -> None:
        super().__init__(folder, agents, **more)
        self.bank = Bank()
        self.ctx.capturing = self.bank

    def set_queue(self, queue: QueueInfo | None, agents: Iterable[int], *more: QueueInfo) -> None:
        if queue is not None and not queue.capturing.url:
            queue = replace(queue, capturing=Capturing(SERVICE, "", "", 20, STEPS))
        super().set_queue(queue, agents, *more)

    def asks(self) -> tuple[str, str, int]:
        """A caller in conversation is asked for his card and hears the question."""
        self.ready(1)
        caller, leg, agent = self.talking()
        self.calls.capture(agent, leg)
        self.tell(f.LegsUnbridged(self.at, leg, other=caller))
        self.goes_home(caller)
        return caller, leg, agent

    def hears_out(self, caller: str) -> None:
        app = self.ctx.runtime(self.call(caller)).typing_app
        self.tell(f.AppDone(self.at, caller, app="playback", app_uuid=app))

    def types(self, caller: str, keys: str) -> None:
        for key in keys:
            self.tell(f.Digit(self.at, caller, digit=key))

    def shown(self, caller: str) -> dict[str, Any]:
        found = self.calls.capture_state(self.call(caller))
        assert found is not None
        return found

    def spoken(self) -> list[str]:
        return [file.rpartition("/")[2] for c in self.switch.of("play") for file in c.args[1]]

    def said_how(self) -> list[str]:
        return [e.data["why"] for e in self.recorder.entries("capture.ended")]

    def nothing_written(self, *secrets: str) -> None:
        """None of these stands in the journal, nor in any picture of the state."""
        self.journal.sync()
        written = b"".join(p.read_bytes() for p in sorted((self.folder / "journal").iterdir()))
        state = repr(self.live.checkpoint()) + repr(self.ctx.runtimes) + repr(self.live.calls)
        for secret in secrets:
            assert secret.encode() not in written
            assert secret not in state


@pytest.fixture
def world(tmp_path: Path) -> CaptureWorld:
    return CaptureWorld(tmp_path)


def test_the_recording_is_silent_before_he_is_taken_away(world: CaptureWorld) -> None:
    world.ready(1)
    caller, leg, agent = world.talking()
    assert "capture" in world.calls.capture_can(world.call(caller))
    world.switch.forget()
    world.calls.capture(agent, leg)
    order = [c.verb for c in world.switch.commands]
    assert order == ["set_variables", "record_mask", "send_home"]
    assert world.switch.commands[0].args == (caller, SECRETIVE)


def test_he_types_and_comes_back_and_the_bank_has_the_digits(world: CaptureWorld) -> None:
    caller, leg, _agent = world.asks()
    assert world.stage(caller) is Stage.HELD
    assert world.spoken()[-2:] == ["capture_begin.wav", "capture_card.wav"]
    assert world.switch.of("music", caller)[-1].args  # from before; none follows
    music = len(world.switch.of("music", caller))
    world.types(caller, CARD[:6])
    assert world.shown(caller)["count"] == 6 and world.shown(caller)["active"]
    world.types(caller, CARD[6:] + "#")
    assert world.shown(caller)["done"] == 1 and world.spoken()[-1] == "capture_expiry.wav"
    world.types(caller, EXPIRY)
    assert world.bank.got == [{"card": CARD, "expiry": EXPIRY}]
    assert world.spoken()[-1] == "capture_done.wav"
    world.bank.says(True, f"Accepté, carte {CARD}, ref 77")  # faster than the thanks
    world.calls.settle()
    world.hears_out(caller)
    world.clock.advance(QUIET_S + 0.1)
    world.calls.settle()
    assert world.switch.last("bridge").args == (leg, caller)
    unmasked = len(world.switch.of("record_unmask"))
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING and len(world.switch.of("record_unmask")) == unmasked + 1
    assert world.switch.last("set_variables").args == (caller, AS_EVER)
    assert len(world.switch.of("music", caller)) == music
    told = world.shown(caller)
    assert told["ok"] is True and CARD not in told["text"] and "ref 77" in told["text"]
    world.nothing_written(CARD, CARD[:6], EXPIRY + '"')
    world.is_whole()


def test_a_star_begins_again_and_a_wrong_number_is_asked_for_again(world: CaptureWorld) -> None:
    caller, *_ = world.asks()
    world.types(caller, "123*")
    assert world.shown(caller)["count"] == 0
    world.types(caller, CARD[:-1] + "1#")
    assert world.shown(caller)["result"] == "luhn" and world.spoken()[-2:] == [
        "capture_wrong.wav",
        "capture_card.wav",
    ]
    world.types(caller, "12#")
    assert world.shown(caller)["result"] == "short"
    world.types(caller, "12#")
    assert world.said_how() == ["wrong"]  # three times: his agent asks how else
    world.nothing_written(CARD[:-1])


def test_silence_ends_a_step_and_nothing_at_all_ends_it_all(world: CaptureWorld) -> None:
    caller, leg, _ = world.asks()
    world.hears_out(caller)
    world.types(caller, CARD)
    world.clock.advance(21)
    world.calls.settle()
    assert world.shown(caller)["done"] == 1
    world.hears_out(caller)
    world.clock.advance(21)
    world.calls.settle()
    assert world.said_how() == ["timeout"] and world.switch.last("bridge").args == (leg, caller)
    assert world.bank.got == []


def test_a_late_key_does_not_reach_the_agent(world: CaptureWorld) -> None:
    caller, leg, agent = world.asks()
    bridges = len(world.switch.of("bridge"))
    world.types(caller, "45")
    world.calls.end_capture(agent, leg)
    world.types(caller, "3")
    assert len(world.switch.of("bridge")) == bridges  # not while he types
    world.clock.advance(QUIET_S + 0.1)
    world.calls.settle()
    world.clock.advance(QUIET_S + 0.1)
    world.calls.settle()
    assert world.switch.last("bridge").args == (leg, caller) and world.said_how() == ["cancelled"]


def test_cancelled_before_he_is_there_he_comes_back_all_the_same(world: CaptureWorld) -> None:
    world.ready(1)
    caller, leg, agent = world.talking()
    world.calls.capture(agent, leg)
    world.calls.end_capture(agent, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller))
    world.goes_home(caller)
    assert world.switch.last("bridge").args == (leg, caller)
    assert "capture_card.wav" not in world.spoken()


def test_who_types_is_nobody_elses_to_move(world: CaptureWorld) -> None:
    caller, leg, agent = world.asks()
    world.clock.advance(2)
    for verb in (world.calls.resume, world.calls.hold, world.calls.capture):
        with pytest.raises(Conflict):
            verb(agent, leg)
    with pytest.raises(NotFound):
        world.calls.end_capture(2, leg)
    assert world.calls.capture_can(world.call(caller)) == ["end_capture"]


def test_without_an_address_nothing_is_offered(world: CaptureWorld) -> None:
    world.ready(1)
    caller, leg, agent = world.talking()
    queue = world.catalog.now.queues[10]
    world.catalog.now = replace(world.catalog.now, queues={10: replace(queue, capturing=Capturing())})
    assert world.calls.capture_can(world.call(caller)) == []
    with pytest.raises(Invalid):
        world.calls.capture(agent, leg)


def test_pressed_twice_he_is_asked_once(world: CaptureWorld) -> None:
    world.ready(1)
    caller, leg, agent = world.talking()
    world.calls.capture(agent, leg)
    world.calls.capture(agent, leg)
    assert (
        len(world.switch.of("send_home", caller)) == 1 and len(world.recorder.entries("capture.started")) == 1
    )


def test_a_recording_that_a_person_paused_stays_so(world: CaptureWorld) -> None:
    world.ready(1)
    caller, leg, agent = world.talking()
    world.calls.pause_recording(agent, leg)
    world.calls.capture(agent, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller))
    world.goes_home(caller)
    world.calls.end_capture(agent, leg)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING and world.call(caller).recording_silent
    assert world.switch.of("record_unmask") == []


def test_a_supervisor_cannot_make_a_recording_audible_meanwhile(world: CaptureWorld) -> None:
    caller, *_ = world.asks()
    world.calls.steer_recording(1, caller, "pause", "chief")
    world.calls.steer_recording(1, caller, "resume", "chief")
    assert world.call(caller).recording_silent and world.switch.of("record_unmask") == []


def test_refused_he_talks_on_and_is_recorded(world: CaptureWorld) -> None:
    world.ready(1)
    caller, leg, agent = world.talking()
    world.switch.fail("send_home", Refused("-ERR"))
    world.calls.capture(agent, leg)
    world.calls.settle()
    assert world.stage(caller) is Stage.TALKING and not world.call(caller).capture
    assert not world.call(caller).recording_silent and world.said_how() == ["failed"]


def test_the_caller_hangs_up_while_he_types(world: CaptureWorld) -> None:
    caller, leg, agent = world.asks()
    world.types(caller, CARD[:8])
    world.hangs_up(caller)
    world.hangs_up(leg)
    assert world.work(agent) is Work.AFTER_WORK
    world.nothing_written(CARD[:8])
    world.is_whole()


def test_the_agent_hangs_up_while_he_types(world: CaptureWorld) -> None:
    caller, leg, agent = world.asks()
    world.types(caller, CARD[:8])
    world.calls.hang_up(agent, leg)
    assert world.hung_up(caller)
    world.hangs_up(caller, by_far_end=False)
    world.hangs_up(leg)
    world.nothing_written(CARD[:8])
    world.is_whole()


def test_the_agents_telephone_is_lost_while_he_types_he_waits_with_music(world: CaptureWorld) -> None:
    caller, leg, _ = world.asks()
    world.types(caller, CARD[:8])
    music = len(world.switch.of("music", caller))
    world.hangs_up(leg, cause="MEDIA_TIMEOUT")
    assert world.stage(caller) in (Stage.WAITING, Stage.OFFERED) and not world.call(caller).capture
    assert len(world.switch.of("music", caller)) == music + 1
    world.types(caller, CARD[8:])
    assert world.bank.got == []
    world.nothing_written(CARD[:8])


def test_after_a_death_he_comes_back_and_the_digits_are_gone(world: CaptureWorld, tmp_path: Path) -> None:
    caller, leg, _ = world.asks()
    world.types(caller, CARD[:8])
    world.journal.sync()
    again = CaptureWorld(tmp_path, clock=world.clock, switch=world.switch)
    assert again.call(caller).capture == "back" and again.call(caller).recording_silent
    again.shows(caller)
    again.shows(leg)
    again.recover()
    again.switch.forget()
    again.goes_home(caller)
    assert again.switch.last("bridge").args == (leg, caller)
    assert again.switch.of("record_unmask") == []
    again.bridged(leg, caller)
    assert again.stage(caller) is Stage.TALKING and again.switch.of("record_unmask")
    again.nothing_written(CARD[:8])
    again.is_whole()


def test_after_a_death_before_he_left_nothing_stays_silent(world: CaptureWorld, tmp_path: Path) -> None:
    world.ready(1)
    caller, leg, agent = world.talking()
    world.switch.hold("send_home")
    world.calls.capture(agent, leg)
    world.journal.sync()
    again = CaptureWorld(tmp_path, clock=world.clock, switch=world.switch)
    again.shows(caller, leg)
    again.shows(leg, caller)
    again.clock.advance(1)
    again.recover()
    assert again.stage(caller) is Stage.TALKING and not again.call(caller).capture
    assert not again.call(caller).recording_silent


def test_a_lost_link_ends_it_and_the_comparison_brings_him_back(world: CaptureWorld) -> None:
    caller, leg, _ = world.asks()
    world.types(caller, CARD[:8])
    world.switch.fail("bridge", NoSuchChannel("gone with the link"))
    world.clock.advance(5)
    world.shows(caller)
    world.shows(leg)
    world.recover()
    assert world.said_how() == ["lost"] and world.call(caller).capture == "back"
    world.switch.fail("bridge", None)
    world.switch.forget()
    world.clock.advance(5)
    world.recovery.look()
    world.clock.advance(5)
    world.recovery.look()
    assert world.switch.last("bridge").args == (leg, caller)


def test_what_the_bank_says_after_the_call_is_told_still(world: CaptureWorld) -> None:
    caller, leg, agent = world.asks()
    world.types(caller, CARD + "#" + EXPIRY)
    world.hangs_up(caller)
    world.hangs_up(leg)
    world.bank.says(False, "Refusée", "")
    world.calls.settle()
    assert world.work(agent) is Work.AFTER_WORK and world.shown(caller)["text"] == "Refusée"


def test_a_death_after_any_line_leaves_nothing_stuck_silent_or_written(tmp_path: Path) -> None:
    """He types, cancels, types again and comes back; whatever line of the journal was the last."""
    (tmp_path / "tour").mkdir()
    world = CaptureWorld(tmp_path / "tour")
    cuts: list[tuple[int, dict[str, str | None]]] = []

    def note(**partner: str | None) -> None:
        (path,) = world.journal.files()
        world.journal.sync()
        cuts.append((len(path.read_bytes().splitlines()), dict(partner)))

    world.ready(1)
    caller, leg, agent = world.talking()
    legs = {"caller": caller, "leg": leg}
    note(caller=leg, leg=caller)
    world.calls.capture(agent, leg)
    world.tell(f.RecordingStarted(world.at, caller, path=f"/recordings/{world.call(caller).recording.path}"))  # type: ignore[union-attr]
    note(caller=leg, leg=caller)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller))
    world.goes_home(caller)
    world.types(caller, CARD[:5])
    world.calls.end_capture(agent, leg)
    note(caller=None, leg=None)
    world.bridged(leg, caller)
    world.clock.advance(5)
    world.calls.capture(agent, leg)
    note(caller=leg, leg=caller)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller))
    world.goes_home(caller)
    world.types(caller, CARD + "#" + EXPIRY)
    world.bank.says(True, "Oui")
    world.hears_out(caller)
    note(caller=None, leg=None)
    world.bridged(leg, caller)
    note(caller=leg, leg=caller)
    (path,) = world.journal.files()
    lines = path.read_bytes().splitlines(keepends=True)
    begun = next(i for i, line in enumerate(lines) if b"capture.started" in line)
    for cut in range(begun, len(lines) + 1):
        partner = next(p for upto, p in cuts if upto >= cut)
        folder = tmp_path / f"cut-{cut}"
        (folder / "journal").mkdir(parents=True)
        (folder / "journal" / "journal-0000000000000001.jsonl").write_bytes(b"".join(lines[:cut]))
        again = CaptureWorld(folder, clock=FakeClock(world.clock.now_ms() + 3000), is_open=False)
        again.registers(1, 2)
        for name, other in partner.items():
            variables = (
                {"fsapp_did": DID} if name == "caller" else {"fsapp_call": caller, "fsapp_role": "agent"}
            )
            partner_leg = None if other is None else other
            again.shows(
                legs[name], partner_leg, inbound=name == "caller", created_at=world.at, variables=variables
            )
        again.recover()
        for _ in range(5):
            _obey(again)
            again.clock.advance(3)
            again.recovery.look()
            again.calls.settle()
        found = again.live.calls.get(caller)
        assert found is not None and found.stage is Stage.TALKING, f"cut after line {cut}: {found}"
        assert not found.capture and not found.recording_silent, f"cut after line {cut}"
        again.nothing_written(CARD[:5])
        again.is_whole()
