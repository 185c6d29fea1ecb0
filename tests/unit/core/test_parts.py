"""The small parts that everything stands on: tasks, mailboxes, threads, bus, clock, lock, health, loop watch."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from fs_app import facts, metrics
from fs_app.bus import Bus
from fs_app.clock import FakeClock, RealClock, wait_for
from fs_app.config import ROOT
from fs_app.errors import ConfigError, Unavailable, WaitTimeout
from fs_app.health import Health, disk
from fs_app.lock import FolderLock
from fs_app.tasks import Mailbox, Tasks, Threads
from fs_app.watch import FROZEN_S, LoopWatch
from tests.support.until import until


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    made = Tasks("parts")
    yield made
    made.stop(timeout=0.2)


def failures(where: str) -> float:
    return float(metrics.FAILURES.labels(where=where)._value.get())


# --- tasks ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("error", [ValueError("x"), gevent.Timeout(1), WaitTimeout("x")])
def test_a_task_that_fails_is_counted(tasks: Tasks, error: BaseException) -> None:
    def fails() -> None:
        raise error

    before = failures("parts")
    tasks.spawn("fails", fails).join(2)
    assert failures("parts") == before + 1


@pytest.mark.parametrize("error", [ValueError("x"), gevent.Timeout(1)])
def test_a_series_goes_on_after_a_failure(tasks: Tasks, error: BaseException) -> None:
    runs: list[int] = []

    def sometimes() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise error

    tasks.every("sometimes", 0.001, sometimes)
    until(lambda: len(runs) > 2)


def test_stop_ends_everything_and_returns(tasks: Tasks) -> None:
    for _ in range(3):
        tasks.spawn("sleeps", gevent.sleep, 60)

    def stubborn() -> None:
        try:
            gevent.sleep(60)
        except gevent.GreenletExit:
            gevent.sleep(60)

    tasks.spawn("stubborn", stubborn)
    gevent.sleep(0)
    begin = time.monotonic()
    tasks.stop(timeout=0.2)
    assert time.monotonic() - begin < 1


# --- mailboxes --------------------------------------------------------------------------------------------------
def test_messages_are_handled_one_after_the_other_in_their_order(tasks: Tasks) -> None:
    handled: list[str] = []
    inside = 0

    def handle(message: int) -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        gevent.sleep(0)
        handled.append(str(message))
        if message == 2:
            box.put(99)  # a message to oneself comes last
        inside -= 1

    box: Mailbox[int] = Mailbox(tasks, "box", handle)
    for i in range(5):
        box.put(i)
    assert handled == [], "putting never handles"
    assert box.idle.wait(2)
    assert handled == ["0", "1", "2", "3", "4", "99"]
    assert len(box) == 0


@pytest.mark.parametrize("error", [KeyError("x"), gevent.Timeout(1)])
def test_a_message_that_fails_does_not_stop_the_next(tasks: Tasks, error: BaseException) -> None:
    handled: list[int] = []

    def handle(message: int) -> None:
        if message == 1:
            raise error
        handled.append(message)

    before = failures("mailbox")
    box: Mailbox[int] = Mailbox(tasks, "box", handle)
    for i in range(3):
        box.put(i)
    assert box.idle.wait(2)
    box.put(3)
    assert box.idle.wait(2)
    assert handled == [0, 2, 3]
    assert failures("mailbox") == before + 1


# --- threads ----------------------------------------------------------------------------------------------------
def test_threads_return_raise_and_give_up() -> None:
    threads = Threads("t", 1, most_waiting=2)
    assert threads.run(lambda x: x + 1, 41) == 42
    with pytest.raises(ZeroDivisionError):
        threads.run(lambda: 1 // 0)
    native_sleep = gevent.monkey.get_original("time", "sleep")
    with pytest.raises(WaitTimeout):
        threads.run(native_sleep, 0.2, timeout=0.02)
    waiting = [gevent.spawn(threads.run, native_sleep, 0.05) for _ in range(2)]
    gevent.sleep(0)
    with pytest.raises(Unavailable):
        threads.run(lambda: 1)
    gevent.joinall(waiting, raise_error=True)
    threads.stop()


# --- bus --------------------------------------------------------------------------------------------------------
def test_subscribers_are_told_in_order_and_one_that_fails_hinders_none() -> None:
    bus, told = Bus(), list[str]()
    bus.subscribe(facts.LegFact, lambda e: told.append("all legs"))

    def fails(_event: object) -> None:
        raise ValueError

    bus.subscribe(facts.LegRinging, fails)
    bus.subscribe(facts.LegRinging, lambda e: told.append("ringing"))
    before = failures("bus")
    bus.publish(facts.LegRinging(1, "x"))
    assert told == ["ringing", "all legs"]
    assert failures("bus") == before + 1
    bus.publish(facts.LegAnswered(1, "x"))
    assert told == ["ringing", "all legs", "all legs"]
    bus.publish(facts.LinkUp(1, "core"))
    assert len(told) == 3


# --- clock ------------------------------------------------------------------------------------------------------
def test_a_fake_clock_runs_timers_in_their_order() -> None:
    clock, ran = FakeClock(), list[tuple[str, int]]()
    start = clock.now_ms()

    def note(name: str) -> None:
        ran.append((name, clock.now_ms() - start))

    clock.call_later(2, lambda: note("b"))
    clock.call_later(1, lambda: (note("a"), clock.call_later(0.5, lambda: note("a+")))[0])
    cancelled = clock.call_later(1, lambda: note("never"))
    cancelled.cancel()
    clock.call_later(-5, lambda: note("late"))
    clock.advance(1.2)
    assert ran == [("late", 0), ("a", 1000)]
    clock.advance(10)
    assert ran[2:] == [("a+", 1500), ("b", 2000)]
    assert (clock.monotonic(), clock.now_ms() - start) == (11.2, 11_200)
    clock.wall_shift_ms = -3_600_000
    assert (clock.monotonic(), clock.now_ms() - start) == (11.2, 11_200 - 3_600_000)
    clock.call_later(1, lambda: clock.sleep(5))
    clock.advance(2)
    assert clock.monotonic() == pytest.approx(17.2)


def test_a_timer_that_fails_is_counted_and_one_that_is_cancelled_does_not_run() -> None:
    clock, ran = RealClock(), list[int]()

    def fails() -> None:
        raise ValueError

    before = failures("timer")
    clock.call_later(0.001, fails)
    clock.call_later(0.001, lambda: ran.append(1))
    clock.call_later(0.001, lambda: ran.append(2)).cancel()
    until(lambda: ran and failures("timer") == before + 1)
    gevent.sleep(0.01)
    assert ran == [1]
    assert abs(clock.now_ms() - time.time() * 1000) < 1000


def test_waiting_for_what_does_not_come_has_an_end() -> None:
    with pytest.raises(WaitTimeout, match="the moon"):
        wait_for(lambda: False, 0.02, "the moon")
    wait_for(lambda: True, 0, "at once")


# --- the folder's lock ------------------------------------------------------------------------------------------
def test_two_programs_never_write_one_journal(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.take()
    with pytest.raises(ConfigError, match=str(os.getpid())):
        FolderLock(tmp_path).take()
    lock.release()
    FolderLock(tmp_path).take()


def test_a_lock_goes_with_the_process_that_had_it(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from fs_app.lock import FolderLock; FolderLock(pathlib.Path(sys.argv[1])).take();"
        "print('taken', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == b"taken\n"
    with pytest.raises(ConfigError, match=str(other.pid)):
        FolderLock(tmp_path).take()
    other.kill()
    other.wait(5)
    other.stdin.close()
    other.stdout.close()
    FolderLock(tmp_path).take()
    assert multiprocessing.active_children() == []


# --- health -----------------------------------------------------------------------------------------------------
def test_health_remembers_since_when_something_is_wrong(tmp_path: Path) -> None:
    clock = FakeClock()
    health, right = Health(clock), [True]
    health.add("a", lambda: (right[0], "health.a.ok" if right[0] else "health.a.down", {"n": 1}))
    health.add("disk", disk(tmp_path))
    health.add("none", disk(tmp_path / "none"))
    begin = clock.now_ms()
    clock.advance(5)
    first = health.report()
    assert [r["name"] for r in first] == ["a", "disk", "none"]
    assert first[0] == {
        "name": "a",
        "ok": True,
        "key": "health.a.ok",
        "params": {"n": 1},
        "since": begin,
    }
    assert (first[2]["ok"], first[2]["key"]) == (False, "health.disk.error")
    right[0] = False
    clock.advance(5)
    health.report()
    clock.advance(60)
    assert (health.report()[0]["ok"], health.report()[0]["since"]) == (False, begin + 10_000)


def test_a_check_that_fails_by_itself_is_a_line_and_no_end_of_the_report() -> None:
    health = Health(FakeClock())

    def breaks() -> tuple[bool, str, dict[str, object]]:
        raise KeyError("gone")

    health.add("broken", breaks)
    health.add("right", lambda: (True, "health.right.ok", {}))
    broken, right = health.report()
    assert (broken["ok"], broken["key"]) == (False, "error.internal")
    assert "gone" in broken["params"]["why"]
    assert right["ok"]


# --- the loop ---------------------------------------------------------------------------------------------------
def test_a_frozen_program_notices_it(tasks: Tasks) -> None:
    class Clock(FakeClock):
        steps = iter([0.0, 0.02, 0.02, 0.045, 0.045, 0.045 + FROZEN_S + 1, 10.0, 10.02])

        def monotonic(self) -> float:
            return next(self.steps, 20.0)

    frozen: list[float] = []
    watch = LoopWatch(Clock(), tasks, frozen.append)
    assert watch.p99_ms() == 0.0
    watch.start()
    until(lambda: frozen)
    assert frozen == [pytest.approx(FROZEN_S + 0.98)]
    assert watch.p99_ms() > 1000
