"""Exports and erasures of persons: they are asked for, carried out one after the other, and survive a death.

What is to be done stands in `PersonJob`; who it is (`what`) as long as it is not done. A job that was under way when
the program died is begun anew: each step may be done again. Nothing yields while it writes, no transaction is long.

An erasure waits for a call with the person, for an import, for a file that the disk does not give up; it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from gevent.event import Event
from gevent.lock import BoundedSemaphore

from fs_app import metrics
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.clock import Clock
from fs_app.db import Base, Database
from fs_app.errors import Conflict, FsAppError, NotFound
from fs_app.live import Live
from fs_app.privacy import finding, holds
from fs_app.privacy.erasure import Erasure
from fs_app.privacy.exporting import Exporting, Words
from fs_app.privacy.job import (
    ERASE,
    EXPORT,
    FAILED,
    OPEN,
    RUNNING,
    TIMEOUT_S,
    WAITING,
    Around,
    Folders,
    NotYet,
    Rows,
)
from fs_app.privacy.model import PersonJob
from fs_app.privacy.person import Person, person_of
from fs_app.privacy.workshop import ChildFailed, Workshop
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)


class AlreadyAsked(Conflict):
    """The same is under way for the same person."""

    key = "error.privacy_twice"


class Persons:
    def __init__(
        self,
        db: Database,
        live: Live,
        clock: Clock,
        tasks: Tasks,
        threads: Threads,
        tables: Mapping[str, type[Base]],
        folders: Folders,
        around: Around,
        words: Words,
        workshop: Workshop | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._tasks = tasks
        self._tables = tables
        self._folders = folders
        self._workshop = workshop or Workshop()
        self._rows = Rows(db, threads, folders)
        self._exporting = Exporting(
            db, live, clock, threads, tables, folders, around, words, self._workshop, self._rows
        )
        self._erasure = Erasure(db, live, clock, tables, folders, around, self._workshop, self._rows)
        self._one = BoundedSemaphore(1)
        self._wake = Event()

    # --- what people ask ------------------------------------------------------------------------------------
    def export(self, by: Actor, person: Person, label: str, language: str) -> int:
        """Returns the job. Raises AlreadyAsked."""
        return self._ask(by, EXPORT, person, label, language=language)

    def erase(self, by: Actor, person: Person, label: str, never_call: bool) -> int:
        """Returns the job. Raises AlreadyAsked, holds.Held."""
        return self._ask(by, ERASE, person, label, never_call=never_call)

    def _ask(self, by: Actor, kind: str, person: Person, label: str, **more: Any) -> int:
        def write() -> int:
            if kind == ERASE:
                holds.check(person.account, *person.contacts)
            what = person.plain()
            for row in PersonJob.select().where(
                PersonJob.account == by.account, PersonJob.kind == kind, PersonJob.state.in_(OPEN)
            ):
                if {name: (row.what or {}).get(name) for name in what} == what:
                    raise AlreadyAsked(f"job {row.id}")
            job = PersonJob.create(
                account=by.account,
                kind=kind,
                what=what,
                label=label[:200],
                user=by.user,
                user_name=by.name[:200],
                created_at=by.now,
                **more,
            )
            audit.write(by, kind, "person", job.id, label)
            return int(job.id)

        job = self._db.write(write)
        self.soon()
        return job

    def known(self, person: Person) -> list[finding.Amount]:
        """What is known of him, and what an erasure makes of it."""
        return self._db.read(lambda: finding.amounts(self._tables, person), timeout=TIMEOUT_S)

    def soon(self) -> None:
        """See to what is to be done, now."""
        self._tasks.spawn("export or erasure of a person", self.round)

    def remove(self, by: Actor, job: int) -> None:
        """The file of an export goes before its time. Raises NotFound."""
        row = self._db.read(
            lambda: PersonJob.get_or_none((PersonJob.id == job) & (PersonJob.account == by.account))
        )
        if row is None or row.kind != EXPORT or not row.file:
            raise NotFound(f"export {job}")
        self._rows.remove_file(row)
        self._db.write(lambda: audit.write(by, "delete", "person", job, row.label))

    def file_of(self, name: str) -> Path:
        """Where the file of an export lies."""
        return self._folders.file_of(name)

    def stop(self) -> None:
        self._workshop.stop()

    # --- doing it -------------------------------------------------------------------------------------------
    def round(self) -> None:
        """All that is to be done and can be; whoever comes while it is under way has nothing to do."""
        if not self._one.acquire(blocking=False):
            self._wake.set()
            return
        try:
            self._wake.set()
            while self._wake.is_set():
                self._wake.clear()
                jobs = self._db.read(
                    lambda: [
                        j
                        for (j,) in PersonJob.select(PersonJob.id)
                        .where(PersonJob.state.in_(OPEN))
                        .order_by(PersonJob.id)
                        .tuples()
                    ]
                )
                for job in jobs:
                    self._do(job)
        finally:
            self._one.release()

    def _do(self, number: int) -> None:
        job = self._db.read(lambda: PersonJob.get_or_none(PersonJob.id == number))
        if job is None or job.what is None:
            return
        person = person_of(job.account_id, job.what)
        now = self._clock.now_ms()
        try:
            self._rows.set(number, state=RUNNING, why="", started_at=job.started_at or now)
            if job.kind == EXPORT:
                self._exporting.run(job, person)
            else:
                self._erasure.run(job, person)
        except NotYet as wait:
            self._rows.set(number, state=WAITING, why=wait.why)
        except holds.Held:
            self._rows.set(number, state=WAITING, why="held")
        except ChildFailed as failed:
            log.error("an export or an erasure could not be carried out", job=number, why=failed.why)
            state = FAILED if job.kind == EXPORT else WAITING
            self._rows.set(number, state=state, why=failed.why, ended_at=self._clock.now_ms())
        except FsAppError as error:
            log.warning("an export or an erasure waits", job=number, why=error.key)
            with suppress(FsAppError):
                self._rows.set(number, state=WAITING, why="busy")
        except Exception:
            # One that we don't understand keeps no other from its turn; an erasure is tried again.
            metrics.FAILURES.labels(where="privacy").inc()
            log.exception("an export or an erasure failed", job=number)
            with suppress(FsAppError):
                state = FAILED if job.kind == EXPORT else WAITING
                self._rows.set(number, state=state, why="died")
