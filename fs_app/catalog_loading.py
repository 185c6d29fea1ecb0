"""The configuration, read from the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fs_app.accounts.model import Account, Profile, User
from fs_app.accounts.profiles import NO_PROFILE, options_of
from fs_app.agents.capacity import Capacity
from fs_app.agents.model import Agent, AgentSettings, NotReadyReason, Phone
from fs_app.agents.settings import BLANK, settings_of
from fs_app.audio import library
from fs_app.hours import service as hours
from fs_app.infos import (
    AccountInfo,
    AgentInfo,
    Announcements,
    BoxInfo,
    CallingBack,
    DidInfo,
    DispositionInfo,
    FlowInfo,
    Limit,
    PhoneInfo,
    Picture,
    QueueInfo,
    ReasonInfo,
    Voicemail,
)
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.outbound import settings as outbound
from fs_app.outgoing import settings as outgoing
from fs_app.outgoing.model import OutgoingSettings
from fs_app.queues import popping
from fs_app.queues.model import Did, Disposition, Queue, QueueMember
from fs_app.queues.popping import Capturing, Lookup, Pop
from fs_app.routing.model import AgentSkill
from fs_app.routing.skills import load_needs
from fs_app.supervision.model import SupervisedQueue
from fs_app.voicemail.model import VoicemailBox


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
