"""Who is to be called: kept places go back into the line by themselves, the others wait for an agent who takes them.

The one writer of `callback.*` entries. Nothing here yields, so of two agents who take the same one the first wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol
from uuid import uuid4

import structlog

from fs_app.callbacks.state import LIVE, MACHINE, Callback, Reason, State
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock, Timer
from fs_app.contacts.numbers import e164
from fs_app.errors import Invalid, NotFound
from fs_app.infos import QueueInfo
from fs_app.live import Live
from fs_app.outbound.item import NoNumber, NotFree, Taken
from fs_app.outbound.promises import TooLate, may_be_due, room_for
from fs_app.outbound.retry import Result, after, result_of
from fs_app.outbound.settings import BLANK, Settings

log = structlog.get_logger(__name__)

LATEST_MS = 365 * 86_400_000
"""A callback is put off by a year at most."""

CALLED_WITHIN_S = 120.0
"""So long a callback is an agent's who calls it now, if nothing is heard of his call at all."""

SKIPPED_S = 600.0
"""What an agent has passed over is not shown to him again before this time; others get it."""

MOST_NOTE = 1000
"""Characters."""

ANSWERED_BY_A_CALL = frozenset({Reason.ABANDONED, Reason.KEPT_PLACE})
"""Who calls again and gets through needs no callback of these kinds; a message that he left is still to be heard."""


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

    def ended(self, call: Call, outcome: str, recording: str = "") -> int | None:
        """A call is over. `recording`: the message that its caller left; he may have talked to somebody before, or
        have been called back. Returns the verdict that the rules give an attempt which was the last one."""
        if call.callback:
            if recording:
                self._open(call, self.number_of(call), Reason.VOICEMAIL, recording=recording)
            return self._attempt_over(call, outcome)
        for callback in list(self._live.callbacks.values()):
            if callback.from_call == call.id:
                self._arm(callback)  # he has put the telephone down: now he can be called
        number = self.number_of(call)
        if recording or outcome == "voicemail":
            self._open(call, number, Reason.VOICEMAIL, recording=recording)
        elif outcome in ("abandoned", "failed") and number and call.queue is not None:  # failed: we lost him
            queue = self._catalog.queue(call.queue)
            if queue is None or not queue.calling_back.abandoned:
                return None
            known = next(iter(self._of(call, number, {call.queue})), None)
            if known is None:
                self._open(call, number, Reason.ABANDONED)
            else:
                self._record("callback.counted", known, call.id)
                self._arm(known)
        return None

    def got_through(self, call: Call) -> None:
        """He talks to an agent: nobody has to call him any more about this queue. Of who was called back the verdict
        says whether it was himself."""
        if call.callback:
            callback = self._live.callbacks.get(call.callback)
            if callback is not None and callback.state is not State.REACHED:
                self._disarm(callback.id)
                MACHINE.next(callback.state, "reached", f"callback {callback.id}")
                self._record("callback.reached", callback, call.id, agent=call.agent)
            return
        number = self.number_of(call)
        if not number:
            return
        for callback in self._of(call, number, {*call.been, call.queue or 0}):
            if callback.reason in ANSWERED_BY_A_CALL and callback.call != call.id:
                self._close(callback, "cancelled", "called_again", call=call.id)

    def judged(self, call: Call, disposition: int | None) -> None:
        """The call got its verdict, or (None) will get none."""
        info = self._catalog.disposition(disposition)
        callback = self._live.callbacks.get(call.callback) if call.callback else None
        if callback is not None and callback.state is State.REACHED and callback.call == call.id:
            if info is not None and info.effect == "machine":
                self._failed(callback, "machine", dialled=True, result=Result.MACHINE)
            else:
                self._close(callback, "done", "reached", call.id, disposition=disposition)
        promised = info is not None and info.effect in ("callback", "personal")
        if info is not None and promised and not self._booked(call.id):
            self._promise(call, call.agent if info.effect == "personal" else None)

    def _booked(self, call: str) -> bool:
        return any(c.from_call == call and c.reason is Reason.AGENT for c in self._live.callbacks.values())

    def _promise(self, call: Call, owner: int | None) -> None:
        """The verdict says that he is to be called (by `owner`), and nobody has said when: whenever somebody can."""
        number = self.number_of(call)
        if number and call.queue is not None:
            self._open(call, number, Reason.AGENT, owner=owner)

    # --- what people do -------------------------------------------------------------------------------------
    def book(self, call: Call, agent: int, due_at: int | None, mine: bool, note: str) -> str:
        """The agent promises the other side of his call to call again: at `due_at`, himself (`mine`) or somebody.
        Booked again for the same call it is changed. Returns the callback. Raises NoNumber, TooLate, Closed,
        TooMany."""
        number, queue = self.number_of(call), self._catalog.queue(call.queue)
        if not number or queue is None:
            raise NoNumber(f"call {call.id} has no number")
        if due_at is not None:
            may_be_due(self._catalog, queue, self._clock.now_ms(), due_at, by_hand=True)
        known = next(
            (
                c
                for c in self._live.callbacks.values()
                if c.from_call == call.id and c.reason is Reason.AGENT and not c.call
            ),
            None,
        )
        if mine and not (known is not None and known.personal and known.owner == agent):
            self._room_for(agent, queue)
        if known is None:
            return self._open(
                call, number, Reason.AGENT, due_at, owner=agent if mine else None, note=_clean(note)
            )
        if known.due_at != due_at:
            self._record("callback.postponed", known, due_at=due_at)
        if mine != known.personal:
            self._own(known, agent if mine else None)
        self.note(call.account, known.id, note)
        return known.id

    def _own(self, callback: Callback, agent: int | None) -> None:
        event = "released" if agent is None else "reserved"
        new = MACHINE.next(callback.state, event, f"callback {callback.id}")
        if agent is None:
            self._record("callback.released", callback, state=str(new))
        else:
            self._record("callback.reserved", callback, state=str(new), agent=agent, until=None)

    def _room_for(self, agent: int, queue: QueueInfo) -> None:
        room_for(queue, sum(c.personal and c.owner == agent for c in self._live.callbacks.values()))

    def take(self, account: int, callback: str, agent: int, until: int | None = None) -> None:
        """Reserve it: for good, or (`until`, UTC ms) only while he looks at it or calls. Raises NotFound, Taken,
        TooMany."""
        found = self._get(account, callback)
        if found.state is State.RESERVED and found.owner == agent and (found.personal or until is not None):
            return
        mine = found.state is State.RESERVED and found.owner == agent
        if found.state is not State.OPEN and not mine:
            raise Taken(f"callback {callback} has {found.owner}")
        queue = self._catalog.queue(found.queue)
        if until is None and queue is not None:
            self._room_for(agent, queue)
        self._out_of_line(found)
        self._record("callback.reserved", found, agent=agent, state=str(State.RESERVED), until=until)
        self._arm(found)

    def release(self, account: int, callback: str) -> None:
        """Back to everybody. Raises NotFound."""
        found = self._get(account, callback)
        if found.state is State.RESERVED:
            self._record("callback.released", found, state=str(State.OPEN))
            self._arm(found)

    def give_back(self, callback: str, agent: int) -> None:
        """He no longer looks at it, and did not call: it is everybody's again, unless it was his before."""
        found = self._live.callbacks.get(callback)
        if found is None or found.state is not State.RESERVED or found.owner != agent:
            return
        if not found.personal and not found.call:
            self.release(found.account, callback)

    def skip(self, account: int, callback: str, agent: int, reason: str) -> None:
        """He passes it over: he is not shown it again for a while. Raises NotFound."""
        found = self._get(account, callback)
        not_before = self._clock.now_ms() + round(SKIPPED_S * 1000)
        self._record("callback.skipped", found, agent=agent, reason=_clean(reason), not_before=not_before)

    def move(self, account: int, callback: str, agent: int | None, by: str, batch: str = "") -> None:
        """To another agent, or (None) to everybody. `by` is named in the journal; `batch` is one for all that are
        moved together, so that they can be brought back together. Raises NotFound, Taken."""
        found = self._get(account, callback)
        if found.state is State.REACHED:
            raise Taken(f"callback {callback} is under way")
        more = {"batch": batch} if batch else {}
        self._out_of_line(found)
        if agent is None:
            if found.state is State.RESERVED:
                self._record(
                    "callback.released", found, state=str(State.OPEN), from_agent=found.owner, by=by, **more
                )
        else:
            MACHINE.next(found.state, "reserved", f"callback {callback}")
            self._record("callback.moved", found, agent=agent, from_agent=found.owner, by=by, **more)
        self._arm(found)

    def note(self, account: int, callback: str, note: str) -> None:
        """What is to be known before he is called. Raises NotFound."""
        found, text = self._get(account, callback), _clean(note)
        if text != found.note:
            self._record("callback.noted", found, note=text)

    def call_back(self, account: int, callback: str, agent: int) -> None:
        """Now: his telephone, then the customer's. Raises NotFound, Taken, NotFree, NoNumber."""
        found = self._get(account, callback)
        if not found.number:
            raise NoNumber(f"callback {callback} has no number")
        if found.state is State.REACHED or (found.call and not self._waits_in_line(found)):
            raise Taken(f"callback {callback} is under way")
        if found.state is State.RESERVED and found.owner != agent:
            raise Taken(f"callback {callback} has {found.owner}")
        if not self._is_free(agent):
            raise NotFree(f"agent {agent}")
        self.take(account, callback, agent, self._clock.now_ms() + round(CALLED_WITHIN_S * 1000))
        self._line.call_back(found, agent)

    def postpone(self, account: int, callback: str, due_at: int, by_hand: bool = False) -> None:
        """To another moment (UTC ms); one that somebody chose (`by_hand`) is held against the queue's opening hours if
        it says so. Raises NotFound, Taken, Invalid."""
        found = self._get(account, callback)
        now = self._clock.now_ms()
        if found.state is State.REACHED:
            raise Taken(f"callback {callback} is under way")
        if not now <= due_at <= now + LATEST_MS:
            raise TooLate("the moment must be in the future", field="due_at", days=365)
        queue = self._catalog.queue(found.queue)
        if queue is not None:
            may_be_due(self._catalog, queue, now, due_at, by_hand)
        self._out_of_line(found)
        self._record("callback.postponed", found, due_at=due_at)
        if found.state is State.RESERVED and not found.personal:
            self._record("callback.released", found, state=str(State.OPEN))
        self._arm(found)

    def close(
        self,
        account: int,
        callback: str,
        done: bool,
        who: str,
        disposition: int | None = None,
        note: str = "",
    ) -> None:
        """By hand: called otherwise (`done`), or not to be called; with a verdict of its queue if there is one. `who`
        is named in the journal. Raises NotFound, Taken, Invalid."""
        found = self._get(account, callback)
        more: dict[str, Any] = {}
        if disposition is not None:
            info = self._catalog.now.dispositions.get(disposition)
            queue = self._catalog.queue(found.queue)
            if info is None or queue is None or info.set != queue.disposition_set:
                raise Invalid("this disposition does not belong to the queue", field="disposition")
            more = {"disposition": info.id, "code": info.code, "label": info.label}
        if found.state is State.REACHED:
            raise Taken(f"callback {callback} is under way")
        self._out_of_line(found)
        if note:
            self.note(account, callback, note)
        self._close(found, "done" if done else "cancelled", "by_hand", by=who, **more)

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
            if c.account == account
            and c.state is not State.REACHED
            and (c.queue in wanted or (agent is not None and c.owner == agent))
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
        self.sweep()
        for callback in list(self._live.callbacks.values()):
            self._arm(callback)

    def sweep(self) -> None:
        """An attempt that is no call any more is over, whatever was told of it (now and then, and after a start)."""
        for callback in list(self._live.callbacks.values()):
            call = self._live.calls.get(callback.call)
            if callback.state is State.REACHED:
                if call is None:
                    self._close(callback, "done", "reached", callback.call)
            elif callback.call and (call is None or call.ended_at is not None):
                self._failed(callback, "unknown", dialled=True)

    def _arm(self, callback: Callback) -> None:
        self._disarm(callback.id)
        if callback.call or callback.state is State.REACHED:
            return
        if callback.state is State.RESERVED and not callback.personal:
            due_at: int | None = callback.until
        else:
            due_at = callback.due_at if callback.reason is Reason.KEPT_PLACE else None
        if due_at is None:
            return
        left = (due_at - self._clock.now_ms()) / 1000
        self._timers[callback.id] = self._clock.call_later(max(0.0, left), lambda: self._due(callback.id))

    def _disarm(self, callback: str) -> None:
        timer = self._timers.pop(callback, None)
        if timer is not None:
            timer.cancel()

    def _due(self, callback_id: str) -> None:
        """A timer only asks: is it still to be called, and is he off the telephone?"""
        self._timers.pop(callback_id, None)
        callback = self._live.callbacks.get(callback_id)
        if callback is None or callback.call:
            return
        if callback.state is State.RESERVED and not callback.personal and callback.until is not None:
            if callback.until > self._clock.now_ms() + 50:
                self._arm(callback)
            else:  # a reservation returns by itself
                self._record("callback.released", callback, state=str(State.OPEN), why="not_called")
                self._arm(callback)
            return
        if callback.state is not State.OPEN or callback.due_at is None:
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
    def _attempt_over(self, call: Call, outcome: str) -> int | None:
        callback = self._live.callbacks.get(call.callback)
        if callback is None or callback.call != call.id:
            return None
        if callback.state is State.REACHED:
            waited_for = (call.must_qualify or call.disposition is not None) and not call.disposed
            if not waited_for:
                self.judged(call, call.disposition)
            return None
        if outcome == "cancelled" and not (call.asked_by is not None and call.hang_up_by):
            self._record("callback.left_line", callback, call.id)
            return None
        if outcome == "refused":
            return self._failed(callback, "refused", dialled=False)
        leg = call.legs.get(call.id)
        by_agent = leg is None or call.hang_up_by == "agent"
        why = leg.cause if leg is not None else "not_dialled"
        return self._failed(callback, why, dialled=leg is not None, result=result_of(why, by_agent))

    def _failed(
        self, callback: Callback, why: str, dialled: bool, result: Result = Result.FAILED
    ) -> int | None:
        """Nobody was reached. A kept place is tried again while it has tries left, the others by the rules of the
        queue; then people decide, or it is over. Returns the verdict of an end by the rules."""
        queue = self._catalog.queue(callback.queue)
        times = callback.results.get(result, 0) + 1
        if callback.reason is Reason.KEPT_PLACE:
            left = queue is not None and callback.tries < queue.calling_back.tries
            wait_s = queue.calling_back.retry_s if queue is not None else 0
            again_s = wait_s if left else None
            over, disposition = False, None
        else:
            following = after(self._settings(queue).rules, result, times)
            again_s, disposition = following.again_s, following.disposition
            over = again_s is None
        keeps = callback.personal and callback.owner is not None
        self._record(
            "callback.failed",
            callback,
            callback.call,
            why=why,
            due_at=None if again_s is None else self._clock.now_ms() + again_s * 1000,
            dialled=dialled,
            result=str(result),
            times=times,
            state=str(State.RESERVED if keeps else State.OPEN),
        )
        if over:
            info = self._catalog.disposition(disposition)
            more: dict[str, Any] = {}
            if info is not None:
                more = {"disposition": info.id, "label": info.label}
            self._close(callback, "cancelled", str(result), **more)
            return info.id if info is not None else None
        if callback.state is State.RESERVED and callback.reason is Reason.KEPT_PLACE:
            self._record("callback.released", callback, state=str(State.OPEN))
        self._arm(callback)
        return None

    @staticmethod
    def _settings(queue: QueueInfo | None) -> Settings:
        return queue.outbound if queue is not None else BLANK

    def _open(
        self,
        call: Call,
        number: str,
        reason: Reason,
        due_at: int | None = None,
        recording: str = "",
        queue: int | None = None,
        owner: int | None = None,
        note: str = "",
    ) -> str:
        """`queue`: not the one of the call; `owner`: he alone is to call."""
        wanted = self._catalog.queue(queue if queue is not None else call.queue)
        if wanted is None:
            return ""
        new = str(uuid4())
        more: dict[str, Any] = {"owner": owner} if owner is not None else {}
        if note:
            more["note"] = note
        self._live.record(
            "callback.opened",
            account=call.account,
            call=call.id,
            callback=new,
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
            **more,
        )
        return new

    def _close(self, callback: Callback, event: str, why: str, call: str = "", **data: Any) -> None:
        new = MACHINE.next(callback.state, event, f"callback {callback.id}")
        attempt = callback.call
        self._disarm(callback.id)
        self._record("callback.closed", callback, call, state=str(new), why=why, **data)
        if attempt:
            self._line.leave_line(attempt)

    def _record(self, kind: str, callback: Callback, call: str = "", **data: Any) -> None:
        self._live.record(
            kind,
            account=callback.account,
            call=call or callback.from_call or None,
            callback=callback.id,
            queue=callback.queue,
            **data,
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
            and c.state is not State.REACHED
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


def _clean(text: str) -> str:
    """One that fits, without control characters (line breaks stay)."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable())[:MOST_NOTE].strip()
