"""The daily run of the retention: each account once a night, kind by kind, in short transactions.

What is due stands in the tables: a run that was cut short is taken up by the next look, and who runs twice does nothing
twice. The recordings' own days are `recordings.disposal`'s.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from gevent import sleep
from gevent.lock import BoundedSemaphore

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import FsAppError
from fs_app.privacy import kinds, retention, retention_files
from fs_app.privacy.model import RetentionRule
from fs_app.recordings.due import BY_ITSELF, DAY_MS
from fs_app.tasks import Threads

log = structlog.get_logger(__name__)

FROM_HOUR = 2
"""On the account's wall clock: nobody is called then. A program that sleeps at night makes up for it later."""

LATE_MS = 26 * 3_600_000
MOST_PER_RUN = 200_000
PAUSE_S = 0.02
TIMEOUT_S = 30.0


class Nightly:
    def __init__(self, db: Database, clock: Clock, threads: Threads, imports: Path, exports: Path) -> None:
        self._db = db
        self._clock = clock
        self._threads = threads
        self._imports = imports
        self._exports = exports
        self._one = BoundedSemaphore(1)

    def round(self) -> None:
        """Call it every few minutes: accounts whose turn it is. What the database refuses waits for the next."""
        if not self._one.acquire(blocking=False):
            return
        try:
            now = self._clock.now_ms()
            for account, zone in self._db.read(
                lambda: list(Account.select(Account.id, Account.time_zone).tuples())
            ):
                self._expired(account, now)
                last = self._db.read(lambda a=account: last_run(a))  # type: ignore[misc]
                if due(now, last, zone):
                    self._account(account, now)
        finally:
            self._one.release()

    def tonight(self, account: int) -> dict[str, int]:
        """Kind → how many would go if it ran now."""
        now = self._clock.now_ms()
        found = {}
        for kept in self._db.read(lambda: kinds.listing(account)):
            found[kept.kind] = self._count(account, kept.kind, kept.days, now) if kept.days else 0
        return found

    def count(self, account: int, kind: str, days: int) -> int:
        """How many would go with these days."""
        return self._count(account, kind, days, self._clock.now_ms()) if days else 0

    def _count(self, account: int, kind: str, days: int, now: int) -> int:
        before = now - days * DAY_MS
        if kind in retention.OLD:
            return self._db.read(lambda: retention.count(account, kind, before), timeout=TIMEOUT_S)
        if kind == kinds.EXPORTS:
            return len(self._db.read(lambda: retention_files.old_exports(account, now)))
        jobs = self._db.read(lambda: retention_files.old_imports(account, before))
        names = retention_files.SOURCES if kind == kinds.IMPORTS else retention_files.REFUSED
        n = len(self._threads.run(retention_files.files_of, self._imports, jobs, names))
        if kind == kinds.REFUSED:
            n += len(self._db.read(lambda: retention_files.old_refused(account, before)))
        return n

    def _account(self, account: int, now: int) -> None:
        went: dict[str, int] = {}
        for kept in self._db.read(lambda: kinds.listing(account)):
            try:
                n = self._kind(account, kept.kind, kept.days, now) if kept.days else 0
            except FsAppError as error:
                log.warning("retention waits", kind=kept.kind, why=error.key)
                continue
            went[kept.kind] = n
            self._db.write(lambda k=kept.kind, n=n: kinds.went(account, k, n, now), timeout=TIMEOUT_S)  # type: ignore[misc]
        told = {kind: n for kind, n in went.items() if n}
        if told:
            by = Actor(account, None, BY_ITSELF, now)
            self._db.write(lambda: audit.write(by, "delete", "retention", account, "", None, told))
            log.info("retention", account=account, **told)

    def _kind(self, account: int, kind: str, days: int, now: int) -> int:
        before, gone = now - days * DAY_MS, 0
        if kind not in retention.OLD:
            return 0 if kind == kinds.EXPORTS else self._files(account, kind, before)
        while gone < MOST_PER_RUN:
            n = self._db.write(lambda: retention.some(account, kind, before, now), timeout=TIMEOUT_S)
            gone += n
            if n < retention.AT_ONCE:
                break
            sleep(PAUSE_S)  # the journal's projection comes in between
        return gone

    def _files(self, account: int, kind: str, before: int) -> int:
        jobs = self._db.read(lambda: retention_files.old_imports(account, before))
        names = retention_files.SOURCES if kind == kinds.IMPORTS else retention_files.REFUSED
        paths = self._threads.run(retention_files.files_of, self._imports, jobs, names)
        gone = self._threads.run(retention_files.remove, paths)
        if kind == kinds.REFUSED:
            found = self._db.read(lambda: retention_files.old_refused(account, before))
            if found:
                self._db.write(lambda: retention_files.forget_refused(found))
                gone += len(found)
        return gone

    def _expired(self, account: int, now: int) -> None:
        """Exports go when their days are over, not only at night."""
        found = self._db.read(lambda: retention_files.old_exports(account, now))
        if not found:
            return
        self._threads.run(retention_files.remove, [self._exports / Path(name).name for _, name in found])
        self._db.write(lambda: retention_files.forget_exports([job for job, _ in found]))
        self._db.write(lambda: kinds.went(account, kinds.EXPORTS, len(found), now))


def last_run(account: int) -> int | None:
    """When the account was last looked through. Inside `Database.read`."""
    row = (
        RetentionRule.select(RetentionRule.last_at)
        .where(RetentionRule.account == account, RetentionRule.kind != kinds.EXPORTS)
        .order_by(RetentionRule.last_at.desc())
        .where(RetentionRule.last_at.is_null(False))
        .tuples()
        .first()
    )
    return int(row[0]) if row else None


def due(now: int, last: int | None, zone: str) -> bool:
    """Once a night on the account's wall clock; when a night was missed, at once."""
    if last is not None and now - last > LATE_MS:
        return True
    try:
        where: ZoneInfo = ZoneInfo(zone)
    except (ValueError, OSError):
        where = ZoneInfo("UTC")
    here = datetime.fromtimestamp(now / 1000, UTC).astimezone(where)
    before = datetime.fromtimestamp(last / 1000, UTC).astimezone(where) if last is not None else None
    return here.hour >= FROM_HOUR and (before is None or before.date() < here.date())
