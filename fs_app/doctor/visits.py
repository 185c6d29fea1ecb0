"""The doctor comes to a running program: a process of its own looks, so that what hangs or computes is in nobody's way.

He is sent for from the status page and comes by himself every few hours; the last report stays.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import structlog

from fs_app import metrics
from fs_app.children import Child
from fs_app.config import ROOT, Settings
from fs_app.doctor.finding import Level
from fs_app.doctor.report import Report, from_dict
from fs_app.errors import FsAppError, Unavailable
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

LONGEST_S = 100.0
LEAST_MS = 5000
"""Between two that somebody asks for: an examination costs seconds of a processor."""

EVERY_S = 6 * 3600.0
POLITE = 10
"""How much (nice) the examination stands back behind the calls."""

MOST_BYTES = 4 << 20


class Visits:
    """`report` is the last one, None before the first; `trouble` says why there is none, in English."""

    def __init__(self, settings: Settings, tasks: Tasks) -> None:
        self._settings = settings
        self._tasks = tasks
        self.report: Report | None = None
        self.trouble = ""
        self.under_way = False

    def send_for(self) -> None:
        """Begin an examination; one that is under way goes on, and one that has just ended is enough."""
        just_now = self.report is not None and time.time() * 1000 - self.report.at < LEAST_MS
        if not self.under_way and not just_now:
            self.under_way = True
            self._tasks.spawn("doctor", self._visit)

    def seen_by(self, account: int) -> Report | None:
        """What people of this account may see of the last report."""
        return self.report.of(account) if self.report is not None else None

    def round(self) -> None:
        """For the schedule: returns when the examination is over."""
        if not self.under_way:
            self.under_way = True
            self._visit()

    def _visit(self) -> None:
        try:
            self.report, self.trouble = self._examined(), ""
        except (FsAppError, OSError, ValueError) as error:
            self.trouble = str(error)[:300]
            log.warning("the installation could not be examined", why=self.trouble)
        else:
            for level in Level:
                metrics.FINDINGS.labels(level=str(level)).set(self.report.count(level))
        finally:
            self.under_way = False

    def _examined(self) -> Report:
        """Raises Unavailable, OSError, ValueError."""
        command = (sys.executable, "-m", "fs_app", "doctor", "--json", "--language", "en")
        env = environment(self._settings, os.environ)
        with Child(command, deadline_s=LONGEST_S, cwd=ROOT, env=env) as child:
            os.setpriority(os.PRIO_PROCESS, child.pid, POLITE)
            said = child.output(MOST_BYTES)
            status = child.status()
            if status not in (0, 1, 2):
                raise Unavailable(f"the examination ended with status {status}")
            return from_dict(json.loads(said))


def environment(settings: Settings, base: Mapping[str, str]) -> dict[str, str]:
    """The settings in force, as variables: what was given to this program by file or by a test counts for the child."""
    told = {name: value for name, value in base.items() if not name.startswith("FS_APP_")}
    told |= {"FS_APP_CONFIG": base["FS_APP_CONFIG"]} if base.get("FS_APP_CONFIG") else {}
    for name, value in settings.model_dump().items():
        if value is not None:
            told[f"FS_APP_{name.upper()}"] = str(value) if isinstance(value, Path) else _written(value)
    return told


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
