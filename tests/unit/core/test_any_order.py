"""Whatever the switch tells, in whatever order: nothing raises, nothing stays half done, everybody comes free."""

from __future__ import annotations

import inspect
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from fs_app import facts as f
from fs_app import metrics
from fs_app.agents.state import Work
from fs_app.calls.stages import Role, Stage
from fs_app.clock import FakeClock
from fs_app.errors import FsAppError, LinkLost, NoSuchChannel, Refused
from fs_app.ports import SwitchPort
from tests.support.fakeswitch import FakeSwitch
from tests.unit.core.world import DID, QUEUE, SALE, World, queue_info

AGENTS = (1, 2, 3)
CAUSES = [
    "NORMAL_CLEARING",
    "USER_BUSY",
    "NO_ANSWER",
    "ORIGINATOR_CANCEL",
    "MEDIA_TIMEOUT",
    "LOST_TRACK",
    "LOSE_RACE",
]
causes = st.sampled_from(CAUSES)
agents = st.sampled_from(AGENTS)


def failures() -> float:
    """Failed messages, subscribers and timers so far; a refused transition is counted there, too."""
    return sum(
        metrics.FAILURES.labels(where=w)._value.get() for w in ("mailbox", "bus", "timer", "recovery", "test")
    )


class AnyOrder(RuleBasedStateMachine):
    """Callers, agents and a switch whose facts come in any order, doubled, or not at all."""

    callers = Bundle("callers")

    @initialize(
        wrap_up=st.booleans(),
        delays=st.booleans(),
        greeting=st.booleans(),
        together=st.booleans(),
        lined=st.booleans(),
    )
    def begin(self, wrap_up: bool, delays: bool, greeting: bool, together: bool, lined: bool) -> None:
        self._folder = tempfile.TemporaryDirectory()
        queue = queue_info(
            wrap_up=wrap_up,
            greeting="hello.wav" if greeting else "",
            no_answer_delay_s=10 if delays else 0,
            inter_call_s=3 if delays else 0,
            strategy="ring_all" if together else "longest_idle",
        )
        self.world = World(
            Path(self._folder.name), agents=AGENTS, queue=queue, permanent=[1] if lined else []
        )
        self.world.ready(1, 2)
        self.failed = failures()
        self.names = 0

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self._everybody_hangs_up()
        finally:
            self.world.journal.close()
            self._folder.cleanup()

    # --- callers --------------------------------------------------------------------------------------------
    @rule(target=callers)
    def somebody_calls(self) -> Any:
        self.names += 1
        return self.world.arrives(f"caller-{self.names}")

    @rule(target=callers, swapped=st.booleans())
    def somebody_calls_and_the_bell_is_first(self, swapped: bool) -> Any:
        self.names += 1
        leg = f"caller-{self.names}"
        self.world.tell(f.Rang(self.world.at, leg, session=1))
        if not swapped:
            return multiple()
        self.world.tell(f.LegCreated(self.world.at, leg, inbound=True, destination=DID))
        return leg

    @rule(caller=callers)
    def a_sound_ends(self, caller: str) -> None:
        runtime = self.world.ctx.runtimes.get(caller)
        for uuid in (runtime.greeting_app, runtime.music_app) if runtime else ("",):
            self.world.tell(f.AppDone(self.world.at, caller, app="playback", app_uuid=uuid))

    @rule(caller=callers)
    def a_caller_comes_home(self, caller: str) -> None:
        self.world.goes_home(caller)

    @rule(caller=callers)
    def a_door_closes(self, caller: str) -> None:
        self.world.tell(f.DoorClosed(self.world.at, caller, session=1))

    @rule(caller=consumes(callers), cause=causes, far=st.sampled_from([True, False, None]))
    def a_caller_hangs_up(self, caller: str, cause: str, far: bool | None) -> None:
        self.world.hangs_up(caller, cause, far)

    @rule(caller=callers)
    def a_birth_is_told_again(self, caller: str) -> None:
        self.world.tell(f.LegCreated(self.world.at, caller, inbound=True, destination=DID))

    @rule(steps=st.integers(1, 4))
    def everything_goes_its_way(self, steps: int) -> None:
        """What would happen by itself: without this rule few stories come far."""
        world = self.world
        for _ in range(steps):
            for call in list(world.live.calls.values()):
                leg = call.agent_leg
                if call.stage is Stage.NEW:
                    world.goes_home(call.id)
                elif call.stage is Stage.GREETING:
                    world.greeted(call.id)
                elif call.stage is Stage.OFFERED and leg is not None:
                    world.picks_up(leg.id)
                elif call.stage is Stage.CONNECTING and leg is not None:
                    world.bridged(leg.id, call.id)
                elif call.stage is Stage.ENDED and call.must_qualify and call.agent is not None:
                    self._ask(world.calls.qualify, call.agent, call.id, SALE, "")
        for agent in AGENTS:
            self._ask(world.agents.log_in, agent)
            self._ask(world.agents.available, agent)

    # --- legs of agents -------------------------------------------------------------------------------------
    def _legs(self, caller: str) -> list[str]:
        call = self.world.live.calls.get(caller)
        return [g.id for g in call.legs.values() if g.role is Role.AGENT] if call else []

    @rule(
        caller=callers, what=st.sampled_from(["rings", "answered", "parked", "both"]), which=st.integers(0, 3)
    )
    def a_phone(self, caller: str, what: str, which: int) -> None:
        legs, at = self._legs(caller), self.world.at
        if not legs:
            return
        leg = legs[-1 - which % len(legs)]
        if what == "rings":
            self.world.rings(leg)
        if what in ("answered", "both"):
            self.world.tell(f.LegAnswered(at, leg))
        if what in ("parked", "both"):
            self.world.tell(f.LegParked(at, leg))

    @rule(caller=callers, turned=st.booleans(), which=st.integers(0, 3))
    def they_are_bridged(self, caller: str, turned: bool, which: int) -> None:
        legs = self._legs(caller)
        if legs:
            leg = legs[-1 - which % len(legs)]
            self.world.bridged(*((caller, leg) if turned else (leg, caller)))

    @rule(caller=callers)
    def they_are_apart(self, caller: str) -> None:
        for leg in self._legs(caller)[-1:]:
            self.world.tell(f.LegsUnbridged(self.world.at, leg, other=caller))

    @rule(caller=callers, cause=causes, which=st.integers(0, 3), twice=st.booleans(), outcome=st.booleans())
    def a_phone_hangs_up(self, caller: str, cause: str, which: int, twice: bool, outcome: bool) -> None:
        legs = self._legs(caller)
        if legs:
            leg = legs[-1 - which % len(legs)]
            for _ in range(1 + twice):
                self.world.hangs_up(leg, cause)
            if outcome:
                self.world.originated(leg, cause)

    @rule(caller=callers, cause=causes)
    def an_originate_fails(self, caller: str, cause: str) -> None:
        for leg in self._legs(caller)[-1:]:
            self.world.originated(leg, cause)

    @rule(verb=st.sampled_from(["bridge", "send_home", "hangup", "play", "music"]), how=st.integers(0, 3))
    def commands_fail_from_now_on(self, verb: str, how: int) -> None:
        errors = [None, Refused("-ERR no"), NoSuchChannel("-ERR No such channel"), LinkLost("cut")]
        self.world.switch.fail(verb, errors[how])

    @rule(what=st.sampled_from(["opens", "rests", "drops"]), cause=causes)
    def a_permanent_line(self, what: str, cause: str) -> None:
        leg, at = self.world.agent(1).line.leg, self.world.at
        if leg and what == "opens":
            self.world.tell(f.LegAnswered(at, leg), f.LegParked(at, leg))
        elif leg and what == "rests":
            self.world.tell(f.LegParked(at, leg))
        elif leg:
            self.world.hangs_up(leg, cause)

    # --- agents ---------------------------------------------------------------------------------------------
    @rule(
        agent=agents,
        what=st.sampled_from(["log_in", "available", "unavailable", "log_out", "end_delay", "back_office"]),
    )
    def an_agent_asks(self, agent: int, what: str) -> None:
        args: tuple[Any, ...] = (agent, None) if what == "unavailable" else (agent,)
        self._ask(getattr(self.world.agents, what), *args)

    @rule(caller=callers, what=st.sampled_from(["hang_up", "hold", "resume"]))
    def an_agent_touches_his_line(self, caller: str, what: str) -> None:
        call = self.world.live.calls.get(caller)
        leg = call.agent_leg if call else None
        if leg is not None:
            self._ask(getattr(self.world.calls, what), leg.agent, leg.id)

    @rule(agent=agents, caller=callers)
    def an_agent_qualifies(self, agent: int, caller: str) -> None:
        self._ask(self.world.calls.qualify, agent, caller, SALE, "note")

    @rule(agent=agents, there=st.booleans())
    def a_telephone_comes_or_goes(self, agent: int, there: bool) -> None:
        if there:
            self.world.registers(agent)
        else:
            self.world.phones.on_unregistered(
                f.PhoneUnregistered(self.world.at, str(1000 + agent), "demo.example")
            )

    def _ask(self, what: Any, *args: Any) -> None:
        with suppress(FsAppError):  # refused in words; nothing else may come out
            what(*args)
        self.world.calls.settle()

    # --- time and deaths ------------------------------------------------------------------------------------
    @rule(seconds=st.sampled_from([0.05, 1.0, 5.0, 25.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.advance(seconds)
        self.world.calls.settle()

    @rule()
    def the_program_starts_again(self) -> None:
        old = self.world
        before = old.state()
        queue = old.catalog.queue(QUEUE)
        self.world = World(
            old.folder,
            agents=AGENTS,
            clock=FakeClock(old.clock.now_ms()),
            switch=old.switch,
            queue=queue,
            is_open=False,
            permanent=old.permanent,
        )
        now = self.world.state()
        now["agents"] = {a: s for a, s in now["agents"].items() if s.presence_since}
        before["agents"] = {a: s for a, s in before["agents"].items() if a in now["agents"]}
        assert now == before
        self.world.phones = old.phones
        self.world.ctx.phones = old.phones
        self.world.lines._phones = old.phones
        self.world.ctx.sessions |= old.ctx.sessions
        self.world.routing.open = True
        self.world.routing.kick_all()
        self.world.calls.settle()

    # --- what always holds ----------------------------------------------------------------------------------
    @invariant()
    def it_is_whole(self) -> None:
        if hasattr(self, "world"):
            self.world.is_whole()
            assert failures() == self.failed, "something raised"

    def _everybody_hangs_up(self) -> None:
        world = self.world
        for verb in ("bridge", "send_home", "hangup", "play", "music"):
            world.switch.fail(verb, None)
        for _ in range(200):
            live = [g.id for c in world.live.calls.values() for g in c.legs.values() if g.live]
            if not live:
                break
            world.hangs_up(live[0])
        else:
            raise AssertionError("legs without end")
        world.is_whole()
        for agent in AGENTS:
            state = world.live.agents.get(agent)
            if state is not None and state.work is Work.AFTER_WORK:
                world.calls.qualify(agent, str(state.call), SALE, "")
            if state is not None and (state.work is Work.BACK_OFFICE or state.wanted):
                world.agents.available(agent)
        world.clock.advance(100)
        world.calls.settle()
        assert world.live.calls == {}
        assert world.live.legs == {}
        assert world.calls._mailboxes == {}
        assert world.ctx.runtimes == {}
        assert all(s.work is Work.IDLE for s in world.live.agents.values())
        ended = [e.call for e in world.recorder.entries("call.ended")]
        assert len(ended) == len(set(ended)), "each call ends once"
        assert all(stage is not Stage.ENDED for stage in (c.stage for c in world.live.calls.values()))


AnyOrder.TestCase.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
TestAnyOrder = AnyOrder.TestCase


def test_the_fake_switch_is_a_switch() -> None:
    """Every verb of the port is there, by the same name and with the same arguments."""
    for name, verb in inspect.getmembers(SwitchPort, inspect.isfunction):
        if name.startswith("_"):
            continue
        wanted = list(inspect.signature(verb).parameters)
        assert list(inspect.signature(getattr(FakeSwitch, name)).parameters) == wanted, name
