"""A whole centre at work for measurements: simulated switch, program, toolbars and witness, a process each.

The program has one processor to itself, everything that drives and watches it has the others.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import gevent

from fs_app.bench.figures import Meanwhile, cores
from fs_app.bench.installation import DOMAIN, PASSWORD, Installation, Seeded, Size, seed
from fs_app.bench.toolbars import Toolbars
from fs_app.bench.witness import Witness
from fs_app.clock import wait_for
from fs_app.sim.world import SimWorld


@dataclass(frozen=True, slots=True)
class Habits:
    """Of callers and telephones; seconds. Talk is drawn between half and one and a half of its mean."""

    answer_after: float = 1.0
    talk: float = 15.0


class Scene:
    """`start` brings everything up, agents logged in and not yet available. Raises Unavailable or WaitTimeout."""

    def __init__(self, folder: Path, size: Size, dice_seed: int, habits: Habits, database: str = "") -> None:
        """`database`: the address of an empty one; otherwise SQLite in the folder."""
        self._folder, self._size, self.habits, self._database = folder, size, habits, database
        self.dice = random.Random(dice_seed)
        self._stops = ExitStack()
        self.placed: list[str] = []
        """The callers' legs of all calls that were made, in order."""

    def start(self, toolbars: bool = True, prepare: Callable[[str], None] = lambda url: None) -> None:
        """`prepare` gets the address of the database before the program starts."""
        program, rest = cores()
        self._stops.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, rest)  # inherited by what is started from here
        self.world = SimWorld({"FS_APP_MAX_SESSIONS": "20000"}, check_users=False)
        self._stops.callback(self.world.close)
        self.witness = Witness(self.world.port, self.world.password)
        self._stops.callback(self.witness.stop)
        self.installation = Installation(
            self._folder,
            self.world.switch_url,
            f"127.0.0.1:{self.world.outbound_port}",
            self.world.directory_url.split("/")[2],
            self.world.cdr_folder,
            program,
            database=self._database,
        )
        self.seeded: Seeded = seed(self.installation.database, self._size, self.dice)
        prepare(self.installation.database)
        self._stops.callback(self.installation.stop)
        self.installation.start()
        for number in self.seeded.numbers:
            self.world.control.ask(
                do="phone",
                user=number,
                domain=DOMAIN,
                password=PASSWORD,
                register=True,
                habits={"answer_after": self.habits.answer_after},
            )
        self.toolbars = Toolbars(self._folder / "pictures")
        self._stops.callback(self.toolbars.stop)
        if toolbars:
            self.open_toolbars()

    def open_toolbars(self) -> None:
        self.toolbars.connect(self.installation.port, self.seeded.cookies)

    def begin_work(self) -> None:
        """Everybody logs in and is available."""
        self.toolbars.press("agent.log_in")
        self.toolbars.press("agent.available")

    def stop(self) -> None:
        self._stops.close()

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def meanwhile(self, toolbars: bool = True) -> Meanwhile:
        ours = [os.getpid(), self.installation.pid, self.world.pid]
        return Meanwhile([*ours, self.toolbars.pid] if toolbars else ours)

    # --- callers ----------------------------------------------------------------------------------------------
    def call(self, talk: float = 0.0) -> str:
        """Somebody calls; the leg's uuid. `talk`: seconds, drawn when 0."""
        self.placed.append(
            str(
                self.world.control.ask(
                    do="call",
                    to=self.dice.choice(self.seeded.dids),
                    number=f"+336{self.dice.randrange(10**8):08d}",
                    habits={"talk": talk or self.habits.talk * self.dice.uniform(0.5, 1.5)},
                )["leg"]
            )
        )
        return self.placed[-1]

    def calls(self, per_second: float, seconds: float) -> None:
        """Poisson arrivals for so long."""
        begin, due = gevent.get_hub().loop.now(), 0.0
        while (due := due + self.dice.expovariate(per_second)) < seconds:
            gevent.sleep(max(0.0, due - (gevent.get_hub().loop.now() - begin)))
            self.call()

    def all_over(self, timeout: float) -> None:
        """Wait until the switch has told of every call that was placed, and has none any more."""

        def over() -> bool:
            legs = self.witness.legs
            return all(call in legs for call in self.placed) and self.witness.alive() == 0

        wait_for(over, timeout, "the end of all calls", step=0.1)
