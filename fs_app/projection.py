"""From the journal into the database: one writer, in order, idempotent.

Each batch is one transaction that also moves the mark; an entry at or below the mark is never applied again. A
database that is locked or away delays this and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import gevent
import structlog
from gevent.event import Event

from fs_app import metrics
from fs_app.bus import Bus
from fs_app.callbacks import rows as callbacks
from fs_app.calls import correcting
from fs_app.calls.model import LINE_ROW, Call, JournalEntry, Leg, ProjectionMark, Recording
from fs_app.calls.state import DIALLED
from fs_app.colleagues import rows as colleagues
from fs_app.contacts.model import still_there
from fs_app.db import Database
from fs_app.errors import DatabaseBusy, WaitTimeout
from fs_app.events import Projected, Recorded
from fs_app.history import rows as parts
from fs_app.journal import CHECKPOINT, Entry, Journal
from fs_app.listwork import rows as records
from fs_app.messaging import rows as messages
from fs_app.supervision import audit as supervision_audit
from fs_app.surveys import rows as surveys
from fs_app.tasks import Tasks
from fs_app.voicemail import rows as voicemail

log = structlog.get_logger(__name__)

JOURNAL = "main"
BATCH = 500
GATHER_S = 0.1
"""Entries are waited for this long, so that one transaction takes many: its own cost is that of a dozen entries. Who
waits for an entry (`Projector.wait`) ends the waiting."""

HELD_IN_MEMORY = 200_000
"""More waiting entries than this are read from the journal's files again."""

NOT_KEPT = frozenset({CHECKPOINT})

NOBODYS_CALL = ("record.", "callback.noted", "callback.skipped")
OF_PERSONS = frozenset({"facts", "number", "note", "reason"})
"""What entries that belong to no call say of somebody: their tables have it, and lose it when its days are over. Here
no page looks for it, and nobody would find it again to delete it."""


# --- one entry to rows ------------------------------------------------------------------------------------------
def _started(e: Entry) -> None:
    d = e.data
    Call.insert(
        id=e.call,
        account=e.account,
        direction=d["direction"],
        stage="NEW",
        queue=d.get("queue"),
        caller_number=d["caller_number"],
        caller_name=d["caller_name"],
        called_number=d["called_number"],
        started_at=e.at,
    ).on_conflict_ignore().execute()
    if not d.get("callback") and d["direction"] not in DIALLED:  # they have a leg when they are dialled
        _leg(e, e.call, "caller", None, d["caller_number"], d.get("sip_call_id", ""))
    records.started(e)


def _row(e: Entry) -> str | None:
    """The identifier of a leg's row. A permanent line is one channel in many calls: each has a row of its own."""
    leg = e.data["leg"]
    return f"{leg}{LINE_ROW}{(e.call or '')[:20]}" if e.data.get("line") else leg


def _leg(e: Entry, leg: str | None, role: str, agent: int | None, number: str, sip: str = "") -> None:
    Leg.insert(
        id=leg,
        account=e.account,
        call=e.call,
        role=role,
        agent=agent,
        number=number,
        sip_call_id=sip,
        created_at=e.at,
    ).on_conflict_ignore().execute()


def _dialled(e: Entry) -> None:
    _leg(e, e.data["leg"], "caller", None, e.data["number"])
    callbacks.tried(e)
    records.dialled(e)


SPENT = {
    "WAITING": Call.wait_ms,
    "OFFERED": Call.wait_ms,
    "CONNECTING": Call.wait_ms,
    "DIALING": Call.wait_ms,
    "OUTSIDE": Call.talk_ms,
    "CONFERENCE": Call.talk_ms,
    "TALKING": Call.talk_ms,
    "HELD": Call.hold_ms,
}


def _stage(e: Entry) -> None:
    values: dict[Any, Any] = {Call.stage: e.data["new"]}
    column = SPENT.get(e.data["old"])
    if column is not None:
        values[column] = column + e.data["ms"]
    Call.update(values).where(Call.id == e.call).execute()


