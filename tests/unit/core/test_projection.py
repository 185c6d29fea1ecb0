"""From the journal into the database: once, in order, whatever happens between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from fs_app import projection
from fs_app.bus import Bus
from fs_app.calls.model import Call, JournalEntry, Leg, ProjectionMark, Recording
from fs_app.clock import FakeClock
from fs_app.db import Database
from fs_app.errors import DatabaseBusy, WaitTimeout
from fs_app.events import Recorded
from fs_app.journal import Journal
from fs_app.projection import Projector, project
from fs_app.tasks import Tasks
from tests.support.until import until
from tests.unit.core.databases import T0, Ids, Story, opened
from tests.unit.core.test_database import Ticker, locked
from tests.unit.core.test_journal import disk

BLOCKED_S = 0.5
"""A loop that waits for the database stands still for seconds; beside other tests it is late by tenths."""


def rows(db: Database) -> dict[str, Any]:
    """All that the projection writes, as plain values."""

    def read() -> dict[str, Any]:
        tables = {
            m.__name__: sorted(m.select().tuples(), key=repr) for m in (Call, Leg, Recording, JournalEntry)
        }
        return {**tables, "mark": [m.position for m in ProjectionMark.select()]}

    return db.read(read)


# --- what it makes of entries -----------------------------------------------------------------------------------
def test_a_whole_call_is_one_row_with_everything(db: Database, ids: Ids) -> None:
    entries = Story(ids).whole()
    db.write(lambda: project(entries))
    (call,) = db.read(lambda: list(Call.select().dicts()))
    assert call["caller_name"] == "Zoë \u202e<b>"
    assert (call["stage"], call["outcome"], call["ended_by"]) == ("ENDED", "answered", "caller")
    assert (call["queue"], call["agent"], call["ticket"]) == (ids.queue, ids.agent, 7)
    assert (call["wait_ms"], call["talk_ms"], call["hold_ms"]) == (24_000, 100_000, 5000)
    assert (call["queued_at"], call["answered_at"], call["ended_at"]) == (T0 + 3000, T0 + 27_000, T0 + 72_010)
    assert (call["disposition"], call["disposition_note"]) == (ids.disposition, "14 postes")
    legs = {row["id"]: row for row in db.read(lambda: list(Leg.select().dicts()))}
    assert (legs["call-1"]["role"], legs["call-1"]["sip_call_id"]) == ("caller", "sip-1")
    assert (legs["call-1-leg"]["agent"], legs["call-1-leg"]["sip_call_id"]) == (ids.agent, "sip-2")
    assert legs["call-1-leg"]["by_far_end"] is False
    (recording,) = db.read(lambda: list(Recording.select().dicts()))
    assert (recording["duration_ms"], recording["ended_at"]) == (105_000, T0 + 72_010)
    kept = db.read(lambda: list(JournalEntry.select().order_by(JournalEntry.id).dicts()))
    assert [e["id"] for e in kept] == [e.id for e in entries]
    assert [e["data"] for e in kept] == [e.data for e in entries]


def test_the_same_entries_twice_change_nothing(db: Database, ids: Ids) -> None:
    entries = Story(ids).whole()
    db.write(lambda: project(entries))
    once = rows(db)
    assert db.write(lambda: project(entries)) == entries[-1].id
    assert db.write(lambda: project(entries[:5])) == entries[-1].id
    assert db.write(lambda: project([])) == entries[-1].id
    assert rows(db) == once


@pytest.mark.parametrize("size", [1, 3, 7])
def test_batches_that_overlap_after_a_crash_change_nothing(db: Database, ids: Ids, size: int) -> None:
    entries = Story(ids).whole()
    db.write(lambda: project(entries))
    at_once = rows(db)
    db.write(_empty)
    for start in range(0, len(entries), size):
        batch = entries[max(0, start - 2) : start + size]
        with pytest.raises(RuntimeError):
            db.write(lambda batch=batch: _dies(batch))
        db.write(lambda batch=batch: project(batch))
    assert rows(db) == at_once


def _dies(batch: list[Any]) -> None:
    project(batch)
    raise RuntimeError("killed before the commit")


def _empty() -> None:
    for model in (Recording, Leg, Call, JournalEntry, ProjectionMark):
        model.delete().execute()


def test_numbers_beyond_32_bits_are_numbers(db: Database, ids: Ids) -> None:
    entries = Story(ids, first=5_000_000_000).whole()
    assert db.write(lambda: project(entries)) == entries[-1].id > 2**32


# --- the writer -------------------------------------------------------------------------------------------------
class Writer:
    """A journal, the projector that follows it, and a way to record entries."""

    def __init__(self, db: Database, folder: Path, **options: Any) -> None:
        self.bus = Bus()
        self.tasks = Tasks("test")
        self.journal = Journal(folder, FakeClock(T0), **options)
        self.projector = Projector(db, self.journal, self.bus, self.tasks)

    def record(self, story: list[Any]) -> list[int]:
        made = []
        for e in story:
            entry = self.journal.append(e.kind, e.account, e.call, e.agent, e.data, e.at)
            self.bus.publish(Recorded(entry))
            made.append(entry.id)
            rotated = self.journal.rotate_if_due(dict)
            if rotated is not None:
                self.bus.publish(Recorded(rotated))
        return made

    def stop(self) -> None:
        self.tasks.stop()
        self.journal.close()


@pytest.fixture
def make_writer(db: Database, folder: Path) -> Iterator[Callable[..., Writer]]:
    made: list[Writer] = []

    def make(begin: bool = True, **options: Any) -> Writer:
        writer = Writer(db, folder, **options)
        made.append(writer)
        writer.journal.open(made[-2].journal.last_id if len(made) > 1 else 0, {})
        if begin:
            writer.projector.start()
        return writer

    yield make
    for writer in made:
        writer.stop()


def kept(db: Database) -> list[int]:
    return db.read(lambda: [e.id for e in JournalEntry.select(JournalEntry.id).order_by(JournalEntry.id)])


def test_what_is_recorded_is_soon_in_the_database(
    db: Database, ids: Ids, make_writer: Callable[..., Writer]
) -> None:
    writer = make_writer()
    recorded = writer.record(Story(ids).whole())
    writer.projector.wait(recorded[-1], 5)
    assert kept(db) == recorded
    assert writer.projector.lag() == 0
    assert writer.projector.drain(1)


def test_waiting_has_an_end(db: Database, ids: Ids, make_writer: Callable[..., Writer]) -> None:
    writer = make_writer()
    with pytest.raises(WaitTimeout):
        writer.projector.wait(10**6, 0.05)
    with locked(db):
        writer.record(Story(ids).whole())
        assert writer.projector.drain(0.05) is False


def test_a_locked_database_blocks_nobody_and_is_caught_up_with(
    db: Database, ids: Ids, make_writer: Callable[..., Writer]
) -> None:
    writer = make_writer()
    recorded: list[int] = []
    with locked(db):
        ticker = Ticker()
        for i in range(20):
            recorded += writer.record(Story(ids, call=f"call-{i}").whole())
            gevent.sleep(0.02)
        assert writer.projector.lag() >= len(recorded)
        assert ticker.stop() < BLOCKED_S
    begin = time.monotonic()
    assert writer.projector.drain(10)
    assert time.monotonic() - begin < 6
    assert kept(db) == recorded
    assert db.read(lambda: Call.select().where(Call.outcome == "answered").count()) == 20


def test_a_big_backlog_is_read_from_the_files_while_more_comes(
    db: Database, ids: Ids, make_writer: Callable[..., Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries that come while the last of the files is being written, and to newer files, are not lost."""
    monkeypatch.setattr(projection, "BATCH", 40)
    before = make_writer(begin=False, rotate_bytes=30_000)
    recorded = [i for n in range(30) for i in before.record(Story(ids, call=f"old-{n}").whole())]
    writer = make_writer(rotate_bytes=30_000)
    ticker = Ticker()
    for n in range(30):
        recorded += writer.record(Story(ids, call=f"new-{n}").whole())
        gevent.sleep(0.005)
    assert writer.projector.drain(20)
    assert ticker.stop() < BLOCKED_S
    assert kept(db) == recorded
    assert db.read(lambda: Call.select().where(Call.outcome == "answered").count()) == 60
    assert len(writer.journal.files()) > 5


