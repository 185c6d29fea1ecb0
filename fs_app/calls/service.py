"""What happens on the line: the registry of calls, one mailbox each, and what an agent may do with his call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any
from unicodedata import category

import structlog

from fs_app import facts as f
from fs_app import metrics
from fs_app.callbacks.state import Callback
from fs_app.calls import (
    announcing,
    callback,
    capture,
    closing_time,
    consult,
    ending,
    farewell,
    offers,
    outgoing,
    recording,
    steering,
    survey,
    transfer,
)
from fs_app.calls.context import Context, TimeToSpeak, WaitedTooLong
from fs_app.calls.handling import Handler
from fs_app.calls.stages import IN_CONVERSATION, Role, Stage
from fs_app.calls.state import Call
from fs_app.calls.verbs import LineVerbs
from fs_app.calls.wanted import Wanted
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.infos import DidInfo, FlowInfo, QueueInfo
from fs_app.tasks import Mailbox, Tasks

log = structlog.get_logger(__name__)

TWICE_S = 1.5
"""A key that is pressed again within this time (seconds) was pressed once."""

LATE_S = 5.0
"""An agent's word that comes this much (seconds) after a call got its verdict without a click of his still counts."""

REMEMBERED = 100
"""So many legs to numbers that nobody has: each is told and counted once."""

LONGEST_NUMBER = 64
LONGEST_NAME = 200
"""A caller's number and name are kept up to this length; more is no number and no name."""


def printable(text: str, most: int) -> str:
    """What the telephone network sent, without control, direction and zero-width characters, at most this long."""
    return "".join(c for c in text if c.isprintable())[:most]


def _name(fact: f.LegCreated) -> str:
    """Of the caller; FreeSWITCH repeats the number when the caller gave no name."""
    same = fact.caller_name.lstrip("+") == fact.caller_number.lstrip("+")
    return "" if same else printable(fact.caller_name, LONGEST_NAME)


def _leads_to(did: DidInfo, found: QueueInfo | FlowInfo) -> bool:
    """Its callers have its priority; who dialled the queue's internal number has not."""
    return (did.flow if isinstance(found, FlowInfo) else did.queue) == found.id


class QualifiedAlready(Conflict):
    """The call has its verdict."""

    key = "error.qualified_already"


class Typing(Conflict):
    """The customer is just typing digits that nobody hears."""

    key = "error.typing"


