"""A callback: somebody who is to be called. Its live state is a fold over journal entries, like that of calls.

The states (a test compares this with the table):

    OPEN -[reserved]> RESERVED
    RESERVED -[reserved]> RESERVED
    RESERVED -[released]> OPEN
    OPEN -[reached]> REACHED
    RESERVED -[reached]> REACHED
    REACHED -[reserved]> RESERVED
    REACHED -[released]> OPEN
    OPEN -[done]> DONE
    RESERVED -[done]> DONE
    REACHED -[done]> DONE
    OPEN -[cancelled]> CANCELLED
    RESERVED -[cancelled]> CANCELLED
    REACHED -[cancelled]> CANCELLED

REACHED: somebody answered, and what it was worth is known with the verdict: an answering machine is called again, then
by the one who had it (reserved) or by anybody (released). Done and cancelled ones are not kept in memory.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from fs_app.journal import Entry
from fs_app.machine import Machine


class State(StrEnum):
    OPEN = "OPEN"
    RESERVED = "RESERVED"
    REACHED = "REACHED"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class Reason(StrEnum):
    KEPT_PLACE = "KEPT_PLACE"
    ABANDONED = "ABANDONED"
    AGENT = "AGENT"
    VOICEMAIL = "VOICEMAIL"


_S = State
MACHINE: Machine[State] = Machine(
    "callback",
    {
        (_S.OPEN, "reserved"): _S.RESERVED,
        (_S.RESERVED, "reserved"): _S.RESERVED,
        (_S.RESERVED, "released"): _S.OPEN,
        (_S.OPEN, "reached"): _S.REACHED,
        (_S.RESERVED, "reached"): _S.REACHED,
        (_S.REACHED, "reserved"): _S.RESERVED,
        (_S.REACHED, "released"): _S.OPEN,
        (_S.OPEN, "done"): _S.DONE,
        (_S.RESERVED, "done"): _S.DONE,
        (_S.REACHED, "done"): _S.DONE,
        (_S.OPEN, "cancelled"): _S.CANCELLED,
        (_S.RESERVED, "cancelled"): _S.CANCELLED,
        (_S.REACHED, "cancelled"): _S.CANCELLED,
    },
)

LIVE = frozenset({State.OPEN, State.RESERVED, State.REACHED})


@dataclass(slots=True)
class Callback:
    """Times are UTC ms. `number` is E.164, empty when a message was left by somebody without one.

    `ticket`, `priority` and `since` are the kept place. `from_call` is the call that it comes from (the last one),
    `call` the attempt that is under way: in the line, ringing or talking. `due_at` None: when an agent takes it.

    `personal`: the owner keeps it; else it is his only while he looks at it or calls (until `until` at most, when
    nothing comes of it). `results` counts what attempts came to (`outbound.retry.Result`). `skipped`: agent → until
    when he is not shown it again.
    """

    id: str
    account: int
    queue: int
    number: str
    reason: Reason
    created_at: int
    name: str = ""
    contact: int | None = None
    shown_number: str = ""
    owner: int | None = None
    state: State = State.OPEN
    due_at: int | None = None
    tries: int = 0
    times: int = 1
    last_cause: str = ""
    from_call: str = ""
    recording: str = ""
    ticket: int = 0
    priority: int = 0
    since: int = 0
    call: str = ""
    personal: bool = False
    until: int | None = None
    note: str = ""
    results: dict[str, int] = field(default_factory=dict)
    last_result: str = ""
    skipped: dict[str, int] = field(default_factory=dict)


def opened(entry: Entry) -> Callback:
    """What a `callback.opened` entry begins."""
    d = entry.data
    assert entry.account is not None
    return Callback(
        id=d["callback"],
        account=entry.account,
        queue=d["queue"],
        number=d["number"],
        reason=Reason(d["reason"]),
        created_at=entry.at,
        name=d.get("name", ""),
        contact=d.get("contact"),
        shown_number=d.get("shown_number", ""),
        due_at=d.get("due_at"),
        from_call=entry.call or "",
        recording=d.get("recording", ""),
        ticket=d.get("ticket", 0),
        priority=d.get("priority", 0),
        since=d.get("since", entry.at),
        owner=d.get("owner"),
        personal=d.get("owner") is not None,
        state=State.OPEN if d.get("owner") is None else State.RESERVED,
        note=d.get("note", ""),
    )


def evolve(callback: Callback, entry: Entry) -> None:
    """Apply one entry: of the callback itself, or of the call that is its attempt."""
    d = entry.data
    match entry.kind:
        case "call.started":
            callback.call = entry.call or ""
        case "call.dialled":
            callback.tries += 1
        case "callback.counted":
            callback.times += 1
            callback.from_call = entry.call or callback.from_call
        case "callback.reserved" | "callback.moved":
            callback.state, callback.owner = State.RESERVED, d["agent"]
            callback.until = d.get("until")
            callback.personal = callback.until is None
        case "callback.released":
            callback.state, callback.owner, callback.personal = State.OPEN, None, False
            callback.until = None
        case "callback.skipped":
            callback.skipped[str(d["agent"])] = d["not_before"]
        case "callback.reached":
            callback.state, callback.until = State.REACHED, None
        case "callback.failed":
            callback.call, callback.last_cause, callback.due_at = "", d["why"], d.get("due_at")
            if d.get("result"):
                callback.last_result = d["result"]
                callback.results[d["result"]] = d["times"]
            if d.get("state"):
                callback.state = State(d["state"])
                if callback.state is State.OPEN:
                    callback.owner, callback.personal, callback.until = None, False, None
        case "callback.noted":
            callback.note = d["note"]
        case "callback.left_line":
            callback.call = ""
        case "callback.postponed":
            callback.due_at = d["due_at"]
        case "callback.closed":
            callback.state = State(d["state"])
        case _:
            pass


def dump(callback: Callback) -> dict[str, Any]:
    """For a checkpoint."""
    return asdict(callback)


def load(data: dict[str, Any]) -> Callback:
    """From a checkpoint."""
    return Callback(**{**data, "reason": Reason(data["reason"]), "state": State(data["state"])})
