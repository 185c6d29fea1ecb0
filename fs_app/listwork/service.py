"""Records of call lists that agents have: shown, called, judged. The one writer of `record.*` entries.

Nothing here yields, so of two agents who take the same record the first has it. What becomes of a record is written to
the list by the projection; until the database has it, the record is nobody's to fetch (`settling`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import structlog

from fs_app.calls.state import Call
from fs_app.calls.wanted import Wanted
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.contacts.numbers import spellings
from fs_app.errors import Invalid, NotAllowed, NotFound
from fs_app.infos import QueueInfo
from fs_app.journal import Entry
from fs_app.listwork import results
from fs_app.listwork.results import GIVEN_BACK, Outcome
from fs_app.listwork.shelf import Shelf
from fs_app.listwork.state import MACHINE, Held, Known, State, facts
from fs_app.live import Live
from fs_app.outbound.item import NoNumber, NotFree, Taken
from fs_app.outbound.promises import may_be_due, room_for
from fs_app.outbound.retry import Result, result_of
from fs_app.outbound.settings import BLANK, Settings

log = structlog.get_logger(__name__)

SKIPPED_S = 600.0
"""What an agent has passed over is not shown to him again before this time; others get it."""

CALLED_WITHIN_S = 120.0
"""So long a record is an agent's who calls it now, if nothing is heard of his call at all."""

ENGAGED = "error.record_engaged"

MOST_NOTE = 1000
"""Characters."""


class Forbidden(NotAllowed):
    """Not now, or never: `reason` is the sentence's key, with its parameters."""

    key = "error.record_forbidden"


class Line(Protocol):
    """What calls do for records (`calls.service.Calls`)."""

    def dial(self, wanted: Wanted) -> Call: ...


Gate = Callable[[Known, int | None], str]
"""Asked from memory before a record is shown or called: the key of what forbids it now, "" when nothing does."""


