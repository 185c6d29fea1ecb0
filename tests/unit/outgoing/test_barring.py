"""Who is barred by a verdict is not called from then on: while the database is slow, and after a death."""

from __future__ import annotations

from typing import Any

import pytest

from fs_app.bus import Bus
from fs_app.errors import DatabaseBusy, WaitTimeout
from fs_app.events import Recorded
from fs_app.journal import Entry
from fs_app.outgoing import barring
from fs_app.outgoing.barring import Barring
from fs_app.outgoing.blacklist import VERDICT, Blacklist, Blocked

ACCOUNT, MARIE, PAUL = 7, "+33612345678", "+33612345679"


class Later:
    """Greenlets that run when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Any] = []

    def spawn(self, name: str, function: Any, *args: Any) -> None:
        self.waiting.append(lambda: function(*args))

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


class Place:
    def __init__(self) -> None:
        self.bus, self.tasks, self.blacklist = Bus(), Later(), Blacklist()
        self.rows: list[Blocked] = []
        self.troubles: list[Exception] = []
        self.waited: list[int] = []
        self.barring = Barring(
            self.bus,
            self.tasks,  # type: ignore[arg-type]
            self.blacklist,
            lambda account: list(self.rows),
            self._wait,
        )

    def _wait(self, entry: int, seconds: float) -> None:
        self.waited.append(entry)
        if self.troubles:
            raise self.troubles.pop(0)

    def verdict(self, entry: int, number: str) -> None:
        data = {"number": number, "reason": "Never", "by": "Ada"}
        self.bus.publish(Recorded(Entry(entry, 1, "number.barred", ACCOUNT, None, None, data)))

    def barred(self, number: str) -> bool:
        return self.blacklist.find(ACCOUNT, number, None, 0, objections_only=True) is not None


def test_he_is_not_called_though_the_database_does_not_know_it_yet() -> None:
    place = Place()
    place.verdict(10, MARIE)
    assert place.barred(MARIE)
    place.rows = [Blocked(1, MARIE, source=VERDICT)]
    place.tasks.run()
    assert place.barred(MARIE) and place.waited == [10]


def test_a_look_at_the_database_forgets_nobody_who_was_barred_after_it() -> None:
    place = Place()
    place.verdict(10, MARIE)
    place.verdict(11, PAUL)
    place.rows = [Blocked(1, MARIE, source=VERDICT)]
    place.tasks.waiting.pop(0)()
    assert place.barred(PAUL), "the database has entry 10"
    place.rows.append(Blocked(2, PAUL, source=VERDICT))
    place.tasks.run()
    assert place.barred(PAUL)


def test_after_a_death_it_is_read_when_the_database_has_caught_up(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    monkeypatch.setattr(barring, "AGAIN_S", 0)
    place.troubles = [WaitTimeout("late"), DatabaseBusy("away")]
    place.barring.read_after(99, [ACCOUNT])
    place.rows = [Blocked(1, MARIE, source=VERDICT)]
    place.tasks.run()
    assert place.barred(MARIE) and place.waited == [99, 99, 99]
