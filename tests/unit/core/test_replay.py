"""A start brings back what was: from the journal alone, from a checkpoint, and from any part that was written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app import facts as f
from fs_app.agents import state as agents
from fs_app.agents.state import Work
from fs_app.bus import Bus
from fs_app.calls import leftovers
from fs_app.calls.stages import Stage
from fs_app.clock import FakeClock
from fs_app.journal import Journal
from fs_app.live import Live
from tests.support.fakeswitch import FakeSwitch
from tests.unit.core.world import QUEUE, SALE, World

CALLS, LEGS, AGENTS = ["call-a", "call-b", "call-c"], ["leg-1", "leg-2", "leg-3"], [1, 2]


def _entry(kind: str, whose: st.SearchStrategy[dict[str, Any]], **data: st.SearchStrategy[Any]) -> Any:
    return st.tuples(st.just(kind), whose, st.fixed_dictionaries(data))


a_call = st.fixed_dictionaries({"call": st.sampled_from(CALLS)})
an_agent = st.fixed_dictionaries({"agent": st.sampled_from(AGENTS)})
both = st.fixed_dictionaries({"call": st.sampled_from(CALLS), "agent": st.sampled_from(AGENTS)})
leg, agent, number = st.sampled_from(LEGS), st.sampled_from(AGENTS), st.integers(0, 2**40)
text = st.text(max_size=5)
stage = st.sampled_from([str(s) for s in Stage])
presence = st.sampled_from([str(p) for p in agents.Presence])
work = st.sampled_from([str(w) for w in agents.Work])

line = st.sampled_from([str(s) for s in agents.LineState])

entries = st.one_of(
    _entry(
        "call.started",
        a_call,
        direction=st.just("inbound"),
        caller_number=text,
        caller_name=text,
        called_number=text,
        queue=st.sampled_from([None, QUEUE]),
    ),
    _entry("call.stage", a_call, old=stage, new=stage, why=text, ms=number),
    _entry("call.queued", a_call, queue=st.sampled_from([10, 11]), ticket=st.integers(1, 500)),
    _entry("call.contact", a_call, contact=number),
    _entry("offer.made", both, leg=leg, deadline=number, number=text),
    _entry("offer.made", both, leg=leg, deadline=number, number=text, line=st.booleans()),
    _entry("offer.accepted", both),
    _entry("offer.accepted", both, leg=leg),
    _entry("offer.failed", both, why=text),
    _entry("offer.failed", both, why=st.sampled_from(["LOSE_RACE", "NO_ANSWER"]), leg=leg),
    _entry("leg.ringing", a_call, leg=leg),
    _entry("leg.answered", a_call, leg=leg),
    _entry("leg.ended", a_call, leg=st.sampled_from(LEGS + CALLS), cause=text),
    _entry("call.bridged", both, leg=leg, must_qualify=st.booleans()),
    _entry("call.line_lost", both, cause=text),
    _entry("recording.wanted", a_call, recording=st.sampled_from(["r1", "r2"]), path=text),
    _entry("recording.started", a_call, recording=st.sampled_from(["r1", "r2"])),
    _entry("recording.paused", a_call, recording=st.sampled_from(["r1", "r2"])),
    _entry("recording.stopped", a_call, recording=st.sampled_from(["r1", "r2"]), duration_ms=number),
    _entry("call.hang_up_asked", a_call, by=text),
    _entry("call.disposition_chosen", both, disposition=number, note=text),
    _entry("call.disposed", both, disposition=number, note=text),
    _entry("call.qualify_dropped", a_call),
    _entry("call.ended", a_call, by=text, outcome=text, cause=text),
    _entry(
        "agent.presence", an_agent, old=presence, new=presence, reason=st.sampled_from([None, 71]), why=text
    ),
    _entry("agent.wanted", an_agent, wanted=st.sampled_from(["", "log_out"]), reason=st.none()),
    _entry(
        "agent.work", an_agent, old=work, new=work, why=text, until=st.none() | number, of=st.none() | text
    ),
    _entry(
        "agent.line",
        an_agent,
        old=line,
        new=line,
        leg=st.sampled_from(["", *LEGS]),
        why=text,
    ),
    _entry("switch.up", st.just({}), core_uuid=text, restarted=st.booleans()),
    _entry("moon.rose", a_call, brightness=text),
)


def picture(live: Live) -> dict[str, Any]:
    return deepcopy(
        {
            "calls": live.calls,
            "agents": live.agents,
            "tickets": live.tickets,
            "legs": live.legs,
            "core": live.core_uuid,
            "finished": list(live.finished.items()),
        }
    )


@given(st.lists(st.tuples(entries, st.integers(0, 5000), st.booleans()), max_size=60), st.booleans())
def test_whatever_was_recorded_comes_back_the_same(story: list[Any], small_files: bool) -> None:
    """Also entries that make no sense together: what the live state made of them, a replay makes of them."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), FakeClock()
        rotate = 700 if small_files else 10**9
        journal = Journal(folder, clock, rotate_bytes=rotate)
        live = Live(journal, clock, Bus())
        journal.open(0, live.checkpoint())
        for (kind, whose, data), after_ms, restart in story:
            clock.advance(after_ms / 1000)
            data = {k: v for k, v in data.items() if k != "agent"}
            with _tolerant():
                live.record(kind, account=1, **whose, **data)
            if restart:
                before = picture(live)
                clock.advance(3600)
                journal = Journal(folder, clock, rotate_bytes=rotate)
                live = Live(journal, clock, Bus())
                last = live.replay()
                assert picture(live) == before
                journal.open(last, live.checkpoint())
        again = Live(Journal(folder, clock), clock, Bus())
        assert again.replay() == live.last_id
        assert picture(again) == picture(live)
        assert again.next_ticket() == live.next_ticket()


