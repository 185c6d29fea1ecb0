"""Child processes: what they say is believed when it is right, and they end when nobody wants them any more."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app import child as inside
from fs_app import children
from fs_app.child import is_disk_full
from fs_app.children import Broken, Cancelled, Child, Children, Died, Late, lines
from tests.support.until import until

OVER = 'echo \'{"over": {"n": 1}}\''
SOON_S = 5.0


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def run(script: str, deadline_s: float | None = SOON_S, **more: Any) -> dict[str, Any]:
    return Children(shell(script), **more).run({}, lambda _: None, deadline_s)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def pid_in(file: Path) -> int:
    until(lambda: file.exists() and file.read_text().strip(), SOON_S)
    return int(file.read_text())


@pytest.fixture
def killed_at_the_end() -> Iterator[list[int]]:
    pids: list[int] = []
    yield pids
    for pid in pids:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)


# --- what it says -------------------------------------------------------------------------------------------
def test_an_order_goes_in_what_it_says_comes_out_and_then_the_result() -> None:
    told: list[dict[str, Any]] = []
    script = 'read -r order; echo \'{"done": 1}\'; printf \'{"over": {"got": %s}}\' "$order"'
    over = Children(shell(script)).run({"text": "é\n", "n": 7}, told.append, SOON_S)
    assert (over, told) == ({"got": {"text": "é\n", "n": 7}}, [{"done": 1}])


def test_the_two_halves_understand_each_other() -> None:
    script = "from fs_app import child; n = child.order()['n']; "
    script += "child.say({'over': {'n': n, 'awaited': child.is_awaited()}})"
    held = Children((sys.executable, "-c", script), hold=True)
    assert held.run({"n": 3}, lambda _: None, 30.0) == {"n": 3, "awaited": True}
    left = Children((sys.executable, "-c", script))
    assert left.run({"n": 3}, lambda _: None, 30.0) == {"n": 3, "awaited": False}


def test_why_it_can_not_is_said_in_its_own_words() -> None:
    with pytest.raises(Broken) as broken:
        run('echo \'{"broken": "too_long", "params": {"seconds": 3}}\'; sleep 60')
    assert (broken.value.key, broken.value.params) == ("too_long", {"seconds": 3})
    with pytest.raises(Broken) as broken:
        run('echo \'{"broken": "too_long", "params": 7}\'')
    assert broken.value.params == {}


@pytest.mark.parametrize("rubbish", ["nonsense", "{", "[1]", "7", "null", '"over"', "\\377\\376", "{" * 500])
def test_rubbish_is_passed_over(rubbish: str) -> None:
    assert run(f"printf '{rubbish}\\n'; {OVER}") == {"n": 1}


def test_the_last_line_needs_no_end() -> None:
    assert run("printf '{\"over\": {}}'") == {}


def test_a_huge_line_is_passed_over_and_what_follows_is_heard() -> None:
    told: list[dict[str, Any]] = []
    script = f"echo '{{\"a\": 1}}'; head -c 3000000 /dev/zero; echo; echo '{{\"b\": 2}}'; {OVER}"
    assert Children(shell(script), most_line=1000).run({}, told.append, SOON_S) == {"n": 1}
    assert told == [{"a": 1}, {"b": 2}]


def test_a_long_line_that_is_agreed_is_heard() -> None:
    script = "printf '{\"over\": {\"x\": \"'; head -c 2000000 /dev/zero | tr '\\0' x; echo '\"}}'"
    assert len(run(script, most_line=8_000_000)["x"]) == 2_000_000


@given(st.lists(st.binary(max_size=12), max_size=12), st.integers(1, 8))
def test_lines_are_the_same_however_they_come_in_pieces(pieces: list[bytes], most: int) -> None:
    whole = b"".join(pieces)
    *ended, rest = whole.split(b"\n")
    wanted = [line for line in [*ended, *([rest] if rest else [])] if len(line) <= most]
    assert list(lines(pieces, most)) == wanted


def test_who_talks_much_on_the_error_output_is_not_held_up_and_its_last_words_are_kept() -> None:
    script = "head -c 1000000 /dev/zero >&2; echo; echo 'the reason' >&2; exit 3"
    with Child(shell(script), {}, deadline_s=SOON_S) as child:
        assert list(child.messages()) == []
        assert child.status() == 3
        assert child.complaint().endswith("the reason\n")
        assert len(child.complaint()) <= children.MOST_COMPLAINT


def test_all_that_it_writes_without_an_order() -> None:
    with Child(shell("cat; echo some text")) as child:
        assert child.output(100) == b"some text\n"
        assert child.status() == 0
    with Child(shell("head -c 3000000 /dev/zero; sleep 60"), deadline_s=SOON_S) as child:
        assert len(child.output(100_000)) == 100_000


# --- its end ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "script", ["exit 0", "exit 3", "kill -9 $$", "cat >/dev/null; exit 1", "exec >&-; exit 1"]
)
def test_who_dies_without_a_word_is_noticed(script: str) -> None:
    with pytest.raises(Died):
        run(script)


def test_who_does_not_read_a_long_order_is_noticed() -> None:
    order = {"text": "x" * 3_000_000}
    with pytest.raises(Died):
        Children(shell("exit 1")).run(order, lambda _: None, SOON_S)
    with pytest.raises(Late):
        Children(shell("sleep 60")).run(order, lambda _: None, 0.3)


@pytest.mark.parametrize(
    "script", ["sleep 60", "while echo '{}'; do :; done", "yes >&2", "tr '\\0' x </dev/zero"]
)
def test_at_the_deadline_it_is_ended_whatever_it_does(script: str) -> None:
    begin = time.monotonic()
    with pytest.raises(Late, match=r"more than 0\.3 s"):
        run(script, 0.3)
    assert time.monotonic() - begin < SOON_S


def test_who_can_not_be_started_leaves_its_place() -> None:
    shop = Children(("/nonexistent/program",), at_once=1)
    for _ in range(2):
        with pytest.raises(OSError, match="No such file"):
            shop.run({}, lambda _: None)


def test_all_that_it_started_ends_with_it(tmp_path: Path) -> None:
    left = tmp_path / "pid"
    assert run(f"sleep 60 & echo $! > {left}; {OVER}; sleep 60") == {"n": 1}
    until(lambda: not is_alive(pid_in(left)), 5, "a process that was killed is gone")


def test_what_left_the_session_holds_nobody_up(tmp_path: Path, killed_at_the_end: list[int]) -> None:
    left = tmp_path / "pid"
    began = time.monotonic()
    with pytest.raises(Died):
        run(
            f"setsid sh -c 'echo $$ > {left}; exec sleep 60' & while [ ! -s {left} ]; do :; done; exit 1",
            None,
        )
    killed_at_the_end.append(pid_in(left))
    assert time.monotonic() - began < SOON_S


def test_an_exception_of_who_listens_ends_it(tmp_path: Path) -> None:
    left = tmp_path / "pid"

    def told(_: dict[str, Any]) -> None:
        raise KeyError("mine")

    shop = Children(shell(f"echo $$ > {left}; echo '{{}}'; sleep 60"), at_once=1)
    with pytest.raises(KeyError):
        shop.run({}, told)
    until(lambda: not is_alive(pid_in(left)), 5, "a process that was killed is gone")
    assert shop.pid(None) is None


def test_a_greenlet_that_is_killed_takes_it_along(tmp_path: Path) -> None:
    left = tmp_path / "pid"
    greenlet = gevent.spawn(run, f"echo $$ > {left}; sleep 60")
    pid = pid_in(left)
    greenlet.kill(timeout=SOON_S)
    until(lambda: not is_alive(pid), 5, "a process that was killed is gone")


# --- several, and on demand -----------------------------------------------------------------------------------
def test_one_that_is_cancelled_ends_and_the_next_has_its_place() -> None:
    shop = Children(shell("read order; case $order in *long*) sleep 60;; esac; " + OVER), at_once=1)
    first = gevent.spawn(shop.run, {"do": "long"}, lambda _: None, None, "first")
    until(lambda: shop.pid("first") is not None, SOON_S)
    waiting = gevent.spawn(shop.run, {"do": "long"}, lambda _: None, None, "waiting")
    last = gevent.spawn(shop.run, {"do": "short"}, lambda _: None, None, "last")
    gevent.sleep(0)
    assert shop.pid("waiting") is shop.pid("last") is None
    shop.cancel("waiting")
    shop.cancel("first")
    assert last.get(timeout=SOON_S) == {"n": 1}
    for cancelled in (first, waiting):
        with pytest.raises(Cancelled):
            cancelled.get(timeout=SOON_S)
    assert shop.run({"do": "short"}, lambda _: None, SOON_S, "first") == {"n": 1}, "its name is good again"


def test_a_name_that_nobody_has_is_cancelled_without_effect() -> None:
    shop = Children(shell(OVER))
    shop.cancel("nobody")
    assert shop.run({}, lambda _: None, SOON_S, "nobody") == {"n": 1}


def test_several_at_once_no_more_than_there_are_places() -> None:
    shop = Children(shell("sleep 0.2; " + OVER), at_once=2)
    names = range(5)
    greenlets = [gevent.spawn(shop.run, {}, lambda _: None, SOON_S, name) for name in names]
    most = 0
    while not all(greenlet.ready() for greenlet in greenlets):
        most = max(most, sum(shop.pid(name) is not None for name in names))
        gevent.sleep(0.01)
    assert most == 2
    assert [greenlet.get() for greenlet in greenlets] == [{"n": 1}] * 5


def test_when_the_program_stops_all_end_and_none_begins() -> None:
    shop = Children(shell("sleep 60"))
    greenlets = [gevent.spawn(shop.run, {}, lambda _: None, None, name) for name in "ab"]
    until(lambda: all(shop.pid(name) for name in "ab"), SOON_S)
    shop.stop()
    for greenlet in greenlets:
        with pytest.raises(Cancelled):
            greenlet.get(timeout=SOON_S)
    with pytest.raises(Cancelled):
        shop.run({}, lambda _: None)


def test_a_full_disk_is_known() -> None:
    assert is_disk_full(OSError(inside.NO_ROOM[0], "x"))
    assert not is_disk_full(FileNotFoundError(2, "x"))