class ListWork:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        line: Line,
        is_free: Callable[[int], bool],
        shelf: Shelf,
        caller_id: Callable[[QueueInfo], str] = lambda queue: queue.caller_id,
        gate: Gate = lambda known, agent: "",
    ) -> None:
        """`is_free(agent)`: he is here, his telephone is there, and he does nothing. `caller_id(queue)`: the number
        that is shown to who is called."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._line = line
        self._is_free = is_free
        self._shelf = shelf
        self._caller_id = caller_id
        self._gate = gate

    # --- finding --------------------------------------------------------------------------------------------
    def known(self, account: int, record: int) -> Known:
        """One that somebody has, or that comes next. Raises NotFound."""
        held = self._live.records.get(record)
        found = held.known if held is not None else self._shelf.find(record)
        if found is None or found.account != account:
            raise NotFound(f"record {record}")
        return found

    def held(self, record: int) -> Held | None:
        return self._live.records.get(record)

    def of_call(self, call: Call) -> list[Held]:
        """Those that this call is for: one that was dialled, or those of who called himself."""
        if call.record is None:
            return []
        return [held for held in self._live.records.values() if held.call == call.id]

    # --- what agents do -------------------------------------------------------------------------------------
    def show(self, account: int, record: int, agent: int, until: int) -> None:
        """His alone while he looks at it. Raises NotFound, Taken, Forbidden."""
        known, held = self.known(account, record), self._live.records.get(record)
        self._his(known, held, agent)
        self._allowed(known, agent)
        if held is None or held.until != until:
            self._show(known, agent, until)

    def _show(self, known: Known, agent: int, until: int) -> None:
        self._record("record.shown", known, agent=agent, until=until, facts=facts(known))
        self._watch(known.id, until)

    def give_back(self, record: int, agent: int, why: str = "not_called") -> None:
        """He no longer looks at it, and did not call."""
        held = self._live.records.get(record)
        if held is not None and held.state is State.SHOWN and held.agent == agent:
            self._release(held, why)

    def withdraw(self, record: int) -> int | None:
        """It is not to be called any more: nobody is shown it. Returns the agent who looked at it."""
        held = self._live.records.get(record)
        if held is None or held.state is not State.SHOWN:
            return None
        self._release(held, "changed")
        return held.agent

    def skip(self, account: int, record: int, agent: int, reason: str) -> None:
        """He passes it over: he is not shown it again for a while. Raises NotFound."""
        known = self.known(account, record)
        not_before = self._clock.now_ms() + round(SKIPPED_S * 1000)
        self._record("record.skipped", known, agent=agent, reason=clean(reason), not_before=not_before)
        self._shelf.skip(record, agent, not_before)

    def call(self, account: int, record: int, agent: int) -> str:
        """Now: his telephone, then the person's. Returns the call. Raises NotFound, Taken, NotFree, NoNumber,
        Forbidden."""
        known, held = self.known(account, record), self._live.records.get(record)
        queue = self._catalog.queue(known.queue)
        if queue is None:
            raise NotFound(f"record {record} has no queue")
        if not known.number:
            raise NoNumber(f"record {record} has no number")
        self._his(known, held, agent)
        if not self._is_free(agent):
            raise NotFree(f"agent {agent}")
        self._allowed(known, agent)
        if held is None:
            self._show(known, agent, self._clock.now_ms() + round(CALLED_WITHIN_S * 1000))
        MACHINE.next(State.SHOWN, "called", f"record {record}")
        wanted = Wanted(
            account,
            agent,
            known.number,
            queue,
            shown=self._caller_id(queue),
            contact=known.contact,
            contact_name=known.name,
            record=record,
        )
        return self._line.dial(wanted).id

    def own(self, account: int, record: int, agent: int) -> None:
        """A personal callback from now on: nobody else calls (BA-112). Raises NotFound, Taken, TooMany."""
        known, held = self._mine(account, record, agent)
        if known.bound_to == agent:
            return
        queue = self._catalog.queue(known.queue)
        if queue is not None:
            room_for(queue, self._shelf.personal(agent))
        due_at = known.due_at if known.due_at is not None else self._clock.now_ms()
        until = held.until if held is not None else None
        self._over(known, held, Outcome("personal", due_at=due_at, owner=agent), agent, "reserved")
        if until is not None:  # he looks at it still
            self._show(self.known(account, record), agent, until)

    def release(self, account: int, record: int) -> None:
        """A personal callback is everybody's. Raises NotFound, Taken."""
        known, held = self.known(account, record), self._live.records.get(record)
        self._not_in_call(held, record)
        if known.status == "PERSONAL":
            due_at = known.due_at if known.due_at is not None else self._clock.now_ms()
            self._over(known, held, Outcome("callback", due_at=due_at, freed=True), None, "released")
        elif held is not None:
            self._release(held, "released")

    def postpone(self, account: int, record: int, due_at: int) -> None:
        """To another moment (UTC ms); who has it for himself keeps it. Raises NotFound, Taken, Invalid."""
        known, held = self.known(account, record), self._live.records.get(record)
        self._not_in_call(held, record)
        queue = self._catalog.queue(known.queue)
        if queue is not None:
            may_be_due(self._catalog, queue, self._clock.now_ms(), due_at, by_hand=True)
        outcome = Outcome("callback", due_at=due_at)
        if known.status == "PERSONAL":
            outcome = Outcome("personal", due_at=due_at, owner=known.owner)
        self._over(known, held, outcome, held.agent if held is not None else None, "postponed")

    def move(self, account: int, record: int, agent: int | None, by: str) -> None:
        """To another agent, or (None) to everybody. `by` is named in the journal. Raises NotFound, Taken."""
        known, held = self.known(account, record), self._live.records.get(record)
        self._not_in_call(held, record)
        due_at = known.due_at if known.due_at is not None else self._clock.now_ms()
        outcome = Outcome("callback", due_at=due_at, freed=True)
        if agent is not None:
            outcome = Outcome("personal", due_at=due_at, owner=agent)
        self._over(known, held, outcome, agent, "moved", by=by)

    def note(self, account: int, record: int, note: str) -> None:
        """What is to be known before he is called: the memo. Raises NotFound."""
        known, text = self.known(account, record), clean(note)
        if text != known.memo:
            self._record("record.noted", known, note=text)
            self._shelf.noted(record, text)

    def close(
        self,
        account: int,
        record: int,
        done: bool,
        who: str,
        disposition: int | None = None,
        note: str = "",
        agent: int | None = None,
    ) -> None:
        """Without calling: settled (`done`), or not to be called; with a verdict of its queue if there is one. Raises
        NotFound, Taken, Invalid."""
        known, held = self.known(account, record), self._live.records.get(record)
        self._not_in_call(held, record)
        queue, effect, category, label = self._catalog.queue(known.queue), "", "", ""
        more: dict[str, Any] = {}
        if disposition is not None:
            info = self._catalog.now.dispositions.get(disposition)
            if info is None or queue is None or info.set != queue.disposition_set:
                raise Invalid("this disposition does not belong to the queue", field="disposition")
            effect, category, label = info.effect, info.category, info.label
            more = {"disposition": info.id, "code": info.code, "label": info.label}
        if note:
            self.note(account, record, note)
        agent = held.agent if held is not None and held.agent is not None else agent
        now, rules = self._clock.now_ms(), self._rules(queue)
        if effect == "wrong_number":
            outcome = Outcome("wrong")
        elif effect:
            outcome = results.judged(known, effect, category, {}, agent, rules, now, counted=False)
        else:
            outcome = Outcome("completed" if done else "stopped", category)
        self._over(known, held, outcome, agent, "by_hand", by=who, **more)
        if effect == "never":
            self.never_again(account, known.number, label, who)

    def never_again(self, account: int, number: str, reason: str, by: str, call: str = "") -> None:
        """This number goes onto the account's blacklist."""
        if number:
            self._live.record(
                "number.barred",
                account=account,
                call=call or None,
                number=number,
                reason=reason[:200],
                by=by[:200],
            )

    # --- what calls tell ------------------------------------------------------------------------------------
    def book(self, call: Call, agent: int, due_at: int | None, mine: bool, note: str) -> bool:
        """The agent promises the other side of a call for a record to call again. False: it is for none. Raises
        TooLate, Closed, TooMany."""
        held = self.of_call(call)
        queue = self._catalog.queue(call.queue)
        if not held or queue is None:
            return False
        now = self._clock.now_ms()
        if due_at is not None:
            may_be_due(self._catalog, queue, now, due_at, by_hand=True)
        if mine:
            room_for(queue, self._shelf.personal(agent))
        for one in held:
            self._record(
                "record.booked", one.known, call.id, agent=agent, due_at=due_at, mine=mine, note=clean(note)
            )
        return True

    def got_through(self, call: Call) -> None:
        """An agent talks to him."""
        for held in self.of_call(call):
            if held.state is State.CALLED:
                MACHINE.next(held.state, "reached", f"record {held.known.id}")
                self._record("record.reached", held.known, call.id, agent=call.agent)

    def answered(self, call: Call, known: Known) -> None:
        """Who is on a list has called himself, and talks to an agent: the record is with this call from now on."""
        if known.id in self._live.records or call.agent is None or self._shelf.is_settling(known.id):
            return
        self._record("record.answered", known, call.id, agent=call.agent, facts=facts(known))

    def lost(self, known: Known) -> None:
        """The list says that it is in a call, and it is in none."""
        if known.id not in self._live.records and not self._shelf.is_new(known.id):
            log.warning("a record was in a call that nobody knows", record=known.id, list=known.list)
            self._over(known, None, GIVEN_BACK, None, "lost")

    def ended(self, call: Call, outcome: str) -> int | None:
        """The call is over. Returns the verdict of an attempt that was the last one by the rules."""
        final = None
        for held in self.of_call(call):
            if held.state is State.REACHED:
                waited_for = (call.must_qualify or call.disposition is not None) and not call.disposed
                if not waited_for:
                    self.judged(call, call.disposition)
            elif held.state is State.CALLED:
                found = self._failed(held, call, outcome)
                final = found.disposition if found.disposition is not None else final
        return final

    def judged(self, call: Call, disposition: int | None) -> None:
        """The call got its verdict, or (None) will get none."""
        info = self._catalog.disposition(disposition)
        for held in self.of_call(call):
            if held.state is not State.REACHED:
                continue
            outcome = results.judged(
                held.known,
                info.effect if info is not None else "",
                info.category if info is not None else "",
                held.booked,
                call.agent,
                self._rules(self._catalog.queue(held.known.queue)),
                self._clock.now_ms(),
                counted=not held.inbound,
            )
            more: dict[str, Any] = {}
            if info is not None:
                more = {"disposition": info.id, "code": info.code, "label": info.label}
            if held.booked.get("note"):
                self._record("record.noted", held.known, call.id, note=held.booked["note"])
            self._over(held.known, held, outcome, call.agent, "judged", talked=True, **more)

    # --- time -----------------------------------------------------------------------------------------------
    def rearm(self) -> None:
        """After a start: what is shown is shown still until its time is over; calls that are gone are settled."""
        for held in list(self._live.records.values()):
            if held.state is State.SHOWN and held.until is not None:
                self._watch(held.known.id, held.until)
        self.sweep()

    def sweep(self) -> None:
        """A call that is none any more is over, whatever was told of it (now and then, and after a start)."""
        for held in list(self._live.records.values()):
            call = self._live.calls.get(held.call)
            gone = call is None or (call.over if held.state is State.REACHED else call.ended_at is not None)
            if held.state is State.SHOWN or not gone:
                continue
            if held.state is State.REACHED:
                verdict = call.disposition if call is not None else None
                outcome = Outcome("completed", "argued", counted=not held.inbound)
                more = {"disposition": verdict} if verdict else {}
                self._over(held.known, held, outcome, held.agent, "lost", talked=True, **more)
            elif held.dialled:
                outcome = results.not_reached(
                    held.known,
                    Result.FAILED,
                    self._rules(self._catalog.queue(held.known.queue)),
                    self._clock.now_ms(),
                )
                self._over(held.known, held, outcome, held.agent, "lost")
            else:
                self._over(held.known, held, GIVEN_BACK, held.agent, "lost")

    def _watch(self, record: int, until: int) -> None:
        left = (until - self._clock.now_ms()) / 1000
        self._clock.call_later(max(0.0, left), lambda: self._time_up(record))

    def _time_up(self, record: int) -> None:
        """A timer only asks: is it shown still, and is the time over?"""
        held = self._live.records.get(record)
        if held is None or held.state is not State.SHOWN or held.until is None:
            return
        if held.until <= self._clock.now_ms() + 50:
            self._release(held, "not_called")

    # --- changes --------------------------------------------------------------------------------------------
    def _failed(self, held: Held, call: Call, outcome: str) -> Outcome:
        """Nobody was reached."""
        known = held.known
        leg = call.legs.get(call.id)
        if leg is None:
            if outcome != "refused" and call.asked_by is not None:  # nobody shows him the same one at once
                not_before = self._clock.now_ms() + round(SKIPPED_S * 1000)
                self._shelf.skip(known.id, call.asked_by, not_before)
            self._over(known, held, GIVEN_BACK, call.agent, outcome)
            return GIVEN_BACK
        result = result_of(leg.cause, by_agent=call.hang_up_by == "agent")
        found = results.not_reached(
            known, result, self._rules(self._catalog.queue(known.queue)), self._clock.now_ms()
        )
        info = self._catalog.disposition(found.disposition)
        more: dict[str, Any] = {}
        if info is not None:
            more = {"disposition": info.id, "code": info.code, "label": info.label}
        if leg.answered_at is not None:  # he picked up, and nobody was there for him
            more["abandoned"] = True
        self._over(known, held, found, call.agent, leg.cause, **more)
        return found

    def _over(
        self, known: Known, held: Held | None, outcome: Outcome, agent: int | None, why: str, **more: Any
    ) -> None:
        """What has become of it is written, and nobody has it any more."""
        call = held.call if held is not None else ""
        if held is not None:
            MACHINE.next(held.state, "over", f"record {known.id}")
        entry = self._record(
            "record.over",
            known,
            call,
            agent=agent,
            event=outcome.event,
            result=outcome.result,
            due_at=outcome.due_at,
            owner=outcome.owner,
            freed=outcome.freed,
            counted=outcome.counted,
            refused=outcome.refused,
            dialled=held is not None and held.dialled,
            number=known.number,
            why=why,
            **more,
        )
        self._shelf.settle(known, entry.id, results.now_is(known, outcome))

    def _release(self, held: Held, why: str) -> None:
        MACHINE.next(held.state, "over", f"record {held.known.id}")
        self._record("record.released", held.known, agent=held.agent, why=why)

    def _record(
        self, kind: str, known: Known, call: str = "", /, agent: int | None = None, **data: Any
    ) -> Entry:
        return self._live.record(
            kind,
            account=known.account,
            call=call or None,
            agent=agent,
            record=known.id,
            list=known.list,
            queue=known.queue,
            **data,
        )

    # --- may he? --------------------------------------------------------------------------------------------
    def _mine(self, account: int, record: int, agent: int) -> tuple[Known, Held | None]:
        known, held = self.known(account, record), self._live.records.get(record)
        self._his(known, held, agent)
        return known, held

    def _his(self, known: Known, held: Held | None, agent: int) -> None:
        """Raises Taken: somebody else has it, or it is in a call."""
        self._not_in_call(held, known.id)
        if held is not None and held.agent != agent:
            raise Taken(f"record {known.id} has {held.agent}")
        if held is None and self._shelf.is_settling(known.id):
            raise Taken(f"record {known.id} is being written")
        if known.bound_to not in (None, agent):
            raise Taken(f"record {known.id} has {known.bound_to}")

    @staticmethod
    def _not_in_call(held: Held | None, record: int) -> None:
        if held is not None and held.state is not State.SHOWN:
            raise Taken(f"record {record} is in a call")

    def _allowed(self, known: Known, agent: int) -> None:
        why = ENGAGED if self._is_engaged(known) else self._gate(known, agent)
        if why:
            raise Forbidden(f"record {known.id}: {why}", reason=why)

    def _is_engaged(self, known: Known) -> bool:
        """He talks to us or waits for us at this moment, or is being called: by another list, at another number, or by
        himself, however his network writes his number."""
        others = [
            call
            for call in self._live.calls.values()
            if call.ended_at is None and call.account == known.account and call.record != known.id
        ]
        if not others:
            return False
        info = self._catalog.account(known.account)
        country = info.country if info is not None else ""
        own = {s for one in known.numbers for s in (one.n, *spellings(one.n, country))} - {""}
        return any(
            call.caller_number in own or (known.contact is not None and call.contact == known.contact)
            for call in others
        )

    def _rules(self, queue: QueueInfo | None) -> Any:
        settings: Settings = queue.outbound if queue is not None else BLANK
        return settings.rules


def clean(text: str) -> str:
    """One that fits, without control characters (line breaks stay)."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable())[:MOST_NOTE].strip()
