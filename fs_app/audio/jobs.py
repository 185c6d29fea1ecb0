"""Conversions under way, as pages see them: an upload, a recording or a text becomes a file of a sound.

A job whose result is to be heard first (`keep` False) waits as READY until somebody keeps it or throws it away; the
others are put into the library at once. Jobs live in memory: after a restart what was not kept is gone, nothing else.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from fs_app.admin.audit import Actor
from fs_app.audio import service, speech
from fs_app.audio.paths import file_under
from fs_app.audio.words import Converted, Order, Refusal
from fs_app.audio.workshop import Workshop
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import FsAppError, NotFound, Overloaded
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)

WAITING, WORKING, READY, DONE, REFUSED = "waiting", "working", "ready", "done", "refused"
UNDER_WAY = frozenset({WAITING, WORKING})

MOST_UNDER_WAY = 40
"""In an account; more at once is refused."""

SHOWN_MS = 15 * 60_000
READY_MS = 24 * 3_600_000
RESULT = "result.wav"
INCOMING = ".incoming"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the file is to become: in `language` the sound `sound`, or (None) the one called `name`, made if there is
    none. `source` is one of `model.SOURCES`; speech has `engine`, `voice` and `text`."""

    name: str
    kind: str
    language: str
    sound: int | None = None
    source: str = "upload"
    original_name: str = ""
    engine: str = ""
    voice: str = ""
    text: str = ""
    keep: bool = True


@dataclass(slots=True)
class Job:
    """`reason` and `params` say why it was refused; `sound` is what it has become. Times UTC ms."""

    id: str
    by: Actor
    wish: Wish
    folder: Path
    at: int
    state: str = WAITING
    stage: str = WAITING
    percent: int = 0
    sound: int | None = None
    converted: Converted | None = None
    reason: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class Jobs:
    """`changed()` is called when the library has changed."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        threads: Threads,
        root: Path,
        changed: Callable[[], None],
        workshop: Workshop | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._threads = threads
        self._root = root
        self._changed = changed
        self._workshop = workshop or Workshop()
        self._tasks = Tasks("sounds")
        self._jobs: dict[str, Job] = {}

    def stop(self) -> None:
        self._tasks.stop()
        self._workshop.stop()

    def clear(self) -> None:
        """At the start: what an earlier run has left."""
        self._threads.run(shutil.rmtree, self._root / INCOMING, True)

    def forget_old(self) -> None:
        """Once in a while: files and sounds that were put away long ago."""
        now = self._clock.now_ms()
        gone = self._db.write(lambda: service.forget_old(self._root, now))
        if gone:
            log.info("old sounds removed", files=gone)

    # --- what pages ask ---------------------------------------------------------------------------------------
    def place(self, account: int) -> tuple[str, Path]:
        """An identifier and a folder for what is being brought. Raises Overloaded."""
        self._forget()
        busy = [job for job in self._jobs.values() if job.by.account == account and job.state in UNDER_WAY]
        if len(busy) >= MOST_UNDER_WAY:
            raise Overloaded(f"{len(busy)} conversions are under way")
        name = secrets.token_urlsafe(12)
        folder = self._root / INCOMING / name
        self._threads.run(lambda: folder.mkdir(parents=True))
        return name, folder

    def begin(self, by: Actor, name: str, wish: Wish) -> Job:
        """Convert what lies as `original` in the folder of `place`, or say the text."""
        job = Job(name, by, wish, self._root / INCOMING / name, self._clock.now_ms())
        self._jobs[job.id] = job
        self._tasks.spawn("conversion", self._run, job)
        return job

    def give_up(self, name: str) -> None:
        """What was being brought did not come."""
        self._threads.run(shutil.rmtree, self._root / INCOMING / name, True)

    def of(self, account: int, sound: int | None = None) -> list[Job]:
        """The newest first; those of one sound."""
        self._forget()
        found = [
            job
            for job in self._jobs.values()
            if job.by.account == account and (sound is None or sound in (job.wish.sound, job.sound))
        ]
        return found[::-1]

    def one(self, account: int, name: str) -> Job:
        """Raises NotFound."""
        job = self._jobs.get(name)
        if job is None or job.by.account != account:
            raise NotFound(f"job {name[:40]}")
        return job

    def preview(self, job: Job) -> Path:
        """The result, before it is kept. Raises NotFound."""
        if job.state != READY:
            raise NotFound(f"job {job.id}: nothing to be heard")
        return file_under(job.folder, RESULT, 16000)

    def keep(self, by: Actor, job: Job) -> None:
        """Into the library. Raises NotFound when that is decided already, and what the library raises."""
        if job.state != READY:
            raise NotFound(f"job {job.id}: nothing to keep")
        self._put(by, job)

    def throw_away(self, job: Job) -> None:
        if job.state not in UNDER_WAY:
            self._jobs.pop(job.id, None)
            self.give_up(job.id)

    # --- the work ---------------------------------------------------------------------------------------------
    def _run(self, job: Job) -> None:
        try:
            job.converted = self._workshop.run(self._order(job), lambda *told: self._told(job, *told))
            if job.wish.keep:
                self._put(job.by, job)
            else:
                job.state = READY
        except Refusal as refusal:
            self._refuse(job, f"sounds.refused.{refusal.reason}", refusal.params)
        except FsAppError as error:
            self._refuse(job, error.key, error.params)
        except OSError as error:
            log.warning("a sound could not be put into the library", error=str(error))
            self._refuse(job, "sounds.refused.disk_full", {})

    def _order(self, job: Job) -> Order:
        wish = job.wish
        return Order(
            source=str(job.folder / "original"),
            folder=str(job.folder),
            name=RESULT,
            kind=wish.kind,
            suffix=wish.original_name.rpartition(".")[2][:10],
            engine=wish.engine,
            voice=wish.voice,
            text=wish.text,
            programs=self._threads.run(speech.programs),
        )

    @staticmethod
    def _told(job: Job, stage: str, percent: int) -> None:
        job.state, job.stage, job.percent = WORKING, stage, percent

    def _put(self, by: Actor, job: Job) -> None:
        wish, converted = job.wish, job.converted
        assert converted is not None
        by = replace(by, now=self._clock.now_ms())
        fresh = service.Fresh(
            job.folder, RESULT, converted, wish.source, wish.original_name, wish.text, wish.voice
        )

        def write() -> int:
            sound = wish.sound
            if sound is None:
                there = service.named(by.account, wish.name)
                sound = there.id if there is not None else service.create(by, wish.name, wish.kind)
                if there is not None and wish.language in service.get(by.account, sound).files:
                    raise service.NameTaken(f"sound {sound}", name=wish.name)
            service.put(by, sound, wish.language, fresh, self._root)
            return int(sound)

        job.sound = self._db.write(write)
        self.give_up(job.id)
        self._changed()
        job.state, job.percent = DONE, 100

    def _refuse(self, job: Job, key: str, params: dict[str, Any]) -> None:
        job.state, job.reason, job.params = REFUSED, key, params
        self.give_up(job.id)

    def _forget(self) -> None:
        """Those that nobody looks at any more."""
        now = self._clock.now_ms()
        for job in list(self._jobs.values()):
            kept = READY_MS if job.state == READY else SHOWN_MS
            if job.state not in UNDER_WAY and now - job.at > kept:
                self.throw_away(job)