def _set(**columns: Callable[[Entry], Any]) -> Callable[[Entry], None]:
    """Set columns of the entry's call."""

    def apply(e: Entry) -> None:
        Call.update({name: value(e) for name, value in columns.items()}).where(Call.id == e.call).execute()

    return apply


def _then(*handlers: Callable[[Entry], None]) -> Callable[[Entry], None]:
    """One after the other."""

    def apply(e: Entry) -> None:
        for handler in handlers:
            handler(e)

    return apply


def _bridged(e: Entry) -> None:
    Call.update(answered_at=e.at).where(Call.id == e.call, Call.answered_at.is_null()).execute()


def _line_dialled(e: Entry) -> None:
    """Who is called beside the customer; for a queue the leg comes with its agent (`line.joined`)."""
    if e.data["leg"]:
        _leg(e, _consulted_row(e), "consulted", e.data.get("to_agent"), e.data.get("number", ""))


def _line_joined(e: Entry) -> None:
    row = _consulted_row(e)
    if not e.data.get("permanent"):
        Leg.update(call=e.call, role="consulted").where(Leg.id == row).execute()
    _leg(e, row, "consulted", e.agent, e.data.get("number", ""))
    Leg.update(answered_at=e.at).where(Leg.id == row, Leg.answered_at.is_null()).execute()


def _consulted_row(e: Entry) -> str | None:
    leg = e.data["leg"]
    return f"{leg}{LINE_ROW}{(e.call or '')[:20]}" if e.data.get("permanent") else leg


def _transferred(e: Entry) -> None:
    """With a word before, to a colleague: he has the call from now on."""
    if e.data["how"] == "attended" and e.data["to"] == "agent":
        Call.update(agent=e.data["to_agent"]).where(Call.id == e.call).execute()


def _leg_ended(e: Entry) -> None:
    values: dict[str, Any] = {
        "ended_at": e.at,
        "cause": e.data["cause"],
        "by_far_end": e.data.get("by_far_end"),
    }
    if e.data.get("sip_call_id"):
        values["sip_call_id"] = e.data["sip_call_id"]
    Leg.update(values).where(Leg.id == _row(e)).execute()


def _recording_wanted(e: Entry) -> None:
    Recording.insert(
        id=e.data["recording"],
        account=e.account,
        call=e.call,
        agent=e.data.get("agent"),
        path=e.data["path"],
        rule=e.data.get("rule", "all"),
        started_at=e.at,
    ).on_conflict_ignore().execute()


def _message_over(e: Entry) -> None:
    new = voicemail.left(e)
    if new and e.account is not None:
        messages.voicemail_left(e.account, new, e.at)


def _recording_ended(e: Entry) -> None:
    values: dict[str, Any] = {"ended_at": e.at, "duration_ms": e.data.get("duration_ms", 0)}
    if e.kind == "recording.failed":
        values["problem"] = e.data["why"]
    Recording.update(values).where(Recording.id == e.data["recording"]).execute()


