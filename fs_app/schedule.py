"""What is done from time to time: APScheduler only wakes it, what is due stands in our tables.

So a run that was missed, or cut short, is made up for by the next one, and a clock that jumps does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import gevent
import structlog
from apscheduler.schedulers.gevent import GeventScheduler

from fs_app import metrics

log = structlog.get_logger(__name__)


class Schedule:
    def __init__(self) -> None:
        self._scheduler = GeventScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )

    def every(self, name: str, seconds: float, function: Callable[[], None]) -> None:
        """Run `function` every `seconds`, never twice at once; a failure is logged and counted, and ends nothing."""
        self._scheduler.add_job(
            self._guard, "interval", (name, function), seconds=seconds, id=name, name=name
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """No new run; one that goes on ends by itself."""
        self._scheduler.shutdown(wait=False)

    @staticmethod
    def _guard(name: str, function: Callable[[], None]) -> None:
        try:
            function()
        except (Exception, gevent.Timeout):
            metrics.FAILURES.labels(where="schedule").inc()
            log.exception("scheduled work failed", work=name)
