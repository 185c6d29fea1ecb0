"""What the queries about calls take and give: plain values, no database object. Times UTC ms, durations ms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OUTCOMES = (
    *("answered", "abandoned", "hung_up_early", "closed", "refused", "failed", "running"),
    *("callback", "voicemail", "outside", "unreachable", "unanswered", "cancelled", "menu", "consulted"),
)


@dataclass(frozen=True, slots=True)
class Band:
    """Hours of the day on a wall clock that is `offset_ms` ahead of UTC, for calls that began in [since, until) (UTC
    ms). `begin` and `end` are ms of the day; a band whose end is before its begin goes over midnight."""

    since: int
    until: int
    offset_ms: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What is sought. `agent`: only this agent's calls (for those who may see no others). Times UTC ms."""

    search: str = ""
    digits: str = ""  # the search as digits of a number (without national or international prefix)
    queue: int | None = None
    agent: int | None = None
    outcome: str = ""  # one of OUTCOMES, or several with commas between
    disposition: int | None = None
    since: int | None = None
    until: int | None = None
    sort: str = "started"
    descending: bool = True
    queues: tuple[int, ...] | None = None  # only of these, for those who are given no others
    dispositions: tuple[int, ...] = ()  # any of these
    band: tuple[Band, ...] = ()  # began within one of these, None of them: at any time of day


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call in a list."""

    id: str
    started_at: int
    direction: str
    stage: str
    outcome: str
    caller_number: str
    caller_name: str
    called_number: str
    contact: str
    queue: str
    agent: str
    wait_ms: int
    talk_ms: int
    hold_ms: int
    disposition: str
    category: str
    note: str
    recorded: bool
    queued_at: int | None
    answered_at: int | None
    ended_at: int | None

    @property
    def running(self) -> bool:
        return self.ended_at is None

    @property
    def result(self) -> str:
        """One of OUTCOMES (or a newer one): what became of it, or that it still runs."""
        return "running" if self.running else self.outcome or "failed"

    def wait_at(self, now: int) -> int:
        """How long the caller waited, or has been waiting, in ms."""
        if self.running and self.answered_at is None and self.queued_at is not None:
            return max(0, now - self.queued_at)
        return self.wait_ms

    def talk_at(self, now: int) -> int | None:
        """How long they talked, or have been talking, in ms; None when nobody did."""
        if self.answered_at is None:
            return self.talk_ms or None
        return max(0, now - self.answered_at - self.hold_ms) if self.running else self.talk_ms


@dataclass(frozen=True, slots=True)
class LegRow:
    id: str
    role: str
    agent: str
    number: str
    sip_call_id: str
    created_at: int
    answered_at: int | None
    ended_at: int | None
    cause: str
    by_far_end: bool | None


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """`problem` is why it is not whole; the rest says what has become of it (`calls.model.Recording`)."""

    id: str
    path: str
    started_at: int
    ended_at: int | None
    duration_ms: int
    bytes: int = 0
    problem: str = ""
    kept: bool = False
    kept_by: str = ""
    delete_asked_at: int | None = None
    delete_why: str = ""
    delete_by: str = ""
    delete_reason: str = ""
    delete_trouble: str = ""
    deleted_at: int | None = None

    @property
    def there(self) -> bool:
        """There is something to hear, as far as the database knows."""
        return (
            self.deleted_at is None
            and self.ended_at is not None
            and not (self.problem and not self.duration_ms)
        )


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One thing that happened, as the journal has it."""

    id: int
    at: int
    kind: str
    agent: int | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallDetail:
    """Everything about one call. `names` are the agents that its entries mention, `more` says that there are
    more entries than fit."""

    row: CallRow
    ended_by: str
    cause: str
    disposed_at: int | None
    agent_id: int | None
    contact_id: int | None
    ticket: int | None
    legs: list[LegRow] = field(default_factory=list)
    recordings: list[RecordingRow] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    more: bool = False
    queue_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A day in figures. Means in ms, None without calls."""

    offered: int
    answered: int
    abandoned: int
    running: int
    mean_wait_ms: int | None
    mean_talk_ms: int | None
    longest_wait_ms: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters of the list offer."""

    queues: list[Choice]
    agents: list[Choice]
    dispositions: list[Choice]
