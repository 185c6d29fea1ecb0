"""A caller in a voice menu: what the menu wants is done here, and what happens is told to it.

Where he is stands in the journal (`Call.flow`), so a start goes on at his node: he rings at the door in stage MENU, and
the node begins anew. From the menu he may be away for a while, at a number, an agent or a box; the menu waits for him
(`Run.asked`) and is told how it was when he is back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog

from fs_app import facts as f
from fs_app import metrics
from fs_app.calls import announcing, entrance, offers, outside, overflow, sounds, voicemail
from fs_app.calls.context import Context, MenuTold
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.contacts.numbers import e164
from fs_app.errors import NoSuchChannel, Refused
from fs_app.infos import FlowInfo, QueueInfo
from fs_app.ivr import words

log = structlog.get_logger(__name__)

KEYS_END_NOTHING = {"playback_terminators": "none"}
"""A key is the menu's affair. By default FreeSWITCH ends a sound at `*` by itself (mod_dptools.c, playback)."""

KEYS_AS_EVER = {"playback_terminators": ""}

BUSY = frozenset({"USER_BUSY", "CALL_REJECTED"})
NO_ANSWER = frozenset(
    {
        *("NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT", "ORIGINATOR_CANCEL"),
        *("RECOVERY_ON_TIMER_EXPIRE", "SUBSCRIBER_ABSENT", "USER_NOT_REGISTERED", "NORMAL_CLEARING"),
    }
)


# --- in and on --------------------------------------------------------------------------------------------------
def begin(ctx: Context, call: Call, flow: FlowInfo) -> None:
    """The first menu of a call that came in (stage NEW)."""
    entrance.answer(ctx, call)
    started(ctx, call, flow)
    ctx.stage(call, "menu")
    resume(ctx, call)


def started(ctx: Context, call: Call, flow: FlowInfo, **more: Any) -> None:
    """Write down that he is led by this flow from now on."""
    queue = ctx.queue(call)
    variables = {
        "call_number": call.caller_number,
        "call_name": call.contact_name or call.caller_name,
        "call_called": call.called_number,
        "call_queue": queue.name if queue is not None else "",
    }
    ctx.record(
        call,
        "flow.started",
        flow=flow.id,
        version=flow.version,
        name=flow.name,
        language=call.language or flow.language,
        variables=variables,
        # Later than all ids of a menu before this one: what that one still waits for says nothing to this.
        token=ctx.clock.now_ms(),
        **more,
    )


def resume(ctx: Context, call: Call) -> None:
    """He is at the door (stage MENU), for the first time or again: his node begins anew."""
    if call.flow is None:
        _without_flow(ctx, call)
        return
    ctx.runtime(call).menu_app = ""
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, KEYS_END_NOTHING))
    if call.after:
        tell(ctx, call, words.DialEnded(call.flow.asked, call.after))
    else:
        tell(ctx, call, words.Entered())


def _without_flow(ctx: Context, call: Call) -> None:
    """The menu was over, and what follows was not written (a death in between): into the line, or the end."""
    queue = ctx.queue(call)
    if queue is not None and not call.talked:
        entrance.welcome(ctx, call, queue)
    else:
        _hang_up(ctx, call)


# --- what happens -----------------------------------------------------------------------------------------------
def tell(ctx: Context, call: Call, event: words.Event) -> None:
    """Give an event to the menu and do what it wants. A menu that fails says so to its caller."""
    flow = call.flow
    if flow is None:
        return
    try:
        changes, intents = ctx.menus.tell(call.account, flow, event)
        for kind, data in changes:
            if kind == "flow.answer":
                data = {**data, "flow": flow.flow, "queue": call.queue, "agent": call.agent}
            ctx.record(call, kind, **data)
        for intent in intents:
            _do(ctx, call, intent)
    except Exception:
        metrics.FAILURES.labels(where="menu").inc()
        log.exception("a voice menu failed", call=call.id, flow=flow.flow, node=flow.node)
        _failed(ctx, call)


def _failed(ctx: Context, call: Call) -> None:
    if call.flow is not None:
        ctx.record(call, "flow.over", why="failed")
    if call.stage is Stage.MENU:
        ctx.command(call, ctx.switch.stop_sound(call.caller_leg))
        overflow.turn_away(ctx, call, "menu_failed", announcing.prompt(ctx, call, "away"))


