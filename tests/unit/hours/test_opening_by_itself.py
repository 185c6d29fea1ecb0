"""Queues open and close at their moment without anybody touching anything; who waits then; a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fs_app.calls.stages import Stage
from fs_app.clock import FakeClock
from fs_app.events import CatalogChanged
from fs_app.hours.opening import HolidayDay, Holidays, Range, Week
from fs_app.hours.watch import Openings
from fs_app.infos import Limit
from fs_app.jump import ClockWatch
from fs_app.schedule import Schedule
from tests.support.until import until
from tests.unit.core.world import OTHER_QUEUE, QUEUE, World, queue_info

OFFICE = Week(1, "office", tuple(Range(day, 540, 1080) for day in range(5)))
NIGHT = Week(2, "night", tuple(Range(day, 1320, 360) for day in range(7)))
EARLY = Week(3, "early", (Range(6, 150, 300),))  # Sunday 02:30 to 05:00


class Centre:
    def __init__(self, folder: Path, at: str, zone: str = "Europe/Paris", **queue: Any) -> None:
        self.zone = ZoneInfo(zone)
        clock = FakeClock()
        clock.advance(
            datetime.fromisoformat(at).replace(tzinfo=self.zone).timestamp() - clock.now_ms() / 1000
        )
        self.world = World(folder, clock=clock, agents=(1, 2))
        self.more: list[Any] = []
        self.configure(queue_info(greeting="", **queue))
        world = self.world
        self.openings = Openings(world.live, clock, world.bus, world.catalog, world.calls.closing_time)
        self.openings.start()

    def configure(self, queue: Any, *more: Any) -> None:
        self.world.set_queue(queue, (1, 2), *more)
        now = self.world.catalog.now
        accounts = {i: replace(a, time_zone=str(self.zone)) for i, a in now.accounts.items()}
        self.world.catalog.now = replace(now, accounts=accounts)
        self.world.bus.publish(CatalogChanged())

    def passes(self, seconds: float) -> None:
        self.world.clock.advance(seconds)
        self.world.calls.settle()

    def until(self, wall: str, fold: int = 0) -> None:
        moment = datetime.fromisoformat(wall).replace(tzinfo=self.zone, fold=fold)
        self.passes(moment.timestamp() - self.world.clock.now_ms() / 1000)

    def told(self) -> list[str]:
        found = []
        for entry in self.world.recorder.entries("queue."):
            when = datetime.fromtimestamp(entry.at / 1000, UTC).astimezone(self.zone)
            found.append(f"{entry.kind.partition('.')[2]} {when:%d %H:%M:%S%z}")
        return found


@pytest.fixture
def centre(tmp_path: Path) -> Callable[..., Centre]:
    return lambda at, **more: Centre(tmp_path, at, **more)


def test_it_opens_and_closes_to_the_second_for_days(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 08:59:30", week=OFFICE)
    office.passes(3 * 86_400)
    assert office.told() == [
        "opened 23 09:00:00+0100",
        "closed 23 18:00:00+0100",
        "opened 24 09:00:00+0100",
        "closed 24 18:00:00+0100",
        "opened 25 09:00:00+0100",
        "closed 25 18:00:00+0100",
    ]


def test_a_part_of_a_holiday_and_a_whole_one(centre: Callable[..., Centre]) -> None:
    days = Holidays(
        1, "x", (HolidayDay(1, "Veille", None, 12, 24, 840, 1440), HolidayDay(2, "Noël", None, 12, 25))
    )
    office = centre("2026-12-24 08:00", week=OFFICE, holidays=days)
    office.passes(4 * 86_400 + 7200)
    assert office.told() == ["opened 24 09:00:00+0100", "closed 24 14:00:00+0100", "opened 28 09:00:00+0100"]


def test_nights_and_both_changes_of_the_clock(centre: Callable[..., Centre]) -> None:
    night = centre("2026-03-28 12:00", week=NIGHT)
    night.passes(86_400)
    assert night.told() == ["opened 28 22:00:00+0100", "closed 29 06:00:00+0200"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-29 00:00", ["opened 29 03:00:00+0200", "closed 29 05:00:00+0200"]),  # 02:30 does not come
        (
            "2026-10-25 00:00",  # 02:30 comes twice
            [
                "opened 25 02:30:00+0200",
                "closed 25 02:00:00+0100",
                "opened 25 02:30:00+0100",
                "closed 25 05:00:00+0100",
            ],
        ),
    ],
)
def test_the_hour_that_is_left_out_and_the_one_that_comes_twice(
    centre: Callable[..., Centre], at: str, said: list[str]
) -> None:
    early = centre(at, week=EARLY)
    early.passes(86_400)
    assert early.told() == said


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/Santiago", "Asia/Kolkata", "Australia/Lord_Howe"]
)
def test_it_is_the_accounts_wall_clock_that_counts(centre: Callable[..., Centre], zone: str) -> None:
    office = centre("2026-11-23 08:59", zone=zone, week=OFFICE)
    office.passes(10 * 3600)
    assert [line.split("+")[0].split("-")[0] for line in office.told()] == [
        "opened 23 09:00:00",
        "closed 23 18:00:00",
    ]


def test_a_clock_that_jumps_changes_it_at_once(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 10:00", week=OFFICE)
    watch = ClockWatch(office.world.clock, lambda by: office.openings.look(anew=True))
    watch.round()
    office.world.clock.wall_shift_ms += 9 * 3_600_000
    assert office.told() == []
    office.passes(1)
    watch.round()
    assert office.told() == ["closed 23 19:00:01+0100"]
    office.world.clock.wall_shift_ms -= 9 * 3_600_000
    office.passes(1)
    watch.round()
    office.passes(8 * 3600 + 10)
    assert [line[:9] for line in office.told()] == ["closed 23", "opened 23", "closed 23"]
    assert office.told()[-1] == "closed 23 18:00:00+0100"


def test_a_change_of_the_schedule_is_in_force_at_once(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 20:00", week=OFFICE)
    office.configure(queue_info(week=None))
    office.configure(queue_info(week=OFFICE))
    assert [line[:6] for line in office.told()] == ["opened", "closed"]
    office.configure(None)
    office.passes(86_400)
    assert len(office.told()) == 2


# --- who waits when it closes --------------------------------------------------------------------------------------
def test_who_waits_is_served_still_by_default(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 17:59", week=OFFICE)
    caller = office.world.arrives()
    office.passes(120)
    assert office.world.stage(caller) is Stage.WAITING
    office.world.ready(1)
    assert office.world.stage(caller) is Stage.OFFERED


def test_or_hears_that_it_is_closed_and_gets_what_closed_callers_get(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 17:59", week=OFFICE, closing_waiting="closed", closed_message="fr/bye.wav")
    world, caller = office.world, office.world.arrives()
    office.passes(59.9)
    assert world.stage(caller) is Stage.WAITING
    office.passes(0.2)
    assert world.stage(caller) is Stage.FAREWELL
    assert world.queues.length(QUEUE) == 0
    assert world.switch.of("play", caller)[-1].args[1][0] == "/sounds/fr/bye.wav"
    world.hangs_up(caller)
    (ended,) = world.recorder.entries("call.ended")
    assert ended.data["outcome"] == "closed"
    world.is_whole()


def test_or_goes_to_the_queue_that_stands_in(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 17:59", week=OFFICE)
    other = queue_info(id=OTHER_QUEUE, name="Astreinte", number="701", greeting="")
    office.configure(
        queue_info(greeting="", week=OFFICE, closing_waiting="closed", closed_queue=OTHER_QUEUE), other
    )
    caller = office.world.arrives()
    office.passes(61)
    assert office.world.live.calls[caller].queue == OTHER_QUEUE
    assert (office.world.queues.length(QUEUE), office.world.queues.length(OTHER_QUEUE)) == (0, 1)
    office.world.is_whole()


def test_or_leaves_a_message(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 17:59", week=OFFICE, closing_waiting="closed", closed=Limit(0, "voicemail"))
    caller = office.world.arrives()
    office.passes(61)
    assert office.world.stage(caller) is Stage.VOICEMAIL


def test_whose_agent_was_asked_in_vain_over_the_closing_time_goes_too(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 17:59:50", week=OFFICE, closing_waiting="closed")
    world = office.world
    world.ready(1)
    caller = world.arrives()
    office.passes(15)
    assert world.stage(caller) is Stage.OFFERED  # a telephone rings: he may still be served
    office.passes(15)
    assert world.stage(caller) is Stage.FAREWELL


def test_after_an_absence_over_the_closing_time(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 17:59", week=OFFICE, closing_waiting="closed")
    world, caller = office.world, office.world.arrives()
    world.clock.wall_shift_ms += 3_600_000  # nobody looked meanwhile
    office.openings.start()
    assert world.stage(caller) is Stage.WAITING
    office.openings.see_to_waiting()
    world.calls.settle()
    assert world.stage(caller) is Stage.FAREWELL


def test_whom_somebody_puts_into_a_closed_queue_stays(centre: Callable[..., Centre]) -> None:
    office = centre("2026-11-23 20:00", week=None)
    closed = queue_info(id=OTHER_QUEUE, number="701", week=OFFICE, closing_waiting="closed", greeting="")
    office.configure(queue_info(greeting=""), closed)
    world, caller = office.world, office.world.arrives()
    world.calls.move(caller, world.catalog.now.queues[OTHER_QUEUE], "supervisor")
    office.openings.see_to_waiting()
    office.passes(3600)
    assert world.stage(caller) is Stage.WAITING


# --- APScheduler ---------------------------------------------------------------------------------------------------
def test_scheduled_work_outlives_a_clock_that_was_put_back() -> None:
    schedule, runs = Schedule(), []
    schedule.every("work", 0.1, lambda: runs.append(1))
    schedule.start()
    until(lambda: runs, 5, "it runs")
    (job,) = schedule._scheduler.get_jobs()
    job.modify(
        next_run_time=datetime.now(UTC) + timedelta(hours=1)
    )  # what a clock put back by an hour makes of it
    before = len(runs)
    schedule.clock_jumped()
    until(lambda: len(runs) > before + 1, 5, "it runs again, and goes on")
    schedule.stop()


def test_scheduled_work_outlives_a_locked_database() -> None:
    from fs_app.errors import DatabaseBusy

    schedule, runs = Schedule(), []

    def work() -> None:
        runs.append(1)
        raise DatabaseBusy("locked")

    schedule.every("work", 0.05, work)
    schedule.start()
    until(lambda: len(runs) > 3, 5, "it is tried again")
    schedule.stop()
