"""What is known of a person becomes a file: gathered table by table, packed by the child process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from fs_app.clock import Clock
from fs_app.db import Base, Database
from fs_app.live import Live
from fs_app.privacy import gathering, kinds
from fs_app.privacy.job import DONE, EXPORT, SETTLED_S, TIMEOUT_S, Around, Folders, Rows
from fs_app.privacy.person import Person
from fs_app.privacy.workshop import Workshop
from fs_app.tasks import Threads

DAY_MS = 86_400_000

Words = Callable[[str, str, str], str]
"""(language, identifier, what is said without a text) → the text."""


class Exporting:
    def __init__(
        self,
        db: Database,
        live: Live,
        clock: Clock,
        threads: Threads,
        tables: Mapping[str, type[Base]],
        folders: Folders,
        around: Around,
        words: Words,
        workshop: Workshop,
        rows: Rows,
    ) -> None:
        self._db = db
        self._live = live
        self._clock = clock
        self._threads = threads
        self._tables = tables
        self._folders = folders
        self._around = around
        self._words = words
        self._workshop = workshop
        self._rows = rows

    def run(self, job: Any, person: Person) -> None:
        """Until the file is there. Raises ChildFailed, DatabaseBusy."""
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
                self._rows.step(job.id, "gathering", at, len(tables))
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
        made = self._workshop.run(order, lambda done, total: self._rows.step(job.id, "packing", done, total))
        now = self._clock.now_ms()
        days = (
            self._db.read(lambda: kinds.days(job.account_id, kinds.EXPORTS)) or kinds.DEFAULTS[kinds.EXPORTS]
        )
        self._rows.set(
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


def _private(path: Path, content: bytes) -> None:
    """Written for nobody else to read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
