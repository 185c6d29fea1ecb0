"""End-to-end: the same story on the simulator and on a real FreeSWITCH."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.freeswitch import find_freeswitch
from tests.support.program import AgentPage, Plan, Program
from tests.support.world import World

WHY = "NOT SHOWN HERE: no FreeSWITCH (set FREESWITCH_HOME, or have `freeswitch` and `sipp` on the PATH)"
HERE = Path(__file__).parent

SETTINGS = {
    "FS_APP_MUSIC": "tone_stream://%(1000,0,150);loops=-1",
    "FS_APP_AWAY_MUSIC_S": "4"
    if os.environ.get("CI")
    else "2",  # who waits outside is let go after six rounds
    "FS_APP_GUARD_S": "1",
}


FIGURES: list[str] = []


def measured(what: str, figure: object) -> None:
    """Kept for the summary at the end of the run: the figures that the documents quote."""
    FIGURES.append(f"{what}: {figure}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("measured end to end")
        for line in FIGURES:
            terminalreporter.write_line(line)


def switches(config: pytest.Config) -> list[str]:
    chosen = config.getoption("--switch")
    return ["sim", "real"] if chosen == "both" else [str(chosen)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        metafunc.parametrize("world", switches(metafunc.config), indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    real = (
        [
            i
            for i in items
            if HERE in i.path.parents
            and "real" in getattr(getattr(i, "callspec", None), "params", {}).values()
        ]
        if items
        else []
    )
    for item in (i for i in items if HERE in i.path.parents):
        item.add_marker(pytest.mark.timeout(180))
    if not find_freeswitch():
        for item in real:
            item.add_marker(pytest.mark.skip(reason=WHY))
        if real:
            sys.stderr.write(f"\n{WHY}: {len(real)} tests skipped\n")


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "real":
        from tests.support.real_world import RealWorld

        made: World = RealWorld(SETTINGS)
    else:
        from fs_app.sim.world import SimWorld

        made = SimWorld(SETTINGS)
    yield made
    made.close()


@pytest.fixture
def program(world: World, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """`program(plan, **settings)` makes and starts one; it ends with the test."""
    made: list[Program] = []

    def make(plan: Plan | None = None, **settings: str) -> Program:
        one = Program(world, tmp_path / f"program{len(made)}", plan, **settings)
        made.append(one)
        one.start()
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture
def pages() -> Iterator[Callable[[Program, str], AgentPage]]:
    made: list[AgentPage] = []

    def make(program: Program, number: str = "1001") -> AgentPage:
        page = program.agent(number)
        made.append(page)
        return page

    yield make
    for page in made:
        page.close()
