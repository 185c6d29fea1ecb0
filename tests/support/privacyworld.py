"""The parts of the program that the pages of privacy ask, over a folder of the test."""

from __future__ import annotations

from typing import Any

from fs_app.models import TABLES
from fs_app.privacy.finding import tables_of
from fs_app.privacy.job import Around, Folders
from fs_app.privacy.jobs import Persons
from fs_app.privacy.model import AccessLog, PersonJob
from fs_app.privacy.nightly import Nightly
from fs_app.tasks import Tasks
from fs_app.web.i18n import said_or


def folders(app: Any) -> Folders:
    data = app.settings.data_dir
    return Folders(
        data / "exports",
        app.settings.journal_dir,
        data / "imports",
        app.settings.recordings,
        app.settings.spool,
    )


def persons(app: Any, tasks: Tasks | None = None) -> Persons:
    return Persons(
        app.db,
        app.live,
        app.clock,
        tasks or Tasks("privacy"),
        app.threads,
        tables_of(TABLES),
        folders(app),
        Around(
            settled=lambda entry, seconds: None,
            remove_files=app.disposal.remove,
            close=lambda callback, by: app.callbacks.close(callback.account, callback.id, False, by),
            changed=lambda account: None,
        ),
        said_or,
    )


def nightly(app: Any) -> Nightly:
    data = app.settings.data_dir
    return Nightly(app.db, app.clock, app.threads, data / "imports", data / "exports")


def write(account: int, call: str, recording: str, now: int) -> None:
    """Something for each page: an export that waits to be fetched, an erasure, accesses. Inside `Database.write`."""
    PersonJob.create(
        account=account,
        kind="export",
        state="DONE",
        label="M••• ••• 78",
        user_name="Ahmed Lefèvre",
        created_at=now - 7_200_000,
        ended_at=now - 7_100_000,
        file="person-1.zip",
        bytes=2_400_000,
        expires_at=now + 6 * 86_400_000,
        counts={"contact": 2, "calls": 14, "recordings": 9, "sounds": 9},
    )
    PersonJob.create(
        account=account,
        kind="erase",
        state="WAITING",
        why="call",
        phase="wait",
        total=8,
        label="D••• ••• 12",
        user_name="Ahmed Lefèvre",
        what={"contacts": [], "numbers": ["+33100000012"], "mails": []},
        created_at=now - 60_000,
    )
    for action, kind, what, of in (
        ("listen", "recording", recording, call),
        ("download", "recording", recording, call),
        ("export", "list", "/calls/export.csv", ""),
        ("search", "person", "", ""),
    ):
        AccessLog.create(
            account=account,
            at=now - 3_000_000,
            user_name="Sonia Petit",
            action=action,
            kind=kind,
            object=what,
            call=of,
            address="192.0.2.7",
        )
