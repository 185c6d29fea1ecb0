"""Who is to be called: kept places go back into the line by themselves, the others wait for an agent who takes them.

The one writer of `callback.*` entries. Nothing here yields, so of two agents who take the same one the first wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol
from uuid import uuid4

import structlog

from fs_app.callbacks.state import LIVE, MACHINE, Callback, Reason, State
from fs_app.calls.state import Call, Stage
from fs_app.catalog import Catalog
from fs_app.clock import Clock, Timer
from fs_app.contacts.numbers import e164
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.live import Live

log = structlog.get_logger(__name__)

LATEST_MS = 365 * 86_400_000
"""A callback is put off by a year at most."""

ANSWERED_BY_A_CALL = frozenset({Reason.ABANDONED, Reason.KEPT_PLACE})
"""Who calls again and gets through needs no callback of these kinds; a message that he left is still to be heard."""


class Taken(Conflict):
    """Somebody else has it already, or it is in the line or on the telephone."""

    key = "error.callback_taken"


class NotFree(Conflict):
    """The agent's telephone is busy, or he is not there."""

    key = "error.callback_not_free"


class NoNumber(Invalid):
    """Who left it can't be called."""

    key = "error.callback_no_number"


class Line(Protocol):
    """What calls do for callbacks (`calls.service.Calls`)."""

    def stand_in_line(self, callback: Callback) -> None:
        """A call without a caller, at the callback's place in the line of its queue."""
        ...

    def call_back(self, callback: Callback, agent: int) -> None:
        """The agent's telephone first, then the customer's."""
        ...

    def leave_line(self, call: str) -> bool:
        """End an attempt that waits in the line still; False: it has gone further."""
        ...