def test_a_memory_that_is_full_falls_back_to_the_files(
    db: Database, ids: Ids, make_writer: Callable[..., Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "HELD_IN_MEMORY", 50)
    monkeypatch.setattr(projection, "BATCH", 17)
    writer = make_writer()
    recorded: list[int] = []
    with locked(db):
        for n in range(10):
            recorded += writer.record(Story(ids, call=f"a-{n}").whole())
            gevent.sleep(0.01)
    for n in range(10):
        recorded += writer.record(Story(ids, call=f"b-{n}").whole())
        gevent.sleep(0.005)
    assert writer.projector.drain(10)
    assert kept(db) == recorded


def test_a_disk_that_is_full_does_not_keep_entries_from_the_database(
    db: Database, ids: Ids, make_writer: Callable[..., Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = make_writer()
    with disk(monkeypatch, 100):
        recorded = writer.record(Story(ids, call="held").whole())
        assert writer.projector.drain(5)
        assert kept(db) == recorded
    writer.journal.retry_held()
    recorded += writer.record(Story(ids, call="after").whole())
    assert writer.projector.drain(5)
    assert kept(db) == recorded
    assert db.read(lambda: [(c.wait_ms, c.talk_ms) for c in Call.select()]) == [(24_000, 100_000)] * 2
    again = make_writer()
    assert again.projector.drain(5)
    assert kept(db) == recorded


def test_a_start_goes_on_where_the_last_run_ended(
    db: Database, ids: Ids, make_writer: Callable[..., Writer]
) -> None:
    first = make_writer()
    story = Story(ids).whole()
    recorded = first.record(story[:9])
    assert first.projector.drain(5)
    first.tasks.stop()
    recorded += first.record(story[9:])  # written, and killed before the database had it
    second = make_writer()
    assert second.projector.drain(5)
    assert kept(db) == recorded
    (call,) = db.read(lambda: list(Call.select()))
    assert (call.outcome, call.wait_ms) == ("answered", 24_000)


POISON: list[tuple[str, dict[str, Any]]] = [
    ("call.stage", {"no": "fields"}),
    ("call.disposed", {"disposition": 10**6, "note": ""}),
    ("call.disposed", {"disposition": [], "note": {}}),
    ("call.queued", {"queue": "x", "ticket": object}),
    ("offer.made", {"leg": None, "agent": 1}),
    ("call.queued", {"queue": 1 << 80, "ticket": 1}),
    ("call.ended", {"by": "x" * 500, "outcome": "o\x00o", "cause": 1.5}),
]


@pytest.mark.parametrize("which", range(len(POISON)))
def test_an_entry_that_the_database_refuses_is_passed_over_and_the_rest_goes_on(
    db: Database, ids: Ids, make_writer: Callable[..., Writer], which: int
) -> None:
    writer = make_writer()
    kind, data = POISON[which]
    story = Story(ids).whole()
    writer.record(story[:4])
    entry = writer.journal.append(kind, ids.account, "call-1", None, data)
    writer.bus.publish(Recorded(entry))
    recorded = writer.record(story[4:])
    assert writer.projector.drain(5)
    assert writer.projector.refused == (0 if entry.id in kept(db) else 1)
    assert set(recorded) <= set(kept(db))
    assert db.read(lambda: Call.get().outcome) == "answered"
    assert writer.projector.trouble == ""


def test_an_account_that_is_gone_poisons_nothing(
    db: Database, ids: Ids, make_writer: Callable[..., Writer]
) -> None:
    writer = make_writer()
    writer.journal.append("k", 999_999)
    foreign = writer.journal.append("k", 999_999)
    writer.bus.publish(Recorded(foreign))
    recorded = writer.record(Story(ids).whole())
    assert writer.projector.drain(5)
    assert kept(db) == recorded
    assert writer.projector.refused >= 1


def test_a_projector_does_not_start_without_a_database(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fs_app.db.BUSY_MS", 100)
    db = opened(f"sqlite:///{tmp_path / 'x.db'}")
    writer = Writer(db, folder)
    writer.journal.open(0, {})
    with locked(db), pytest.raises(DatabaseBusy):
        writer.projector.start()
    writer.projector.start()
    until(lambda: writer.projector.lag() == 0)
    writer.stop()
    db.close()
