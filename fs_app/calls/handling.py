"""What happens on the line: each fact about a call, named after what it means."""

from __future__ import annotations

from typing import Any

import structlog

from fs_app import facts as f
from fs_app.calls import closing, offers, overflow, sounds
from fs_app.calls.context import CommandFailed, Context, OfferDeadline, OfferOutcome, WaitedTooLong
from fs_app.calls.state import HEARS_MUSIC, Call, Leg, Role, Stage
from fs_app.errors import NoSuchChannel, Refused

log = structlog.get_logger(__name__)

NORMAL = frozenset({"NORMAL_CLEARING", "ORIGINATOR_CANCEL", "NONE"})
"""A telephone that goes with one of these was put down; with any other it was lost (BY-02)."""

SHORTEST_MUSIC_S = 1.0
"""Music that was shorter than this is played again only after this time."""


class Handler:
    """The owner's hands: `handle(call, message)` runs in the call's mailbox and never yields."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def handle(self, call: Call, message: Any) -> None:
        match message:
            case f.Rang():
                self._at_the_door(call)
            case f.LegRinging():
                self._ringing(call, message)
            case f.LegAnswered():
                self._answered(call, message)
            case f.LegParked():
                self._parked(call, message)
            case f.LegsBridged():
                self._bridged(call, message)
            case f.LegsUnbridged():
                self._unbridged(call, message)
            case f.AppDone():
                self._app_done(call, message)
            case f.RecordingStarted() | f.RecordingStopped():
                self._recording(call, message)
            case f.LegHungUp():
                self._hung_up(call, message)
            case f.LegTransferred():
                self._ctx.record(call, "leg.transferred", leg=message.leg, to=message.to)
            case OfferOutcome(leg=leg, cause=cause):
                if call.legs[leg].answered_at is None:
                    self._leg_ended(call, call.legs[leg], cause, None, None)
            case OfferDeadline(leg=leg):
                self._offer_deadline(call, leg)
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
            self._greet(call)
        elif call.stage is Stage.FAREWELL:
            overflow.say_farewell(ctx, call)
        elif call.stage is Stage.ENDING:
            ctx.command(call, ctx.switch.hangup(call.caller_leg))
        elif call.stage is Stage.TALKING and ctx.runtime(call).holding:
            self._held(call)
            sounds.music(ctx, call)
        elif call.stage is not Stage.ENDED:
            sounds.music(ctx, call)

    def _welcome(self, call: Call) -> None:
        ctx = self._ctx
        queue = ctx.queue(call)
        if queue is None:
            ctx.stage(call, "refused", why="no queue behind this number")
            ctx.command(call, ctx.switch.hangup(call.caller_leg, "UNALLOCATED_NUMBER"))
            return
        queue, message = closing.serving(ctx, call, queue)
        ctx.command(
            call,
            ctx.switch.set_variables(
                call.caller_leg,
                {
                    "fsapp_account": str(call.account),
                    "fsapp_call": call.id,
                    "fsapp_role": "caller",
                    "fsapp_queue": str(queue.id),
                },
            ),
        )
        ctx.command(call, ctx.switch.answer(call.caller_leg))
        if message:
            overflow.turn_away(ctx, call, "closed", message)
            return
        if queue.greeting:
            ctx.stage(call, "greeting")
        self._greet(call)

    def _greet(self, call: Call) -> None:
        queue = self._ctx.queue(call)
        if queue is not None and queue.greeting:
            sounds.greet(self._ctx, call, queue.greeting, self._greeting_failed)
        else:
            self.enqueue(call)

    def _greeting_failed(self, call: Call, error: Exception) -> None:
        """The switch refused to play it: nobody waits for its end. (Lost with the link: recovery asks again.)"""
        if (
            call.stage is Stage.GREETING
            and isinstance(error, Refused)
            and not isinstance(error, NoSuchChannel)
        ):
            self.enqueue(call)

    def enqueue(self, call: Call) -> None:
        """Into the queue, with the next ticket."""
        ctx = self._ctx
        queue = ctx.queue(call)
        if queue is None:
            ctx.stage(call, "refused", why="the queue is gone")
            ctx.command(call, ctx.switch.hangup(call.caller_leg, "NORMAL_TEMPORARY_FAILURE"))
            return
        entered = queue if call.ticket else overflow.at_the_entrance(ctx, call, queue)
        if entered is None:
            return
        queue = entered
        ticket = call.ticket or ctx.live.next_ticket()
        ctx.record(call, "call.queued", queue=queue.id, queue_name=queue.name, ticket=ticket)
        ctx.command(call, ctx.switch.set_variables(call.caller_leg, {"fsapp_ticket": str(ticket)}))
        ctx.runtime(call).greeting_app = ""
        ctx.stage(call, "queued")
        sounds.music(ctx, call)  # only now: in the stages before there is none

    def _app_done(self, call: Call, fact: f.AppDone) -> None:
        runtime = self._ctx.runtime(call)
        if fact.app_uuid and fact.app_uuid == runtime.greeting_app and call.stage is Stage.GREETING:
            self.enqueue(call)
        elif fact.app_uuid and fact.app_uuid == runtime.farewell_app:
            overflow.farewell_said(self._ctx, call)
        elif (
            fact.app_uuid
            and fact.app_uuid == runtime.music_app
            and call.stage in HEARS_MUSIC
            and call.caller_leg in self._ctx.sessions
        ):
            # Ended by itself; broken off by a bridge or a transfer the leg is no longer in our session.
            ctx, soon = self._ctx, runtime.music_since + SHORTEST_MUSIC_S - self._ctx.clock.monotonic()
            if soon > 0:  # a missing file ends at once: no thousand commands a second for it
                ctx.clock.call_later(soon, lambda: ctx.tell(call.id, fact))
            else:
                sounds.music(ctx, call)

    def _caller_gone(self, call: Call, leg: Leg, at: int | None, by_far_end: bool | None) -> None:
        ctx = self._ctx
        if call.ended_at is not None:
            return
        stage = call.stage
        offers.withdraw(ctx, call)
        if stage is not Stage.ENDED:
            ctx.stage(call, "caller_hung_up", why=leg.cause, at=at)
        system = by_far_end is False or leg.cause == "LOST_TRACK"
        by = call.hang_up_by or ("system" if system else "caller")
        outcome = self._outcome(call, stage)
        ctx.record(call, "call.ended", at, by=by, outcome=outcome, cause=leg.cause)
        ctx.runtimes.pop(call.id, None)
        if call.agent is not None:
            self._free_agent(call)

    @staticmethod
    def _outcome(call: Call, stage: Stage) -> str:
        if call.talked:
            return "answered"
        if call.closed:
            return "closed"
        if stage in (Stage.NEW, Stage.GREETING):
            return "hung_up_early"
        if stage in (Stage.FAREWELL, Stage.ENDING):
            return "refused"
        return "abandoned"

    def _free_agent(self, call: Call) -> None:
        """The agent's part after the conversation: disposition chosen already, wrap-up, or pause."""
        ctx, agent = self._ctx, call.agent
        assert agent is not None
        queue = ctx.queue(call)
        pause = queue.inter_call_s if queue else 0
        if not call.disposed and call.disposition is not None:
            self.dispose(call, call.disposition, call.note)
        must_qualify = call.must_qualify and not call.disposed
        if must_qualify and ctx.catalog.agent(agent) is None:
            ctx.record(call, "call.qualify_dropped")  # deactivated during the call: he has no page any more
            must_qualify = False
        ctx.agents.call_over(agent, call.id, must_qualify, pause)

    def dispose(self, call: Call, disposition: int, note: str) -> None:
        """The verdict is written: the call is complete."""
        info = self._ctx.catalog.disposition(disposition)
        self._ctx.live.record(
            "call.disposed",
            account=call.account,
            call=call.id,
            agent=call.agent,
            disposition=disposition,
            code=info.code if info else "",
            label=info.label if info else "",
            note=note,
        )

    # --- the agent's telephone ------------------------------------------------------------------------------
    def _ringing(self, call: Call, fact: f.LegRinging) -> None:
        leg = call.legs.get(fact.leg)
        if leg is not None and leg.live and leg.ringing_at is None and leg.answered_at is None:
            self._ctx.record(call, "leg.ringing", leg=leg.id, role=str(leg.role), agent=leg.agent)

    def _answered(self, call: Call, fact: f.LegAnswered) -> None:
        leg = call.legs.get(fact.leg)
        if leg is None or not leg.live or leg.answered_at is not None:
            return
        self._ctx.record(call, "leg.answered", leg=leg.id, role=str(leg.role), agent=leg.agent)

    def _parked(self, call: Call, fact: f.LegParked) -> None:
        """The agent picked up and his leg is at rest. Not sooner: a `uuid_bridge` between the answer and the park
        makes `originate` believe that it was cancelled, and leaves legs that belong to nobody [seen]."""
        ctx, leg = self._ctx, call.legs.get(fact.leg)
        if leg is None or not leg.live or leg.role is not Role.AGENT:
            return
        if call.stage in (Stage.CONNECTING, Stage.TALKING, Stage.HELD) and call.agent_leg is leg:
            return  # parked after a bridge: held, or the caller is gone and that will be told
        if leg.answered_at is None:
            ctx.record(call, "leg.answered", leg=leg.id, role=str(leg.role), agent=leg.agent)
        if call.stage is not Stage.OFFERED or call.offer is None or call.offer.leg != leg.id:
            ctx.command(call, ctx.switch.hangup(leg.id))  # too late: the caller is gone or with somebody else
            return
        self._accept(call, leg)
        ctx.stage(call, "agent_answered")
        self.connect(call)

    def _accept(self, call: Call, leg: Leg) -> None:
        assert leg.agent is not None
        self._ctx.runtime(call).bridge_tries = 0
        self._ctx.record(call, "offer.accepted", agent=leg.agent)
        self._ctx.agents.answered(leg.agent, call.id)

    def connect(self, call: Call) -> None:
        """Agent first: the customer is never the one who is parked when the bridge ends."""
        leg = call.agent_leg
        if leg is None:
            return
        self._ctx.runtime(call).bridge_tries += 1
        self._ctx.command(call, self._ctx.switch.bridge(leg.id, call.caller_leg), self._bridge_failed)

    def _bridge_failed(self, call: Call, error: Exception) -> None:
        ctx, leg = self._ctx, call.agent_leg
        if call.stage is not Stage.CONNECTING or leg is None:
            return
        if isinstance(error, NoSuchChannel) or ctx.runtime(call).bridge_tries > 2:
            # One of the two is gone, or it can't be done: the hang-up that follows settles the rest.
            ctx.command(call, ctx.switch.hangup(leg.id))
        else:
            self.connect(call)

    def _bridged(self, call: Call, fact: f.LegsBridged) -> None:
        ctx = self._ctx
        ctx.runtime(call).bridge_tries = 0
        pair = {fact.leg, fact.other}
        leg = next((g for g in call.legs.values() if g.role is Role.AGENT and g.id in pair), None)
        if leg is None or call.caller_leg not in pair or not leg.live:
            return
        if call.stage is Stage.TALKING or call.stage in (Stage.ENDING, Stage.ENDED):
            return
        if call.stage in (Stage.OFFERED, Stage.WAITING) and leg.agent is not None:
            # Seen bridged without having seen it answered: after a loss of the link.
            ctx.agents.recovered_in_call(leg.agent, call.id)
            self._accept(call, leg)
        if leg.answered_at is None:
            ctx.record(call, "leg.answered", leg=leg.id, role=str(leg.role), agent=leg.agent)
        resumed = call.stage is Stage.HELD
        ctx.runtime(call).holding = False
        ctx.stage(call, "bridged")
        queue = ctx.queue(call)
        must_qualify = bool(queue and queue.wrap_up and ctx.catalog.dispositions(queue))
        ctx.live.record(
            "call.resumed" if resumed else "call.bridged",
            account=call.account,
            call=call.id,
            agent=leg.agent,
            leg=leg.id,
            other=call.caller_leg,
            must_qualify=must_qualify,
        )
        if resumed:
            sounds.mask_recording(ctx, call, masked=False)
        sounds.ensure_recording(ctx, call)

    def _unbridged(self, call: Call, fact: f.LegsUnbridged) -> None:
        if call.stage is Stage.TALKING and self._ctx.runtime(call).holding:
            self._held(call)

    def _held(self, call: Call) -> None:
        ctx = self._ctx
        ctx.runtime(call).holding = False
        ctx.stage(call, "held")
        ctx.live.record("call.held", account=call.account, call=call.id, agent=call.agent)
        sounds.mask_recording(ctx, call, masked=True)

    def _hung_up(self, call: Call, fact: f.LegHungUp) -> None:
        leg = call.legs.get(fact.leg)
        if leg is not None:
            self._leg_ended(
                call, leg, fact.cause, fact.by_far_end, fact.at // 1000, fact.sip_call_id, fact.sip_status
            )

    def _leg_ended(
        self,
        call: Call,
        leg: Leg,
        cause: str,
        by_far_end: bool | None,
        at: int | None,
        sip_call_id: str = "",
        sip_status: int = 0,
    ) -> None:
        ctx = self._ctx
        if leg.live:
            ctx.record(
                call,
                "leg.ended",
                at,
                leg=leg.id,
                role=str(leg.role),
                agent=leg.agent,
                cause=cause,
                by_far_end=by_far_end,
                sip_call_id=sip_call_id,
                sip_status=sip_status,
            )
        # Told a second time nothing of this applies any more, unless the program died before it was written.
        if leg.role is Role.CALLER:
            self._caller_gone(call, leg, at, by_far_end)
            return
        offered = call.offer is not None and call.offer.leg == leg.id
        if offered or (call.agent_leg is None and call.stage is Stage.CONNECTING):
            offers.failed(ctx, call, cause, at)
        elif call.agent_leg is None and call.stage in (Stage.TALKING, Stage.HELD):
            self._agent_gone(call, leg, cause, by_far_end)

    def _agent_gone(self, call: Call, leg: Leg, cause: str, by_far_end: bool | None) -> None:
        ctx = self._ctx
        # NORMAL_CLEARING of our side is the switch's own: it ends a held leg that it took up after its restart [seen].
        if cause in NORMAL and by_far_end is not False:
            if not call.hang_up_by:
                ctx.record(call, "call.hang_up_asked", by="agent")
            ctx.stage(call, "agent_hung_up", why=cause)
            ctx.command(call, ctx.switch.hangup(call.caller_leg))
            return
        # The telephone was lost, not put down: the customer stays, with music, and his agent gets him back.
        agent = call.agent
        sounds.stop_recording(ctx, call)  # what follows is music, then perhaps somebody else
        ctx.record(call, "call.line_lost", agent=agent, cause=cause)
        ctx.stage(call, "line_lost", why=cause)  # in the line before his agent is free for anybody else
        if agent is not None:
            ctx.agents.call_over(agent, call.id, must_qualify=False, pause_s=0)

    def leg_over(self, call: Call, leg: Leg) -> None:
        """The leg has ended and not everything that follows was done (`leftovers.py`)."""
        self._leg_ended(call, leg, leg.cause or "LOST_TRACK", None, None)

    # --- the rest -------------------------------------------------------------------------------------------
    def _offer_deadline(self, call: Call, leg_id: str) -> None:
        ctx, offer = self._ctx, call.offer
        if call.stage is not Stage.OFFERED or offer is None or offer.leg != leg_id:
            return
        if ctx.clock.now_ms() < offer.deadline - 50:
            offers.arm(ctx, call)  # the timer ran early, or the deadline moved
            return
        if not ctx.switch.up:
            return  # nothing can be known now; the comparison after the link's return decides
        ctx.command(call, ctx.switch.hangup(leg_id, "NO_ANSWER"))
        self._leg_ended(call, call.legs[leg_id], "NO_ANSWER", None, None)

    def _recording(self, call: Call, fact: f.RecordingStarted | f.RecordingStopped) -> None:
        recording = call.recording
        if recording is None or not fact.path.endswith(recording.path):
            return
        if isinstance(fact, f.RecordingStarted):
            if not recording.running:
                self._ctx.record(call, "recording.started", recording=recording.id, path=recording.path)
        else:  # also one whose beginning was told while nobody listened
            self._ctx.record(
                call,
                "recording.stopped",
                recording=recording.id,
                path=recording.path,
                duration_ms=fact.duration_ms,
            )

    def _command_failed(self, call: Call, message: CommandFailed) -> None:
        # Whoever hangs up a leg that has just gone gets NoSuchChannel: everyday life.
        say = log.debug if isinstance(message.error, NoSuchChannel) else log.warning
        say("command failed", call=call.id, error=repr(message.error))
        if message.failed is not None:
            message.failed(call, message.error)
