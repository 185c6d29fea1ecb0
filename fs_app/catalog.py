"""The configuration as the calls see it: agents, queues, numbers, reasons, dispositions, in memory.

Loaded from the database at start and after each change in the administration; when the database is away the
last picture stays in force. Nothing here is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from fs_app.accounts.model import Account, Profile, User
from fs_app.accounts.profiles import NO_PROFILE, AgentOptions, options_of
from fs_app.agents.capacity import DEFAULT, Capacity
from fs_app.agents.model import Agent, AgentSettings, NotReadyReason, Phone
from fs_app.agents.reach import softphone_agent
from fs_app.agents.settings import BLANK, DeskSettings, settings_of
from fs_app.audio import library
from fs_app.audio.library import Library, SoundInfo
from fs_app.bus import Bus
from fs_app.db import Database
from fs_app.errors import Unavailable
from fs_app.events import CatalogChanged
from fs_app.hours import service as hours
from fs_app.hours.opening import Holidays, Opening, Week, is_open, zone_named
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.outbound import settings as outbound
from fs_app.outgoing import settings as outgoing
from fs_app.outgoing.model import OutgoingSettings
from fs_app.queues import popping
from fs_app.queues.model import Did, Disposition, Queue, QueueMember
from fs_app.queues.popping import NO_CAPTURING, NO_LOOKUP, NO_POP, Capturing, Lookup, Pop
from fs_app.routing.model import AgentSkill
from fs_app.routing.skills import Need, load_needs
from fs_app.supervision.model import SupervisedQueue
from fs_app.voicemail.model import VoicemailBox

log = structlog.get_logger(__name__)


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


class Catalog:
    def __init__(
        self,
        db: Database,
        bus: Bus,
        versions_in_use: Callable[[], set[tuple[int, int]]] = lambda: set(),
    ) -> None:
        """`versions_in_use` are the (flow, version) that calls under way have."""
        self._db = db
        self._bus = bus
        self._versions_in_use = versions_in_use
        self.works_at: Callable[[str, str], int | None] = lambda user, domain: None
        """Who works today on this telephone, which is not his own."""
        self.now = Picture()
        self._versions: dict[int, int] | None = None  # None: what is in force is not what is written

    def reload(self) -> None:
        """Read everything anew. Raises DatabaseBusy; then the old picture stays."""
        self._versions = None
        # A call may begin with what is published now while the database is read: that is kept, too. Versions never
        # change, so what is known need not be read.
        known = self.now.versions
        wanted = {*known, *self._versions_in_use()}
        self.now, self._versions = self._db.read(lambda: (load(known, wanted), _versions()))
        self._bus.publish(CatalogChanged())

    def follow(self) -> None:
        """Once a second: read anew when another process (`fs-app config load`, `fs-app account create`) has changed
        something, or when the last reading failed. While the database is away the picture stays."""
        try:
            if self._versions is None or self._db.read(_versions, timeout=5.0) != self._versions:
                self.reload()
        except Unavailable:
            log.info("configuration not read: the database is busy")

    # --- look-ups -------------------------------------------------------------------------------------------
    def account(self, account: int) -> AccountInfo | None:
        return self.now.accounts.get(account)

    def agent(self, agent: int) -> AgentInfo | None:
        return self.now.agents.get(agent)

    def queue(self, queue: int | None) -> QueueInfo | None:
        """The queue of a call that is under way: also one that was deactivated meanwhile."""
        return self.now.queues.get(queue or 0) or self.now.closed_queues.get(queue or 0)

    def open_queue(self, queue: int | None) -> QueueInfo | None:
        """The queue for a new call."""
        return self.now.queues.get(queue or 0)

    def every_queue(self) -> list[int]:
        """All that may have callers."""
        return [*self.now.queues, *self.now.closed_queues]

    def disposition(self, disposition: int | None) -> DispositionInfo | None:
        """Also one that was archived after an agent chose it."""
        return self.now.dispositions.get(disposition or 0) or self.now.archived.get(disposition or 0)

    def flow(self, flow: int | None) -> FlowInfo | None:
        """The published voice menu for a new call."""
        return self.now.flows.get(flow or 0)

    def flow_version(self, flow: int, number: int) -> Mapping[str, Any] | None:
        """The graph that a call under way has, published still or not."""
        return self.now.versions.get((flow, number))

    def week(self, schedule: int | None) -> Week | None:
        return self.now.weeks.get(schedule or 0)

    def calendar(self, holidays: int | None) -> Holidays | None:
        return self.now.calendars.get(holidays or 0)

    def box(self, box: int | None) -> BoxInfo | None:
        return self.now.boxes.get(box or 0)

    def sound(self, sound: int | None) -> SoundInfo | None:
        """A sound of the library, with its files by language (`SoundInfo.file`)."""
        return self.now.library.sounds.get(sound or 0)

    def prompt(self, account: int, text: str, language: str = "") -> str:
        """The file that a setting means (`audio.prompts`), in this language, else the account's, else any: relative
        to the folder of sounds, or `library/…`. "" when there is none (any more)."""
        found = self.now.library.pieces(account, text, self._languages(account, language))
        return found[0].path if found else ""

    def pieces(self, account: int, text: str, language: str = "") -> list[library.Piece]:
        """All that a setting means: those of a list, in its order."""
        return self.now.library.pieces(account, text, self._languages(account, language))

    def _languages(self, account: int, language: str) -> tuple[str, ...]:
        own = self.now.accounts.get(account)
        return tuple(dict.fromkeys(one for one in (language, own.language if own else "") if one))

    def did(self, number: str) -> DidInfo | None:
        """The incoming number, with or without the plus that some trunks leave out."""
        dids = self.now.dids
        return dids.get(number) or dids.get(number.lstrip("+")) or dids.get("+" + number)

    def phone(self, user: str, domain: str) -> int | None:
        """The agent whose own number this is."""
        return self.now.agent_by_phone.get((user, domain))

    def has_phone(self, account: int, number: str) -> bool:
        """Some telephone of the account has this number: an agent's own, or nobody's."""
        own = any(a.account == account and a.number == number for a in self.now.agents.values())
        return own or any(p.account == account and p.number == number for p in self.now.phones.values())

    def caller(self, channel_name: str) -> int | None:
        """The agent whose own telephone made this call (`sofia/internal/1001@domain`), None for all others.

        On this profile the user is who he says; on the trunk's the name is the caller's to choose.
        """
        user, at, host = channel_name.removeprefix("sofia/internal/").partition("@")
        ours = at and channel_name.startswith("sofia/internal/")
        domain = host.partition(":")[0]
        if not ours:
            return None
        browser = self.agent(softphone_agent(user) or 0)
        if browser is not None:
            return browser.id if browser.domain == domain else None
        return self.works_at(user, domain) or self.phone(user, domain)

    def opening(self, queue: QueueInfo, now_ms: int) -> Opening:
        """Whether the queue is open, on the wall clock of its account."""
        account = self.now.accounts.get(queue.account)
        zone = zone_named(account.time_zone if account else "UTC")
        return is_open(queue.week, queue.holidays, datetime.fromtimestamp(now_ms / 1000, UTC), zone)

    def queue_by_number(self, account: int, number: str) -> QueueInfo | None:
        return next(
            (q for q in self.now.queues.values() if q.account == account and q.number == number), None
        )

    def reasons(self, account: int) -> list[ReasonInfo]:
        return [r for r in self.now.reasons.values() if r.account == account]

    def dispositions(self, queue: QueueInfo | None) -> list[DispositionInfo]:
        """Those of the queue's set, in the administrator's order."""
        if queue is None or queue.disposition_set is None:
            return []
        return [d for d in self.now.dispositions.values() if d.set == queue.disposition_set]


def _versions() -> dict[int, int]:
    """account → how often other processes have changed it (inside `Database.read`)."""
    return dict(Account.select(Account.id, Account.config_version).tuples())


def load(
    known: Mapping[tuple[int, int], Mapping[str, Any]] | None = None,
    wanted: Collection[tuple[int, int]] = (),
) -> Picture:
    """Read the database (inside `Database.read`). `known` versions of flows are not read again; `wanted` are those
    beside the published ones."""
    members = list(QueueMember.select(QueueMember.queue, QueueMember.agent).tuples())
    tiers = {(m.queue_id, m.agent_id): m.tier for m in QueueMember.select()}
    skills = list(AgentSkill.select(AgentSkill.agent, AgentSkill.skill, AgentSkill.level).tuples())
    needs, rules = load_needs(), outbound.load_rules()
    accounts = {
        a.id: AccountInfo(a.id, a.slug, a.name, a.language, a.time_zone, a.country, a.sip_domain)
        for a in Account.select()
    }
    profiles = list(Profile.select())
    options = {p.id: options_of(p.options) for p in profiles}
    denied = {p.id: frozenset(p.denied) for p in profiles}
    settings = {
        agent: settings_of(given)
        for agent, given in AgentSettings.select(AgentSettings.agent, AgentSettings.choices).tuples()
    }
    agents = {
        a.id: AgentInfo(
            a.id,
            a.account_id,
            a.user_id,
            a.user.name,
            a.number,
            accounts[a.account_id].sip_domain,
            a.sip_ha1,
            tuple(q for q, agent in members if agent == a.id),
            {skill: level for agent, skill, level in skills if agent == a.id},
            a.permanent_line,
            Capacity(a.capacity_voice, a.capacity_chat, a.capacity_mail, a.capacity_case),
            options=options.get(a.user.profile_id, NO_PROFILE),
            settings=settings.get(a.id, BLANK),
            denied=denied.get(a.user.profile_id, frozenset()),
        )
        for a in Agent.select(Agent, User).join(User).where(Agent.active, User.active)
    }
    weeks, calendars = hours.weeks(), hours.calendars()
    queues = {
        q.id: QueueInfo(
            q.id,
            q.account_id,
            q.name,
            q.number,
            q.greeting,
            q.music,
            q.disposition_set_id,
            q.wrap_up,
            q.ring_s,
            q.no_answer_delay_s,
            q.inter_call_s,
            q.record_rule,
            tuple(agent for queue, agent in members if queue == q.id and agent in agents),
            q.strategy,
            q.priority,
            needs.get(q.id, ()),
            {agent: tier for (queue, agent), tier in tiers.items() if queue == q.id},
            q.tier_after_s,
            q.last_agent,
            q.last_agent_wait_s,
            Limit(q.max_wait_s, q.max_wait_then, q.max_wait_queue_id, q.max_wait_message, q.max_wait_number),
            Limit(
                q.max_length,
                q.max_length_then,
                q.max_length_queue_id,
                q.max_length_message,
                q.max_length_number,
            ),
            week=weeks.get(q.schedule_id),
            holidays=calendars.get(q.holiday_set_id),
            closed_message=q.closed_message,
            holiday_message=q.holiday_message,
            closed_queue=q.closed_queue_id,
            closed=Limit(0, q.closed_then, None, "", q.closed_number),
            exit_key=q.exit_key,
            exit_prompt=q.exit_prompt,
            exit=Limit(0, q.exit_then, q.exit_queue_id, q.exit_message, q.exit_number),
            outside_ring_s=q.outside_ring_s,
            transfer_returns=q.transfer_returns,
            preferred_s=q.preferred_s,
            voicemail=Voicemail(q.voicemail_greeting, q.voicemail_max_s, q.voicemail_silence_s),
            announcements=Announcements(
                q.announce_position, q.announce_wait, q.announce_first_s, q.announce_every_s, q.hold_message
            ),
            calling_back=CallingBack(
                q.callback_key,
                q.callback_prompt,
                q.callback_number,
                q.callback_tries,
                q.callback_retry_s,
                q.keep_abandoned,
            ),
            service_s=q.service_s,
            service_percent=q.service_percent,
            alert_waiting=(q.alert_waiting, q.alert_waiting_red),
            alert_callbacks=(q.alert_callbacks, q.alert_callbacks_red),
            auto_qualify_s=q.auto_qualify_s,
            auto_disposition=q.auto_disposition_id,
            survey_flow=q.survey_flow_id,
            outbound=outbound.settings_of(q.outbound, rules.get(q.id)),
            caller_id=q.caller_id,
            caller_ids=tuple(q.caller_ids.split()),
            customer_week=weeks.get(q.customer_schedule_id),
            customer_holidays=calendars.get(q.customer_holidays_id),
            purpose=q.purpose,
            closing_waiting=q.closing_waiting,
            pop=Pop(q.pop_mode, q.pop_when, q.pop_url, q.pop_target),
            lookup=Lookup(
                q.lookup_url,
                q.lookup_name,
                q.lookup_method,
                q.lookup_timeout_s,
                q.lookup_secret,
                popping.mapped_of(q.lookup_map),
            ),
            capturing=Capturing(
                q.capture_url,
                q.capture_secret,
                q.capture_prompt,
                q.capture_timeout_s,
                popping.steps_of(q.capture_steps),
            ),
        )
        for q in Queue.select()
    }
    supervised: dict[int, set[int]] = {}
    for user, queue in SupervisedQueue.select(SupervisedQueue.user, SupervisedQueue.queue).tuples():
        supervised.setdefault(user, set()).add(queue)
    open_queues = {q.id for q in Queue.select(Queue.id).where(Queue.active)}
    dispositions: dict[bool, dict[int, DispositionInfo]] = {True: {}, False: {}}
    for d in Disposition.select().order_by(Disposition.position, Disposition.id):
        dispositions[d.active][d.id] = DispositionInfo(
            d.id, d.account_id, d.set_id, d.parent_id, d.code, d.label, d.category, d.effect
        )
    flows, versions = _flows(known or {}, wanted)
    return Picture(
        accounts,
        agents,
        {i: q for i, q in queues.items() if i in open_queues},
        {
            d.number: DidInfo(d.id, d.account_id, d.number, d.label, d.queue_id, d.priority, d.flow_id)
            for d in Did.select().where(Did.active)
        },
        {
            r.id: ReasonInfo(r.id, r.account_id, r.code, r.label)
            for r in NotReadyReason.select().where(NotReadyReason.active).order_by(NotReadyReason.position)
        },
        dispositions[True],
        {(a.number, a.domain): a.id for a in agents.values()},
        {i: q for i, q in queues.items() if i not in open_queues},
        dispositions[False],
        supervised={user: frozenset(given) for user, given in supervised.items()},
        library=library.load(),
        flows=flows,
        boxes={
            b.id: BoxInfo(b.id, b.account_id, b.name, b.mail, b.greeting, b.most_s, b.silence_s)
            for b in VoicemailBox.select().where(VoicemailBox.active)
        },
        versions=versions,
        weeks=weeks,
        calendars=calendars,
        outgoing={
            s.account_id: outgoing.of_row(s.emergency, s.short, s.only, s.barred, s.premium, s.withheld)
            for s in OutgoingSettings.select()
        },
        phones={
            p.id: PhoneInfo(
                p.id, p.account_id, p.number, accounts[p.account_id].sip_domain, p.sip_ha1, p.label
            )
            for p in Phone.select().where(Phone.active)
        },
    )


def _flows(
    known: Mapping[tuple[int, int], Mapping[str, Any]], wanted: Collection[tuple[int, int]]
) -> tuple[dict[int, FlowInfo], dict[tuple[int, int], Mapping[str, Any]]]:
    """The published menus, and every version that somebody may need."""
    rows = list(
        Flow.select(Flow.id, Flow.account, Flow.name, Flow.language, Flow.published).where(
            Flow.active, Flow.published.is_null(False)
        )
    )
    named = {(row.id, row.published) for row in rows} | set(wanted)
    versions = {key: graph for key, graph in known.items() if key in named}
    missing = named - set(versions)
    if missing:
        of_flows = FlowVersion.flow.in_({flow for flow, _ in missing})
        numbers = FlowVersion.number.in_({number for _, number in missing})
        for v in FlowVersion.select().where(of_flows, numbers):
            if (v.flow_id, v.number) in missing:
                versions[v.flow_id, v.number] = v.graph
    flows = {
        row.id: FlowInfo(
            row.id, row.account_id, row.name, row.language, row.published, versions[row.id, row.published]
        )
        for row in rows
        if (row.id, row.published) in versions
    }
    return flows, versions
