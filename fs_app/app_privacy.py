"""Composition: what is kept of people, for how long, and how somebody is told of it or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fs_app.models import TABLES
from fs_app.privacy.finding import tables_of
from fs_app.privacy.job import Around, Folders
from fs_app.privacy.jobs import Persons
from fs_app.privacy.nightly import Nightly
from fs_app.web.i18n import said_or

if TYPE_CHECKING:
    from fs_app.app import Application


def nightly(app: Application) -> Nightly:
    return Nightly(
        app.db, app.clock, app.threads, app.settings.data_dir / "imports", app.settings.data_dir / "exports"
    )


def persons(app: Application, blacklist_changed: Callable[[int], None]) -> Persons:
    """`blacklist_changed(account)`: its entries in memory are to be read anew."""
    return Persons(
        app.db,
        app.live,
        app.clock,
        app.tasks,
        app.threads,
        tables_of(TABLES),
        Folders(
            exports=app.settings.data_dir / "exports",
            journal=app.settings.journal_dir,
            imports=app.settings.data_dir / "imports",
            recordings=app.settings.recordings,
            records=app.settings.spool,
        ),
        Around(
            settled=app.projector.wait,
            remove_files=app.disposal.remove,
            close=lambda callback, by: app.callbacks.close(callback.account, callback.id, False, by),
            changed=blacklist_changed,
        ),
        said_or,
    )
