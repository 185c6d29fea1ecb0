"""Calls of the time before parts were written: made from their journal, the latest first, beside the daily work.

Of one call the parts follow from its entries alone, so each is made whole in one transaction of the one writer,
whatever the projection does to others meanwhile; a call that has its parts gets the same ones. How far it came is kept.
"""

from __future__ import annotations

import gevent
import structlog

from fs_app.calls.model import Call, ProjectionMark
from fs_app.db import Database
from fs_app.errors import DatabaseBusy
from fs_app.history import rows
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

MARK = "parts"
"""Whose position is when the oldest call of which the parts are made began (UTC ms); 1: all are."""

DONE = 1
AT_ONCE = 50
"""Calls of one transaction: some 50 ms of the writer's thread."""

EVERY_S = 0.25


class Backlog:
    def __init__(self, db: Database, tasks: Tasks) -> None:
        self._db = db
        self._tasks = tasks

    def start(self, now_ms: int) -> None:
        """Begin, or go on, in the background: no start waits for it."""
        self._tasks.spawn("parts of earlier calls", self._run, now_ms)

    def _run(self, now_ms: int) -> None:
        made = 0
        while True:
            try:
                n = self._db.write(lambda: some(now_ms), timeout=60.0)
            except DatabaseBusy:
                n = -1  # later
            made += max(0, n)
            if n == 0:
                if made:
                    log.info("parts of earlier calls are made", calls=made)
                return
            gevent.sleep(EVERY_S)


def _position(now_ms: int) -> int:
    """Where it stands; on a database without any call there is nothing to do."""
    mark, _ = ProjectionMark.get_or_create(
        journal=MARK, defaults={"position": now_ms + 1 if Call.select().exists() else DONE}
    )
    return int(mark.position)


def some(now_ms: int) -> int:
    """The next few (inside `Database.write`); how many there were."""
    if _position(now_ms) == DONE:
        return 0
    mark = ProjectionMark.get(ProjectionMark.journal == MARK)
    found = list(
        Call.select(Call.id, Call.started_at)
        .where(Call.started_at < mark.position)
        .order_by(Call.started_at.desc())
        .limit(AT_ONCE)
        .tuples()
    )
    if (
        len(found) == AT_ONCE
    ):  # the rest of the last millisecond, too: the mark has no place between two calls
        last = found[-1][1]
        same = Call.select(Call.id, Call.started_at).where(Call.started_at == last).tuples()
        found = [*(call for call in found if call[1] != last), *same]
    for call, _ in found:
        rows.rebuild(call)
    mark.position = found[-1][1] if found else DONE
    mark.save()
    return len(found)