HANDLERS: dict[str, Callable[[Entry], None]] = {
    "call.started": _started,
    "call.stage": _stage,
    "call.queued": _set(
        queue=lambda e: e.data["queue"], ticket=lambda e: e.data["ticket"], queued_at=lambda e: e.at
    ),
    "call.overflowed": _set(queue=lambda e: e.data["new_queue"]),
    "call.turn": _set(ticket=lambda e: e.data["ticket"]),
    "call.contact": _set(contact=lambda e: still_there(e.data["contact"])),
    "call.bridged": _bridged,
    "call.dialled": _dialled,
    "line.dialled": _line_dialled,
    "line.joined": _line_joined,
    "call.transferred": _transferred,
    "call.diverted": lambda e: _leg(e, e.data["leg"], "outside", None, e.data["number"]),
    **callbacks.HANDLERS,
    **records.HANDLERS,
    "call.closed": _set(queue=lambda e: e.data["to"] or e.data["queue"]),
    "call.ended": _then(
        _set(
            ended_at=lambda e: e.at,
            ended_by=lambda e: e.data["by"],
            outcome=lambda e: e.data["outcome"],
            cause=lambda e: e.data["cause"],
        ),
        messages.call_ended,
    ),
    "call.disposed": _then(
        _set(
            disposition=lambda e: e.data["disposition"],
            disposition_note=lambda e: e.data["note"],
            disposed_at=lambda e: e.at,
        ),
        messages.call_disposed,
    ),
    "call.corrected": correcting.corrected,
    **messages.HANDLERS,
    "offer.made": lambda e: _leg(e, _row(e), "agent", e.data["agent"], e.data.get("number", "")),
    "offer.accepted": _set(agent=lambda e: e.data["agent"]),
    "leg.answered": lambda e: Leg.update(answered_at=e.at).where(Leg.id == _row(e)).execute() and None,
    "leg.ended": _leg_ended,
    "recording.wanted": _then(_recording_wanted, voicemail.begun),
    "recording.started": lambda e: (
        Recording.update(started_at=e.at).where(Recording.id == e.data["recording"]).execute() and None
    ),
    "recording.stopped": _then(_recording_ended, _message_over),
    "recording.failed": _recording_ended,
    **voicemail.HANDLERS,
    "call.destined": _set(queue=lambda e: e.data["queue"]),
    "flow.answer": surveys.answered,
    "recording.broken": lambda e: (
        Recording.update(problem=e.data["why"]).where(Recording.id == e.data["recording"]).execute() and None
    ),
    **dict.fromkeys(supervision_audit.ACTIONS, supervision_audit.write),
}


def project(entries: Sequence[Entry]) -> int:
    """Apply entries inside one transaction (given to `Database.write`); returns the new mark."""
    mark, _ = ProjectionMark.get_or_create(journal=JOURNAL)
    position = int(mark.position)
    fresh = [e for e in entries if e.id > position]
    _keep([e for e in fresh if e.kind not in NOT_KEPT])
    for entry in fresh:
        handler = HANDLERS.get(entry.kind)
        if handler is not None:
            handler(entry)
        parts.apply(entry)
        if entry.kind in colleagues.HANDLERS:
            colleagues.HANDLERS[entry.kind](entry)
    if fresh:
        position = fresh[-1].id
        ProjectionMark.update(position=position).where(ProjectionMark.journal == JOURNAL).execute()
    return position


def _keep(entries: Sequence[Entry]) -> None:
    """The entries themselves. In plain SQL: peewee putting it together took nearly a third of the projection [seen]."""
    if not entries:
        return
    database = JournalEntry._meta.database
    names = ("id", "account", "at", "kind", "call", "agent", "data")
    columns = [JournalEntry._meta.fields[name] for name in names]
    named = ", ".join(f'"{column.column_name}"' for column in columns)
    values = ", ".join([database.param] * len(columns))
    table = JournalEntry._meta.table_name
    database.cursor().executemany(
        f'INSERT INTO "{table}" ({named}) VALUES ({values}) ON CONFLICT DO NOTHING',  # noqa: S608 - names of our own
        [
            [column.db_value(getattr(e, name)) for name, column in zip(names, columns, strict=True)]
            for e in map(_kept, entries)
        ],
    )


def _kept(entry: Entry) -> Entry:
    if entry.call is not None or not entry.kind.startswith(NOBODYS_CALL):
        return entry
    return replace(entry, data={name: v for name, v in entry.data.items() if name not in OF_PERSONS})


def skip(entry: Entry) -> int:
    """Move the mark past an entry that the database refuses for what is in it."""
    ProjectionMark.update(position=entry.id).where(
        ProjectionMark.journal == JOURNAL, ProjectionMark.position < entry.id
    ).execute()
    return entry.id


