"""The figures of the system's page: asked of the switch and of the machine now and then, read at any moment.

Nothing here says whose call or telephone it is: everybody who may see the page may see all of it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import structlog

from fs_app import metrics
from fs_app.clock import Clock
from fs_app.errors import FsAppError, SwitchError
from fs_app.facts import SwitchFigures, Trunk
from fs_app.ports import SwitchPort
from fs_app.tasks import Threads

log = structlog.get_logger(__name__)

FRESH_MS = 2000
"""Asked again after this: however many look at the page, the switch is asked once."""

LOOK_S = 15.0
"""Without anybody at the page, for the metrics."""

ANSWER_S = 3.0


@dataclass(frozen=True, slots=True)
class DiskFigures:
    """`what`: data, recordings …; bytes. `free` None: it can't be read."""

    what: str
    folder: str
    free: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """Of our own process. `processor`: percent of one processor since the last look."""

    pid: int = 0
    memory: int = 0  # bytes, resident
    processor: float = 0.0
    threads: int = 0
    files: int = 0
    files_most: int = 0
    load: float = 0.0  # of the machine, one minute
    processors: int = 1
    memory_free: int = 0  # of the machine, bytes
    memory_total: int = 0


@dataclass(frozen=True, slots=True)
class System:
    """One look. `switch` and `trunks` are None while the switch does not answer."""

    at: int = 0  # epoch ms
    switch: SwitchFigures | None = None
    trunks: Sequence[Trunk] | None = None
    phones: int | None = None
    why: str = ""  # the switch did not answer
    process: ProcessFigures = ProcessFigures()
    disks: Sequence[DiskFigures] = ()
    database_bytes: int | None = None
    journal_bytes: int = 0
    spool: int = 0  # CDR files that wait


@dataclass(slots=True)
class Places:
    """Folders that are looked at, by name; the SQLite file if there is one; the folders of the journal and of CDRs."""

    disks: Mapping[str, Path]
    database: Path | None
    journal: Path
    spool: Path


class Figures:
    def __init__(self, clock: Clock, switch: SwitchPort, threads: Threads, places: Places) -> None:
        self._clock = clock
        self._switch = switch
        self._threads = threads
        self._places = places
        self._process = psutil.Process()
        self._looking = False
        self.now = System()

    def fresh(self) -> System:
        """The figures, a few seconds old at most. Waits for the switch, a few seconds at most; never raises for it."""
        if not self._looking and self._clock.now_ms() - self.now.at >= FRESH_MS:
            self.look()
        return self.now

    def look(self) -> None:
        """Ask everybody."""
        self._looking = True
        try:
            switch, trunks, phones, why = self._ask_switch()
            machine = self._threads.run(_machine, self._process, self._places, timeout=5.0)
            self.now = System(self._clock.now_ms(), switch, trunks, phones, why, *machine)
        finally:
            self._looking = False
        self._tell_prometheus()

    def _ask_switch(
        self,
    ) -> tuple[SwitchFigures | None, Sequence[Trunk] | None, int | None, str]:
        pending = self._switch.figures(), self._switch.trunks(), self._switch.registrations()
        try:
            switch = pending[0].get(ANSWER_S)
        except FsAppError as error:
            return None, None, None, str(error)
        return switch, _or_none(pending[1].get), _counted(pending[2].get), ""

    def _tell_prometheus(self) -> None:
        seen = self.now
        switch = seen.switch or SwitchFigures()
        metrics.SWITCH_LEGS.set(switch.legs)
        metrics.SWITCH_LEGS_A_SECOND.set(switch.per_second)
        metrics.SWITCH_LEGS_MOST.set(switch.legs_most)
        metrics.PHONES_REGISTERED.set(seen.phones or 0)
        metrics.TRUNK_UP.clear()
        for trunk in seen.trunks or ():
            metrics.TRUNK_UP.labels(gateway=trunk.name).set(1 if trunk.works else 0)
        for disk in seen.disks:
            metrics.DISK_FREE.labels(folder=disk.what).set(disk.free or 0)


def _or_none(get: Callable[[float], Any]) -> Any:
    try:
        return get(ANSWER_S)
    except SwitchError as error:
        log.info("the switch does not say", why=str(error))
        return None


def _counted(get: Callable[[float], Any]) -> int | None:
    found = _or_none(get)
    return None if found is None else len(found)


def _machine(
    process: psutil.Process, places: Places
) -> tuple[ProcessFigures, Sequence[DiskFigures], int | None, int, int]:
    """Reads files: in a thread."""
    memory = psutil.virtual_memory()
    with process.oneshot():
        ours = ProcessFigures(
            pid=process.pid,
            memory=process.memory_info().rss,
            processor=process.cpu_percent(),
            threads=process.num_threads(),
            files=process.num_fds(),
            files_most=process.rlimit(psutil.RLIMIT_NOFILE)[0],
            load=os.getloadavg()[0],
            processors=len(os.sched_getaffinity(0)),
            memory_free=memory.available,
            memory_total=memory.total,
        )
    disks = [_disk(name, folder) for name, folder in places.disks.items()]
    journal = sum(_size(file) or 0 for file in places.journal.glob("journal-*"))
    return ours, disks, _size(places.database), journal, _count(places.spool)


def _disk(what: str, folder: Path) -> DiskFigures:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return DiskFigures(what, str(folder), None, None)
    return DiskFigures(what, str(folder), usage.free, usage.total)


def _count(folder: Path) -> int:
    try:
        with os.scandir(folder) as entries:
            return sum(1 for entry in entries if entry.name.endswith(".xml"))
    except OSError:
        return 0


def _size(file: Path | None) -> int | None:
    try:
        return file.stat().st_size if file is not None else None
    except OSError:
        return None