class Callbacks:
    def __init__(
        self, live: Live, clock: Clock, catalog: Catalog, line: Line, is_free: Callable[[int], bool]
    ) -> None:
        """`is_free(agent)`: he is logged in, his telephone is there, and he does nothing."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._line = line
        self._is_free = is_free
        self._timers: dict[str, Timer] = {}

    # --- what happens to calls ------------------------------------------------------------------------------
    def number_of(self, call: Call) -> str:
        """The caller's number as it can be called (E.164); empty for who is anonymous or one of us."""
        account = self._catalog.account(call.account)
        if call.from_agent is not None or account is None:
            return ""
        return e164(call.caller_number, account.country) or ""

    def keep_place(self, call: Call) -> bool:
        """He wants to be called back at his place in the line. False: his number can't be called."""
        number = self.number_of(call)
        if not number or call.queue is None:
            return False
        for known in self._of(call, number, {call.queue}):
            if known.reason is Reason.KEPT_PLACE:
                self._record("callback.counted", known, call.id)
                return True  # at his first place, which is the better one
            if known.reason is Reason.ABANDONED:
                self._close(known, "cancelled", "kept_place")
        self._open(call, number, Reason.KEPT_PLACE, due_at=self._clock.now_ms())
        return True

    def request(self, call: Call, queue: int, number: str) -> bool:
        """He asked a menu to be called by this queue: he stands in its line from now on, or, when it is closed, from
        its opening. False: the number can't be called, or the queue is gone."""
        account, wanted = self._catalog.account(call.account), self._catalog.open_queue(queue)
        found = e164(number, account.country) if account is not None else None
        if not found or wanted is None or wanted.account != call.account:
            return False
        for known in self._of(call, found, {queue}):
            if known.reason is Reason.KEPT_PLACE:
                self._record("callback.counted", known, call.id)
                return True
        opening = self._catalog.opening(wanted, self._clock.now_ms())
        due_at = self._clock.now_ms()
        if not opening.open and opening.until is not None:
            due_at = round(opening.until.timestamp() * 1000)
        self._open(call, found, Reason.KEPT_PLACE, due_at=due_at, queue=queue)
        return True

    def ended(self, call: Call, outcome: str, recording: str = "") -> None:
        """A call is over. `recording`: the message that its caller left; he may have talked to somebody before, or
        have been called back."""
        if call.callback:
            if recording:
                self._open(call, self.number_of(call), Reason.VOICEMAIL, recording=recording)
            self._attempt_over(call, outcome)
            return
        for callback in list(self._live.callbacks.values()):
            if callback.from_call == call.id:
                self._arm(callback)  # he has put the telephone down: now he can be called
        number = self.number_of(call)
        if recording or outcome == "voicemail":
            self._open(call, number, Reason.VOICEMAIL, recording=recording)
        elif outcome in ("abandoned", "failed") and number and call.queue is not None:  # failed: we lost him
            queue = self._catalog.queue(call.queue)
            if queue is None or not queue.calling_back.abandoned:
                return
            known = next(iter(self._of(call, number, {call.queue})), None)
            if known is None:
                self._open(call, number, Reason.ABANDONED)
            else:
                self._record("callback.counted", known, call.id)
                self._arm(known)

    def got_through(self, call: Call) -> None:
        """He talks to an agent: nobody has to call him any more about this queue."""
        if call.callback:
            callback = self._live.callbacks.get(call.callback)
            if callback is not None:
                self._close(callback, "done", "reached", agent=call.agent)
            return
        number = self.number_of(call)
        if not number:
            return
        for callback in self._of(call, number, {*call.been, call.queue or 0}):
            if callback.reason in ANSWERED_BY_A_CALL and callback.call != call.id:
                self._close(callback, "cancelled", "called_again", call=call.id)

    # --- what people do -------------------------------------------------------------------------------------
    def take(self, account: int, callback: str, agent: int) -> None:
        """Reserve it. Raises NotFound, Taken."""
        found = self._get(account, callback)
        if found.state is State.RESERVED and found.owner == agent:
            return
        if found.state is not State.OPEN:
            raise Taken(f"callback {callback} has {found.owner}")
        self._out_of_line(found)
        self._record("callback.reserved", found, agent=agent, state=str(State.RESERVED))

    def release(self, account: int, callback: str) -> None:
        """Back to everybody. Raises NotFound."""
        found = self._get(account, callback)
        if found.state is State.RESERVED:
            self._record("callback.released", found, state=str(State.OPEN))
            self._arm(found)

    def call_back(self, account: int, callback: str, agent: int) -> None:
        """Now: his telephone, then the customer's. Raises NotFound, Taken, NotFree, NoNumber."""
        found = self._get(account, callback)
        if not found.number:
            raise NoNumber(f"callback {callback} has no number")
        if found.call and not self._waits_in_line(found):
            raise Taken(f"callback {callback} is under way")
        if found.state is State.RESERVED and found.owner != agent:
            raise Taken(f"callback {callback} has {found.owner}")
        if not self._is_free(agent):
            raise NotFree(f"agent {agent}")
        self.take(account, callback, agent)
        self._line.call_back(found, agent)

    def postpone(self, account: int, callback: str, due_at: int) -> None:
        """To another moment (UTC ms). Raises NotFound, Taken, Invalid."""
        found = self._get(account, callback)
        now = self._clock.now_ms()
        if not now <= due_at <= now + LATEST_MS:
            raise Invalid("the moment must be in the future", field="due_at")
        self._out_of_line(found)
        self._record("callback.postponed", found, due_at=due_at)
        self._arm(found)

    def close(self, account: int, callback: str, done: bool, who: str) -> None:
        """By hand: called otherwise (`done`), or not to be called. `who` is named in the journal. Raises NotFound,
        Taken."""
        found = self._get(account, callback)
        self._out_of_line(found)
        self._close(found, "done" if done else "cancelled", "by_hand", by=who)

    def add_message(
        self, account: int, call: str, queue: int, number: str, name: str, recording: str
    ) -> None:
        """Who left a message is to be called back by this queue. Raises NotFound, NoNumber, Taken."""
        info, wanted = self._catalog.account(account), self._catalog.open_queue(queue)
        found = e164(number, info.country) if info is not None else None
        if wanted is None or wanted.account != account:
            raise NotFound(f"queue {queue}")
        if not found:
            raise NoNumber(f"the message of call {call} has no number")
        if any(c.recording == recording for c in self._live.callbacks.values() if recording):
            raise Taken(f"message {recording}")
        self._live.record(
            "callback.opened",
            account=account,
            call=call,
            callback=str(uuid4()),
            queue=wanted.id,
            queue_name=wanted.name,
            number=found,
            shown_number="",
            name=name,
            contact=None,
            reason=str(Reason.VOICEMAIL),
            due_at=None,
            recording=recording,
            ticket=0,
            priority=0,
            since=self._clock.now_ms(),
        )

    # --- what there is --------------------------------------------------------------------------------------
    def of_queues(self, account: int, queues: Iterable[int], agent: int | None = None) -> list[Callback]:
        """The live ones of these queues, and those that this agent has; the next due first."""
        wanted = set(queues)
        found = [
            c
            for c in self._live.callbacks.values()
            if c.account == account and (c.queue in wanted or (agent is not None and c.owner == agent))
        ]
        return sorted(found, key=lambda c: (c.due_at or c.created_at, c.id))

    def find(self, account: int, callback: str) -> Callback:
        """A live one. Raises NotFound."""
        return self._get(account, callback)

    @staticmethod
    def not_of_another(callback: Callback, agent: int) -> None:
        """Raises Taken when another agent has reserved it."""
        if callback.state is State.RESERVED and callback.owner != agent:
            raise Taken(f"callback {callback.id} has {callback.owner}")

    # --- time -----------------------------------------------------------------------------------------------
    def rearm(self) -> None:
        """After a start: attempts whose end was not written down have failed; the others go on."""
        for callback in list(self._live.callbacks.values()):
            call = self._live.calls.get(callback.call)
            if callback.call and (call is None or call.ended_at is not None):
                self._failed(callback, "unknown", dialled=True)
            else:
                self._arm(callback)

    def _arm(self, callback: Callback) -> None:
        self._disarm(callback.id)
        if callback.reason is not Reason.KEPT_PLACE or callback.due_at is None or callback.call:
            return
        left = (callback.due_at - self._clock.now_ms()) / 1000
        self._timers[callback.id] = self._clock.call_later(max(0.0, left), lambda: self._due(callback.id))

    def _disarm(self, callback: str) -> None:
        timer = self._timers.pop(callback, None)
        if timer is not None:
            timer.cancel()

    def _due(self, callback_id: str) -> None:
        """A timer only asks: is it still to be called, and is he off the telephone?"""
        self._timers.pop(callback_id, None)
        callback = self._live.callbacks.get(callback_id)
        if callback is None or callback.state is not State.OPEN or callback.call or callback.due_at is None:
            return
        if callback.due_at > self._clock.now_ms() + 50:
            self._arm(callback)
            return
        before = self._live.calls.get(callback.from_call)
        if before is not None and before.ended_at is None:
            return  # the end of that call asks again
        queue = self._catalog.queue(callback.queue)
        if queue is None:
            self._failed(callback, "no_queue", dialled=False)
            return
        opening = self._catalog.opening(queue, self._clock.now_ms())
        if callback.tries and not opening.open:
            until = opening.until.timestamp() * 1000 if opening.until else self._clock.now_ms() + 3_600_000
            self._record("callback.postponed", callback, due_at=round(until), why="closed")
            self._arm(callback)
            return
        self._line.stand_in_line(callback)

    # --- changes --------------------------------------------------------------------------------------------
    def _attempt_over(self, call: Call, outcome: str) -> None:
        callback = self._live.callbacks.get(call.callback)
        if callback is None or callback.call != call.id:
            return
        if outcome == "cancelled":
            self._record("callback.left_line", callback, call.id)
            return
        leg = call.legs.get(call.id)
        self._failed(callback, leg.cause if leg is not None else "not_dialled", dialled=leg is not None)

    def _failed(self, callback: Callback, why: str, dialled: bool) -> None:
        """Nobody was reached. A kept place is tried again while it has tries left; then people decide."""
        queue = self._catalog.queue(callback.queue)
        due_at = callback.due_at
        if callback.reason is Reason.KEPT_PLACE:
            left = queue is not None and callback.tries < queue.calling_back.tries
            wait_s = queue.calling_back.retry_s if queue is not None else 0
            due_at = self._clock.now_ms() + wait_s * 1000 if left else None
        self._record("callback.failed", callback, callback.call, why=why, due_at=due_at, dialled=dialled)
        if callback.state is State.RESERVED and callback.reason is Reason.KEPT_PLACE:
            self._record("callback.released", callback, state=str(State.OPEN))
        self._arm(callback)

    def _open(
        self,
        call: Call,
        number: str,
        reason: Reason,
        due_at: int | None = None,
        recording: str = "",
        queue: int | None = None,
    ) -> None:
        """`queue`: not the one of the call."""
        wanted = self._catalog.queue(queue if queue is not None else call.queue)
        if wanted is None:
            return
        self._live.record(
            "callback.opened",
            account=call.account,
            call=call.id,
            callback=str(uuid4()),
            queue=wanted.id,
            queue_name=wanted.name,
            number=number,
            shown_number=call.called_number,
            name=call.contact_name or call.caller_name,
            contact=call.contact,
            reason=str(reason),
            due_at=due_at,
            recording=recording,
            ticket=call.ticket or 0,
            priority=call.priority,
            since=call.queued_at or call.started_at,
        )

    def _close(self, callback: Callback, event: str, why: str, call: str = "", **data: object) -> None:
        new = MACHINE.next(callback.state, event, f"callback {callback.id}")
        attempt = callback.call
        self._disarm(callback.id)
        self._record("callback.closed", callback, call, state=str(new), why=why, **data)
        if attempt:
            self._line.leave_line(attempt)

    def _record(self, kind: str, callback: Callback, call: str = "", **data: object) -> None:
        self._live.record(
            kind,
            account=callback.account,
            call=call or callback.from_call or None,
            callback=callback.id,
            queue=callback.queue,
            **data,  # type: ignore[arg-type]
        )

    # --- finding --------------------------------------------------------------------------------------------
    def _get(self, account: int, callback: str) -> Callback:
        found = self._live.callbacks.get(callback)
        if found is None or found.account != account or found.state not in LIVE:
            raise NotFound(f"callback {callback[:50]!r}")
        return found

    def _of(self, call: Call, number: str, queues: set[int]) -> list[Callback]:
        """Those of this person for one of these queues; messages that were left are another matter."""
        return [
            c
            for c in list(self._live.callbacks.values())
            if c.account == call.account
            and c.number == number
            and c.queue in queues
            and c.reason is not Reason.VOICEMAIL
        ]

    def _waits_in_line(self, callback: Callback) -> bool:
        call = self._live.calls.get(callback.call)
        return call is not None and call.absent and call.stage is Stage.WAITING

    def _out_of_line(self, callback: Callback) -> None:
        """Nobody else shall get it now. Raises Taken when somebody has."""
        if not callback.call:
            return
        if not self._waits_in_line(callback) or not self._line.leave_line(callback.call):
            raise Taken(f"callback {callback.id} is under way")
