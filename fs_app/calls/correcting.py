"""A wrong result is corrected (PW-90): who, when and from what stands in the journal, and on the call's time line.

What the first verdict set off (a message, a call back) is not undone: it was believed when it was done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fs_app.calls.model import Call, JournalEntry
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.journal import Entry
from fs_app.live import Live

DURABLE_S = 5.0
MOST_NOTE = 4000


class TooLate(Conflict):
    """The queue allows it for some hours after the call, and they are over."""

    key = "error.correct_too_late"


class NotYet(Conflict):
    """The call has no result yet: it is to be qualified, not corrected."""

    key = "error.correct_not_yet"


@dataclass(frozen=True, slots=True)
class Was:
    """A call as the database has it. Times UTC ms."""

    agent: int | None
    queue: int | None
    disposition: int | None
    note: str
    ended_at: int | None


def until(catalog: Catalog, queue: int | None, ended_at: int | None) -> int | None:
    """Until when the result of a call may be corrected (UTC ms); None: not at all."""
    info = catalog.queue(queue)
    if info is None or ended_at is None or not info.outbound.correct_hours:
        return None
    return ended_at + info.outbound.correct_hours * 3_600_000


class Corrections:
    def __init__(
        self, live: Live, db: Database, clock: Clock, catalog: Catalog, wait: Callable[[int, float], None]
    ) -> None:
        """`wait(entry, seconds)` until the database has an entry. Raises WaitTimeout."""
        self._live = live
        self._db = db
        self._clock = clock
        self._catalog = catalog
        self._wait = wait

    def his(self, account: int, agent: int, call: str) -> Was:
        """The agent's own call. Raises NotFound."""
        was = self._db.read(lambda: find(account, call))
        if was is None or was.agent != agent:
            raise NotFound(f"call {call[:50]!r}")
        return was

    def correct(self, account: int, agent: int, call: str, disposition: int, note: str, by: str) -> None:
        """The agent of a call gives it another result (`by`: his name). Returns when it is in the database. Raises
        NotFound, NotYet, TooLate, Invalid, WaitTimeout."""
        was = self.his(account, agent, call)
        if was.ended_at is None or call in self._live.calls:
            raise NotYet(f"call {call} goes on, or waits for its verdict")
        last = until(self._catalog, was.queue, was.ended_at)
        if last is None or self._clock.now_ms() > last:
            raise TooLate(f"call {call}")
        queue = self._catalog.queue(was.queue)
        info = self._catalog.now.dispositions.get(disposition)
        if info is None or queue is None or info.set != queue.disposition_set:
            raise Invalid("this disposition does not belong to the queue", field="disposition")
        text = "".join(c for c in note if c in "\n\t" or c.isprintable())[:MOST_NOTE]
        if (was.disposition, was.note) == (disposition, text):
            return
        before = self._catalog.disposition(was.disposition)
        entry = self._live.record(
            "call.corrected",
            account=account,
            call=call,
            agent=agent,
            agent_name=by,
            disposition=info.id,
            code=info.code,
            label=info.label,
            note=text,
            old_disposition=was.disposition,
            old_label=before.label if before is not None else "",
            old_note=was.note,
        )
        self._wait(entry.id, DURABLE_S)


def find(account: int, call: str) -> Was | None:
    """Inside `Database.read`."""
    columns = Call.agent, Call.queue, Call.disposition, Call.disposition_note, Call.ended_at
    row = Call.select(*columns).where(Call.account == account, Call.id == call).tuples().first()
    return Was(*row) if row is not None else None


def corrections(account: int, call: str) -> list[dict[str, Any]]:
    """What was corrected so far, in order: `at`, `by`, `old`, `new`. Inside `Database.read`."""
    rows = JournalEntry.select(JournalEntry.at, JournalEntry.data).where(
        JournalEntry.account == account, JournalEntry.call == call, JournalEntry.kind == "call.corrected"
    )
    return [
        {"at": at, "by": d.get("agent_name", ""), "old": d.get("old_label", ""), "new": d.get("label", "")}
        for at, d in rows.order_by(JournalEntry.id).tuples()
    ]


def corrected(e: Entry) -> None:
    """For the projection."""
    values: dict[Any, Any] = {Call.disposition: e.data["disposition"], Call.disposition_note: e.data["note"]}
    Call.update(values).where(Call.id == e.call).execute()
