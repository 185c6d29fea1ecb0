"""The checks of the program's health: what each looks at, and which sentence it says (`health.*`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fs_app.clock import Clock
from fs_app.directory_keeper import DirectoryKeeper
from fs_app.esl.link import Link
from fs_app.esl.recovery import Recovery
from fs_app.health import LAG_MS, Health, disk
from fs_app.journal import Journal
from fs_app.projection import Projector
from fs_app.recordings.disk import Disk
from fs_app.recordings.disposal import Disposal
from fs_app.watch import LoopWatch

Checked = tuple[bool, str, dict[str, Any]]

LAGGING = 5000
"""More unprojected entries than this are reported as trouble."""


def health(
    clock: Clock,
    link: Link,
    recovery: Recovery,
    projector: Projector,
    journal: Journal,
    directory: DirectoryKeeper,
    data: Path,
    recordings: Disk,
    disposal: Disposal,
    watch: LoopWatch,
) -> Health:
    """All of them, in the order of the status page. `data`: the folder whose disk must have room."""
    made = Health(clock)
    made.add("switch", lambda: _switch(link, recovery))
    made.add("database", lambda: _database(projector))
    made.add("journal", lambda: _journal(journal))
    made.add("directory", lambda: _directory(directory))
    made.add("disk", disk(data))
    made.add("recordings", recordings.check)
    made.add("deletion", disposal.check)
    made.add("loop", lambda: _loop(watch))
    return made


def _switch(link: Link, recovery: Recovery) -> Checked:
    if not link.up:
        return False, "health.switch.down", {"why": link.trouble}
    if not recovery.done:
        return False, "health.switch.comparing", {}
    return True, "health.switch.ok", {"channels": recovery.report.channels}


def _database(projector: Projector) -> Checked:
    if projector.trouble:
        return False, "health.database.busy", {"why": projector.trouble, "lag": projector.lag()}
    if projector.refused:
        return False, "health.database.refused", {"count": projector.refused}
    lag = projector.lag()
    return lag < LAGGING, "health.database.ok" if lag < LAGGING else "health.database.late", {"lag": lag}


def _journal(journal: Journal) -> Checked:
    if journal.trouble:
        return False, "health.journal.held", {"why": journal.trouble, "held": journal.held}
    return True, "health.journal.ok", {}


def _directory(directory: DirectoryKeeper) -> Checked:
    why = directory.trouble
    return not why, "health.directory.down" if why else "health.directory.ok", {"why": why}


def _loop(watch: LoopWatch) -> Checked:
    ms = round(watch.p99_ms(), 1)
    return ms < LAG_MS, "health.loop.ok" if ms < LAG_MS else "health.loop.late", {"ms": ms}