class Projector:
    """The one writer. `position` is the number of the last entry that the database has."""

    def __init__(self, db: Database, journal: Journal, bus: Bus, tasks: Tasks) -> None:
        self._db = db
        self._journal = journal
        self._bus = bus
        self._tasks = tasks
        self._waiting: deque[Entry] = deque()
        self._reader: Iterator[Entry] | None = None
        self._missing = False  # entries were dropped from memory: read the files
        self._read_up_to = 0
        self._wake = Event()
        self._wanted = Event()  # somebody waits
        self._progress = Event()
        self.position = 0
        self.refused = 0
        self.trouble = ""
        bus.subscribe(Recorded, lambda event: self._feed(event.entry))

    def start(self) -> None:
        """Read the mark and begin with what the journal has above it. Raises DatabaseBusy."""
        self.position = self._db.write(lambda: project([]))
        metrics.JOURNAL_LAG.set_function(self.lag)
        self._missing = True
        self._tasks.spawn("projection", self._run)

    def lag(self) -> int:
        """Entries that are not yet in the database."""
        return max(0, self._journal.last_id - self.position)

    def wait(self, entry_id: int, timeout: float) -> None:
        """Wait until the database has this entry. Raises WaitTimeout."""
        with gevent.Timeout(timeout, False):
            while self.position < entry_id:
                self._wanted.set()
                self._progress.clear()
                self._progress.wait()
            return
        raise WaitTimeout(f"entry {entry_id} is not yet in the database")

    def drain(self, timeout: float) -> bool:
        """Wait for all entries; False when the time was too short."""
        try:
            self.wait(self._journal.last_id, timeout)
        except WaitTimeout:
            return False
        return True

    def _feed(self, entry: Entry) -> None:
        if len(self._waiting) >= HELD_IN_MEMORY:
            self._waiting.clear()
            self._missing = True
        if not self._missing:
            self._waiting.append(entry)
        self._wake.set()

    def _run(self) -> None:
        pause = 0.2
        batch: list[Entry] = []
        while True:
            if not batch and not self._waiting and not self._missing:
                self._wake.clear()
                self._wake.wait()
            if not batch and not self._missing and len(self._waiting) < BATCH:
                self._wanted.wait(GATHER_S)
            self._wanted.clear()
            batch = batch or self._next_batch()
            if not batch:
                continue
            try:
                self._write(batch)
                batch, pause, self.trouble = [], 0.2, ""
            except DatabaseBusy as error:
                if not self.trouble:
                    log.warning("the database does not take the journal", error=str(error))
                self.trouble = str(error)
                gevent.sleep(pause)
                pause = min(pause * 1.5, 1.0)

    def _next_batch(self) -> list[Entry]:
        if self._missing:
            batch = list(islice(self._reader, BATCH)) if self._reader is not None else []
            if not batch:
                # At the end: what was written since, perhaps to a newer file, is found by reading on from here.
                self._reader = self._journal.after(max(self._read_up_to, self.position))
                batch = list(islice(self._reader, BATCH))
            if batch:
                self._read_up_to = batch[-1].id
                return batch
            # The files hold nothing more: the rest is in memory, and what comes from now on.
            self._missing, self._reader = False, None
            self._waiting = deque(self._journal.held_entries())
        while self._waiting and self._waiting[0].id <= self.position:
            self._waiting.popleft()
        return [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]

    def _write(self, batch: list[Entry]) -> None:
        try:
            self.position = self._db.write(lambda: project(batch), timeout=90)
        except DatabaseBusy:
            raise
        except Exception:
            log.exception("a batch of the journal was refused; trying one by one", entries=len(batch))
            for entry in batch:
                self._write_alone(entry)
        self._progress.set()
        self._bus.publish(Projected(frozenset(e.account for e in batch if e.account is not None)))

    def _write_alone(self, entry: Entry) -> None:
        try:
            self.position = self._db.write(lambda: project([entry]), timeout=90)
        except DatabaseBusy:
            raise
        except Exception:
            self.refused += 1
            metrics.FAILURES.labels(where="projection").inc()
            log.exception("entry refused by the database; it stays in the journal only", entry=entry.id)
            self.position = self._db.write(lambda: skip(entry), timeout=90)
