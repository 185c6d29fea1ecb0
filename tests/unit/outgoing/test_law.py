"""A queue that sells asks the law: before the agent's telephone rings, and once more before the number is dialled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fs_app.calls.stages import Stage
from fs_app.infos import QueueInfo
from fs_app.outgoing.rules import ByLaw
from tests.unit.core.world import queue_info
from tests.unit.outgoing.centre import MARIE, Centre

Why = tuple[str, dict[str, Any]] | None
HOURS = ("legal.until.hours", {"until": "10:00", "now": "08:00", "zone": "Europe/Paris"})


class Law:
    """Says what the test says; the second answer comes when the test lets it come."""

    def __init__(self) -> None:
        self.now: Why = None
        self.asked: list[tuple[str, str, bool]] = []
        self.waiting: list[Callable[[Why], None]] = []

    def asks(self, queue: QueueInfo | None) -> bool:
        return queue is not None and queue.purpose == "marketing"

    def forbids(
        self, account: int, number: str, queue: QueueInfo, shown: str, withheld: bool, contact: int | None
    ) -> Why:
        self.asked.append((number, shown, withheld))
        return self.now

    def before_dialling(self, *args: Any) -> None:
        self.waiting.append(args[-1])


class Selling(Centre):
    def __init__(self, folder: Path, purpose: str = "marketing") -> None:
        super().__init__(folder, queue_info(greeting="", purpose=purpose))
        self.law = Law()
        self.outgoing._law = self.law
        self.told: list[str] = []
        self.outgoing._tell = lambda agent, key, params: self.told.append(key)
        self.ctx.asks_law = self.outgoing.asks_law
        self.ctx.may_call = self.outgoing.may_call
        self.at_work()

    def picked_up(self) -> tuple[str, str]:
        call = self.dials()
        leg = self.his_leg(call)
        self.rings(leg)
        self.picks_up(leg)
        return call, leg

    def answer(self, why: Why) -> None:
        self.waiting_one()(why)
        self.calls.settle()

    def waiting_one(self) -> Callable[[Why], None]:
        return self.law.waiting.pop()

    @property
    def was_dialled(self) -> bool:
        return bool(self.recorder.entries("call.dialled"))


@pytest.fixture
def place(tmp_path: Path) -> Selling:
    return Selling(tmp_path)


def test_what_the_law_forbids_makes_no_telephone_ring(place: Selling) -> None:
    place.law.now = HOURS
    with pytest.raises(ByLaw) as refused:
        place.dials()
    assert (refused.value.key, refused.value.params) == HOURS
    assert place.law.asked == [(MARIE, "+33185090000", False)]
    assert not place.recorder.entries("call.started")


def test_the_number_is_dialled_when_it_is_allowed_at_that_moment(place: Selling) -> None:
    call, _ = place.picked_up()
    assert not place.was_dialled
    place.answer(None)
    assert place.was_dialled
    assert place.stage(call) is Stage.DIALING


def test_what_is_forbidden_meanwhile_is_not_dialled_and_the_agent_reads_why(place: Selling) -> None:
    place.picked_up()
    place.answer(("legal.no.blacklist", {"reason": "—"}))
    assert not place.was_dialled
    assert place.told == ["legal.no.blacklist"]
    (refused,) = place.recorder.entries("call.dial_refused")
    assert refused.data["why"] == "legal.no.blacklist"
    assert place.shown() == ("ENDED", "told")
    assert place.notices == [], "one reason, not two"


def test_an_answer_after_he_has_put_his_telephone_down_dials_nobody(place: Selling) -> None:
    _, leg = place.picked_up()
    place.hangs_up(leg)
    place.answer(None)
    assert not place.was_dialled


def test_an_answer_that_comes_twice_dials_once(place: Selling) -> None:
    place.picked_up()
    told = place.waiting_one()
    told(None)
    told(None)
    place.calls.settle()
    assert len(place.recorder.entries("call.dialled")) == 1


def test_a_service_queue_asks_nobody(tmp_path: Path) -> None:
    place = Selling(tmp_path, "service")
    place.law.now = HOURS
    place.picked_up()
    assert place.was_dialled
    assert place.law.asked == []
