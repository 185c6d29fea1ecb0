"""The configuration as plain values: accounts, agents, queues, numbers, dispositions …, and all of it at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fs_app.accounts.profiles import NO_PROFILE, AgentOptions
from fs_app.agents.capacity import DEFAULT, Capacity
from fs_app.agents.settings import BLANK, DeskSettings
from fs_app.audio.library import Library
from fs_app.hours.opening import Holidays, Week
from fs_app.outbound import settings as outbound
from fs_app.outgoing import settings as outgoing
from fs_app.queues.popping import NO_CAPTURING, NO_LOOKUP, NO_POP, Capturing, Lookup, Pop
from fs_app.routing.skills import Need


@dataclass(frozen=True, slots=True)
class AccountInfo:
    id: int
    slug: str
    name: str
    language: str
    time_zone: str
    country: str
    sip_domain: str


@dataclass(frozen=True, slots=True)
class AgentInfo:
    id: int
    account: int
    user: int
    name: str
    number: str
    domain: str
    sip_ha1: str
    queues: tuple[int, ...] = ()
    skills: Mapping[int, int] = field(default_factory=dict)  # skill → level
    permanent_line: bool = False
    capacity: Capacity = DEFAULT
    options: AgentOptions = NO_PROFILE
    settings: DeskSettings = BLANK
    denied: frozenset[str] = frozenset()  # permissions that his profile takes away


@dataclass(frozen=True, slots=True)
class PhoneInfo:
    """A telephone that belongs to no person (`agents.model.Phone`)."""

    id: int
    account: int
    number: str
    domain: str
    sip_ha1: str
    label: str


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` seconds of waiting or callers (0: no limit), and `then`: "queue" (on to `queue`), "number" (connected
    with `number` outside), "voicemail", or "hang_up" after `message` (empty: none)."""

    most: int = 0
    then: str = "hang_up"
    queue: int | None = None
    message: str = ""
    number: str = ""


NO_LIMIT = Limit()


@dataclass(frozen=True, slots=True)
class Voicemail:
    """The greeting (empty: the spoken one), the longest message, and the silence that ends it (seconds)."""

    greeting: str = ""
    most_s: int = 120
    silence_s: int = 4


@dataclass(frozen=True, slots=True)
class Announcements:
    """What is said to who waits: first after `first_s`, then every `every_s` seconds (0: once)."""

    position: bool = False
    wait: bool = False
    first_s: int = 15
    every_s: int = 45
    message: str = ""


@dataclass(frozen=True, slots=True)
class CallingBack:
    """`key` keeps the caller's place ("": nothing does). `number` is shown to who is called ("": the one he dialled).
    `tries` calls, `retry_s` seconds apart. `abandoned`: who gives up is in the list."""

    key: str = ""
    prompt: str = ""
    number: str = ""
    tries: int = 3
    retry_s: int = 300
    abandoned: bool = True


