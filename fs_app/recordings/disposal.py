"""Deletes recordings whose time is over, and those that were recorded in vain.

Due work lives in the tables (`due.py`): a run that is cut short, by a death or by a locked database, is taken up by
the next one. In order: written down as to be deleted, with its line in the audit log; the file removed; written down
as deleted. A file that can't be removed is said on the status page and tried again in each run; one that is gone
already counts as removed. Recordings that somebody marked to be kept are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from gevent.lock import BoundedSemaphore

from fs_app import metrics
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import FsAppError
from fs_app.live import Live
from fs_app.recordings import due
from fs_app.recordings.due import Doomed
from fs_app.tasks import Threads

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""One transaction of this size does not hold up the journal's projection."""

MOST_PER_RUN = 20_000

TIMEOUT_S = 30.0


class Disposal:
    """`settled(entry)` waits until the database has the journal up to this entry; it raises when that takes long."""

    def __init__(
        self,
        db: Database,
        live: Live,
        clock: Clock,
        threads: Threads,
        folder: Path,
        settled: Callable[[int], None],
    ) -> None:
        self._db = db
        self._live = live
        self._clock = clock
        self._threads = threads
        self._folder = folder
        self._settled = settled
        self._running = BoundedSemaphore(1)
        self.stuck = 0  # files that could not be removed in the last run
        self.trouble = ""  # why not, of the last of them

    def run(self) -> None:
        """One run; a second one at the same time does nothing. What the database refuses waits for the next."""
        if not self._running.acquire(blocking=False):
            return
        try:
            self._measure()
            self._claim()
            self._remove_claimed()
        except FsAppError as error:
            log.warning("recordings are not looked through now", error=str(error))
        finally:
            self._running.release()

    def remove(self) -> None:
        """What was asked for just now: at once, as far as possible."""
        with self._running:
            self._remove_claimed()

    def check(self) -> tuple[bool, str, dict[str, Any]]:
        """For the page that says whether everything works."""
        if self.stuck:
            return False, "health.deletion.stuck", {"n": self.stuck, "why": self.trouble}
        return True, "health.deletion.ok", {}

    def _claim(self) -> None:
        unfinished, last = set(self._live.calls), self._live.last_id
        self._settled(last)  # whoever is not among the unfinished has his verdict in the database
        for _ in range(MOST_PER_RUN // AT_ONCE):
            if not self._db.write(lambda: self._claim_some(unfinished), timeout=TIMEOUT_S):
                return

    def _claim_some(self, unfinished: set[str]) -> int:
        now = self._clock.now_ms()
        old = due.too_old(now, AT_ONCE)
        due.claim(old, due.RETENTION, now)
        unwanted = due.judge(now, unfinished, AT_ONCE)
        due.claim(unwanted, due.DISPOSITION, now)
        return len(old) + len(unwanted)

    def _remove_claimed(self) -> None:
        tried: set[str] = set()
        troubles: list[str] = []
        while len(tried) < MOST_PER_RUN:
            doomed = self._db.read(lambda: due.claimed(tried, AT_ONCE), timeout=TIMEOUT_S)
            if not doomed:
                break
            results = self._threads.run(_remove_all, self._folder, doomed, timeout=TIMEOUT_S)
            now = self._clock.now_ms()
            self._db.write(lambda r=results, n=now: due.settle(r, n), timeout=TIMEOUT_S)  # type: ignore[misc]
            for one, trouble in results:
                tried.add(one.id)
                self._tell(one, trouble)
                if trouble:
                    troubles.append(trouble)
        self.stuck, self.trouble = len(troubles), troubles[-1] if troubles else ""

    def _tell(self, one: Doomed, trouble: str) -> None:
        if trouble:
            if trouble != one.trouble:  # each reason once, not with each try
                log.error("a recording can't be deleted", recording=one.id, why=trouble)
                self._live.record(
                    "recording.not_deleted", account=one.account, call=one.call, recording=one.id, why=trouble
                )
            return
        metrics.RECORDINGS_DELETED.labels(why=one.why).inc()
        self._live.record(
            "recording.deleted", account=one.account, call=one.call, recording=one.id, why=one.why, by=one.by
        )

    def _measure(self) -> None:
        since = self._clock.now_ms() - due.DAY_MS
        for _ in range(MOST_PER_RUN // AT_ONCE):
            rows = self._db.read(lambda: due.unmeasured(since, AT_ONCE), timeout=TIMEOUT_S)
            sizes = self._threads.run(_sizes, self._folder, rows, timeout=TIMEOUT_S)
            if not sizes:
                return
            self._db.write(lambda s=sizes: due.measured(s), timeout=TIMEOUT_S)  # type: ignore[misc]


def _remove_all(folder: Path, doomed: Sequence[Doomed]) -> list[tuple[Doomed, str]]:
    return [(one, _remove(folder, one.path)) for one in doomed]


def _remove(folder: Path, relative: str) -> str:
    """'' when the file is gone, else why not."""
    base = folder.resolve()
    path = (base / relative).resolve()
    if not path.is_relative_to(base) or path == base:
        return f"{relative} is not inside the folder of recordings"
    if not base.is_dir():
        return f"{folder} is missing"  # a disk that is not mounted: its files are not gone
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _sizes(folder: Path, rows: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    found = []
    for recording, path in rows:
        try:
            size = (folder / path).stat().st_size
        except OSError:
            continue
        if size:
            found.append((recording, size))
    return found
