"""What is done from time to time: APScheduler only wakes it, what is due stands in our tables.

So a run that was missed, or cut short, is made up for by the next one, and a clock that jumps does no harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import gevent
import structlog
from apscheduler.schedulers.gevent import GeventScheduler

from fs_app import metrics
from fs_app.errors import Unavailable

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Job:
    """How a piece of scheduled work goes. Moments are epoch ms, 0: never yet."""

    name: str
    every_s: float
    runs: int = 0
    failures: int = 0
    began_at: int = 0
    took_ms: float = 0.0
    trouble: str = ""  # of the last run
    next_at: int = 0


class Schedule:
    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._scheduler = GeventScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )

    def every(self, name: str, seconds: float, function: Callable[[], None]) -> None:
        """Run `function` every `seconds`, never twice at once; a failure is logged and counted, and ends nothing."""
        self._jobs[name] = Job(name, seconds)
        self._scheduler.add_job(
            self._guard, "interval", (name, function), seconds=seconds, id=name, name=name
        )

    def jobs(self) -> list[Job]:
        """How each goes, for people."""
        for job in self._scheduler.get_jobs():
            due = getattr(job, "next_run_time", None)  # none before `start()`
            self._jobs[job.id].next_at = round(due.timestamp() * 1000) if due is not None else 0
        return list(self._jobs.values())

    def start(self) -> None:
        self._scheduler.start()

    def clock_jumped(self) -> None:
        """Everything runs once, now: after a jump back APScheduler would wait for the old times of the wall clock."""
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now)

    def stop(self) -> None:
        """No new run; one that goes on ends by itself."""
        self._scheduler.shutdown(wait=False)

    def _guard(self, name: str, function: Callable[[], None]) -> None:
        job, begun = self._jobs[name], time.monotonic()
        job.began_at, job.trouble = round(time.time() * 1000), ""
        try:
            function()
        except Unavailable as error:
            job.trouble = str(error)[:300]
            metrics.FAILURES.labels(where="schedule").inc()
            log.warning("scheduled work waits for its next turn", work=name, why=str(error))
        except (Exception, gevent.Timeout) as error:
            job.trouble = f"{type(error).__name__}: {error}"[:300]
            metrics.FAILURES.labels(where="schedule").inc()
            log.exception("scheduled work failed", work=name)
        finally:
            job.runs += 1
            job.failures += bool(job.trouble)
            job.took_ms = 1000 * (time.monotonic() - begun)
            metrics.SCHEDULED.labels(work=name, result="failed" if job.trouble else "done").inc()
