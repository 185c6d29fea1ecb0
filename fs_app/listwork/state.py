"""A record of a call list while somebody has it: shown to an agent, called, in conversation. A fold over the journal,
like calls and callbacks; a record that nobody has is in the database alone.

The states (a test compares this with the table):

    SHOWN -[shown]> SHOWN
    SHOWN -[called]> CALLED
    SHOWN -[over]> OVER
    CALLED -[reached]> REACHED
    CALLED -[over]> OVER
    REACHED -[over]> OVER

SHOWN: reserved for the agent who looks at it, until he calls, passes it over, or the time is over. CALLED: a call for
it is under way, the list says that it is in a call. REACHED: somebody answered, and the verdict says what it was worth.
OVER: nobody has it any more; what became of it stands in the entry (`record.over`), and the projection writes it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from fs_app.journal import Entry
from fs_app.machine import Machine


class State(StrEnum):
    SHOWN = "SHOWN"
    CALLED = "CALLED"
    REACHED = "REACHED"
    OVER = "OVER"


_S = State
MACHINE: Machine[State] = Machine(
    "record",
    {
        (_S.SHOWN, "shown"): _S.SHOWN,
        (_S.SHOWN, "called"): _S.CALLED,
        (_S.SHOWN, "over"): _S.OVER,
        (_S.CALLED, "reached"): _S.REACHED,
        (_S.CALLED, "over"): _S.OVER,
        (_S.REACHED, "over"): _S.OVER,
    },
)


@dataclass(frozen=True, slots=True)
class Number:
    """E.164. `zone`: IANA, "" unknown. `attempts`: how often it was dialled."""

    n: str
    kind: str = ""
    zone: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A record as the database had it when it was fetched. Times UTC ms.

    `numbers`: those that are not wrong, in their order; the first is dialled. `status`: its state in the list.
    `owner`: to whom it is assigned; `exclusive`: in this list that means that he alone calls. `most`: attempts that the
    list allows. `results`: what attempts came to, and how often.
    """

    id: int
    account: int
    list: int
    list_name: str
    queue: int
    index: int
    name: str
    contact: int | None
    numbers: tuple[Number, ...]
    status: str
    due_at: int | None
    since: int
    owner: int | None = None
    exclusive: bool = False
    memo: str = ""
    attempts: int = 0
    most: int = 0
    last_result: str = ""
    results: dict[str, int] = field(default_factory=dict)
    country: str = ""
    use_blacklist: bool = True

    @property
    def number(self) -> str:
        return self.numbers[0].n if self.numbers else ""

    @property
    def bound_to(self) -> int | None:
        """The agent who alone may call: it is his personal callback, or assigned in a list that holds to that."""
        return self.owner if self.exclusive or self.status == "PERSONAL" else None


@dataclass(slots=True)
class Held:
    """A record that somebody has. `agent` until `until` (UTC ms), while it is shown. `call`: the one for it; one that
    came from the person himself is it, too (`inbound`). `dialled`: his telephone was. `booked`: what his agent has
    promised him: {due_at, mine, note, agent}."""

    known: Known
    state: State = State.SHOWN
    agent: int | None = None
    until: int | None = None
    call: str = ""
    dialled: bool = False
    inbound: bool = False
    booked: dict[str, Any] = field(default_factory=dict)


def facts(known: Known) -> dict[str, Any]:
    """For an entry: a record is known again from it after a restart, without the database."""
    return asdict(known)


def known_from(data: dict[str, Any]) -> Known:
    return Known(**{**data, "numbers": tuple(Number(**n) for n in data["numbers"])})


def begun(entry: Entry) -> Held:
    """What `record.shown` or `record.answered` begins when nobody has the record."""
    return Held(known_from(entry.data["facts"]))


BEGINS = frozenset({"record.shown", "record.answered"})


def evolve(held: Held, entry: Entry) -> None:
    """Apply one entry: of the record itself, or of the call for it."""
    d = entry.data
    match entry.kind:
        case "record.shown":
            held.state, held.agent, held.until = State.SHOWN, d["agent"], d["until"]
        case "call.started":
            held.state, held.until, held.call, held.dialled = State.CALLED, None, entry.call or "", False
        case "call.dialled":
            held.dialled = True
        case "record.answered":  # he called us
            held.state, held.agent, held.call = State.REACHED, d["agent"], entry.call or ""
            held.until, held.inbound, held.dialled = None, True, False
        case "record.reached":
            held.state = State.REACHED
        case "record.booked":
            held.booked = {"due_at": d["due_at"], "mine": d["mine"], "note": d["note"], "agent": d["agent"]}
        case "record.noted":
            held.known = known_from({**facts(held.known), "memo": d["note"]})
        case "record.over" | "record.released":
            held.state = State.OVER
        case _:
            pass


def dump(held: Held) -> dict[str, Any]:
    """For a checkpoint."""
    return asdict(held)


def load(data: dict[str, Any]) -> Held:
    """From a checkpoint."""
    return Held(**{**data, "known": known_from(data["known"]), "state": State(data["state"])})
