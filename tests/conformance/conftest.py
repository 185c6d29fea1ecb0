"""What both switches must do alike: each behaviour is written once, against `Switch`, facts and `World`.

The real switch is the judge: a behaviour of the simulator counts only when the same test is green there.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.directory import snapshot
from fs_app.directory.server import DirectoryServer
from fs_app.directory.snapshot import Cached, User, a1_hash
from fs_app.sim.world import SimWorld
from tests.conformance.program import Program
from tests.support.freeswitch import find_freeswitch
from tests.support.real_world import RealWorld
from tests.support.world import World

HERE = Path(__file__).parent
WHY = "NOT PROVEN HERE: no FreeSWITCH (set FREESWITCH_HOME, or have `freeswitch` and `sipp` on the PATH)"
AWAY_HZ, APOLOGY_HZ, MESSAGE_HZ = 250, 200, 150
SETTINGS = {
    "FS_APP_MUSIC": f"tone_stream://%(1000,0,{AWAY_HZ});loops=-1",
    "FS_APP_AWAY_MUSIC_S": "2",
    "FS_APP_AWAY_LOOPS": "3",
    "FS_APP_AWAY_APOLOGY": f"tone_stream://%(1000,0,{APOLOGY_HZ})",
    "FS_APP_GUARD_S": "1",
}
DOMAIN, PASSWORD = "acme.example.net", "correct horse"
USERS = ("1001", "1002", "1003")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames and HERE in Path(metafunc.definition.path).parents:
        chosen = metafunc.config.getoption("--switch")
        kinds = ["sim", "real"] if chosen == "both" else [chosen]
        metafunc.parametrize("kind", kinds, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = [item for item in items if HERE in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.timeout(90))
    real = [item for item in here if "[real" in item.name]
    if real and find_freeswitch() is None:
        for item in real:
            item.add_marker(pytest.mark.skip(reason=WHY))
        sys.stderr.write(f"\n{WHY}: {len(real)} tests skipped\n")


@pytest.fixture(scope="session")
def world(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One switch for all tests of this folder, with a directory that knows three phones."""
    world: World = SimWorld(SETTINGS) if kind == "sim" else RealWorld(SETTINGS)  # type: ignore[assignment]
    path = tmp_path_factory.mktemp(f"directory-{kind}") / "users.json"
    snapshot.write(path, [User(user, DOMAIN, a1_hash(user, DOMAIN, PASSWORD), "acme") for user in USERS])
    port = int(world.directory_url.split(":")[2].split("/")[0])
    directory = DirectoryServer("127.0.0.1", port, Cached(path))
    threading.Thread(target=directory.serve_forever, daemon=True).start()
    yield world
    world.close()
    directory.shutdown()


@pytest.fixture
def program(world: World) -> Iterator[Program]:
    """A program with link and door, its lease renewed, and no leg left from the test before."""
    program = Program(world)
    program.start()
    yield program
    program.stop()
