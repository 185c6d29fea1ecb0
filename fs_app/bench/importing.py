"""`fs-app bench import`: a million lines of CSV beside calls that go on.

The program takes calls from the simulated switch on a database on disk, its journal too; meanwhile a file is imported
into the same database as `fs-app import` does it: numbers checked, duplicates left out, contacts, search, contact file
and call list written. First the same calls without an import. Each call is looked for in what the switch told and in
the database; how late the program's loop ran is what the program itself measured; memory is the child's and the
program's together, at its highest.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import gevent
import psutil

from fs_app import logs
from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.bench.figures import Goal, tell
from fs_app.bench.installation import ROOT, Size
from fs_app.bench.load import account_for, all_in_database, lag_buckets, share_above
from fs_app.bench.scene import Habits, Scene
from fs_app.bus import Bus
from fs_app.calllists.model import ListRecord
from fs_app.clock import RealClock
from fs_app.contacts.model import Contact
from fs_app.db import Database
from fs_app.errors import Unavailable
from fs_app.imports.crew import Crew
from fs_app.imports.service import Imports
from fs_app.tasks import Threads

LINES = 1_000_000
GOAL_S, GOAL_MB, GOAL_LAG_S = 120.0, 500.0, 0.02
AGENTS, QUEUES, QUEUES_OF_AN_AGENT = 30, 5, 2
PER_SECOND, TALK_S = 2.0, 6.0
BASE_S = 20.0
LOOK_S = 0.2
END_S = 90.0

WRONG, TWICE = 0.02, 0.05
"""Shares of lines whose number is none, and of those whose number an earlier line has."""

HEADER = "Nom;Prénom;Téléphone;E-mail;Ville;Code postal;Référence;Commentaire\n"
TARGETS = ("last_name", "first_name", "number.1", "mail", "city", "postal_code", "reference", "memo")
FIRST = ("Marie", "Jean", "Élodie", "Luc", "Ana", "Zoé", "Paul", "Inès", "Hugo", "Léa", "Noé", "Jeanne")
LAST = ("Martin", "Durand", "Lefèvre", "Moreau", "Simon", "Laurent", "Garcia", "Petit", "Roux", "Fournier")
CITIES = ("Lyon", "Paris", "Marseille", "Saint-Étienne", "Nantes", "Lille", "Bordeaux", "Nîmes")


def write_file(path: Path, lines: int, dice: random.Random) -> None:
    """Numbers in an order of their own, so that no index grows at its end."""
    step = 2 * dice.randrange(10**7, 4 * 10**7) + 1  # odd, no multiple of five: through all of 10^8 numbers
    step += 2 * (step % 5 == 0)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for at in range(lines):
            chance = dice.random()
            of = dice.randrange(at) if at and chance < TWICE else at
            number = f"06{of * step % 10**8:08d}" if chance < 1 - WRONG else "06123"
            first, last = dice.choice(FIRST), f"{dice.choice(LAST)}{dice.randrange(1000)}"
            file.write(
                f"{last};{first};{number};{first.lower()}.{at}@exemple.fr;{dice.choice(CITIES)};"
                f"{dice.randrange(1000, 96000):05d};C{at:07d};note {at}\n"
            )


class _Peak:
    """The most that processes had together."""

    def __init__(self, program: int) -> None:
        self.child = self.both = self.cpu_s = 0.0
        self._program = psutil.Process(program)

    def look(self, child: int | None) -> None:
        if child is None:
            return
        try:
            own = psutil.Process(child)
            every = (own, *own.children(recursive=True))
            mine = sum(p.memory_info().rss for p in every) / 1024**2
            self.cpu_s = max(self.cpu_s, sum(sum(p.cpu_times()[:2]) for p in every))
        except psutil.Error:
            return
        self.child = max(self.child, mine)
        self.both = max(self.both, mine + self._program.memory_info().rss / 1024**2)


def measure(lines: int, database: str, per_second: float, seed: int) -> dict[str, float]:
    """The figures by name; `database` is an address of PostgreSQL or "". Raises Unavailable, WaitTimeout."""
    size = Size(AGENTS, QUEUES, QUEUES_OF_AN_AGENT)
    with (
        tempfile.TemporaryDirectory(prefix="fs-app-bench-") as name,
        Scene(Path(name), size, seed, Habits(talk=TALK_S), database) as scene,
    ):
        source = Path(name) / "million.csv"
        write_file(source, lines, scene.dice)
        scene.start()
        scene.begin_work()
        gevent.sleep(2.0)
        before = lag_buckets(scene.installation.get("/metrics").decode())
        scene.calls(per_second, BASE_S)
        figures = {"lines": float(lines), **_lag(scene, before, "base")}
        figures |= _import(scene, source, Path(name) / "imports", per_second)
        scene.all_over(END_S)
        all_in_database(scene.installation)
        figures |= account_for(scene.installation, scene.witness, scene.placed, len(scene.placed))
        contacts, records = scene.installation.read(
            lambda: (Contact.select().count(), ListRecord.select().count())
        )
        figures["not_written"] = figures["new"] - contacts + figures["records"] - records
        return figures


def _import(scene: Scene, source: Path, root: Path, per_second: float) -> dict[str, float]:
    db = Database(scene.installation.database, ROOT / "migrations")
    db.open()
    threads, crew = Threads("files", 2), Crew()
    imports = Imports(db, RealClock(), Bus(), threads, root, 2 * 1024**3, crew)
    try:
        account = int(db.read(lambda: Account.get(Account.slug == "bench").id))
        by = Actor(account, None, "bench", RealClock().now_ms())
        with source.open("rb") as stream:
            job = imports.upload(by, source.name, stream)["id"]
        columns = [{"column": at, "target": target} for at, target in enumerate(TARGETS)]
        plan = {"columns": columns, "call_list": {"new": "List"}, "contact_file": {"new": "File"}}
        problems = imports.save(by, job, plan)
        if problems:
            raise Unavailable(str(problems))
        before = lag_buckets(scene.installation.get("/metrics").decode())
        meanwhile, cpu = scene.meanwhile(), scene.installation.cpu_s()
        peak = _Peak(scene.installation.pid)
        calling = gevent.spawn(_calls, scene, per_second)
        begin = time.monotonic()
        imports.start(by, job)
        shown = _followed(imports, crew, account, job, peak)
        took = time.monotonic() - begin
        calling.kill()
        used = scene.installation.cpu_s() - cpu
        if shown["state"] != "DONE":
            raise Unavailable(f"the import is {shown['state']}: {shown['error']}")
        counts = shown["counts"]
        return {
            "seconds": round(took, 1),
            "seconds_a_million": round(took * 1_000_000 / counts["lines"], 1),
            "lines_per_second": round(counts["lines"] / took),
            "new": counts["new"],
            "records": counts["records"],
            "refused": sum(counts["refused"].values()),
            "twice": counts["duplicates"]["file"],
            "child_cpu_us_a_line": round(peak.cpu_s * 1e6 / counts["lines"], 1),
            "child_mb": round(peak.child, 1),
            "child_and_program_mb": round(peak.both, 1),
            "program_cpu": round(used / took, 3),
            **_lag(scene, before, "import"),
            **meanwhile.figures(),
        }
    finally:
        imports.stop()
        threads.stop()
        db.close()


def _followed(imports: Imports, crew: Crew, account: int, job: int, peak: _Peak) -> dict[str, Any]:
    every, moved = set(range(os.cpu_count() or 1)), None
    while True:
        child = crew.pid(job)
        if child is not None and child != moved:
            os.sched_setaffinity(child, every)  # as a child of the program may run anywhere
            moved = child
        peak.look(child)
        shown = imports.job(account, job)
        if shown["state"] not in ("RUNNING",):
            return shown
        gevent.sleep(LOOK_S)


def _calls(scene: Scene, per_second: float) -> None:
    while True:
        scene.calls(per_second, 10.0)


def _lag(scene: Scene, before: dict[float, float], name: str) -> dict[str, float]:
    after = lag_buckets(scene.installation.get("/metrics").decode())
    return {
        f"{name}_lag_above_20_ms_share": round(share_above(before, after, GOAL_LAG_S), 5),
        f"{name}_lag_above_100_ms_share": round(share_above(before, after, 0.1), 5),
    }


@click.command("import")
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--lines", default=LINES, show_default=True, type=click.IntRange(min=1000))
@click.option(
    "--database",
    default="sqlite",
    show_default=True,
    help="`sqlite`, or the address of an empty database: postgresql://…",
)
@click.option("--per-second", default=PER_SECOND, show_default=True, help="Calls; arrivals are Poisson.")
@click.option("--seed", default=1, show_default=True)
def importing(json_output: bool, lines: int, database: str, per_second: float, seed: int) -> None:
    """A million lines imported in two minutes, in 500 MB, and no call disturbed."""
    logs.configure("console", "error")
    figures = measure(lines, "" if database == "sqlite" else database, per_second, seed)
    raise SystemExit(tell("import", figures, goals(), json_output))


def goals() -> list[Goal]:
    none = ("lost", "unanswered", "unfinished", "legs_unaccounted", "not_written")
    return [
        Goal("seconds_a_million", GOAL_S),
        Goal("child_and_program_mb", GOAL_MB),
        Goal("import_lag_above_20_ms_share", 0.01, at_most=True),
        *(Goal(name, 0, at_most=True) for name in none),
    ]
