"""The figures of the system: asked once for everybody, true also when the switch is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from fs_app.clock import FakeClock
from fs_app.errors import CommandTimeout, LinkLost, ProtocolError
from fs_app.esl import pictures
from fs_app.facts import Registration, Trunk
from fs_app.schedule import Schedule
from fs_app.system.figures import Figures, Places
from fs_app.tasks import Threads
from tests.support.fakeswitch import FakeSwitch
from tests.support.until import until

STATUS = """UP 1 year, 2 days, 3 hours, 4 minutes, 5 seconds, 609 milliseconds, 533 microseconds
FreeSWITCH (Version 1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit) is ready
420 session(s) since startup
17 session(s) - peak 60, last 5min 20 
3 session(s) per Sec out of max 100, peak 12, last 5min 5 
2000 session(s) max
min idle cpu 0.00/100.00
Current Stack Size/Max 240K/8192K"""  # noqa: W291 - as FreeSWITCH 1.11.3 writes it


@pytest.fixture
def threads() -> Iterator[Threads]:
    threads = Threads("test", 1)
    yield threads
    threads.stop()


@pytest.fixture
def switch() -> FakeSwitch:
    switch = FakeSwitch()
    switch.trunks_told = [
        Trunk("carrier", "external", "REGED", "UP"),
        Trunk("backup", "external", "FAILED", "DOWN"),
    ]
    switch.registered = [Registration("1001", "a.example", "x", 0), Registration("1002", "a.example", "y", 0)]
    return switch


@pytest.fixture
def figures(tmp_path: Path, threads: Threads, switch: FakeSwitch) -> Figures:
    (tmp_path / "journal-0.jsonl").write_bytes(bytes(1000))
    (tmp_path / "one.cdr.xml").write_text("<cdr/>")
    (tmp_path / "base.db").write_bytes(bytes(4096))
    disks = {"data": tmp_path, "recordings": tmp_path / "not mounted"}
    places = Places(disks, tmp_path / "base.db", tmp_path, tmp_path)
    return Figures(FakeClock(), switch, threads, places)


def metric(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_what_the_switch_says_of_itself_is_read() -> None:
    said = pictures.figures(STATUS)
    assert said.version == "1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit"
    assert said.uptime_s == ((367 * 24 + 3) * 60 + 4) * 60 + 5
    assert (said.legs, said.legs_peak, said.legs_most, said.legs_ever) == (17, 60, 2000, 420)
    assert (said.per_second, said.per_second_most, said.per_second_peak) == (3, 100, 12)
    assert pictures.figures("nonsense").legs == 0


def test_a_trunk_is_read_without_its_password() -> None:
    text = (
        "<gateways><gateway><name>t</name><profile>external</profile><password>secret</password>"
        "<pingtime>21.50</pingtime><state>REGED</state><status>UP</status><calls-in>12</calls-in>"
        "<calls-out>x</calls-out><failed-calls-in>1</failed-calls-in></gateway></gateways>"
    )
    (trunk,) = pictures.trunks(text)
    assert trunk == Trunk("t", "external", "REGED", "UP", 12, 0, 1, 0, 21.5)
    assert trunk.works
    assert "secret" not in repr(trunk)
    with pytest.raises(ProtocolError):
        pictures.trunks('<!DOCTYPE x [<!ENTITY a "b">]><gateways/>')
    with pytest.raises(ProtocolError):
        pictures.trunks("Invalid Gateway!")


@pytest.mark.parametrize(
    ("state", "status", "works"),
    [("REGED", "UP", True), ("NOREG", "UP", True), ("NOREG", "DOWN", False), ("FAIL_WAIT", "UP", False)],
)
def test_a_trunk_works_when_it_is_up_and_registered_if_it_must(state: str, status: str, works: bool) -> None:
    assert Trunk("t", "external", state, status).works is works


def test_everything_is_in_the_figures_and_in_the_metrics(figures: Figures) -> None:
    seen = figures.fresh()
    assert seen.switch is not None
    assert seen.switch.legs == 4
    assert seen.phones == 2
    assert [disk.free is None for disk in seen.disks] == [False, True]
    assert (seen.database_bytes, seen.journal_bytes, seen.spool) == (4096, 1000, 1)
    assert seen.process.memory > 1_000_000
    assert metric("fsapp_switch_legs") == 4
    assert metric("fsapp_phones_registered") == 2
    assert metric("fsapp_trunk_up", gateway="carrier") == 1
    assert metric("fsapp_trunk_up", gateway="backup") == 0
    assert (metric("fsapp_disk_free_bytes", folder="data") or 0) > 0


def test_however_many_look_the_switch_is_asked_once(figures: Figures, switch: FakeSwitch) -> None:
    for _ in range(20):
        figures.fresh()
    assert len(switch.of("figures")) == 1


def test_a_switch_that_is_away_leaves_no_old_figures(figures: Figures, switch: FakeSwitch) -> None:
    figures.look()
    switch.fail("figures", LinkLost("down"))
    figures.look()
    assert figures.now.switch is None
    assert figures.now.trunks is None
    assert figures.now.why == "down"
    assert metric("fsapp_switch_legs") == 0
    assert metric("fsapp_trunk_up", gateway="carrier") is None


def test_a_part_that_the_switch_does_not_say_costs_only_that_part(
    figures: Figures, switch: FakeSwitch
) -> None:
    switch.fail("trunks", CommandTimeout("too slow"))
    figures.look()
    assert figures.now.trunks is None
    assert figures.now.switch is not None
    assert figures.now.phones == 2


def test_the_schedule_says_how_its_work_goes() -> None:
    schedule, done = Schedule(), []

    def broken() -> None:
        raise RuntimeError("no luck")

    schedule.every("good", 0.05, lambda: done.append(1))
    schedule.every("bad", 0.05, broken)
    assert [job.runs for job in schedule.jobs()] == [0, 0]
    schedule.start()
    try:
        until(lambda: all(job.runs >= 2 for job in schedule.jobs()), 5, "each ran twice")
        good, bad = schedule.jobs()
    finally:
        schedule.stop()
    assert (good.failures, good.trouble) == (0, "")
    assert bad.failures == bad.runs
    assert bad.trouble == "RuntimeError: no luck"
    assert good.next_at >= good.began_at > 0
    assert (metric("fsapp_scheduled_runs_total", work="bad", result="failed") or 0) >= 2
