"""Keeps the telephones' directory in step with the configuration, and its process alive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import structlog

from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.directory import process, snapshot
from fs_app.errors import Unavailable
from fs_app.events import CatalogChanged
from fs_app.ports import SwitchPort
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)


class DirectoryKeeper:
    """`trouble`: why the directory does not answer; '' when it does."""

    def __init__(
        self,
        place: tuple[str, int],
        file: Path,
        output: Path,
        catalog: Catalog,
        bus: Bus,
        switch: SwitchPort,
        tasks: Tasks,
        threads: Threads,
        others: Callable[[], Iterable[tuple[str, str, str, str, str]]] = tuple,
    ) -> None:
        """`place`: where FreeSWITCH asks; `file`: the snapshot that it is answered from; `output`: its log; `others`:
        (user, domain, HA1, account, name) beside the telephones of the configuration."""
        self._place = place
        self._file = file
        self._output = output
        self._catalog = catalog
        self._bus = bus
        self._switch = switch
        self._tasks = tasks
        self._threads = threads
        self._others = others
        self.trouble = ""

    def start(self) -> None:
        self._write()
        self._bus.subscribe(CatalogChanged, lambda _: self._changed())
        self.round()

    def round(self) -> None:
        """Start its process when it does not run."""
        try:
            process.ensure_running(*self._place, self._file, self._output)
            self.trouble = ""
        except Unavailable as error:
            if not self.trouble:
                log.error("the telephones' directory is away", error=str(error))
            self.trouble = str(error)

    def stop(self) -> None:
        with suppress(Unavailable):
            process.stop(*self._place)

    def _changed(self) -> None:
        self._tasks.spawn("directory snapshot", self.renew)

    def renew(self) -> None:
        """Write it anew; FreeSWITCH asks again from now on. Waits for the disk."""
        self._write()
        if self._switch.up:
            self._switch.flush_directory()

    def _write(self) -> None:
        now = self._catalog.now
        users = [
            snapshot.User(a.number, a.domain, a.sip_ha1, now.accounts[a.account].slug, a.name)
            for a in now.agents.values()
        ]
        users += [
            snapshot.User(p.number, p.domain, p.sip_ha1, now.accounts[p.account].slug, p.label)
            for p in now.phones.values()
        ]
        others = [snapshot.User(*user) for user in self._others()]
        self._threads.run(snapshot.write, self._file, [*users, *others])
