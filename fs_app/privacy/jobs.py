"""Exports and erasures of persons: they are asked for, carried out one after the other, and survive a death.

What is to be done stands in `PersonJob`; who it is (`what`) as long as it is not done. A job that was under way when
the program died is begun anew: each step may be done again. Nothing yields while it writes, no transaction is long.

An erasure waits for a call with the person, for an import, for a file that the disk does not give up; it says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog
from gevent.event import Event
from gevent.lock import BoundedSemaphore

from fs_app import metrics
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.callbacks.state import Callback
from fs_app.calllists.model import ListRecord
from fs_app.calllists.state import State as RecordState
from fs_app.clock import Clock
from fs_app.db import Base, Database
from fs_app.errors import Conflict, FsAppError, NotFound
from fs_app.imports.model import ImportJob
from fs_app.imports.state import AT_WORK
from fs_app.live import Live
from fs_app.privacy import erasing, finding, gathering, holds, kinds
from fs_app.privacy.model import PersonJob
from fs_app.privacy.person import Person, person_of
from fs_app.privacy.registry import REGISTRY
from fs_app.privacy.workshop import ChildFailed, Workshop
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)

EXPORT, ERASE = "export", "erase"
NEW, WAITING, RUNNING, DONE, FAILED = "NEW", "WAITING", "RUNNING", "DONE", "FAILED"
OPEN = (NEW, WAITING, RUNNING)
DAY_MS = 86_400_000
TIMEOUT_S = 60.0
SETTLED_S = 30.0
STEPS = ("wait", "recordings", "files", "calls", "lists", "rows", "journal", "contact")
"""Of an erasure, in order (privacy.phase.*)."""

Words = Callable[[str, str, str], str]
"""(language, identifier, what is said without a text) → the text."""


class NotYet(Conflict):
    """Something has to be over before: a call, an import, a file. `why`: privacy.waits.*"""

    key = "error.privacy_waits"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class AlreadyAsked(Conflict):
    """The same is under way for the same person."""

    key = "error.privacy_twice"


@dataclass(frozen=True, slots=True)
class Folders:
    """`exports`: where files lie until they are fetched or their days are over; `records`: kept call records."""

    exports: Path
    journal: Path
    imports: Path
    recordings: Path
    records: Path


@dataclass(frozen=True, slots=True)
class Around:
    """What the rest of the program does for a job. `settled(entry, seconds)` waits until the database has the journal
    up to that entry; `remove_files()` deletes recordings that are to be deleted; `close(callback)` takes somebody off
    the list of callbacks; `changed(account)`: the blacklist is another one."""

    settled: Callable[[int, float], None]
    remove_files: Callable[[], None]
    close: Callable[[Callback, str], None]
    changed: Callable[[int], None]


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
        self._live = live
        self._clock = clock
        self._tasks = tasks
        self._threads = threads
        self._tables = tables
        self._folders = folders
        self._around = around
        self._words = words
        self._workshop = workshop or Workshop()
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
                holds.check(person)
            what = person.plain()
            for row in PersonJob.select().where(
                PersonJob.account == by.account, PersonJob.kind == kind, PersonJob.state.in_(OPEN)
            ):
                if row.what == what:
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
        self._remove_file(row.file)
        self._db.write(lambda: _emptied(job))
        self._db.write(lambda: audit.write(by, "delete", "person", job, row.label))

    def file_of(self, name: str) -> Path:
        """Where the file of an export lies."""
        return self._folders.exports / Path(name).name

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
            self._set(number, state=RUNNING, why="", started_at=job.started_at or now)
            if job.kind == EXPORT:
                self._export(job, person)
            else:
                self._erase(job, person)
        except NotYet as wait:
            self._set(number, state=WAITING, why=wait.why)
        except holds.Held:
            self._set(number, state=WAITING, why="held")
        except ChildFailed as failed:
            log.error("an export or an erasure could not be carried out", job=number, why=failed.why)
            state = FAILED if job.kind == EXPORT else WAITING
            self._set(number, state=state, why=failed.why, ended_at=self._clock.now_ms())
        except FsAppError as error:
            log.warning("an export or an erasure waits", job=number, why=error.key)
            with suppress(FsAppError):
                self._set(number, state=WAITING, why="busy")
        except Exception:
            # One that we don't understand keeps no other from its turn; an erasure is tried again.
            metrics.FAILURES.labels(where="privacy").inc()
            log.exception("an export or an erasure failed", job=number)
            with suppress(FsAppError):
                state = FAILED if job.kind == EXPORT else WAITING
                self._set(number, state=state, why="died")

    def _set(self, job: int, **values: Any) -> None:
        self._db.write(
            lambda: PersonJob.update(**values).where(PersonJob.id == job).execute(), timeout=TIMEOUT_S
        )

    def _step(self, job: int, phase: str, done: int, total: int) -> None:
        self._set(job, phase=phase, done=done, total=total)

    # --- export ---------------------------------------------------------------------------------------------
    def _export(self, job: Any, person: Person) -> None:
        self._around.settled(self._live.last_id, SETTLED_S)
        tables = gathering.exported()
        sections: list[dict[str, Any]] = []
        counts: dict[str, int] = {}
        for at, (name, known) in enumerate(tables):
            found = self._db.read(lambda n=name: gathering.rows(self._tables, n, person), timeout=TIMEOUT_S)  # type: ignore[misc]
            if found:
                sections.append(
                    {"name": name, "rows": found, "moments": gathering.moments(self._tables, name)}
                )
                counts[known.kind] = counts.get(known.kind, 0) + len(found)
            if at % 5 == 0:
                self._step(job.id, "gathering", at, len(tables))
        sounds = self._db.read(lambda: gathering.sounds(person), timeout=TIMEOUT_S)
        self._folders.exports.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"person-{job.id}-{os.urandom(8).hex()}.zip"
        gathered = self._folders.exports / f"{name}.json"
        self._threads.run(_private, gathered, self._document(job, sections), timeout=TIMEOUT_S)
        order = {
            "order": EXPORT,
            "gathered": str(gathered),
            "file": str(self._folders.exports / name),
            "recordings": str(self._folders.recordings),
            "sounds": sounds,
        }
        made = self._workshop.run(order, lambda done, total: self._step(job.id, "packing", done, total))
        now = self._clock.now_ms()
        days = (
            self._db.read(lambda: kinds.days(job.account_id, kinds.EXPORTS)) or kinds.DEFAULTS[kinds.EXPORTS]
        )
        self._set(
            job.id,
            state=DONE,
            phase="",
            file=name,
            bytes=made["bytes"],
            counts={**counts, "sounds": made["sounds"]},
            ended_at=now,
            expires_at=now + days * DAY_MS,
        )

    def _document(self, job: Any, sections: list[dict[str, Any]]) -> bytes:
        language = job.language or "fr"
        names = {str(s["name"]) for s in sections} | {"sounds", "yes", "no"}
        names |= {column for s in sections for row in s["rows"] for column in row}
        zone, account = self._db.read(lambda: kinds.zone_and_name(job.account_id))
        return orjson.dumps(
            {
                "language": language,
                "zone": zone,
                "made_at": self._clock.now_ms(),
                "title": self._words(language, "privacy.document.title", ""),
                "lead": self._words(language, "privacy.document.lead", "").replace("%(account)s", account),
                "foot": self._words(language, "privacy.document.foot", ""),
                "words": {
                    name: self._words(language, f"privacy.column.{name}", name) for name in sorted(names)
                },
                "sections": sections,
                "sounds": [],
            },
            default=str,
            option=orjson.OPT_NON_STR_KEYS,
        )

    # --- erasure --------------------------------------------------------------------------------------------
    def _erase(self, job: Any, person: Person) -> None:
        by = job.user_name
        self._phase(job, "wait")
        self._db.read(lambda: holds.check(person))
        self._nothing_under_way(person)
        for callback in self._callbacks_of(person):
            self._around.close(callback, by)
        self._around.settled(self._live.last_id, SETTLED_S)
        self._phase(job, "recordings")
        now = self._clock.now_ms()
        self._piece(job, lambda: {"recordings": erasing.doom_recordings(person, by, now)})
        self._around.remove_files()
        if self._db.read(lambda: erasing.recordings_left(person), timeout=TIMEOUT_S):
            raise NotYet("files")
        self._phase(job, "files")
        self._files(job, person)
        self._phase(job, "calls")
        while calls := self._db.read(lambda: erasing.next_calls(person), timeout=TIMEOUT_S):
            self._piece(job, lambda c=calls: erasing.erase_calls(self._tables, person, c))  # type: ignore[misc]
        self._phase(job, "lists")
        while self._piece(job, lambda: erasing.erase_records(self._tables, person)):
            pass
        self._phase(job, "rows")
        for name in erasing.other_tables():
            self._rows(job, name, person)
        self._piece(job, lambda: erasing.hash_numbers(person, job.never_call, by, now))
        self._around.changed(person.account)
        self._piece(job, lambda: {"imports": erasing.clean_directory_imports(person)})
        self._piece(job, lambda: {"audit": erasing.clean_audit(person)})
        self._phase(job, "journal")
        self._journal(job, person)
        self._phase(job, "contact")
        self._exports_of(person)
        self._piece(job, lambda: {"contact": erasing.erase_contacts(person)})
        stays = self._db.read(lambda: finding.amounts(self._tables, person), timeout=TIMEOUT_S)
        self._over(job, [{"kind": s.kind, "rows": s.rows, "why": s.why} for s in stays])

    def _phase(self, job: Any, name: str) -> None:
        self._step(job.id, name, STEPS.index(name), len(STEPS))

    def _piece(self, job: Any, work: Callable[[], Mapping[str, int]]) -> int:
        """A short transaction, with what it did added to the report (under "": what another table says already)."""

        def write() -> int:
            did = {kind: n for kind, n in work().items() if n}
            if did:
                counts = PersonJob.get_by_id(job.id).counts or {}
                for kind, n in did.items():
                    if kind:
                        counts[kind] = counts.get(kind, 0) + n
                PersonJob.update(counts=counts).where(PersonJob.id == job.id).execute()
            return sum(did.values())

        return self._db.write(write, timeout=TIMEOUT_S)

    def _rows(self, job: Any, name: str, person: Person) -> None:
        kind = REGISTRY[name].kind if REGISTRY[name].exported or name == "agent_message" else ""
        while self._piece(job, lambda: {kind: erasing.erase_some(self._tables, name, person)}):
            pass

    def _nothing_under_way(self, person: Person) -> None:
        """Raises NotYet."""
        spelled = set(person.spelled)
        for call in self._live.calls.values():
            if call.account == person.account and (
                call.caller_number in spelled or call.contact in person.contacts
            ):
                raise NotYet("call")
        if any(callback.call for callback in self._callbacks_of(person)):
            raise NotYet("call")
        for held in self._live.records.values():
            one = held.known
            if one.account == person.account and (
                one.contact in person.contacts or spelled & {number.n for number in one.numbers}
            ):
                raise NotYet("call")

        def busy() -> str:
            condition = finding.where(ListRecord, REGISTRY["list_record"], person)
            if condition is not None and (
                ListRecord.select().where(condition, ListRecord.state == RecordState.IN_CALL).exists()
            ):
                return "call"
            at_work = ImportJob.select().where(
                ImportJob.account == person.account, ImportJob.state.in_([str(s) for s in AT_WORK])
            )
            return "import" if at_work.exists() else ""

        if why := self._db.read(busy, timeout=TIMEOUT_S):
            raise NotYet(why)

    def _callbacks_of(self, person: Person) -> list[Callback]:
        spelled = set(person.spelled)
        return [
            c
            for c in self._live.callbacks.values()
            if c.account == person.account and (c.number in spelled or c.contact in person.contacts)
        ]

    def _files(self, job: Any, person: Person) -> None:
        """The journal's files: a new one begins with a picture in which he is no more, the older ones are cleaned."""
        calls, imports = self._db.read(
            lambda: (
                erasing.next_calls(person, 100_000),
                [
                    i
                    for (i,) in ImportJob.select(ImportJob.id)
                    .where(ImportJob.account == person.account)
                    .tuples()
                ],
            ),
            timeout=TIMEOUT_S,
        )
        first = self._live.begin_file()
        self._around.settled(first, SETTLED_S)
        order = {
            "order": "scrub",
            "account": person.account,
            "what": person.plain(),
            "calls": calls,
            "journal": str(self._folders.journal),
            "before": first,
            "imports": [str(self._folders.imports / str(i)) for i in imports],
            "records": str(self._folders.records),
        }
        did = self._workshop.run(order, lambda *_: None)
        self._piece(
            job, lambda: {"imports": did["lines"] + did["files"], "files": did["entries"] + did["records"]}
        )

    def _journal(self, job: Any, person: Person) -> None:
        """All entries of the account: somebody else's call may name him."""
        at, end = 0, self._db.read(erasing.journal_end)
        while at < end:
            hits = self._db.read(lambda a=at: erasing.journal_hits(person, a), timeout=TIMEOUT_S)  # type: ignore[misc]
            for begin in range(0, len(hits), erasing.ROWS_AT_ONCE):
                part = hits[begin : begin + erasing.ROWS_AT_ONCE]
                self._piece(job, lambda p=part: {"journal": erasing.clean_journal(person, p)})  # type: ignore[misc]
            at += erasing.JOURNAL_AT_ONCE

    def _exports_of(self, person: Person) -> None:
        """Files that were made of him before."""
        rows = self._db.read(
            lambda: list(
                PersonJob.select().where(
                    PersonJob.account == person.account,
                    PersonJob.kind == EXPORT,
                    PersonJob.what.is_null(False),
                )
            )
        )
        for row in rows:
            other = person_of(person.account, row.what)
            if set(other.contacts) & set(person.contacts) or set(other.numbers) & set(person.numbers):
                if row.file:
                    self._remove_file(row.file)
                self._db.write(lambda r=row: _emptied(r.id))  # type: ignore[misc]

    def _remove_file(self, name: str) -> None:
        self._threads.run(_unlink, self.file_of(name))

    def _over(self, job: Any, stays: list[dict[str, Any]]) -> None:
        now = self._clock.now_ms()

        def write() -> None:
            row = PersonJob.get_by_id(job.id)
            PersonJob.update(
                state=DONE, phase="", done=0, total=0, what=None, stays=stays, ended_at=now
            ).where(PersonJob.id == job.id).execute()
            by = Actor(job.account_id, None, job.user_name, now)
            audit.write(by, "erased", "person", job.id, row.label, None, row.counts or {})

        self._db.write(write, timeout=TIMEOUT_S)


def _emptied(job: int) -> None:
    PersonJob.update(what=None, file="", bytes=0).where(PersonJob.id == job).execute()


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


def _private(path: Path, content: bytes) -> None:
    """Written for nobody else to read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
