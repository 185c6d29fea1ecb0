"""Tables of queues, their agents, incoming numbers and dispositions."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account
from fs_app.agents.model import Agent
from fs_app.db import Base, Json, LastingId, Millis
from fs_app.hours.model import HolidaySet, Schedule
from fs_app.ivr.model import Flow

EFFECTS = ("", "callback", "personal", "machine", "refused", "wrong_number", "never")
"""What a verdict leads to, beside being one (HN-171): nothing; a callback is booked, for anybody or for the agent
himself; it was an answering machine, so who was called is called again by the rule for machines; he wants no more calls
for now (the silence that the law asks for); it is not his number, the next one follows; never again, from nobody."""


class DispositionSet(Base):
    """A group of dispositions that a queue or campaign uses."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="disposition_sets", on_delete="CASCADE")
    name = CharField(max_length=100)

    class Meta:
        indexes = ((("account", "name"), True),)


class Disposition(Base):
    """The agent's verdict on a call; a child refines its parent."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="dispositions", on_delete="CASCADE")
    set = ForeignKeyField(DispositionSet, backref="dispositions", on_delete="CASCADE")
    parent = ForeignKeyField("self", null=True, backref="children", on_delete="CASCADE")
    code = CharField(max_length=32)
    label = CharField(max_length=100)
    category = CharField(max_length=20, default="argued")  # positive, argued, not_argued
    effect = CharField(max_length=20, default="")  # one of EFFECTS
    position = IntegerField(default=0)
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("set", "code"), True),)


class Queue(Base):
    """Where callers wait for agents. Delays are in seconds (BA-160).

    `strategy` is one of `fs_app.routing.strategies.STRATEGIES`. A queue with a higher `priority` is served first
    by agents who work in several. With `last_agent` a caller gets the agent whom he talked to last when that one
    is free, and waits for him `last_agent_wait_s` at most. In the strategy of tiers the next tier joins after
    `tier_after_s` of waiting; 0: as soon as nobody of the tiers before is free.

    `max_wait_s` and `max_length` are limits, 0: none. What follows then is `queue` (on to `…_queue`, with the time
    waited so far and the caller's priority), `number` (connected with `…_number` outside; when nobody answers there
    within `outside_ring_s` he is back in the queue), `voicemail`, or `hang_up` (after `…_message`, a file under the
    sounds folder). `exit_key` leads to the same four. A closed queue without a `closed_queue` goes by `closed_then`.

    A call that an agent has transferred without a word and that nobody takes comes back to him (`transfer_returns`),
    else into this queue. Who is back in the line because his agent's telephone was lost, or could not be rung again,
    waits `preferred_s` for the same agent alone.

    A voicemail is `voicemail_greeting` (empty: the spoken one), a beep, and the message: `voicemail_max_s` at most,
    ended by `voicemail_silence_s` of silence.

    Who waits hears `hold_message`, his position and the estimated wait as ticked, and which keys there are: first
    after `announce_first_s`, then every `announce_every_s`. `callback_key` keeps his place and calls him back,
    `callback_tries` times, `callback_retry_s` apart. `keep_abandoned`: who gives up is in the list of callbacks.

    `survey_flow` is the menu that a caller comes into when the agent has hung up and he has not; null: the call ends.

    On the agents' pages the number of waiting callers turns orange from `alert_waiting` on and red from
    `alert_waiting_red` on, that of people to call back from `alert_callbacks…` on (BA-20); 0: never.

    `caller_id` is the number that is shown to people whom its agents call (empty: the first that leads to the queue);
    they may show one of `caller_ids` instead. People are called within `customer_schedule` and not on
    `customer_holidays`, on the wall clock of where they are; null: at any hour. With the `purpose` marketing the law of
    where they are counts, too (`fs_app.legal`).

    After `auto_qualify_s` of wrap-up a call that nobody has qualified gets `auto_disposition`; 0 or none: never.

    `pop_…`, `lookup_…` and `capture_…` are explained where they are read: `queues.popping`.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="queues", on_delete="RESTRICT")
    name = CharField(max_length=100)
    number = CharField(max_length=32)  # internal number
    greeting = CharField(max_length=300, default="")  # file under the sounds folder; empty: none
    music = CharField(max_length=300, default="")  # empty: the switch's default hold music
    disposition_set = ForeignKeyField(DispositionSet, null=True, on_delete="RESTRICT")
    wrap_up = BooleanField(default=True)  # the call must be qualified before the next one
    ring_s = IntegerField(default=20)
    no_answer_delay_s = IntegerField(default=10)
    inter_call_s = IntegerField(default=3)
    record_rule = CharField(max_length=20, default="all")  # one of fs_app.recordings.rules.RULES
    recording_days = IntegerField(default=0)  # 0: as long as the account keeps recordings
    active = BooleanField(default=True)
    created_at = Millis()
    schedule = ForeignKeyField(
        Schedule, null=True, backref="queues", on_delete="RESTRICT"
    )  # null: always open
    holiday_set = ForeignKeyField(HolidaySet, null=True, backref="queues", on_delete="RESTRICT")
    closed_message = CharField(max_length=300, default="")  # empty: the one of the account's language
    holiday_message = CharField(max_length=300, default="")  # empty: the closed message
    closed_queue = ForeignKeyField("self", null=True, backref="+", on_delete="SET NULL")  # null: hang up
    strategy = CharField(max_length=20, default="longest_idle")
    priority = IntegerField(default=0)
    tier_after_s = IntegerField(default=0)
    last_agent = BooleanField(default=False)
    last_agent_wait_s = IntegerField(default=0)
    max_wait_s = IntegerField(default=0)
    max_wait_then = CharField(max_length=20, default="hang_up")  # queue, hang_up
    max_wait_queue = ForeignKeyField("self", null=True, backref="+", on_delete="SET NULL")
    max_wait_message = CharField(max_length=300, default="")
    max_length = IntegerField(default=0)
    max_length_then = CharField(max_length=20, default="hang_up")
    max_length_queue = ForeignKeyField("self", null=True, backref="+", on_delete="SET NULL")
    max_length_message = CharField(max_length=300, default="")
    max_wait_number = CharField(max_length=32, default="")
    max_length_number = CharField(max_length=32, default="")
    closed_then = CharField(max_length=20, default="hang_up")  # hang_up, voicemail, number
    closed_number = CharField(max_length=32, default="")
    closing_waiting = CharField(max_length=10, default="serve")  # serve, closed: who waits when it closes
    exit_key = CharField(max_length=1, default="")  # empty: none
    exit_prompt = CharField(max_length=300, default="")  # empty: the spoken one of the account's language
    exit_then = CharField(max_length=20, default="hang_up")
    exit_queue = ForeignKeyField("self", null=True, backref="+", on_delete="SET NULL")
    exit_message = CharField(max_length=300, default="")
    exit_number = CharField(max_length=32, default="")
    outside_ring_s = IntegerField(default=30)
    transfer_returns = BooleanField(default=True)
    preferred_s = IntegerField(default=20)
    voicemail_greeting = CharField(max_length=300, default="")
    voicemail_max_s = IntegerField(default=120)
    voicemail_silence_s = IntegerField(default=4)
    announce_position = BooleanField(default=False)
    announce_wait = BooleanField(default=False)
    announce_first_s = IntegerField(default=15)
    announce_every_s = IntegerField(default=45)  # 0: once
    hold_message = CharField(max_length=300, default="")
    callback_key = CharField(max_length=1, default="")  # empty: no kept places
    callback_prompt = CharField(max_length=300, default="")
    callback_number = CharField(
        max_length=32, default=""
    )  # shown to who is called back; empty: the one he dialled
    callback_tries = IntegerField(default=3)
    callback_retry_s = IntegerField(default=300)
    keep_abandoned = BooleanField(default=True)
    service_s = IntegerField(default=20)  # promised: answered within this time …
    service_percent = IntegerField(default=80)  # … so many of a hundred
    alert_waiting = IntegerField(default=0)
    alert_waiting_red = IntegerField(default=0)
    alert_callbacks = IntegerField(default=0)
    alert_callbacks_red = IntegerField(default=0)

    caller_id = CharField(max_length=32, default="")
    caller_ids = TextField(default="")  # separated by blanks
    customer_schedule = ForeignKeyField(Schedule, null=True, backref="+", on_delete="RESTRICT")
    customer_holidays = ForeignKeyField(HolidaySet, null=True, backref="+", on_delete="RESTRICT")
    purpose = CharField(max_length=10, default="service")  # what it calls people for: service, marketing

    auto_qualify_s = IntegerField(default=0)
    auto_disposition = ForeignKeyField(Disposition, null=True, backref="+", on_delete="SET NULL")
    survey_flow = ForeignKeyField(Flow, null=True, backref="+", on_delete="SET NULL")  # null: none
    outbound = Json(default=dict)  # what is not as fs_app.outbound.settings.Settings has it by itself

    pop_mode = CharField(max_length=10, default="record")
    pop_when = CharField(max_length=10, default="ring")
    pop_url = CharField(max_length=1000, default="")
    pop_target = CharField(max_length=10, default="tab")
    lookup_url = CharField(max_length=1000, default="")
    lookup_name = CharField(max_length=60, default="")
    lookup_method = CharField(max_length=4, default="GET")
    lookup_timeout_s = IntegerField(default=3)
    lookup_secret = TextField(default="")  # encrypted
    lookup_map = Json(default=list)
    capture_url = CharField(max_length=1000, default="")
    capture_secret = TextField(default="")  # encrypted
    capture_prompt = CharField(max_length=300, default="")
    capture_timeout_s = IntegerField(default=20)
    capture_steps = Json(default=list)

    class Meta:
        indexes = ((("account", "number"), True), (("account", "name"), True))


class QueueMember(Base):
    """An agent of a queue. Tier 1 is asked first when the queue's strategy is that of tiers."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    queue = ForeignKeyField(Queue, backref="members", on_delete="CASCADE")
    agent = ForeignKeyField(Agent, backref="memberships", on_delete="CASCADE")
    tier = IntegerField(default=1)

    class Meta:
        indexes = ((("queue", "agent"), True),)


class Did(Base):
    """An incoming number, E.164 without spaces, or as the trunk sends it. It leads to a queue or to a voice menu
    (`flow`). Its callers have this `priority`: in a queue the higher one is served first."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="dids", on_delete="CASCADE")
    number = CharField(max_length=32, unique=True)
    label = CharField(max_length=100, default="")
    queue = ForeignKeyField(Queue, null=True, backref="dids", on_delete="SET NULL")
    active = BooleanField(default=True)
    priority = IntegerField(default=0)
    flow = ForeignKeyField(Flow, null=True, backref="dids", on_delete="SET NULL")
