"""A person is forgotten, step by step: recordings, files, calls, lists, other tables, the journal, himself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from peewee import chunked

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.callbacks.state import Callback
from fs_app.calllists.model import ListRecord
from fs_app.calllists.state import State as RecordState
from fs_app.clock import Clock
from fs_app.db import Base, Database
from fs_app.imports.model import ImportJob
from fs_app.imports.state import AT_WORK
from fs_app.live import Live
from fs_app.privacy import erasing, finding, holds
from fs_app.privacy.erasing_journal import Owned, owned_of
from fs_app.privacy.job import DONE, EXPORT, SETTLED_S, TIMEOUT_S, Around, Folders, NotYet, Rows
from fs_app.privacy.model import PersonJob
from fs_app.privacy.person import Person, person_of
from fs_app.privacy.registry import REGISTRY
from fs_app.privacy.workshop import Workshop

STEPS = ("wait", "recordings", "files", "calls", "lists", "rows", "journal", "contact")
"""In order (privacy.phase.*)."""


class Erasure:
    def __init__(
        self,
        db: Database,
        live: Live,
        clock: Clock,
        tables: Mapping[str, type[Base]],
        folders: Folders,
        around: Around,
        workshop: Workshop,
        rows: Rows,
    ) -> None:
        self._db = db
        self._live = live
        self._clock = clock
        self._tables = tables
        self._folders = folders
        self._around = around
        self._workshop = workshop
        self._rows = rows

    def run(self, job: Any, person: Person) -> None:
        """All steps, each of which may be done again. Raises NotYet, holds.Held, ChildFailed, DatabaseBusy."""
        by = job.user_name
        self._phase(job, "wait")
        self._db.read(lambda: holds.check(person.account, *person.contacts))
        self._nothing_under_way(person)
        for callback in self._callbacks_of(person):
            self._around.close(callback, by)
        self._around.settled(self._live.last_id, SETTLED_S)
        owned = self._owned(job, person)
        self._phase(job, "recordings")
        now = self._clock.now_ms()
        self._piece(job, lambda: {"recordings": erasing.doom_recordings(person, by, now)})
        self._around.remove_files()
        if self._db.read(lambda: erasing.recordings_left(person), timeout=TIMEOUT_S):
            raise NotYet("files")
        self._phase(job, "files")
        self._files(job, person, owned)
        self._phase(job, "calls")
        while calls := self._db.read(lambda: erasing.next_calls(person), timeout=TIMEOUT_S):
            self._piece(job, lambda c=calls: erasing.erase_calls(self._tables, person, c))  # type: ignore[misc]
        self._phase(job, "lists")
        while self._piece(job, lambda: erasing.erase_records(self._tables, person)):
            pass
        self._phase(job, "rows")
        for name in erasing.other_tables():
            self._some(job, name, person)
        self._piece(job, lambda: erasing.hash_numbers(person, job.never_call, by, now))
        self._around.changed(person.account)
        self._piece(job, lambda: {"imports": erasing.clean_directory_imports(person)})
        self._piece(job, lambda: {"audit": erasing.clean_audit(person)})
        self._phase(job, "journal")
        self._journal(job, person, owned)
        self._phase(job, "contact")
        self._exports_of(person)
        self._piece(job, lambda: {"contact": erasing.erase_contacts(person)})
        stays = self._db.read(lambda: finding.amounts(self._tables, person), timeout=TIMEOUT_S)
        self._over(job, [{"kind": s.kind, "rows": s.rows, "why": s.why} for s in stays])

    def _phase(self, job: Any, name: str) -> None:
        self._rows.step(job.id, name, STEPS.index(name), len(STEPS))

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

    def _some(self, job: Any, name: str, person: Person) -> None:
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

    def _owned(self, job: Any, person: Person) -> Owned:
        """His records and callbacks. They stand in the job before anything of them goes: after a death nobody could
        find them any more."""

        def write() -> Owned:
            what = PersonJob.get_by_id(job.id).what or {}
            known, found = owned_of(what), finding.owned(person)
            owned = Owned(known.records | found.records, known.callbacks | found.callbacks)
            PersonJob.update(what={**what, **owned.plain()}).where(PersonJob.id == job.id).execute()
            return owned

        return self._db.write(write, timeout=TIMEOUT_S)

    def _files(self, job: Any, person: Person, owned: Owned) -> None:
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
            "owned": owned.plain(),
            "journal": str(self._folders.journal),
            "before": first,
            "imports": [str(self._folders.imports / str(i)) for i in imports],
            "records": str(self._folders.records),
        }
        did = self._workshop.run(order, lambda *_: None)
        self._piece(
            job, lambda: {"imports": did["lines"] + did["files"], "files": did["entries"] + did["records"]}
        )

    def _journal(self, job: Any, person: Person, owned: Owned) -> None:
        """All entries of the account: somebody else's call may name him."""
        at, end = 0, self._db.read(erasing.journal_end)
        while at < end:
            hits = self._db.read(
                lambda a=at: erasing.journal_hits(person, a, owned),  # type: ignore[misc]
                timeout=TIMEOUT_S,
            )
            for part in chunked(hits, erasing.ROWS_AT_ONCE):
                self._piece(
                    job,
                    lambda p=part: {"journal": erasing.clean_journal(person, p, owned)},  # type: ignore[misc]
                )
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
                self._rows.remove_file(row)

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
