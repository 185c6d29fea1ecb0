"""Imports as pages, the API and the command line ask for them (HN-403).

A file is brought, looked at (`preview`), planned (`save`), tried (`check`), imported (`start`), and undone. Everything
that reads the file or writes many rows happens in a child process; the program's loop only reads its lines. A job is
written to by one child at a time: each gets a word of its own (`runner`), and a child whose word is not the job's any
more can write nothing.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import gevent
import orjson
import structlog

from fs_app.admin.audit import Actor
from fs_app.admin.form import Stale
from fs_app.bus import Bus
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import DatabaseBusy, FsAppError, Invalid, NotFound, Unavailable
from fs_app.events import ImportProgress
from fs_app.imports import filtering, jobs, places, remembered
from fs_app.imports.crew import Cancelled, Crew, Died
from fs_app.imports.making import MEANWHILE
from fs_app.imports.plan import Plan, Problem, World, as_json, parse, validate
from fs_app.imports.reading import Dialect
from fs_app.imports.reading.numbers import WRONG
from fs_app.imports.reasons import CHANGED, DUPLICATES, REASONS
from fs_app.imports.speed import Speed
from fs_app.imports.state import AT_WORK, State
from fs_app.imports.targets import NUMBER_KINDS
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)

Json = dict[str, Any]

INCOMING = ".incoming"
PIECE = 256 * 1024
PREVIEW_S = 120.0
REFUSED_S = 600.0
AGAIN_S = 1.0
TELL_S = 0.5
"""Progress is told at most so often."""


class TooBig(Invalid):
    """The file is bigger than the installation allows; `params["most_mb"]`."""

    key = "imports.error.too_big"
    status = 413


class Mistaken(Invalid):
    """The plan can't be carried out; `problems`."""

    key = "imports.error.mistaken"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.place}: {p.key}" for p in problems)[:500])
        self.problems = problems


class NoRoom(Unavailable):
    """The file could not be written down."""

    key = "imports.error.disk_full"
    status = 507


class Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Imports:
    """`root`: the folder of all imports. `most`: bytes of a file."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        bus: Bus,
        threads: Threads,
        root: Path,
        most: int,
        crew: Crew | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._bus = bus
        self._threads = threads
        self._root = root
        self._most = most
        self._crew = crew or Crew()
        self._tasks = Tasks("imports")
        self._speeds: dict[int, Speed] = {}

    @property
    def most_mb(self) -> int:
        """How big a file may be, in MiB."""
        return self._most // 1024**2

    # --- life -------------------------------------------------------------------------------------------------
    def start_up(self) -> None:
        """Go on with what the last run of the program left at work."""
        self._tasks.spawn("what was at work", self._go_on)

    def _go_on(self) -> None:
        self._threads.run(shutil.rmtree, self._root / INCOMING, True)
        while True:
            try:
                left = self._db.read(jobs.left_at_work)
                for job in left:
                    if job["state"] == State.CHECKING:
                        self._change(job["account"], job["id"], "cancel", phase="")
                break
            except DatabaseBusy:
                gevent.sleep(AGAIN_S)
        for job in left:
            log.info("an import goes on", job=job["id"], state=job["state"])
            if job["state"] != State.CHECKING:
                self._put_to_work(job["account"], job["id"])

    def stop(self) -> None:
        """End the children; what they did is in the database, and goes on with the next start."""
        self._crew.stop()
        self._tasks.stop()

    # --- the file ---------------------------------------------------------------------------------------------
    def upload(self, by: Actor, name: str, stream: Stream) -> Json:
        """A new job with this file. `name` is shown and never used as a path. Raises TooBig."""
        place = self._root / INCOMING / secrets.token_hex(12)
        self._threads.run(lambda: place.mkdir(parents=True, mode=0o700))
        try:
            size = self._written(place / places.SOURCE, stream)
            shown = places.shown_name(name)
            job = self._db.write(lambda: jobs.create(by, shown, size, secrets.token_hex(16)))
            here = places.folder(self._root, job)
            self._threads.run(shutil.rmtree, here, True)  # of a database that was set back
            self._threads.run(place.rename, here)
        except OSError as error:
            log.warning("a file could not be kept", error=str(error))
            raise NoRoom(str(error)) from error
        finally:
            self._threads.run(shutil.rmtree, place, True)
        return self.job(by.account, job)

    def _written(self, path: Path, stream: Stream) -> int:
        size = 0
        with path.open("xb") as file:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > self._most:
                    raise TooBig(f"more than {self._most} bytes", most_mb=self.most_mb)
                self._threads.run(file.write, piece)
        return size

    def delete(self, by: Actor, job: int) -> None:
        """The job and its file, when nothing of it is in the database. Raises NotFound, NotNow."""

        def write() -> None:
            row = jobs.get(by.account, job)
            jobs.delete(row)
            jobs.told(by, "delete", row)

        self._db.write(write)
        self._threads.run(shutil.rmtree, places.folder(self._root, job), True)

    # --- before -----------------------------------------------------------------------------------------------
    def preview(self, account: int, job: int, dialect: Json | None = None, source: str = "") -> Json:
        """How the file is read: {dialect, sheets, header, rows (100), total, guesses, remembered, plan}.

        `dialect` None: the one of its plan, else guessed. `plan`: a proposal, from what is remembered of `source` or of
        files with these headings, then by guesses. Raises NotFound, Broken (what can't be read, in words).
        """
        row = self._db.read(lambda: jobs.get(account, job))
        order = {
            "do": "preview",
            "folder": str(places.folder(self._root, job)),
            "name": row.file,
            "dialect": dialect or row.dialect,
            "fields": self._db.read(lambda: jobs.fields(account)),
            "country": self._db.read(lambda: jobs.country_of(account)),
        }
        seen = self._crew.run(("preview", job, secrets.token_hex(4)), order, lambda _: None, PREVIEW_S)
        known = self._db.read(lambda: remembered.find(account, source, seen["header"]))
        seen["remembered"] = known
        seen["plan"] = _proposal(seen, known, source)
        headers = {"header": seen["header"], "total": seen["total"], "dialect": seen["dialect"]}
        self._threads.run(self._headers(job).write_bytes, orjson.dumps(headers))
        return seen

    def save(
        self, by: Actor, job: int, plan: object, name: str | None = None, version: int | None = None
    ) -> list[Problem]:
        """Keep the plan, right or wrong; what is wrong with it. `version`: of the plan that this one was made of; None:
        of none. Raises NotFound, NotNow, Stale."""
        parsed, problems = parse(plan)
        header = self._header_of(job, parsed.dialect)

        def write() -> list[Problem]:
            row = jobs.get(by.account, job)
            if version is not None and row.version != version:
                raise Stale(f"import {job}", row.version, {"plan": row.plan})
            world = jobs.world(by.account, header["header"] if header else None)
            found = [*problems, *self._wrong(parsed, world)]
            values: Json = {"plan": as_json(parsed), "dialect": parsed.dialect or row.dialect}
            values |= {"source": parsed.source, "counts": {}, "error": "", "error_params": {}}
            # A page that is only opened saves it, too: to be told what is wrong with it.
            if values["plan"] != row.plan:
                values["version"] = row.version + 1
            if header:
                values["total"] = header["total"]
            if name is not None:
                values["name"] = places.printable(name) or row.file
            jobs.event(row, "mistaken" if found else "planned", **values)
            return found

        found = self._db.write(write)
        self._tell(by.account, job)
        return found

    @staticmethod
    def _wrong(plan: Plan, world: World) -> list[Problem]:
        found = [*validate(plan, world), *filtering.problems(plan, world)]
        if plan.dialect:
            try:
                Dialect.of(plan.dialect)
            except Invalid as error:
                found.append(
                    Problem("dialect", "imports.plan.dialect", {"name": str(error.params.get("field", ""))})
                )
        return found

    def check(self, by: Actor, job: int) -> Json:
        """Begin the dry run; its counts and first lines are there when the job is CHECKED (`checked`)."""
        self._change(by.account, job, "check", phase="waiting", counts={}, error="", error_params={})
        self._put_to_work(by.account, job)
        return self.job(by.account, job)

    def checked(self, account: int, job: int) -> Json:
        """{counts, lines: [{line, cells, outcome, key, params, values}], unmapped} of the last dry run.
        Raises NotFound."""
        self._db.read(lambda: jobs.get(account, job))
        path = places.folder(self._root, job) / places.CHECK
        try:
            return dict(orjson.loads(self._threads.run(path.read_bytes)))
        except (OSError, ValueError) as error:
            raise NotFound(f"import {job} was not checked") from error

    # --- the import -------------------------------------------------------------------------------------------
    def start(self, by: Actor, job: int) -> Json:
        """Import. Raises NotFound, NotNow, Mistaken when the world has changed since the plan was made."""
        now = self._clock.now_ms()

        def write() -> None:
            row = jobs.get(by.account, job)
            plan, problems = parse(row.plan)
            header = self._header_of(job, plan.dialect)
            headers = header["header"] if header else None
            world = jobs.world(by.account, headers)
            problems = [*problems, *self._wrong(plan, world)]
            if problems and State(row.state) in (State.PREPARED, State.CHECKED):
                raise Mistaken(problems)
            jobs.event(
                row,
                "start",
                phase="waiting",
                runner="",
                position=0,
                counts={},
                refused_size=0,
                error="",
                error_params={},
                started_at=now,
                ended_at=None,
            )
            if headers:
                remembered.keep(by.account, plan, headers, now)
            jobs.told(by, "start", row, file=row.file)

        self._db.write(write)
        self._put_to_work(by.account, job)
        return self.job(by.account, job)

    def resume(self, by: Actor, job: int) -> Json:
        """Go on where it stopped. Raises NotFound, NotNow."""
        self._change(by.account, job, "resume", phase="waiting", error="", error_params={}, ended_at=None)
        self._put_to_work(by.account, job)
        return self.job(by.account, job)

    def cancel(self, by: Actor, job: int) -> Json:
        """Stop after the current batch; what is in stays in. Raises NotFound, NotNow."""
        self._change(by.account, job, "cancel", runner="", phase="", ended_at=self._clock.now_ms())
        self._crew.end(job)
        self._tell(by.account, job)
        return self.job(by.account, job)

    def undo(self, by: Actor, job: int) -> Json:
        """Take everything out again that nobody has worked with since. Raises NotFound, NotNow."""

        def write() -> None:
            row = jobs.get(by.account, job)
            jobs.event(row, "undo", phase="waiting", runner="", error="", error_params={}, changed_since=0)
            jobs.told(by, "undo", row, file=row.file)

        self._db.write(write)
        self._put_to_work(by.account, job)
        return self.job(by.account, job)

    # --- what is told of it -----------------------------------------------------------------------------------
    def jobs(self, account: int, page: int = 1) -> Json:
        """{total, page, pages, list}, the newest first."""
        found = self._db.read(lambda: jobs.listing(account, page))
        return {**found, "list": [self._with_speed(job) for job in found["list"]]}

    def job(self, account: int, job: int) -> Json:
        """One of them (`jobs.shown`), with `per_second` and `seconds_left` while it works. Raises NotFound."""
        return self._with_speed(self._db.read(lambda: jobs.shown(jobs.get(account, job))))

    @staticmethod
    def lists_of(account: int) -> dict[str, int]:
        """Names of call lists that something may be put into. Inside `db.read`."""
        return {name: number for number, name in jobs.world(account, None).lists.items()}

    def sources(self, account: int) -> list[str]:
        return self._db.read(lambda: remembered.sources(account))

    def refused(
        self, account: int, job: int, words: Callable[[str, Json], str], delimiter: str = ";"
    ) -> Path:
        """The lines that were not taken as CSV: the columns of the file, then why (`words(key, params)` in the
        reader's language). Raises NotFound when there is none."""
        return self._listed(account, job, places.REFUSED, words, delimiter)

    def refused_lines(self, account: int, job: int, most: int) -> list[tuple[list[str], str, Json]]:
        """The first lines that were not taken: (cells, key, params). Raises NotFound."""
        row = self._db.read(lambda: jobs.get(account, job))
        path = places.folder(self._root, job) / places.REFUSED

        def read() -> list[tuple[list[str], str, Json]]:
            if not row.refused_size or not path.exists():
                return []
            with path.open("rb") as file:
                return [tuple(orjson.loads(line)) for line, _ in zip(file, range(most), strict=False)]

        return self._threads.run(read)

    def kept(self, account: int, job: int, words: Callable[[str, Json], str], delimiter: str = ";") -> Path:
        """What an undo left because somebody has worked with it since, as CSV. Raises NotFound."""
        return self._listed(account, job, places.KEPT, words, delimiter)

    def _listed(
        self, account: int, job: int, name: str, words: Callable[[str, Json], str], delimiter: str
    ) -> Path:
        row = self._db.read(lambda: jobs.get(account, job))
        here = places.folder(self._root, job)
        if not self._threads.run((here / name).exists):
            raise NotFound(f"import {job}: no {name}")
        header = self._header_of(job, row.dialect)
        sentences = _sentences(words)
        if name == places.KEPT:
            header = {"header": [words("imports.kept.who", {})]}
            sentences["reason"] = words("imports.kept.heading", {})
        out = here / f"{name.partition('.')[0]}-{secrets.token_hex(6)}.csv"
        order = {
            "do": "list",
            "folder": str(here),
            "name": name,
            "size": row.refused_size if name == places.REFUSED else None,
            "out": out.name,
            "header": header["header"] if header else [],
            "words": sentences,
            "delimiter": delimiter,
        }
        self._crew.run(("list", job, out.name), order, lambda _: None, REFUSED_S)
        return out

    # --- the work ---------------------------------------------------------------------------------------------
    def _put_to_work(self, account: int, job: int) -> None:
        self._tasks.spawn(f"import {job}", self._work, account, job)

    def _work(self, account: int, job: int) -> None:
        runner = secrets.token_hex(16)
        speed = self._speeds[job] = Speed()
        last = 0.0
        self._tell(account, job)

        def told(said: Json) -> None:
            nonlocal last
            speed.seen(time.monotonic(), said.get("done", 0), said.get("total", 0), said.get("phase", ""))
            speed.counts = said.get("counts") or speed.counts
            if time.monotonic() - last >= TELL_S:
                last = time.monotonic()
                self._tell(account, job)

        try:
            order = self._order(account, job, runner)
            if order is None:
                return
            result = self._crew.run(job, order, told)
            if order["do"] == "check":
                counts = result["counts"]
                told_now = {"checked_at": self._clock.now_ms(), "counts": counts, "total": counts["lines"]}
                self._end(account, job, runner, "checked", **told_now)
        except Cancelled:
            pass
        except Died as error:
            self._broken(account, job, runner, "died", error)
        except FsAppError as error:
            self._broken(account, job, runner, "broken", error)
        finally:
            if self._speeds.get(job) is speed:
                del self._speeds[job]
            self._tell(account, job)

    def _order(self, account: int, job: int, runner: str) -> Json | None:
        """What the child is to do; the job is its own from here on."""

        def write() -> Json | None:
            row = jobs.get(account, job)
            do = {State.CHECKING: "check", State.RUNNING: "import", State.UNDOING: "undo"}.get(
                State(row.state)
            )
            if do is None:
                return None
            jobs.claim(row, runner)
            return {"do": do, "job": job, "account": account, "runner": runner}

        order = self._db.write(write)
        if order is None:
            return None
        return {
            **order,
            "database": self._db.url,
            "migrations": str(self._db.migrations),
            "folder": str(places.folder(self._root, job)),
            "now": self._clock.now_ms(),
        }

    def _broken(self, account: int, job: int, runner: str, event: str, error: FsAppError) -> None:
        log.warning("an import broke off", job=job, key=error.key)
        said: Json = {"error": error.key, "error_params": error.params, "ended_at": self._clock.now_ms()}
        if error.key in MEANWHILE:
            event = "unmade"
            said |= {"started_at": None, "ended_at": None}
        try:
            self._end(account, job, runner, event, **said)
        except DatabaseBusy:
            log.warning("an import that broke off could not be written down", job=job)

    def _end(self, account: int, job: int, runner: str, event: str, **values: Any) -> None:
        """Of what this child did; one that was given up, or is over, changes nothing."""

        def write() -> None:
            row = jobs.get(account, job)
            if row.runner == runner:
                died = event == "died" and row.state == State.CHECKING
                jobs.event(row, "broken" if died else event, runner="", phase="", **values)

        with suppress(NotFound):
            self._db.write(write)

    def _change(self, account: int, job: int, event: str, **values: Any) -> None:
        self._db.write(lambda: jobs.event(jobs.get(account, job), event, **values))

    def _tell(self, account: int, job: int) -> None:
        with suppress(NotFound, DatabaseBusy):
            self._bus.publish(ImportProgress(account, self.job(account, job)))

    def _with_speed(self, shown: Json) -> Json:
        speed = self._speeds.get(shown["id"])
        if speed is None or State(shown["state"]) not in AT_WORK:
            return shown
        return speed.told(shown)

    # --- what the last preview saw ----------------------------------------------------------------------------
    def _headers(self, job: int) -> Path:
        return places.folder(self._root, job) / "header.json"

    def _header_of(self, job: int, dialect: Json | None) -> Json | None:
        """Of the last preview, when it was read like this."""
        try:
            seen = orjson.loads(self._headers(job).read_bytes())
        except (OSError, ValueError):
            return None
        return dict(seen) if not dialect or seen["dialect"] == dialect else None


def _proposal(seen: Json, known: Json | None, source: str) -> Json:
    """A plan for a file: what is remembered, and for the other columns what they seem to be."""
    plan: Json = remembered.applied(known, seen["header"]) if known else {"source": source, "columns": []}
    plan["source"] = source or plan["source"]
    plan["dialect"] = seen["dialect"]
    settled = {column["column"] for column in plan["columns"]}
    used = {column["target"] for column in plan["columns"]}
    for match in seen["guesses"]:
        if match["column"] in settled or not match["target"] or match["target"] in used:
            continue
        used.add(match["target"])
        kind = match["kind"] if match["kind"] in NUMBER_KINDS else ""
        plan["columns"].append({"column": match["column"], "target": match["target"], "kind": kind})
    plan["columns"].sort(key=lambda column: column["column"])
    return plan


def _sentences(words: Callable[[str, Json], str]) -> Json:
    """Every sentence that a list of lines can need, with the names of its parameters in place of values."""
    needed: dict[str, tuple[str, ...]] = {f"imports.refused.{why}": params for why, params in REASONS.items()}
    needed |= {f"imports.duplicate.{where}": () for where in DUPLICATES}
    needed |= {f"imports.kept.{what}": () for what in CHANGED}
    needed |= {f"import.number.{why}": ("value",) for why in WRONG}
    said = {key: words(key, {name: "{" + name + "}" for name in params}) for key, params in needed.items()}
    return {**said, "reason": words("imports.refused.heading", {})}
