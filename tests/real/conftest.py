"""The spikes: what a real FreeSWITCH does with our configuration. Skipped, loudly, where there is none."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fs_app.directory import process, snapshot
from tests.support.freeswitch import find_freeswitch
from tests.support.real_world import RealWorld
from tests.support.sip import Line, Telephone
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
        reason = None if find_freeswitch() and shutil.which("sipp") else WHY
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
        before = len(self.events("ready"))
        self.start_without_waiting(mode)
        until(lambda: len(self.events("ready")) > before, 10, "the stand-in is ready")

    def start_without_waiting(self, mode: str) -> None:
        """Returns as soon as the process exists."""
        assert self._process is None
        switch = self._world.switch
        words = (switch.esl_port, switch.password, switch.outbound_port, mode, self._log)
        command = [sys.executable, "-m", "tests.real.stand_in", *map(str, words)]
        self._process = subprocess.Popen(command, cwd=HERE.parents[1])

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

    def close_first_session(self) -> None:
        assert self._process
        os.kill(self._process.pid, signal.SIGUSR1)

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


# --- agents with telephones -------------------------------------------------------------------------------------------
DOMAIN, SECRET = "acme.test", "a secret of the test"


def serve_directory(world: RealWorld, users: Sequence[str]) -> None:
    """Start the program's directory service for this world."""
    file = world.switch.folder / "users.json"
    snapshot.write(
        file,
        [snapshot.User(user, DOMAIN, snapshot.a1_hash(user, DOMAIN, SECRET), "acme") for user in users],
    )
    process.ensure_running("127.0.0.1", world.switch.directory_port, file)


@pytest.fixture(scope="package")
def directory(world: RealWorld) -> Iterator[None]:
    serve_directory(world, [str(user) for user in range(1001, 1010)])
    yield
    process.stop("127.0.0.1", world.switch.directory_port)


def agent(world: RealWorld, user: str = "1001") -> Telephone:
    """A registered telephone that answers by itself."""
    phone = world.phone(user, SECRET, DOMAIN)
    phone.register()
    phone.answer_by_itself(0)
    return phone


def call_agent(world: RealWorld, phone: Telephone, user: str = "1001") -> str:
    """The program's way to an agent: originate to the registered contact; the leg waits in park. Its uuid."""
    leg = str(uuid.uuid4())
    contact = world.switch.api(f"sofia_contact internal/{user}@{DOMAIN}")
    assert contact.startswith("sofia/"), contact
    variables = (
        f"origination_uuid={leg},ignore_early_media=true,park_after_bridge=true,hangup_after_bridge=false"
    )
    reply = world.switch.api(f"originate {{{variables}}}{contact} &park()", 15)
    assert reply == f"+OK {leg}", reply
    phone.talking(2)
    return leg


def in_conversation(world: RealWorld, phone: Telephone, user: str = "1001") -> tuple[Line, str, str]:
    """A caller of the program's queue, bridged to this agent; (caller, the caller's leg, the agent's leg)."""
    caller = world.call("33123456789")
    until(lambda: hears_only(caller, MUSIC), 5, "the queue's music")
    customer, agents = leg_of(world, caller), call_agent(world, phone, user)
    world.switch.api(f"uuid_bridge {customer} {agents}")
    until(
        lambda: hears_only(caller, phone.tone_hz) and hears_only(phone.line, caller.tone_hz), 3, "each other"
    )
    return caller, customer, agents


def channel(world: RealWorld, leg: str) -> dict[str, str]:
    """The last picture of a leg; {} when it is gone."""
    dump = world.switch.api(f"uuid_dump {leg} json")
    return {} if dump.startswith("-ERR") else json.loads(dump, strict=False)


@contextlib.contextmanager
def another_world(**settings: str) -> Iterator[RealWorld]:
    """A world of its own for what would disturb others."""
    world = RealWorld({**SETTINGS, **settings})
    try:
        yield world
    finally:
        process.stop("127.0.0.1", world.switch.directory_port)
        world.close()