def key(ctx: Context, call: Call, fact: f.Digit) -> None:
    if call.stage is Stage.MENU and fact.leg == call.caller_leg:
        tell(ctx, call, words.Key(fact.digit))


def app_done(ctx: Context, call: Call, fact: f.AppDone) -> bool:
    """What was being said is over; False: that was something else."""
    runtime = ctx.runtime(call)
    if not fact.app_uuid or fact.app_uuid != runtime.menu_app:
        return False
    runtime.menu_app = ""
    if call.stage is Stage.MENU:
        tell(ctx, call, words.SoundOver(runtime.menu_sound))
    return True


# --- what is wanted ---------------------------------------------------------------------------------------------
def _do(ctx: Context, call: Call, intent: words.Intent) -> None:
    match intent:
        case words.Speak(id=token, files=files):
            _speak(ctx, call, token, files)
        case words.Hush():
            ctx.runtime(call).menu_app = ""
            ctx.command(call, ctx.switch.stop_sound(call.caller_leg))
        case words.Timer(id=token, seconds=seconds):
            ctx.clock.call_later(seconds, lambda: ctx.tell(call.id, MenuTold(words.TimeUp(token))))
        case words.Fetch(id=token, request=request):
            ctx.menus.fetch(request, lambda value, why: _answered(ctx, call.id, token, value, why))
        case words.FindContact(id=token, number=number):
            ctx.menus.find_contact(
                call.account, number, lambda value, why: _answered(ctx, call.id, token, value, why)
            )
        case words.CheckOpening(id=token, schedule=schedule, holidays=holidays):
            name = ctx.menus.opening(call.account, schedule, holidays)
            _tell_later(ctx, call, words.Outcome(token, name) if name else words.Failed(token, "gone"))
        case words.ToQueue(id=token, queue=queue, priority=priority):
            _to_queue(ctx, call, token, queue, priority)
        case words.Dial():
            _dial(ctx, call, intent)
        case words.TakeMessage():
            _take_message(ctx, call, intent)
        case words.RequestCallback(id=token, queue=wanted, number=number):
            taken = ctx.callbacks.request(call, wanted, number)
            _tell_later(ctx, call, words.Outcome(token, "taken") if taken else words.Failed(token, "number"))
        case words.SendMessage(message=message, to=to, variables=variables):
            secrets = call.flow.secrets if call.flow is not None else set()
            shown = {name: value for name, value in variables.items() if name not in secrets}
            ctx.record(
                call, "message.wanted", message=message, to=to, variables=shown, language=call.language
            )
        case words.HangUp():
            _hang_up(ctx, call)
        case words.SurveyAnswer():
            pass  # `flow.answer` says it


def _tell_later(ctx: Context, call: Call, event: words.Event) -> None:
    """Through the mailbox: the menu is not told anything while it is being asked."""
    ctx.tell(call.id, MenuTold(event))


def _answered(ctx: Context, call: str, token: int, value: Any, why: str) -> None:
    ctx.tell(call, MenuTold(words.Failed(token, why) if why else words.Answered(token, value)))


def _speak(ctx: Context, call: Call, token: int, files: tuple[str, ...]) -> None:
    pending = ctx.switch.play(call.caller_leg, [sounds.on_switch(ctx.sounds, file) for file in files])
    runtime = ctx.runtime(call)
    runtime.menu_app, runtime.menu_sound = pending.id, token
    ctx.command(call, pending, lambda call, error: _not_said(ctx, call, token, error))


def _not_said(ctx: Context, call: Call, token: int, error: Exception) -> None:
    """Refused by the switch: nobody waits for its end. (Lost with the link: recovery asks again.)"""
    if isinstance(error, Refused) and not isinstance(error, NoSuchChannel) and call.stage is Stage.MENU:
        tell(ctx, call, words.SoundOver(token))


def _hang_up(ctx: Context, call: Call) -> None:
    if call.stage is Stage.MENU:
        ctx.stage(call, "menu_over")
        ctx.command(call, ctx.switch.hangup(call.caller_leg))


# --- elsewhere --------------------------------------------------------------------------------------------------
def _to_queue(ctx: Context, call: Call, token: int, queue_id: int, priority: int) -> None:
    queue = ctx.catalog.open_queue(queue_id)
    if queue is None or queue.account != call.account:
        _tell_later(ctx, call, words.Failed(token, "no_queue"))
        return
    ctx.record(
        call, "call.destined", queue=queue.id, queue_name=queue.name, priority=call.priority + priority
    )
    tell(ctx, call, words.Outcome(token, "taken"))  # the menu is over before anything else can begin
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, KEYS_AS_EVER))
    entrance.welcome(ctx, call, queue)