@contextmanager
def _tolerant() -> Iterator[None]:
    """A leg that the call does not have: refused live as it will be at replay, nothing half applied."""
    with suppress(KeyError):
        yield


def test_an_entry_that_is_not_understood_does_not_stop_the_start(tmp_path: Path) -> None:
    clock = FakeClock()
    journal = Journal(tmp_path, clock)
    live = Live(journal, clock, Bus())
    journal.open(0, live.checkpoint())
    journal.append("call.started", 1, "broken", data={"no": "fields"})
    journal.append("agent.presence", 1, None, 1, {"new": "ASLEEP"})
    live.record("agent.presence", account=1, agent=2, old="LOGGED_OUT", new="UNAVAILABLE", why="")
    again = Live(Journal(tmp_path, clock), clock, Bus())
    again.replay()
    assert again.agents[2].presence is agents.Presence.UNAVAILABLE
    assert again.calls == {}


def test_a_time_of_the_switch_is_believed_only_when_it_can_be_right(tmp_path: Path) -> None:
    clock = FakeClock()
    journal = Journal(tmp_path, clock)
    live = Live(journal, clock, Bus())
    now = clock.now_ms()
    for at, expected in ((now - 5000, now - 5000), (now, now), (now + 1, now), (0, now), (None, now)):
        assert live.record("k", at=at).at == expected


# --- a restart in the middle of everything ----------------------------------------------------------------------
def test_a_restart_brings_back_a_whole_centre(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1, 2)
    talking, _leg, agent = world.talking()
    offered = world.waits()
    waiting = [world.waits() for _ in range(3)]
    before = deepcopy(world.state())
    again = World(tmp_path, clock=world.clock, switch=world.switch, is_open=False)
    assert again.state() == before
    assert [c.id for c in again.queues.waiting(QUEUE)] == waiting
    assert (again.stage(talking), again.work(agent)) == (Stage.TALKING, Work.ACTIVE)
    assert again.stage(offered) is Stage.OFFERED
    assert again.live.next_ticket() == 6
    again.is_whole()


