"""What happens on the line: each fact about a call, to the function that is named after what it means."""

from __future__ import annotations

from typing import Any

import structlog

from fs_app import facts as f
from fs_app.calls import (
    announcing,
    callback,
    capture,
    closing_time,
    conference,
    consult,
    conversation,
    entrance,
    keys,
    menu,
    offers,
    outside,
    overflow,
    recording,
    sounds,
    survey,
    transfer,
    voicemail,
)
from fs_app.calls.context import (
    Beeped,
    CaptureAgain,
    CapturePosted,
    CaptureTimer,
    CommandFailed,
    ConferenceOver,
    Context,
    DialChecked,
    DialProven,
    HadTalked,
    LineMusic,
    LineTry,
    MenuDialOver,
    MenuTold,
    MusicOver,
    NobodyOutside,
    OfferDeadline,
    OfferOutcome,
    QueueLineOver,
    Silenced,
    Soon,
    TimeToSpeak,
    WaitedTooLong,
)
from fs_app.calls.stages import HEARS_MUSIC, Role, Stage
from fs_app.calls.state import Call, Leg
from fs_app.errors import NoSuchChannel

log = structlog.get_logger(__name__)

SHORTEST_MUSIC_S = 1.0
"""Music that was shorter than this is played again only after this time."""

MUSIC_OVER_S = 0.4
"""After this time it is known why music ended. A bridge breaks it off, and that may be told before the bridge: music
that is played again in a bridge is heard over the conversation, and neither side can hang up while it lasts [seen]."""


