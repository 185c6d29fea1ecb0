"""A test call: ring a telephone, play a message, say in words what came of it. Bound in time whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from fs_app import facts as f
from fs_app.agents.bell import FAILED, RESULTS, Bell
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import NotFound
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import Originate, OriginateResult, Outcome, SwitchPort

RING_S = 15.0
MESSAGE_S = 15.0
"""The longest message; then the call ends."""

GRACE_S = 5.0

RINGING, PLAYING = "ringing", "playing"
HEARD, CUT, LOST = "heard", "cut", "lost"

RUNNING = frozenset({RINGING, PLAYING})


@dataclass(slots=True)
class TestCall:
    """`state` is one of the words above; `cause` is FreeSWITCH's, where it refused. Times UTC ms."""

    __test__ = False  # for pytest: not a test

    agent: int
    leg: str
    at: int
    state: str = RINGING
    cause: str = ""
    app: str = ""

    @property
    def running(self) -> bool:
        return self.state in RUNNING


class TestCalls:
    """One at a time for each agent; the last one of each is remembered until the program ends."""

    __test__ = False

    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        switch: SwitchPort,
        phones: Phones,
        message: Callable[[int], str],
        in_use: Callable[[int], bool],
        picked_up: Callable[[int], None] = lambda agent: None,
    ) -> None:
        """`message(account)`: the file to be played, as the switch names it; `in_use(agent)`: his telephone listens;
        `picked_up(agent)` is told when somebody answers."""
        self._picked_up = picked_up
        self._clock = clock
        self._catalog = catalog
        self._switch = switch
        self._bell = Bell(live, switch, phones, in_use)
        self._message = message
        self._last: dict[int, TestCall] = {}

    def last(self, agent: int) -> TestCall | None:
        return self._last.get(agent)

    def start(self, agent: int) -> TestCall:
        """Ring it. Raises NotFound, PhoneInUse, PhoneNotThere."""
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        running = self._last.get(agent)
        if running is not None and running.running:
            return running
        contact = self._bell.contact(info)
        test = TestCall(agent, str(uuid4()), self._clock.now_ms())
        self._last[agent] = test
        pending = self._switch.originate(
            Originate(
                leg=test.leg,
                endpoint=contact,
                caller_number=info.number,
                caller_name="Test",
                ring_s=RING_S,
                variables={"fsapp_role": "test", "park_timeout": str(int(MESSAGE_S + GRACE_S))},
            )
        )
        pending.then(lambda outcome: self._answered(info.account, test, outcome))
        self._clock.call_later(RING_S + MESSAGE_S + GRACE_S, lambda: self._too_long(test))
        return test

    def _answered(self, account: int, test: TestCall, outcome: Outcome[OriginateResult]) -> None:
        if not test.running:
            return
        if outcome.error is not None or outcome.value is None:
            self._end(test, LOST)
        elif not outcome.value.answered:
            test.cause = outcome.value.cause
            self._end(test, RESULTS.get(outcome.value.cause, FAILED))
        else:
            test.state = PLAYING
            self._picked_up(test.agent)
            test.app = self._switch.play(test.leg, [self._message(account)]).id

    def on_fact(self, fact: f.LegFact) -> None:
        """Of any leg; others than ours are none of our business. Never yields."""
        test = next((t for t in self._last.values() if t.running and t.leg == fact.leg), None)
        if test is None:
            return
        if isinstance(fact, f.AppDone) and test.app and fact.app_uuid == test.app:
            self._end(test, HEARD)
        elif isinstance(fact, f.LegHungUp) and test.state == PLAYING:
            self._end(test, CUT)

    def _too_long(self, test: TestCall) -> None:
        if test.running:
            self._end(test, LOST)

    def _end(self, test: TestCall, result: str) -> None:
        test.state = result
        if result in (HEARD, LOST):
            self._switch.hangup(test.leg)