def test_delays_and_offers_that_were_running_go_on_to_their_end(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1, 2)
    first = world.waits()
    world.refuses(world.offered_leg(first), "NO_ANSWER")
    leg = world.offered_leg(first)
    world.clock.advance(4)
    again = World(tmp_path, clock=FakeClock(world.clock.now_ms()), is_open=False)
    assert again.work(1) is Work.NO_ANSWER_DELAY
    again.clock.advance(6)
    assert again.work(1) in (Work.INTER_CALL, Work.IDLE)
    again.clock.advance(14)
    again.calls.settle()
    assert again.stage(first) is Stage.WAITING
    assert again.hung_up(leg) == ["NO_ANSWER"]


LINES = 73
"""Of the journal of the story below."""


class Story:
    """Two agents, three calls, everything that happens; the state of the switch is kept beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.partner: dict[str, str | None] = {}
        self.cuts: list[tuple[int, dict[str, str | None]]] = []

    def note(self) -> None:
        """Now the switch has these legs, and the journal reaches up to here."""
        self.cuts.append((self.world.live.last_id, dict(self.partner)))

    def play(self) -> None:
        w = self.world
        w.ready(1, 2)
        self.note()
        a = w.arrives("a")
        self.partner["a"] = None
        self.note()
        w.greeted(a)
        leg_a = w.offered_leg(a)
        self.partner[leg_a] = None
        self.note()
        w.rings(leg_a)
        b = w.waits("b")
        leg_b = w.offered_leg(b)
        self.partner.update({"b": None, leg_b: None})
        self.note()
        w.picks_up(leg_a)
        self.note()
        w.bridged(leg_a, a)
        self.partner.update({leg_a: a, a: leg_a})
        self.note()
        w.waits("c")
        self.partner["c"] = None
        self.note()
        del self.partner[leg_b]
        w.refuses(leg_b, "USER_BUSY")
        self.note()
        w.calls.hold(1, leg_a)
        self.partner.update({leg_a: None, a: None})
        w.tell(f.LegsUnbridged(w.at, leg_a, other=a))
        w.goes_home(a)
        self.note()
        w.calls.resume(1, leg_a)
        self.partner.update({leg_a: a, a: leg_a})
        w.bridged(leg_a, a)
        self.note()
        del self.partner[leg_a]
        self.partner[a] = None
        w.hangs_up(leg_a, "MEDIA_TIMEOUT")
        again = w.offered_leg(a)
        self.partner[again] = None
        self.note()
        w.picks_up(again)
        self.partner.update({again: a, a: again})
        w.bridged(again, a)
        self.note()
        del self.partner[again]
        self.partner[a] = None
        w.hangs_up(again)
        self.note()
        del self.partner[a]
        w.hangs_up(a, by_far_end=False)
        self.note()
        w.calls.qualify(1, a, SALE, "")
        self.note()
        w.clock.advance(30)
        for command in w.switch.of("originate"):
            if command.outcome is None:
                self.partner[command.args[0]] = None
        self.note()


def _story(folder: Path) -> tuple[Story, list[bytes]]:
    folder.mkdir()
    story = Story(World(folder))
    story.play()
    (path,) = story.world.journal.files()
    return story, path.read_bytes().splitlines(keepends=True)


def test_a_death_after_any_line_of_the_journal_leaves_nothing_stuck(tmp_path: Path) -> None:
    """For each line: only what stands up to there was written, the switch is as it was then. After recovery, and
    after everybody has hung up, every call has ended once and every agent is free or writes his verdict."""
    story, lines = _story(tmp_path / "story")
    half_done = 0
    for cut in range(1, len(lines) + 1):
        last_id = cut  # entries are numbered from 1, the checkpoint
        partner = next(p for upto, p in story.cuts if upto >= last_id)
        folder = tmp_path / f"cut-{cut}"
        (folder / "journal").mkdir(parents=True)
        (folder / "journal" / "journal-0000000000000001.jsonl").write_bytes(b"".join(lines[:cut]))
        again = World(
            folder, clock=FakeClock(story.world.clock.now_ms() + 3000), switch=FakeSwitch(), is_open=False
        )
        half_done += bool(leftovers.find(again.live.calls, again.live.agents))
        again.registers(1, 2)
        for leg, other in partner.items():
            inbound = leg in ("a", "b", "c")
            own = {"fsapp_did": "+33185090000"} if inbound else {"fsapp_call": "a", "fsapp_role": "agent"}
            again.shows(leg, other, inbound=inbound, created_at=story.world.at, variables=own)
        _comes_to_rest(again, cut)
    assert half_done > 10, "else this test looks at nothing"


def _comes_to_rest(world: World, cut: int) -> None:
    """Recovery, some looks, then everybody who is still there hangs up."""
    world.recover()
    for _ in range(3):
        _obey(world)
        world.clock.advance(5)
        world.recovery.look()
        world.calls.settle()
    world.is_whole()
    for _ in range(12):
        _obey(world)
        if not world.switch.present:
            break
        leg = next(iter(world.switch.present))
        del world.switch.present[leg]
        world.hangs_up(leg)
        world.recovery.look()
        world.is_whole()
    for agent in (1, 2):
        call = world.live.agents.get(agent) and world.live.agents[agent].call
        if call and world.work(agent) is Work.AFTER_WORK:
            world.calls.qualify(agent, call, SALE, "")
    world.clock.advance(60)
    world.calls.settle()
    assert world.live.calls == {}, f"cut after line {cut}"
    for agent, state in world.live.agents.items():
        assert state.work is Work.IDLE, f"cut after line {cut}: agent {agent} is {state.work} of {state.call}"


def _obey(world: World) -> None:
    """The switch does what it was told: legs end, callers go home, offers come to nothing, bridges are made."""
    commands = list(world.switch.commands)
    world.switch.forget()
    for command in commands:
        leg = command.args[0] if command.args else ""
        if command.verb == "originate" and command.outcome is None:
            world.refuses(leg, "NO_ANSWER")
        elif leg not in world.switch.present:
            continue
        elif command.verb == "hangup":
            del world.switch.present[leg]
            for other, channel in list(world.switch.present.items()):
                if channel.partner == leg:
                    world.shows(other, None)
            world.hangs_up(leg, command.args[1], by_far_end=False)
        elif command.verb == "send_home":
            world.goes_home(leg)
        elif command.verb == "bridge" and command.args[1] in world.switch.present:
            world.shows(leg, command.args[1])
            world.shows(command.args[1], leg)
            world.bridged(leg, command.args[1])


def test_a_whole_story_leaves_nothing_half_done(tmp_path: Path) -> None:
    story, _ = _story(tmp_path / "story")
    story.world.is_whole()


@pytest.mark.parametrize("lost", range(1, LINES))
def test_a_damaged_line_leaves_nothing_stuck(tmp_path: Path, lost: int) -> None:
    story, lines = _story(tmp_path / "story")
    assert len(lines) == LINES
    folder = tmp_path / "again"
    (folder / "journal").mkdir(parents=True)
    damaged = [*lines[:lost], b"damaged" + lines[lost], *lines[lost + 1 :]]
    (folder / "journal" / "journal-0000000000000001.jsonl").write_bytes(b"".join(damaged))
    world = World(
        folder, clock=FakeClock(story.world.clock.now_ms() + 3000), switch=FakeSwitch(), is_open=False
    )
    for leg, other in story.partner.items():
        world.shows(
            leg,
            other,
            inbound=leg in "abc",
            created_at=story.world.at,
            variables={"fsapp_did": "+33185090000"},
        )
    _comes_to_rest(world, lost)