@dataclass(frozen=True, slots=True)
class QueueInfo:
    """Delays in seconds; what the settings mean stands at `queues.model.Queue`."""

    id: int
    account: int
    name: str
    number: str
    greeting: str
    music: str
    disposition_set: int | None
    wrap_up: bool
    ring_s: int
    no_answer_delay_s: int
    inter_call_s: int
    record_rule: str  # one of recordings.rules.RULES
    agents: tuple[int, ...] = ()
    strategy: str = "longest_idle"
    priority: int = 0
    needs: tuple[Need, ...] = ()
    tiers: Mapping[int, int] = field(default_factory=dict)  # agent → tier, 1 is asked first
    tier_after_s: int = 0
    last_agent: bool = False
    last_agent_wait_s: int = 0
    max_wait: Limit = NO_LIMIT
    max_length: Limit = NO_LIMIT

    week: Week | None = None
    holidays: Holidays | None = None
    closed_message: str = ""
    holiday_message: str = ""
    closed_queue: int | None = None
    closed: Limit = NO_LIMIT  # without a queue that stands in
    exit_key: str = ""
    exit_prompt: str = ""
    exit: Limit = NO_LIMIT
    outside_ring_s: int = 30
    transfer_returns: bool = True
    preferred_s: int = 20
    voicemail: Voicemail = Voicemail()
    announcements: Announcements = Announcements()
    calling_back: CallingBack = CallingBack()
    service_s: int = 20
    service_percent: int = 80
    alert_waiting: tuple[int, int] = (0, 0)  # orange from, red from; 0: never
    alert_callbacks: tuple[int, int] = (0, 0)
    auto_qualify_s: int = 0  # 0: never
    auto_disposition: int | None = None
    survey_flow: int | None = None
    outbound: outbound.Settings = outbound.BLANK
    pop: Pop = NO_POP
    lookup: Lookup = NO_LOOKUP
    capturing: Capturing = NO_CAPTURING
    caller_id: str = ""  # shown to who is called; "": the first number that leads here
    caller_ids: tuple[str, ...] = ()  # those that an agent may show instead
    customer_week: Week | None = None  # when people may be called, on their own wall clock
    customer_holidays: Holidays | None = None
    purpose: str = "service"  # what people are called for: service, marketing (`fs_app.legal`)
    closing_waiting: str = (
        "serve"  # who waits when the queue closes: "serve", or "closed" like who comes then
    )


@dataclass(frozen=True, slots=True)
class DidInfo:
    """Leads to a `flow`, else to a `queue`."""

    id: int
    account: int
    number: str
    label: str
    queue: int | None
    priority: int = 0
    flow: int | None = None


@dataclass(frozen=True, slots=True)
class FlowInfo:
    """A voice menu as new calls take it: `graph` is that of the published `version`."""

    id: int
    account: int
    name: str
    language: str
    version: int
    graph: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BoxInfo:
    """A voicemail box; what the fields mean stands at `voicemail.model.VoicemailBox`."""

    id: int
    account: int
    name: str
    mail: str
    greeting: str
    most_s: int
    silence_s: int


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    id: int
    account: int
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class DispositionInfo:
    id: int
    account: int
    set: int
    parent: int | None
    code: str
    label: str
    category: str
    effect: str = ""  # one of queues.model.EFFECTS


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it at one moment; never changed, only replaced."""

    accounts: Mapping[int, AccountInfo] = field(default_factory=dict)
    agents: Mapping[int, AgentInfo] = field(default_factory=dict)
    queues: Mapping[int, QueueInfo] = field(default_factory=dict)
    dids: Mapping[str, DidInfo] = field(default_factory=dict)
    reasons: Mapping[int, ReasonInfo] = field(default_factory=dict)
    dispositions: Mapping[int, DispositionInfo] = field(default_factory=dict)
    agent_by_phone: Mapping[tuple[str, str], int] = field(default_factory=dict)
    closed_queues: Mapping[int, QueueInfo] = field(default_factory=dict)  # take nobody, serve who waits still
    archived: Mapping[int, DispositionInfo] = field(default_factory=dict)  # nobody chooses them any more
    supervised: Mapping[int, frozenset[int]] = field(default_factory=dict)  # user → queues; missing: all
    library: Library = field(default_factory=Library)
    flows: Mapping[int, FlowInfo] = field(default_factory=dict)  # the published ones
    boxes: Mapping[int, BoxInfo] = field(default_factory=dict)
    versions: Mapping[tuple[int, int], Mapping[str, Any]] = field(
        default_factory=dict
    )  # (flow, number) → graph
    weeks: Mapping[int, Week] = field(default_factory=dict)
    calendars: Mapping[int, Holidays] = field(default_factory=dict)
    outgoing: Mapping[int, outgoing.Settings] = field(default_factory=dict)  # account → what may be dialled
    phones: Mapping[int, PhoneInfo] = field(default_factory=dict)
