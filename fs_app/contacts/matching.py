"""Who calls? The contact behind a caller's number, looked up beside the call: it never waits for the database."""

from __future__ import annotations

import structlog

from fs_app.bus import Bus
from fs_app.contacts import service
from fs_app.db import Database
from fs_app.errors import DatabaseBusy
from fs_app.events import Recorded
from fs_app.journal import Entry
from fs_app.live import Live
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

PATIENCE_S = 5.0


class Matching:
    """Follows the beginning of calls and records `call.contact` when the number is somebody's."""

    def __init__(self, live: Live, db: Database, bus: Bus, tasks: Tasks) -> None:
        self._live = live
        self._db = db
        self._tasks = tasks
        bus.subscribe(Recorded, self._follow)

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind == "call.started" and entry.data["caller_number"]:
            self._tasks.spawn("who calls", self._look_up, entry)

    def _look_up(self, entry: Entry) -> None:
        account = entry.account
        assert account is not None
        number = str(entry.data["caller_number"])
        try:
            found = self._db.read(
                lambda: service.by_number(account, number, service.country_of(account)), PATIENCE_S
            )
        except DatabaseBusy:
            log.info("caller not looked up: the database is busy", call=entry.call)
            return
        call = self._live.calls.get(entry.call or "")
        if found is not None and call is not None and call.contact is None:  # else who calls has said whom
            name = " ".join(filter(None, (str(found["first_name"]), str(found["last_name"]))))
            self._live.record(
                "call.contact",
                account=account,
                call=entry.call,
                contact=found["id"],
                name=name or str(found["company"]),
            )
