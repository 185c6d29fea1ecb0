"""What was appended comes back: in order, once, whatever the disk does meanwhile."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from gevent.threadpool import ThreadPool

from fs_app.clock import FakeClock
from fs_app.journal import CHECKPOINT, Entry, Journal, parse
from fs_app.live import Live

Make = Callable[..., Journal]


def written(journal: Journal) -> list[int]:
    """The numbers in the files, in order, without checkpoints."""
    return [e.id for e in journal.after(0) if e.kind != CHECKPOINT]


def started(make_journal: Make, **options: Any) -> Journal:
    journal = make_journal(**options)
    journal.open(0, {})
    return journal


class Disk:
    """Stands between the journal and os.write: takes `room` more bytes, then says that it is full."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.calls = 0
        self._real = os.write

    def write(self, fd: int, data: bytes) -> int:
        self.calls += 1
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = data[: self.room]
        self.room -= len(part)
        return self._real(fd, part)


@contextmanager
def disk(monkeypatch: pytest.MonkeyPatch, room: int) -> Iterator[Disk]:
    made = Disk(room)
    with monkeypatch.context() as patch:
        patch.setattr("fs_app.journal.os.write", made.write)
        yield made


def test_an_entry_comes_back_as_it_was(make_journal: Make) -> None:
    journal = started(make_journal)
    entry = journal.append(
        "moon.rose", 1, "call-1", 7, {"name": "Zoë \x1b[31m\u2028", "list": [1, None, True]}
    )
    assert list(make_journal().after(1)) == [entry]


def test_a_torn_last_line_is_passed_over_and_what_follows_a_restart_is_read(
    make_journal: Make, folder: Path
) -> None:
    first = started(make_journal)
    first.append("a")
    first.append("b")
    path = first.files()[0]
    path.write_bytes(path.read_bytes()[:-7])
    second = make_journal()
    live = Live(second, FakeClock(), _NoBus())
    assert live.replay() == 2
    second.open(live.last_id, live.checkpoint())
    second.append("c")
    # 3 was torn: never durable, so the number is free; here the checkpoint takes it
    assert [(e.id, e.kind) for e in second.after(0)] == [(1, CHECKPOINT), (2, "a"), (3, CHECKPOINT), (4, "c")]


def test_a_damaged_line_in_the_middle_costs_that_line_only(make_journal: Make) -> None:
    journal = started(make_journal)
    for kind in "abc":
        journal.append(kind)
    path = journal.files()[0]
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"b"', b'"X"')
    path.write_bytes(b"".join(lines))
    again = make_journal()
    assert [e.kind for e in again.after(0)] == [CHECKPOINT, "a", "c"]
    assert again.damaged == 1


@pytest.mark.parametrize("line", [b"", b"\n", b"0000000g []\n", b"deadbeef\n", b"\xff\xfe\n", b"00000000 \n"])
def test_no_bytes_are_mistaken_for_an_entry(line: bytes) -> None:
    assert parse(line) is None


def test_a_file_that_was_only_begun_is_begun_again(make_journal: Make, folder: Path) -> None:
    journal = started(make_journal)
    journal.append("a")
    torn = folder / "journal-0000000000000003.jsonl"
    torn.write_bytes(b"12345678 [3,17000000")  # killed while it wrote the checkpoint
    again = make_journal()
    live = Live(again, FakeClock(), _NoBus())
    again.open(live.replay(), live.checkpoint())
    again.append("b")
    assert [e.kind for e in again.after(0)] == [CHECKPOINT, "a", CHECKPOINT, "b"]
    assert next(again.newest()).id == 3


