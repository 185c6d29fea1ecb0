"""The spikes: what a real FreeSWITCH does with our configuration. Skipped, loudly, where there is none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.freeswitch import find_freeswitch
from tests.support.real_world import RealWorld
from tests.support.sip import Line
from tests.support.until import until

HERE = Path(__file__).parent
WHY = "NOT PROVEN HERE: no FreeSWITCH (set FREESWITCH_HOME, or have `freeswitch` and `sipp` on the PATH)"

# what a caller can hear, by tone in Hz; parties speak from 400 Hz on
MUSIC, GREETING, AWAY, APOLOGY, MESSAGE = 300, 350, 250, 200, 150
SOUNDS = [MUSIC, GREETING, AWAY, APOLOGY, MESSAGE]
SETTINGS = {
    "FS_APP_MUSIC": f"tone_stream://%(1000,0,{AWAY});loops=-1",
    "FS_APP_AWAY_MUSIC_S": "2",
    "FS_APP_AWAY_LOOPS": "4",
    "FS_APP_AWAY_APOLOGY": f"tone_stream://%(1000,0,{APOLOGY})",
    "FS_APP_ANSWERED_MESSAGE": f"tone_stream://%(1000,0,{MESSAGE})",
    "FS_APP_GUARD_S": "1",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = [item for item in items if HERE in item.path.parents]
    if config.getoption("--switch") == "sim":
        reason: str | None = "--switch=sim"
    else:
        reason = None if find_freeswitch() else WHY
    for item in here:
        item.add_marker(pytest.mark.timeout(120))
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
    if here and reason == WHY:
        sys.stderr.write(f"\n{WHY}: {len(here)} tests skipped\n")


FIGURES: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that DECISIONS.md quotes, from this very run."""
    if FIGURES:
        terminalreporter.section("measured on FreeSWITCH")
        for line in FIGURES:
            terminalreporter.write_line(line)


def measured(what: str, figure: object) -> None:
    FIGURES.append(f"{what}: {figure}")


class Program:
    """The stand-in, as a test kills, freezes and starts it."""

    def __init__(self, world: RealWorld, folder: Path) -> None:
        self._world, self._log = world, folder / "stand_in.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, mode: str) -> None:
        assert self._process is None
        switch = self._world.switch
        before = len(self.events("ready"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.real.stand_in", str(switch.esl_port), switch.password]
            + [str(switch.outbound_port), mode, str(self._log)],
            cwd=HERE.parents[1],
        )
        until(lambda: len(self.events("ready")) > before, 10, "the stand-in is ready")

    def start_without_waiting(self, mode: str) -> None:
        """Returns as soon as the process exists."""
        switch = self._world.switch
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.real.stand_in", str(switch.esl_port), switch.password]
            + [str(switch.outbound_port), mode, str(self._log)],
            cwd=HERE.parents[1],
        )

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        assert self._process
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        os.kill(self._process.pid, signal.SIGCONT)

    def events(self, kind: str) -> list[str]:
        """The legs of all events of this kind, in order."""
        if not self._log.exists():
            return []
        words = [line.split() for line in self._log.read_text().splitlines()]
        return [w[2] for w in words if len(w) == 3 and w[1] == kind]


@pytest.fixture(scope="package")
def world() -> Iterator[RealWorld]:
    world = RealWorld(SETTINGS)
    yield world
    world.close()


@pytest.fixture
def program(world: RealWorld, tmp_path: Path) -> Iterator[Program]:
    program = Program(world, tmp_path)
    world.switch.api("global_setvar fsapp_lease=0")
    yield program
    program.kill()
    world.switch.api("hupall MANAGER_REQUEST")
    until(lambda: world.switch.legs() == 0, 10, "all legs gone")


def leg_of(world: RealWorld, party: Line) -> str:
    """The switch's uuid of this party's leg (our Call-ID is in no table, so it is looked for in the dumps)."""

    def find() -> str:
        for row in world.switch.api("show channels").splitlines():
            leg = row.partition(",")[0]
            if (
                leg.count("-") == 4
                and world.switch.api(f"uuid_getvar {leg} sip_call_id") == party.sip_call_id
            ):
                return leg
        return ""

    return until(find, 5, "the caller's leg")


def hears_only(party: Line, tone: int, seconds: float = 0.3) -> bool:
    """True when this tone is (nearly) all that was heard in the last `seconds`."""
    return party.hears([tone], seconds).get(tone, 0.0) > 0.9


def longest_silence(party: Line, seconds: float, step: float = 0.1) -> float:
    """The longest stretch without any sound in the last `seconds`."""
    longest = current = 0
    for piece in party.history(SOUNDS, seconds, step):
        current = current + 1 if piece is None else 0
        longest = max(longest, current)
    return round(longest * step, 1)
