"""An installation that is brought up to date: the calls of before get their parts, beside the daily work."""

from __future__ import annotations

from pathlib import Path

from fs_app.calls.model import Call, ProjectionMark
from fs_app.history import backlog
from fs_app.history.backlog import Backlog
from fs_app.history.model import CallPart
from fs_app.tasks import Tasks
from tests.support.until import until
from tests.unit.history.centre import Centre


def test_earlier_calls_get_the_parts_that_they_would_have_had(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    world = centre.world
    world.ready(1, 2)
    for _ in range(7):
        caller, leg, agent = world.talking()
        world.clock.advance(30)
        world.hangs_up(caller)
        world.hangs_up(leg)
        world.clock.advance(4)
        world.calls.qualify(agent, caller, 501, "")
        world.clock.advance(5)
    world.waits()
    centre.project()
    projected = centre.parts()
    assert len(projected) == 8
    centre.db.write(lambda: CallPart.delete().execute())
    tasks = Tasks("test")
    Backlog(centre.db, tasks).start(world.clock.now_ms())
    until(lambda: centre.parts() == projected, 10, "all parts are there again")
    until(lambda: centre.db.read(_mark) == backlog.DONE, 10, "and it knows")
    tasks.stop()
    centre.db.write(lambda: CallPart.delete().execute())
    assert centre.db.write(lambda: backlog.some(world.clock.now_ms())) == 0
    assert centre.parts() == [], "it is done once"
    centre.db.close()


def test_calls_of_one_millisecond_are_not_left_out(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    centre.world.ready(1, 2)
    for _ in range(5):
        centre.world.arrives()  # the clock of the tests stands still
    centre.project()
    moments = centre.db.read(lambda: {c.started_at for c in Call.select()})
    assert len(moments) == 1
    before, backlog.AT_ONCE = backlog.AT_ONCE, 2
    try:
        now = centre.world.clock.now_ms()
        assert centre.db.write(lambda: backlog.some(now)) == 5
        assert centre.db.write(lambda: backlog.some(now)) == 0
    finally:
        backlog.AT_ONCE = before
    centre.db.close()


def test_a_fresh_database_has_nothing_to_do(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    assert centre.db.write(lambda: backlog.some(1)) == 0
    assert centre.db.read(_mark) == backlog.DONE
    centre.db.close()


def _mark() -> int:
    return int(ProjectionMark.get(ProjectionMark.journal == backlog.MARK).position)