class Handler:
    """The owner's hands: `handle(call, message)` runs in the call's mailbox and never yields."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def handle(self, call: Call, message: Any) -> None:
        match message:
            case f.Rang(leg=leg) if leg != call.caller_leg:
                self._another_at_the_door(call, leg)
            case f.Rang():
                self._at_the_door(call)
            case f.LegRinging():
                conversation.ringing(self._ctx, call, message)
            case f.LegAnswered():
                conversation.answered(self._ctx, call, message)
            case f.LegParked():
                conversation.parked(self._ctx, call, message)
            case f.LegsBridged():
                capture.seen_together(self._ctx, call)
                conversation.bridged(self._ctx, call, message)
            case HadTalked():
                conversation.had_talked(self._ctx, call, message)
            case f.LegsUnbridged():
                conversation.unbridged(self._ctx, call, message)
            case f.AppDone():
                self._app_done(call, message)
            case f.RecordingStarted() | f.RecordingStopped():
                recording.told(self._ctx, call, message)
                if isinstance(message, f.RecordingStopped):
                    voicemail.recorded(self._ctx, call, message)
            case recording.CannotBeWritten():
                recording.broken(self._ctx, call, message)
            case recording.CanBeWritten():
                recording.try_again(self._ctx, call)
            case f.LegHungUp():
                conversation.hung_up(self._ctx, call, message)
            case f.LegTransferred():
                self._ctx.record(call, "leg.transferred", leg=message.leg, to=message.to)
            case f.Digit():
                if not capture.key(self._ctx, call, message):
                    keys.pressed(self._ctx, call, message)
                    menu.key(self._ctx, call, message)
            case CaptureTimer(token=token):
                capture.time_up(self._ctx, call, token)
            case CaptureAgain():
                capture.settle(self._ctx, call)
            case CapturePosted():
                capture.posted(self._ctx, call, message)
            case MenuTold(event=event):
                menu.tell(self._ctx, call, event)
            case MenuDialOver(why=why):
                if call.stage is Stage.MENU:
                    menu.back(self._ctx, call, why)
            case TimeToSpeak(queue=queue):
                announcing.announce(self._ctx, call, queue)
            case voicemail.MessageTooLong(recording=message_id):
                voicemail.too_long(self._ctx, call, message_id)
            case NobodyOutside(leg=leg, why=why):
                if call.stage is not Stage.DIVERTING or leg != outside.latest(call):
                    pass
                elif transfer.under_way(call):
                    transfer.failed(self._ctx, call, why)
                elif call.flow is not None:
                    menu.not_reached(self._ctx, call, why)
                else:
                    overflow.back_from_outside(self._ctx, call, why)
            case OfferOutcome(leg=leg, cause=cause):
                if call.legs[leg].answered_at is None:
                    conversation.leg_ended(self._ctx, call, call.legs[leg], cause)
            case DialChecked(refused=refused):
                callback.checked(self._ctx, call, refused)
            case DialProven(is_proven=is_proven):
                callback.proven(self._ctx, call, is_proven)
            case Soon(action=action):
                action(call)
            case LineTry(line=line):
                consult.try_connect(self._ctx, call, line)
            case LineMusic(line=line):
                consult.music_again(self._ctx, call, line)
            case QueueLineOver(line=line, why=why):
                consult.queue_over(self._ctx, call, line, why)
            case ConferenceOver():
                conference.entered(self._ctx, call, message)
            case Silenced(leg=leg, muted=muted):
                consult.silenced(self._ctx, call, leg, muted)
            case Beeped(leg=leg):
                conversation.beeped(self._ctx, call, leg)
            case MusicOver(app=app):
                self._music_over(call, app)
            case OfferDeadline(leg=leg):
                offers.deadline(self._ctx, call, leg, self._not_in_time)
            case closing_time.ClosingTime():
                closing_time.look(self._ctx, call)
            case WaitedTooLong(queue=queue):
                overflow.waited_too_long(self._ctx, call, queue)
            case CommandFailed():
                self._command_failed(call, message)
            case _:
                pass

    # --- the caller -----------------------------------------------------------------------------------------
    def _at_the_door(self, call: Call) -> None:
        """The caller is at home and rang: go on where he is. A restart comes by here, too."""
        ctx = self._ctx
        if call.stage is Stage.NEW:
            self._welcome(call)
        elif call.stage is Stage.GREETING:
            entrance.greet(ctx, call)
        elif call.stage is Stage.FAREWELL:
            overflow.say_farewell(ctx, call)
        elif call.stage is Stage.VOICEMAIL:
            voicemail.greet(ctx, call)
        elif call.stage is Stage.MENU:
            menu.resume(ctx, call)
        elif call.stage is Stage.OUTSIDE and call.flow is not None:
            menu.left_outside(ctx, call)
        elif call.stage is Stage.OUTSIDE:
            outside.left(ctx, call)
        elif call.stage is Stage.DIALING:
            conversation.customer_answered(ctx, call)
        elif call.stage is Stage.ENDING:
            ctx.command(call, ctx.switch.hangup(call.caller_leg))
        elif call.capture and call.stage in (Stage.TALKING, Stage.HELD):
            capture.arrived(ctx, call)
        elif call.transferring and call.stage in transfer.ASKED_IN:
            transfer.begin(ctx, call)
        elif call.stage is Stage.TALKING and call.survey is not None:
            survey.begin(ctx, call, "answered", at_the_door=True)
        elif call.stage is Stage.TALKING and ctx.runtime(call).holding:
            conversation.held(ctx, call)
            sounds.music(ctx, call)
        elif call.stage is Stage.HELD and ctx.runtime(call).moving_until > ctx.clock.monotonic():
            self._look_again(
                call, ctx.runtime(call).music_app, consult.MUSIC_LATER_S
            )  # perhaps he is just connected
        elif call.stage is not Stage.ENDED:
            if call.stage is Stage.DIVERTING:
                ctx.runtime(call).rang_diverting = ctx.clock.monotonic()
            sounds.music(ctx, call)

    def _another_at_the_door(self, call: Call, leg_id: str) -> None:
        """Who was called for him, or beside him, is at home."""
        leg = call.legs.get(leg_id)
        if leg is None or not leg.live:
            pass
        elif leg.role is Role.CONSULTED:
            consult.rests(self._ctx, call, leg)
        elif leg.role is Role.OUTSIDE and call.stage is Stage.OUTSIDE:
            self._ctx.command(call, self._ctx.switch.hangup(leg.id))  # the customer has left him

    def _welcome(self, call: Call) -> None:
        ctx = self._ctx
        flow, queue = ctx.catalog.flow(call.menu), ctx.queue(call)
        if flow is not None and flow.account == call.account:
            menu.begin(ctx, call, flow)
        elif queue is not None:
            entrance.welcome(ctx, call, queue)
        else:
            ctx.stage(call, "refused", why="no queue behind this number")
            ctx.command(call, ctx.switch.hangup(call.caller_leg, "UNALLOCATED_NUMBER"))

    def _app_done(self, call: Call, fact: f.AppDone) -> None:
        runtime = self._ctx.runtime(call)
        if fact.app_uuid and fact.app_uuid == runtime.beep_app:
            conversation.beeped(self._ctx, call, fact.leg)
        elif fact.app_uuid and fact.app_uuid == runtime.greeting_app and call.stage is Stage.GREETING:
            entrance.enqueue(self._ctx, call)
        elif (
            consult.music_ended(self._ctx, call, fact.app_uuid)
            or announcing.said(self._ctx, call, fact.app_uuid)
            or voicemail.app_done(self._ctx, call, fact)
            or menu.app_done(self._ctx, call, fact)
            or capture.said(self._ctx, call, fact.app_uuid)
        ):
            pass
        elif fact.app_uuid and fact.app_uuid == runtime.farewell_app:
            overflow.farewell_said(self._ctx, call)
        elif fact.app_uuid and fact.app_uuid == runtime.music_app and call.stage in HEARS_MUSIC:
            # A missing file ends at once: no thousand commands a second for it.
            soon = runtime.music_since + SHORTEST_MUSIC_S - self._ctx.clock.monotonic()
            self._look_again(call, fact.app_uuid, max(MUSIC_OVER_S, soon))

    def _look_again(self, call: Call, app: str, after_s: float) -> None:
        ctx, call_id = self._ctx, call.id
        ctx.clock.call_later(after_s, lambda: ctx.tell(call_id, MusicOver(app)))

    def _music_over(self, call: Call, app: str) -> None:
        """Ended by itself; broken off by a bridge or a transfer the leg is no longer in our session."""
        ctx = self._ctx
        if app != ctx.runtime(call).music_app or call.stage not in HEARS_MUSIC:
            return
        if call.stage is Stage.CONNECTING:
            self._look_again(call, app, MUSIC_OVER_S)
        elif call.caller_leg in ctx.sessions:
            sounds.music(ctx, call)

    # --- the rest -------------------------------------------------------------------------------------------
    def _not_in_time(self, call: Call, leg: Leg, cause: str) -> None:
        conversation.leg_ended(self._ctx, call, leg, cause)

    def _command_failed(self, call: Call, message: CommandFailed) -> None:
        # Whoever hangs up a leg that has just gone gets NoSuchChannel: everyday life.
        say = log.debug if isinstance(message.error, NoSuchChannel) else log.warning
        say("command failed", call=call.id, error=repr(message.error))
        if message.failed is not None:
            message.failed(call, message.error)