@pytest.mark.parametrize("room", [0, 1, 30, 61, 200])
def test_a_full_disk_delays_entries_and_loses_or_doubles_none(
    make_journal: Make, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    journal = started(make_journal)
    with disk(monkeypatch, room) as full:
        ids = [journal.append("k", data={"n": i}).id for i in range(20)]
        assert journal.held >= 15
        assert "space" in journal.trouble or "part" in journal.trouble
        full.room = 70
        journal.retry_held()
        assert journal.held
        full.room = 10**6
        journal.retry_held()
    assert journal.held == 0
    assert journal.trouble == ""
    ids += [journal.append("k").id for _ in range(3)]
    again = make_journal()
    assert written(again) == ids
    assert again.damaged == 0


def test_held_entries_keep_their_order_with_those_that_come_later(
    make_journal: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = started(make_journal)
    with disk(monkeypatch, 0):
        journal.append("a")
    journal.append("b")  # the disk has room, but a waits
    assert [e.kind for e in journal.held_entries()] == ["a", "b"]
    journal.retry_held()
    journal.append("c")
    assert [e.kind for e in make_journal().after(1)] == ["a", "b", "c"]


def test_a_start_on_a_full_disk_writes_the_checkpoint_first_when_there_is_room(
    make_journal: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = make_journal()
    with disk(monkeypatch, 10):
        journal.open(41, {"the": "state"})
        journal.append("a")
        journal.retry_held()
        assert journal.held == 2
    journal.retry_held()
    assert [(e.id, e.kind) for e in make_journal().newest()] == [(42, CHECKPOINT), (43, "a")]
    assert journal.damaged == 0


def test_a_refusing_disk_does_not_hold_up_the_loop(
    make_journal: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = started(make_journal)
    with disk(monkeypatch, 0) as full:
        begin = time.process_time()
        for i in range(20_000):
            journal.append("k", data={"n": i})
        each = (time.process_time() - begin) / 20_000
        assert full.calls == 1, "the disk is asked again by retry_held only"
        assert each < 0.000_5
        full.room = 10**9
        rounds, longest = 0, 0.0
        while journal.held:
            begin = time.process_time()
            journal.retry_held()
            longest = max(longest, time.process_time() - begin)
            rounds += 1
    assert rounds == 10, "a long backlog is written in pieces"
    assert longest < 0.1
    assert len(written(make_journal())) == 20_000


def test_data_that_json_cannot_carry_is_written_as_far_as_it_can(make_journal: Make) -> None:
    journal = started(make_journal)
    entry = journal.append("k", data={"note": "half \ud83d pair", "big": 1 << 70, "path": Path("/a")})
    assert entry.data["note"] == "half ? pair"
    assert next(make_journal().after(1)).data == {"note": "half ? pair", "big": str(1 << 70), "path": "/a"}


# --- files ------------------------------------------------------------------------------------------------------
def test_a_full_file_is_followed_by_one_that_begins_with_the_state(make_journal: Make) -> None:
    journal = started(make_journal, rotate_bytes=400)
    state = {"n": 0}
    for i in range(40):
        state["n"] = i
        journal.append("k", data={"n": i})
        journal.rotate_if_due(lambda: dict(state))
    files = journal.files()
    assert len(files) > 3
    for path in files:
        first = parse(path.read_bytes().splitlines()[0])
        assert first is not None and first.kind == CHECKPOINT and path.stem.endswith(f"-{first.id:016d}")
    newest = list(make_journal().newest())
    assert newest[0].kind == CHECKPOINT
    assert [e.kind for e in newest].count(CHECKPOINT) == 1, "a start reads one file"
    assert newest[0].data["n"] + len(newest) - 1 == 39
    assert len(written(make_journal())) == 40


def test_nothing_rotates_while_entries_are_held(make_journal: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = started(make_journal, rotate_bytes=100)
    journal.append("a" * 200)
    with disk(monkeypatch, 0):
        journal.append("b")
        assert journal.rotate_if_due(dict) is None


def test_a_newest_file_without_a_checkpoint_is_read_after_the_one_before(make_journal: Make) -> None:
    journal = started(make_journal)
    journal.append("a")
    again = make_journal()
    again.open(2, {})
    again.append("b")
    newest = again.files()[-1]
    lines = newest.read_bytes().splitlines(keepends=True)
    newest.write_bytes(b"damaged\n" + b"".join(lines[1:]))
    assert [e.kind for e in make_journal().newest()] == [CHECKPOINT, "a", "b"]


def test_reading_from_a_position_skips_whole_files_and_lines(make_journal: Make) -> None:
    journal = started(make_journal, rotate_bytes=500)
    for i in range(50):
        journal.append("k", data={"n": i})
        journal.rotate_if_due(dict)
    for position in (0, 1, 7, 20, journal.last_id - 1, journal.last_id, journal.last_id + 5):
        expected = list(range(position + 1, journal.last_id + 1))
        assert [e.id for e in make_journal().after(position)] == expected


def test_numbers_are_never_used_twice_even_when_the_folder_was_lost(make_journal: Make, folder: Path) -> None:
    journal = started(make_journal)
    last = [journal.append("k").id for _ in range(9)][-1]
    for path in folder.iterdir():
        path.unlink()
    again = make_journal()
    live = Live(again, FakeClock(), _NoBus())
    assert live.replay() == 0
    assert again.open(max(live.last_id, last), live.checkpoint()).id == last + 1
    assert again.append("k").id == last + 2


def test_only_old_files_that_the_database_has_whole_are_removed(
    make_journal: Make, folder: Path, clock: FakeClock
) -> None:
    journal = started(make_journal, rotate_bytes=1)
    for _ in range(4):
        journal.append("k")
        journal.rotate_if_due(dict)
    files = journal.files()
    firsts = [int(p.stem.partition("-")[2]) for p in files]
    day = 86400
    for path in files:
        os.utime(path, (clock.now_ms() / 1000 - 8 * day,) * 2)
    os.utime(files[1], (clock.now_ms() / 1000 - 6 * day,) * 2)
    assert journal.prune(projected=firsts[3] - 1, keep_days=7) == 2, (
        "files 0 and 2: 1 is young, 3 is not projected"
    )
    assert journal.files() == [files[1], *files[3:]]
    assert journal.prune(projected=10**9, keep_days=0) == len(files) - 3, "the newest stays"
    assert journal.files() == files[-1:]


# --- on the disk itself -----------------------------------------------------------------------------------------
def test_sync_says_up_to_where_the_disk_has_it(make_journal: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = started(make_journal)
    a = journal.append("a").id
    assert journal.synced_id < a
    journal.sync()
    assert journal.synced_id == a
    with disk(monkeypatch, 0):
        held = journal.append("b").id
        journal.sync()
        assert journal.synced_id == a, "what waits in memory is on no disk"
    journal.retry_held()
    journal.sync()
    assert journal.synced_id == held


def test_a_disk_that_refuses_to_sync_vouches_for_nothing(
    make_journal: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = started(make_journal)
    journal.sync()
    before = journal.synced_id
    journal.append("a")

    def refuse(_fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("fs_app.journal.os.fdatasync", refuse)
        journal.sync()
    assert journal.synced_id == before
    assert "Input/output" in journal.trouble


def test_a_file_that_was_rotated_away_is_synced_before_its_follower_counts(
    make_journal: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = started(make_journal, rotate_bytes=1)
    journal.sync()
    old = _inode(journal.files()[0])
    journal.append("a")
    journal.rotate_if_due(dict)
    synced: list[int] = []
    real = os.fdatasync
    monkeypatch.setattr(
        "fs_app.journal.os.fdatasync", lambda fd: (synced.append(os.fstat(fd).st_ino), real(fd))[1]
    )
    journal.sync()
    assert synced == [old, _inode(journal.files()[1])]
    assert journal.synced_id == journal.last_id


def test_syncing_in_threads_while_files_rotate_leaves_no_file_open(make_journal: Make, folder: Path) -> None:
    journal = started(make_journal, rotate_bytes=2000)
    going = [True]

    def keep_syncing() -> None:
        while going:
            journal.sync()

    pool = ThreadPool(2)
    for _ in range(2):
        pool.spawn(keep_syncing)
    for i in range(2000):
        journal.append("k", data={"n": i})
        journal.rotate_if_due(dict)
    going.clear()
    pool.join()
    pool.kill()
    journal.close()
    assert journal.synced_id == journal.last_id
    opened = [os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")]
    assert not [path for path in opened if path.startswith(str(folder))]
    assert len(written(make_journal())) == 2000


def test_closing_writes_what_was_held(make_journal: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = started(make_journal)
    with disk(monkeypatch, 0):
        for _ in range(5000):
            journal.append("k")
    journal.close()
    assert len(written(make_journal())) == 5000


def _inode(path: Path) -> int:
    return path.stat().st_ino


class _NoBus:
    def publish(self, event: object) -> None:
        assert not isinstance(event, Entry)
