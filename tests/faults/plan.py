"""What will happen in a run, drawn from a seed: callers, faults, and nothing that depends on the clock.

A run is a row of rounds. In each some faults happen while people call; then callers stop coming, and within
`CALM_S` everything must be over. The same seed and sizes make the same plan.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any

CALM_S = 30.0
"""After the last fault of a round nothing may be stuck for longer (reliability.md)."""

AGENTS = 5
DIDS = ("+33185090000", "+33185090001", "+33185090002", "+33185090003")
"""Commercial, technical, emergency, and VIPs of the commercial queue."""

DID_SHARES = (45, 30, 15, 10)

KINDS: dict[str, int] = {
    "kill": 14,  # kill -9 of the program, started again
    "stop": 4,  # its orderly end, started again
    "freeze": 9,  # SIGSTOP
    "cut": 9,  # the link to the switch is cut
    "blackhole": 8,  # nothing passes on the link, nobody is told
    "overflow": 8,  # the switch loses events and drops its listener
    "switch": 8,  # kill -9 of the switch, started again
    "database": 7,  # locked
    "disk": 6,  # no file can be written
    "page": 8,  # an agent's browser is gone
    "reload": 7,
    "phone": 8,  # an agent's telephone has no power
    "queue": 5,  # a queue is deactivated while callers wait
    "members": 5,  # an agent is taken out of a queue
    "agent": 5,  # an agent is deactivated, perhaps in a call
}
"""Kind → how often, in proportion."""

LENGTHS: dict[str, tuple[float, float]] = {
    "kill": (0.0, 3.0),
    "stop": (0.0, 2.0),
    "freeze": (1.0, 8.0),
    "cut": (0.3, 7.0),
    "blackhole": (0.5, 7.0),
    "overflow": (0.2, 2.0),
    "switch": (0.2, 3.0),
    "database": (1.0, 9.0),
    "disk": (0.5, 5.0),
    "page": (0.5, 9.0),
    "reload": (0.0, 0.2),
    "phone": (2.0, 10.0),
    "queue": (1.0, 6.0),
    "members": (1.0, 6.0),
    "agent": (1.0, 6.0),
}
"""Seconds that a fault lasts."""

LONG_FREEZE_S = 30.0

MOMENTS = ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_HANGUP")
"""Half of the faults of program, link and switch wait for the next of these, and come 0 to 80 ms after it: where one
thing follows from another is where it can be torn."""

AT_A_MOMENT = frozenset({"kill", "freeze", "cut", "blackhole", "overflow", "switch"})


@dataclass(frozen=True, slots=True)
class Fault:
    """`at` seconds after the begin of its round, for `seconds`; `target` is an agent or queue by its place.
    With `moment` it comes `late` seconds after the next event of that name."""

    number: int
    at: float
    kind: str
    seconds: float
    target: int = 0
    moment: str = ""
    late: float = 0.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls `at` seconds after the begin of the round. Hangs up `early` seconds after dialling (None: not),
    or when he has waited `patience` seconds, or talked `talk` seconds."""

    number: str
    at: float
    did: str
    early: float | None
    patience: float
    talk: float


@dataclass(frozen=True, slots=True)
class Round:
    faults: list[Fault] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    seconds: float = 0.0  # callers come during this time


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    rounds: list[Round]

    @property
    def faults(self) -> list[Fault]:
        return [fault for one in self.rounds for fault in one.faults]

    def told(self) -> dict[str, Any]:
        return asdict(self)


def make(
    seed: int, faults: int, per_round: int = 10, rate: float = 0.7, kinds: tuple[str, ...] = tuple(KINDS)
) -> Plan:
    """`rate` is callers per second."""
    source = random.Random(f"faults {seed}")
    rounds: list[Round] = []
    serial = 0
    while faults > 0:
        size = min(per_round, faults)
        first = sum(len(r.faults) for r in rounds)
        chosen = _faults(source, first, size, kinds)
        seconds = max(f.at + f.seconds for f in chosen) + 2.0
        callers = _callers(source, serial, seconds, rate)
        serial += len(callers)
        rounds.append(Round(chosen, callers, seconds))
        faults -= size
    return Plan(seed, rounds)


def within(plan: Plan, seconds: float) -> Plan:
    """The first rounds of it that fit, with half a calm after each."""
    rounds: list[Round] = []
    for one in plan.rounds:
        seconds -= one.seconds + CALM_S / 2
        if seconds < 0 and rounds:
            break
        rounds.append(one)
    return Plan(plan.seed, rounds)


def _faults(source: random.Random, first: int, size: int, kinds: tuple[str, ...]) -> list[Fault]:
    """One after the other, a fifth of them into the one before."""
    made, at = [], source.uniform(2.0, 4.0)
    for i in range(size):
        kind = source.choices(kinds, [KINDS[k] for k in kinds])[0]
        seconds = source.uniform(*LENGTHS[kind])
        if kind == "freeze" and source.random() < 0.08:
            seconds = LONG_FREEZE_S
        moment = source.choice(MOMENTS) if kind in AT_A_MOMENT and source.random() < 0.5 else ""
        late = round(source.uniform(0.0, 0.08), 3) if moment else 0.0
        target = source.randrange(60)
        made.append(Fault(first + i, round(at, 3), kind, round(seconds, 3), target, moment, late))
        into_it = source.random() < 0.2
        at += source.uniform(0.2, 1.0) if into_it else seconds + source.uniform(1.0, 5.0)
    return made


def _callers(source: random.Random, serial: int, seconds: float, rate: float) -> list[Caller]:
    made, at = [], source.expovariate(rate)
    while at < seconds:
        serial += 1
        early = source.uniform(0.0, 2.5) if source.random() < 0.12 else None
        patience = min(25.0, 2.0 + source.expovariate(1 / 12))
        made.append(
            Caller(
                f"+3361{serial:07d}",
                round(at, 3),
                source.choices(DIDS, DID_SHARES)[0],
                early,
                round(patience, 3),
                round(source.uniform(0.0, 0.4) if source.random() < 0.1 else source.uniform(2.0, 9.0), 3),
            )
        )
        at += source.expovariate(rate)
    return made
