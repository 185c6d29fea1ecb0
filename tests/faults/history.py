"""What happened, as everybody but the program saw it, and what the program claims. Times are seconds since epoch.

`Leg` is the switch's own word (events and CDRs), `Caller`, `Ack` and `Picture` are what people outside saw,
`Fault` what was done to whom. The rest are claims: rows of the program's database. The rules (`rules/`) compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

NEVER = float("inf")


@dataclass(slots=True)
class Span:
    """A leg was connected with `other`."""

    other: str
    begin: float
    end: float = NEVER


@dataclass(slots=True)
class Leg:
    """One channel. `lost`: it went with the switch and did not come back. `back`: when it was recovered, last."""

    id: str
    inbound: bool
    role: str = ""
    number: str = ""  # the caller's
    did: str = ""
    call: str = ""
    agent: int | None = None
    queue: int | None = None
    sip_call_id: str = ""
    created: float = 0.0
    ringing: float | None = None
    answered: float | None = None
    ended: float | None = None
    cause: str = ""
    disposition: str = ""  # sip_hangup_disposition: who said goodbye
    given_up: bool = False  # the switch's own apology
    lost: bool = False
    back: float = 0.0
    spans: list[Span] = field(default_factory=list)
    played: list[tuple[float, str]] = field(default_factory=list)

    @property
    def over(self) -> float:
        return NEVER if self.ended is None else self.ended

    @property
    def by_caller(self) -> bool:
        """The other side said goodbye."""
        return self.disposition.startswith("recv")

    def connected(self, at: float) -> bool:
        return any(s.begin <= at < s.end for s in self.spans)

    def lives(self, at: float) -> bool:
        return self.created <= at < self.over


@dataclass(slots=True)
class Caller:
    """A person who called, by what his own telephone showed. `heard`: (moment, whether there was any sound)."""

    number: str
    did: str
    sip_call_id: str
    dialled: float
    answered: float | None = None
    hung_up: float | None = None  # he did
    ended: float | None = None
    cause: str = ""
    heard: list[tuple[float, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ack:
    """The program said that this verdict is kept."""

    at: float
    agent: int
    call: str
    disposition: int
    note: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What an agent's page showed from `seen` on; `at` is the program's own time of it. An empty state: the page
    had no connection."""

    seen: float
    at: float
    agent: int
    state: str
    registered: bool = True
    up: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """`healed`: from then on the program says that everything works again."""

    number: int
    kind: str
    begin: float
    end: float
    healed: float
    target: int | None = None  # agent or queue, by identifier
    other: int | None = None  # `members`: the agent who was taken out


BLINDING = frozenset({"kill", "stop", "freeze", "cut", "blackhole", "overflow", "switch", "crashed"})
"""While these last the program can see or do nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A call as the database has it at the end."""

    id: str
    outcome: str
    ended: float | None
    ended_by: str
    agent: int | None
    disposition: int | None
    note: str
    ticket: int | None
    wait_ms: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an agent's presence or work, as the journal in the database has it."""

    id: int
    at: float
    agent: int
    machine: str  # presence, work
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What was left `CALM_S` after a round: empty when all was over sooner."""

    at: float
    seconds: float
    left: list[str]


@dataclass(frozen=True, slots=True)
class QueueRule:
    """What is declared of a queue."""

    id: int
    members: frozenset[int]
    priority: int = 0
    needs: tuple[tuple[int, int, tuple[tuple[float, int], ...]], ...] = ()  # skill, level, (after s, level)
    max_wait_s: float = 0.0
    ring_all: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """The declared rule of service. `dids`: number → (queue, priority); `skills`: agent → skill → level."""

    queues: dict[int, QueueRule] = field(default_factory=dict)
    dids: dict[str, tuple[int, int]] = field(default_factory=dict)
    skills: dict[int, dict[int, int]] = field(default_factory=dict)
    messages: frozenset[str] = frozenset()  # ends of the paths of what is said to whom is turned away


@dataclass(slots=True)
class History:
    rules: Rules = field(default_factory=Rules)
    legs: dict[str, Leg] = field(default_factory=dict)
    callers: list[Caller] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    offers: dict[str, tuple[str, int]] = field(default_factory=dict)  # leg → (call, agent), as claimed
    steps: list[Step] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    until: float = NEVER

    def incoming(self) -> list[Leg]:
        """The legs of callers, in the order in which they came."""
        return sorted((g for g in self.legs.values() if g.inbound), key=lambda g: g.created)

    def agents_legs(self) -> Iterator[Leg]:
        return (g for g in self.legs.values() if g.role == "agent" and g.agent is not None)

    def legs_for(self, call: str) -> list[Leg]:
        """The agents' legs for this caller, in their order."""
        return sorted((g for g in self.agents_legs() if g.call == call), key=lambda g: g.created)

    def blind(self, begin: float, end: float, slack: float = 1.0) -> bool:
        """The program may have been blind at some moment between, or for `slack` seconds after it saw again."""
        return _touches(self.faults, begin, end, slack, BLINDING)

    def touched(
        self, kinds: Iterable[str], begin: float, end: float, slack: float, target: int | None = None
    ) -> bool:
        """A fault of these kinds (of this agent or queue) between `begin` and `end`."""
        chosen = [f for f in self.faults if target is None or target in (f.target, f.other)]
        return _touches(chosen, begin, end, slack, frozenset(kinds))


def _touches(faults: Iterable[Fault], begin: float, end: float, slack: float, kinds: frozenset[str]) -> bool:
    return any(f.kind in kinds and f.begin - 0.2 <= end and begin <= f.healed + slack for f in faults)


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    at: float
    what: str

    def told(self) -> dict[str, Any]:
        return {"rule": self.rule, "at": self.at, "what": self.what}
