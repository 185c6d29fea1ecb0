"""The first picture at once, then at most one per interval, always the newest."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fs_app.clock import FakeClock, Timer
from fs_app.web.pictures import AT_ONCE, Pacer


class Browser:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.sent: list[tuple[float, int, int]] = []
        self.keeps_up = True
        self.pacer: Pacer[int] = Pacer(self.clock, self._send, lambda _key: self.keeps_up, interval=0.25)

    def _send(self, key: int, picture: dict[str, Any]) -> None:
        self.sent.append((round(self.clock.monotonic(), 3), key, picture["seq"]))

    def change(self, seq: int, key: int = 1) -> None:
        self.pacer.put(key, {"seq": seq})


def test_the_first_picture_goes_at_once() -> None:
    browser = Browser()
    browser.change(1)
    browser.clock.advance(0)
    assert browser.sent == [(0, 1, 1)]


def test_many_changes_in_one_interval_become_one_picture_the_newest() -> None:
    browser = Browser()
    browser.change(1)
    browser.clock.advance(0.01)
    for seq in range(2, 50):
        browser.change(seq)
    browser.clock.advance(1)
    assert browser.sent == [(0, 1, 1), (0.25, 1, 49)]


def test_a_change_after_a_quiet_time_goes_at_once_again() -> None:
    browser = Browser()
    browser.change(1)
    browser.clock.advance(5)
    browser.change(2)
    browser.clock.advance(0)
    assert browser.sent[-1] == (5, 1, 2)


def test_a_steady_stream_of_changes_is_sent_four_times_a_second() -> None:
    browser = Browser()
    for step in range(100):
        browser.change(step)
        browser.clock.advance(0.02)
    times = [at for at, _, _ in browser.sent]
    assert len(times) == 9  # 0 s to 2 s, both ends
    assert all(later - earlier >= 0.25 for earlier, later in itertools.pairwise(times))


def test_a_browser_that_does_not_keep_up_gets_the_newest_when_it_does() -> None:
    browser = Browser()
    browser.keeps_up = False
    browser.change(1)
    browser.clock.advance(3)
    browser.change(2)
    browser.clock.advance(3)
    assert browser.sent == []
    browser.keeps_up = True
    browser.clock.advance(0.25)
    assert [seq for _, _, seq in browser.sent] == [2]


def test_each_agent_has_his_own_pace() -> None:
    browser = Browser()
    browser.change(1, key=1)
    browser.change(1, key=2)
    browser.clock.advance(0)
    assert [key for _, key, _ in browser.sent] == [1, 2]


def test_who_comes_new_does_not_wait_for_the_interval() -> None:
    browser = Browser()
    browser.change(1)
    browser.clock.advance(0.01)
    browser.pacer.afresh(1)
    browser.change(2)
    browser.clock.advance(0)
    assert browser.sent[-1] == (0.01, 1, 2)


def test_a_forgotten_browser_gets_nothing_more() -> None:
    browser = Browser()
    browser.change(1)
    browser.pacer.forget(1)
    browser.clock.advance(5)
    assert browser.sent == []
    assert len(browser.pacer) == 0


def test_what_can_wait_waits_for_the_interval_and_what_can_t_for_less() -> None:
    browser = Browser()
    pacer: Pacer[int] = Pacer(browser.clock, browser._send, interval=0.25, sooner=0.05)
    pacer.put(1, {"seq": 1})
    browser.clock.advance(0.01)
    pacer.put(1, {"seq": 2}, soon=True)
    browser.clock.advance(0.02)
    pacer.put(1, {"seq": 3})
    browser.clock.advance(0.01)
    pacer.put(1, {"seq": 4}, soon=True)  # the one that is due sooner takes it along
    browser.clock.advance(1)
    assert browser.sent == [(0, 1, 1), (0.05, 1, 4)]
    pacer.put(1, {"seq": 5}, soon=True)
    browser.clock.advance(0.01)
    pacer.put(1, {"seq": 6}, soon=True)
    browser.clock.advance(1)
    assert [seq for _, _, seq in browser.sent] == [1, 4, 5, 6]
    assert browser.sent[3][0] - browser.sent[2][0] == 0.25


def test_many_that_are_due_at_once_go_in_turns_and_own_news_first() -> None:
    """Between two turns the loop has time for others."""
    browser = Browser()
    turns: list[float] = []
    pacer: Pacer[int] = Pacer(browser.clock, browser._send, sooner=0.05)
    for key in range(3 * AT_ONCE):
        pacer.put(key, {"seq": key}, soon=True)
    pacer.put(99, {"seq": 99})
    asked = browser.clock.call_later

    def call_later(seconds: float, callback: Callable[[], None]) -> Timer:
        turns.append(seconds)
        return asked(seconds, callback)

    browser.clock.call_later = call_later  # type: ignore[method-assign]
    browser.clock.advance(0)
    sent = [key for _, key, _ in browser.sent]
    assert sent[0] == 99
    assert sorted(sent) == [*range(3 * AT_ONCE), 99]
    assert len(turns) == 3


def test_a_picture_that_can_t_be_sent_keeps_no_other_back() -> None:
    browser = Browser()

    def send(key: int, picture: dict[str, Any]) -> None:
        if key == 1:
            raise ValueError("broken")
        browser._send(key, picture)

    pacer: Pacer[int] = Pacer(browser.clock, send)
    for key in range(4):
        pacer.put(key, {"seq": key})
    with suppress(ValueError):
        browser.clock.advance(0)
    browser.clock.advance(0)
    assert [key for _, key, _ in browser.sent] == [0, 2, 3]
