"""Composition: what is done again and again while the program runs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from fs_app.counting import count
from fs_app.doctor.visits import EVERY_S as EXAMINED_S
from fs_app.system.figures import LOOK_S

if TYPE_CHECKING:
    from fs_app.app import Application

JOURNAL_DAYS = 7
SOFTPHONES_S = 30.0
DELETION_S = 60.0
SETTLED_S = 60.0
MESSAGES_S = 1.0
OLD_SOUNDS_S = 3600.0
RETENTION_S = 600.0
PERSONS_S = 20.0


def begin(app: Application, stops: ExitStack) -> None:
    """All rounds; `stops` gets what ends those that have an end of their own."""
    every = app.tasks.every
    every("lease", 1.0, app.renew_lease)
    every("journal sync", 0.1, lambda: app.threads.run(app.journal.sync))
    every("held journal entries", 0.5, app.journal.retry_held)
    every("journal pruning", 3600.0, lambda: app.journal.prune(app.projector.position, JOURNAL_DAYS))
    every("comparison", app.settings.reconcile_s, app.recovery.look)
    every("CDR spool", 2.0, app.recovery.read_spool)
    every("directory", 10.0, app.directory.round)
    every("figures", 5.0, lambda: count(app.live))
    every("telephones", 1.0, app.phone_watch.round)
    every("lists of calls to make", 1.0, app.worklist.round)
    every("attempts that are over", 20.0, app.callbacks.sweep)
    every("calls for records that are over", 20.0, app.list_work.sweep)
    every("records of lists", 1.0, app.shelf.round)
    every("records in a call that is over", SETTLED_S, app.looks.settle)
    every("softphones", SOFTPHONES_S, app.softphones.round)
    every("configuration from elsewhere", 1.0, app.catalog.follow)
    app.disk.round()
    every("disk of recordings", 2.0, app.disk.round)
    app.schedule.every("deletion of recordings", DELETION_S, app.disposal.run)
    app.messages.start()
    stops.callback(app.messages.stop)
    app.schedule.every("messages", MESSAGES_S, app.messages.round)
    app.schedule.every("old sounds", OLD_SOUNDS_S, app.sounds.forget_old)
    app.schedule.every("examination", EXAMINED_S, app.doctor.round)
    app.schedule.every("retention", RETENTION_S, app.nightly.round)
    app.schedule.every("persons", PERSONS_S, app.persons.round)
    stops.callback(app.persons.stop)
    app.persons.soon()  # what was under way when the program died
    app.schedule.start()
    every("figures of the system", LOOK_S, app.system.look)
    stops.callback(app.schedule.stop)
    every("supervision", 20.0, app.board.look_again)
    every("clock", 1.0, app.clock_watch.round)
