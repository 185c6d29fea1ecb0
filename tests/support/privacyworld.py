"""The parts of the program that the pages of privacy ask, over a folder of the test."""

from __future__ import annotations

from typing import Any

from fs_app.models import TABLES
from fs_app.privacy.finding import tables_of
from fs_app.privacy.jobs import Around, Folders, Persons
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