def _dial(ctx: Context, call: Call, intent: words.Dial) -> None:
    if intent.kind == "agent":
        _dial_agent(ctx, call, intent)
    else:
        # As a caller types it, 06 12 34 56 78, or as an administrator writes it; short codes stay as they are.
        account = ctx.catalog.account(call.account)
        number = (e164(intent.target, account.country) if account is not None else None) or intent.target
        outside.ring(ctx, call, number, ctx.trunk(number), intent.ring_s, "menu")


def _dial_agent(ctx: Context, call: Call, intent: words.Dial) -> None:
    """Offered to him as a call of his queue when he is there for calls; else his telephone just rings."""
    agent = ctx.catalog.agent(int(intent.target)) if intent.target.isdigit() else None
    if agent is None or agent.account != call.account:
        _tell_later(ctx, call, words.Failed(intent.id, "no_agent"))
        return
    queue = _queue_of(ctx, agent.queues)
    state = ctx.live.agents.get(agent.id)
    if queue is not None and ctx.is_ready(agent.id):
        ctx.record(call, "call.destined", queue=queue.id, queue_name=queue.name, priority=call.priority)
        offers.make(ctx, call, replace(queue, ring_s=intent.ring_s), agent.id, {"chosen_by": "menu"})
        sounds.music(ctx, call)
        return
    contact = ctx.phones.contact(agent.number, agent.domain)
    if state is not None and state.call is not None:
        _tell_later(ctx, call, words.DialEnded(intent.id, "busy"))
    elif contact is None:
        _tell_later(ctx, call, words.DialEnded(intent.id, "no_answer"))
    else:
        outside.ring(ctx, call, agent.number, contact, intent.ring_s, "menu")


def _queue_of(ctx: Context, queues: tuple[int, ...]) -> QueueInfo | None:
    """The first of his queues: its rules are those of a call that is for him alone."""
    return next((queue for q in queues if (queue := ctx.catalog.open_queue(q)) is not None), None)


def not_reached(ctx: Context, call: Call, cause: str) -> None:
    """Nobody picked up (stage DIVERTING): back in the menu."""
    ctx.stage(call, "back_in_menu", why=cause)
    back(ctx, call, cause)


def back(ctx: Context, call: Call, cause: str) -> None:
    """He is in the menu again, with the ringing in his ear."""
    if call.flow is None:
        _without_flow(ctx, call)
        return
    if call.queue is not None and not call.talked:
        ctx.record(call, "call.destined", queue=None, queue_name="", priority=call.priority)
    if call.caller_leg in ctx.sessions:
        ctx.command(call, ctx.switch.stop_sound(call.caller_leg))
    why = "busy" if cause in BUSY else "no_answer" if cause in NO_ANSWER else cause.lower()
    ctx.record(call, "flow.after", why=why)
    tell(ctx, call, words.DialEnded(call.flow.asked, why))


def left_outside(ctx: Context, call: Call) -> None:
    """He came home from a number (stage OUTSIDE): whom he talked to has put his telephone down."""
    leg = call.outside_leg
    ctx.record(call, "flow.after", why="answered")
    ctx.stage(call, "back_in_menu", why="answered")
    if leg is not None:
        ctx.command(call, ctx.switch.hangup(leg.id))
    resume(ctx, call)


def _take_message(ctx: Context, call: Call, intent: words.TakeMessage) -> None:
    box = ctx.catalog.box(intent.box)
    if box is None or box.account != call.account:
        _tell_later(ctx, call, words.Failed(intent.id, "no_box"))
        return
    if ctx.disk.trouble:
        _tell_later(ctx, call, words.Failed(intent.id, "no_recording"))
        return
    own = ctx.menus.prompt(call.account, box.greeting, call.language) if box.greeting else ""
    voicemail.begin(
        ctx,
        call,
        "menu",
        box=box.id,
        box_name=box.name,
        files=list(intent.files) or ([own] if own else []),
        most_s=intent.most_s or box.most_s,
        silence_s=intent.silence_s or box.silence_s,
    )