class Calls:
    def __init__(
        self,
        ctx: Context,
        tasks: Tasks,
        dialled: Callable[[f.LegCreated], QueueInfo | FlowInfo | None],
        on_stranger: Callable[[str], None],
    ) -> None:
        """`dialled` finds the queue or menu behind a number; `on_stranger` is told of a leg at the door without a
        call."""
        self._ctx = ctx
        self._on_stranger = on_stranger
        self._tasks = tasks
        self._to_nobody: deque[str] = deque(maxlen=REMEMBERED)
        self._dialled = dialled
        self._handler = Handler(ctx)
        self._mailboxes: dict[str, Mailbox[Any]] = {}
        self.lines = LineVerbs(ctx)
        ctx.transfer_failed = lambda call, why: transfer.failed(ctx, call, why)
        self._just_over: dict[str, Call] = {}  # qualified without a click: the agent's own word still counts

    # --- facts ----------------------------------------------------------------------------------------------
    def on_fact(self, fact: f.LegFact) -> None:
        """Hand a fact to the owner of its call. Never yields."""
        if isinstance(fact, f.Rang):
            self._ctx.sessions.add(fact.leg)
        elif isinstance(fact, f.DoorClosed):
            self._ctx.sessions.discard(fact.leg)
            return
        call = self._ctx.live.call_of(fact.leg)
        if call is None and isinstance(fact, f.LegsBridged | f.LegsUnbridged):
            call = self._ctx.live.call_of(fact.other)
        if call is not None:
            self.tell(call.id, fact)
        elif isinstance(fact, f.LegCreated) and fact.inbound:
            call = self.begin(fact)
            if call is not None and fact.leg in self._ctx.sessions:
                # The doorbell has a connection of its own and is often faster than the event.
                self.tell(call.id, f.Rang(fact.at, fact.leg, session=0))
            elif call is None and fact.leg in self._ctx.sessions:
                self._on_stranger(fact.leg)
        elif isinstance(fact, f.Rang):
            self._on_stranger(fact.leg)
        elif isinstance(fact, f.RecordingStopped):
            self._recorded_late(fact)

    def _recorded_late(self, fact: f.RecordingStopped) -> None:
        """The switch closes a file after the hang-up that ended the call: nothing else needs the call any more."""
        live = self._ctx.live
        account = live.finished.get(fact.leg)
        if account is not None:
            path = PurePosixPath(fact.path)
            live.record(
                "recording.stopped",
                account=account,
                call=fact.leg,
                recording=path.stem,
                path="/".join(path.parts[-5:]),  # as start_recording made it
                duration_ms=fact.duration_ms,
            )

    def tell(self, call_id: str, message: Any) -> None:
        """Put a message into the mailbox of a call; nobody is told when the call is over."""
        box = self._mailboxes.get(call_id)
        if box is None:
            if call_id not in self._ctx.live.calls:
                return
            box = Mailbox(self._tasks, f"call {call_id}", lambda m: self._handle(call_id, m))
            self._mailboxes[call_id] = box
        box.put(message)

    def _handle(self, call_id: str, message: Any) -> None:
        call = self._ctx.live.calls.get(call_id)
        if isinstance(message, f.LegHungUp) and (call is None or message.leg not in call.legs):
            # Told before its agent was handed over to another call, and handled after.
            owner = self._ctx.live.call_of(message.leg)
            if owner is not None:
                self.tell(owner.id, message)
        if call is not None:
            before, typed = call.disposed, call.capture
            self._handler.handle(call, message)
            capture.after(self._ctx, call, typed)
            if call.disposed and not before:
                self._keep_for_late_words(call)  # by what he had chosen: his note may be on its way
        elif isinstance(message, f.RecordingStopped):
            self._recorded_late(message)
        self._tidy(call_id)

    def _keep_for_late_words(self, call: Call) -> None:
        def too_late() -> None:
            self._just_over.pop(call.id, None)

        self._just_over[call.id] = call
        self._ctx.clock.call_later(LATE_S, too_late)

    def _tidy(self, call_id: str) -> None:
        if call_id not in self._ctx.live.calls:
            self._mailboxes.pop(call_id, None)
            self._ctx.runtimes.pop(call_id, None)

    def settle(self, timeout: float = 2.0) -> None:
        """Wait until every mailbox is empty (or `timeout` seconds are over)."""
        for box in list(self._mailboxes.values()):
            box.idle.wait(timeout)

    def begin(self, fact: f.LegCreated, over: bool = False) -> Call | None:
        """A new inbound leg: the record of a call begins, if the number called is somebody's. Of one that is `over`
        already also when its queue was deactivated meanwhile: somebody waited at its door."""
        if fact.leg in self._ctx.live.finished:
            return None  # told late: this call is over
        found = self._dialled(fact)
        if found is None and over:
            behind = self._ctx.catalog.did(fact.destination)
            found = self._ctx.catalog.queue(behind.queue) if behind is not None else None
        queue = found if isinstance(found, QueueInfo) else None
        live, did = self._ctx.live, self._ctx.catalog.did(fact.destination)
        if found is None and did is None:
            if fact.leg in self._to_nobody:
                return None  # asked for again: event, doorbell, comparison
            self._to_nobody.append(fact.leg)
            metrics.CALLS_TO_NOBODY.inc()
            log.warning("call to a number that nobody has", called=fact.destination[:LONGEST_NUMBER])
            return None
        # A number of ours that leads nowhere, or to a deactivated queue: he is refused, and it is written down.
        owner = found or did
        assert owner is not None
        live.record(
            "call.started",
            account=owner.account,
            call=fact.leg,
            at=fact.at // 1000,
            direction="inbound",
            caller_number=printable(fact.caller_number, LONGEST_NUMBER),
            caller_name=_name(fact),
            called_number=printable(fact.destination, LONGEST_NUMBER),
            queue=queue.id if queue is not None else None,
            menu=found.id if isinstance(found, FlowInfo) else None,
            sip_call_id=fact.sip_call_id,
            from_agent=self._ctx.catalog.caller(fact.channel_name),
            priority=did.priority if did is not None and found and _leads_to(did, found) else 0,
        )
        return live.calls[fact.leg]

    # --- offers ---------------------------------------------------------------------------------------------
    def make_offer(self, call: Call, queue: QueueInfo, agent: int, told: Mapping[str, Any]) -> None:
        announcing.hush(self._ctx, call)  # nothing is said while a telephone rings for him
        offers.make(self._ctx, call, queue, agent, told)

    def waited_too_long(self, call: str, queue: int) -> None:
        """The longest wait in this queue is over."""
        self.tell(call, WaitedTooLong(queue))

    def closing_time(self, queue: int) -> None:
        """The queue has closed: whoever waits there and may wait no longer is seen to."""
        for call in list(self._ctx.live.calls.values()):
            if call.queue == queue and closing_time.is_over(self._ctx, call) is not None:
                self.tell(call.id, closing_time.ClosingTime())

    def time_to_speak(self, call: str, queue: int) -> None:
        """Who waits in this queue is to hear its announcement."""
        self.tell(call, TimeToSpeak(queue))

    # --- calling back ---------------------------------------------------------------------------------------
    def stand_in_line(self, wanted: Callback) -> None:
        """A call without a caller, at the callback's place in the line of its queue."""
        callback.stand_in_line(self._ctx, wanted)

    def call_back(self, wanted: Callback, agent: int) -> None:
        """The agent's telephone first, then the customer's."""
        callback.ring_agent(self._ctx, wanted, agent)

    def dial(self, wanted: Wanted) -> Call:
        """The agent's telephone first, then the number."""
        return outgoing.ring_agent(self._ctx, wanted)

    def dial_colleague(self, account: int, agent: int, colleague: int) -> Call:
        """The agent's telephone first, then that of the other. Raises what `targets.colleague` raises."""
        return outgoing.ring_for_colleague(self._ctx, account, agent, colleague)

    def leave_line(self, call_id: str) -> bool:
        """End an attempt that waits in the line still; False: it has gone further."""
        call = self._ctx.live.calls.get(call_id)
        if call is None or not call.absent or call.stage is not Stage.WAITING:
            return False
        callback.leave_line(self._ctx, call)
        self._tidy(call_id)
        return True

    def rearm(self) -> None:
        """After a start: watch the offers that were running; nobody knows what was typed before."""
        for call in list(self._ctx.live.calls.values()):
            if call.capture == "asking":
                capture.lost(self._ctx, call)
            for leg in list(call.offers):
                offers.arm(self._ctx, call, leg)

    # --- what an agent does ---------------------------------------------------------------------------------
    def hang_up(self, agent: int, line: str) -> None:
        """End the conversation; while it rings, refuse the offer: a caller who talks to nobody keeps his place."""
        if self.lines.is_one(agent, line):
            self.lines.hang_up(agent, line)
            return
        call = self._call_of_line(agent, line)
        if call.stage is Stage.STAYING:
            for beside in list(call.lines.values()):
                consult.hang_up(self._ctx, call, beside)
            return
        if call.stage not in (*IN_CONVERSATION, Stage.ENDING) or call.taken_by != line:
            if call.legs[line].line and call.stage is Stage.DIALING:
                callback.agent_gone(self._ctx, call)  # his line stays, the customer's telephone stops ringing
                return
            if call.legs[line].line:
                raise Conflict("the caller is just being connected")
            if call.asked_by == agent and not call.talked:
                self._give_up(call, line)
                return
            cause = "CALL_REJECTED" if call.legs[line].answered_at is None else "NORMAL_CLEARING"
            self._ctx.command(call, self._ctx.switch.hangup(line, cause))
            return
        self.lines.not_given_away(call)
        if survey.follows(self._ctx, call):
            # Again when it had no effect: the command may have been lost with the link.
            if not self._pressed_twice(call, "hang_up") or call.survey is None:
                typed = call.capture
                survey.ask_for(self._ctx, call)
                capture.after(self._ctx, call, typed)
            return
        self._ctx.record(call, "call.hang_up_asked", by="agent")
        self._ctx.command(call, self._ctx.switch.hangup(call.caller_leg))

    def _give_up(self, call: Call, line: str) -> None:
        """He does not want to call any more (not on a permanent line that rests: that stays)."""
        if not call.hang_up_by:
            self._ctx.record(call, "call.hang_up_asked", by="agent")
        if not call.absent:
            self._ctx.command(call, self._ctx.switch.hangup(call.caller_leg, "ORIGINATOR_CANCEL"))
        unanswered = call.legs[line].answered_at is None
        cause = "ORIGINATOR_CANCEL" if unanswered else "NORMAL_CLEARING"
        self._ctx.command(call, self._ctx.switch.hangup(line, cause))

    def leaves(self, agent: int) -> None:
        """He logs out: who rings at his telephone goes to the next one, and it is not counted as missed."""
        self.lines.leaves(agent)
        state = self._ctx.live.agents.get(agent)
        call = self._ctx.live.calls.get((state.call if state is not None else None) or "")
        offer = call.offered_to(agent) if call is not None else None
        if call is None or offer is None:
            return
        leg = call.legs[offer.leg]
        if leg.live and leg.answered_at is None and not leg.line:
            self._ctx.command(call, self._ctx.switch.hangup(leg.id, "ORIGINATOR_CANCEL"))

    def hold(self, agent: int, line: str) -> None:
        """The caller goes home to the music; the agent's leg waits in silence. Another line than the customer's: who is
        on it waits, with music."""
        if self.lines.is_one(agent, line):
            self.lines.hold(agent, line)
            return
        call = self._call_of_line(agent, line)
        if call.stage is not Stage.TALKING or call.taken_by != line:
            raise Conflict("only a conversation can be put on hold")
        self._not_typing(call)
        self.lines.not_given_away(call)
        if not self._pressed_twice(call, "hold"):
            consult.hold_customer(self._ctx, call)

    def resume(self, agent: int, line: str) -> None:
        """He talks to the customer again, or to who is on this line; whom he talked to waits."""
        if self.lines.is_one(agent, line):
            self.lines.resume(agent, line)
            return
        call = self._call_of_line(agent, line)
        if call.stage is not Stage.HELD or call.taken_by != line:
            raise Conflict("the line is not on hold")
        self._not_typing(call)
        if not self._pressed_twice(call, "resume"):
            self.lines.resume_customer(call)

    def capture(self, agent: int, line: str) -> None:
        """The customer types digits that his agent does not hear, and comes back by himself (BY-24)."""
        call = self._talking(agent, line)
        if not self._pressed_twice(call, "capture") or not call.capture:
            capture.begin(self._ctx, call, agent)

    def end_capture(self, agent: int, line: str) -> None:
        call = self._talking(agent, line)
        capture.cancel(self._ctx, call)
        capture.after(self._ctx, call, "asking")

    def capture_can(self, call: Call) -> list[str]:
        return capture.possible(self._ctx, call)

    def capture_state(self, call: Call) -> dict[str, Any] | None:
        return capture.shown(self._ctx, call)

    @staticmethod
    def _not_typing(call: Call) -> None:
        """Whoever types comes back by himself; nobody else moves him meanwhile."""
        if call.capture:
            raise Typing(f"call {call.id}")

    def pause_recording(self, agent: int, line: str) -> None:
        """What is said from now on is no one's to hear later (card data, BY-24)."""
        recording.pause(self._ctx, self._talking(agent, line), "agent", agent)

    def resume_recording(self, agent: int, line: str) -> None:
        recording.resume(self._ctx, self._talking(agent, line), "agent", agent)

    def start_recording(self, agent: int, line: str) -> None:
        """Where the queue records on demand."""
        recording.ask_for(self._ctx, self._talking(agent, line), "agent", agent)

    def steer_recording(self, account: int, call_id: str, what: str, by: str) -> None:
        """A supervisor, named `by`, wants the recording of a call to `start`, `pause` or `resume`. Raises NotFound."""
        call = self._ctx.live.calls.get(call_id)
        if call is None or call.account != account:
            raise NotFound(f"call {call_id}")
        {"start": recording.ask_for, "pause": recording.pause, "resume": recording.resume}[what](
            self._ctx, call, by
        )

    def recording_can(self, call: Call) -> list[str]:
        return recording.possible(self._ctx, call)

    def recording_ways(self, account: int, call_id: str) -> list[str]:
        """What a supervisor may do with the recording of this call: start, pause, resume."""
        call = self._ctx.live.calls.get(call_id)
        found = self.recording_can(call) if call is not None and call.account == account else []
        return [way.removesuffix("_recording") for way in found]

    @staticmethod
    def recording_state(call: Call) -> dict[str, Any]:
        return recording.shown(call)

    def cut_recording(self, call: str, recording_id: str, why: str) -> None:
        """Nothing more can be written into the file of this call."""
        self.tell(call, recording.CannotBeWritten(recording_id, why))

    def disk_again(self) -> None:
        """Recordings can be written again: the conversations that should have one get it."""
        for call in list(self._ctx.live.calls.values()):
            if call.recording_problem:
                self.tell(call.id, recording.CanBeWritten())

    def _talking(self, agent: int, line: str) -> Call:
        """The call of a line on which this agent talks."""
        call = self._call_of_line(agent, line)
        if call.taken_by != line:
            raise Conflict("there is no conversation on this line")
        return call

    def _pressed_twice(self, call: Call, key: str) -> bool:
        """The same key again before the first can have had its effect: a `uuid_bridge` that meets one that is just
        being made ends both legs [seen]."""
        runtime, now = self._ctx.runtime(call), self._ctx.clock.monotonic()
        last, when = runtime.pressed
        if last == key and now - when < TWICE_S:
            return True
        runtime.pressed = (key, now)
        return False

    def qualify(self, agent: int, call_id: str, disposition: int, note: str) -> None:
        """The agent's verdict; during the call it is remembered and applied at its end (BA-32). One that comes a
        moment after the queue's own, or after the hang-up, replaces that: what he wrote is not lost to a countdown."""
        late = self._just_over.get(call_id)
        call = late or self._ctx.live.calls.get(call_id)
        his = self._ctx.catalog.agent(agent)
        if call is None and his is not None and self._ctx.live.finished.get(call_id) == his.account:
            raise QualifiedAlready(f"call {call_id}")
        if call is None or call.agent != agent:
            raise NotFound(f"call {call_id}")
        note = "".join(c for c in note if c in "\n\t" or category(c) not in ("Cc", "Cs"))
        info = self._ctx.catalog.now.dispositions.get(disposition)
        queue = self._ctx.queue(call)
        if info is None or queue is None or info.set != queue.disposition_set:
            raise Invalid("this disposition does not belong to the queue", field="disposition")
        if len(note) > 4000:
            raise Invalid("the note is too long", field="note")
        if late is not None:
            del self._just_over[call_id]
            ending.dispose(self._ctx, late, disposition, note)
            return
        if call.disposed:
            raise QualifiedAlready(f"call {call_id}")
        if not call.agent_done:
            self._ctx.record(call, "call.disposition_chosen", disposition=disposition, note=note, agent=agent)
            return
        ending.dispose(self._ctx, call, disposition, note)
        self._ctx.agents.qualified(agent, call_id, queue.inter_call_s)
        self._tidy(call_id)

    def wrap_up_over(self, agent: int, call_id: str) -> None:
        """The time to qualify is over: the verdict is the queue's, unless there is one already."""
        call = self._ctx.live.calls.get(call_id)
        queue = self._ctx.queue(call) if call is not None else None
        if call is None or queue is None or call.disposed or call.agent != agent:
            return
        if not call.agent_done or self._ctx.catalog.disposition(queue.auto_disposition) is None:
            return
        assert queue.auto_disposition is not None
        ending.dispose(self._ctx, call, queue.auto_disposition, call.note, auto=True)
        self._keep_for_late_words(call)
        self._ctx.agents.qualified(agent, call_id, queue.inter_call_s)
        self._tidy(call_id)

    # --- what a supervisor does -----------------------------------------------------------------------------
    def end_call(self, call: str, by: str) -> None:
        """Hang up, whatever its stage."""
        steering.end(self._ctx, self._alive(call), by)

    def move(self, call: str, queue: QueueInfo, why: str) -> None:
        """A waiting caller into another queue. Raises Conflict when he does not wait."""
        steering.move(self._ctx, self._alive(call, Stage.WAITING), queue, why)

    def put_first(self, call: str) -> None:
        """A waiting caller before all others of his queue. Raises Conflict when he does not wait."""
        steering.put_first(self._ctx, self._alive(call, Stage.WAITING))

    def _alive(self, call_id: str, stage: Stage | None = None) -> Call:
        call = self._ctx.live.calls.get(call_id)
        if call is None:
            raise NotFound(f"call {call_id}")
        if stage is not None and call.stage is not stage:
            raise Conflict(f"call {call_id} is {call.stage}")
        return call

    def see_off(self) -> None:
        """The catalogue has changed: agents who are in it no more leave, after their conversation."""
        for call in farewell.see_off(self._ctx):
            self._tidy(call)

    def forsake(self, agent: int) -> None:
        """He has left his wrap-up and does not come back: the call stays without a verdict."""
        for call in farewell.forsake(self._ctx, agent):
            self._tidy(call)

    def _call_of_line(self, agent: int, line: str) -> Call:
        call = self._ctx.live.call_of(line)
        leg = call.legs.get(line) if call is not None else None
        if call is None or leg is None or leg.role is not Role.AGENT or leg.agent != agent or not leg.live:
            raise NotFound(f"line {line}")
        return call
