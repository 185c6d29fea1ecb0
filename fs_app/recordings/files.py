"""Files of recordings: the folder that one goes into, and the header of one that the switch's death left open."""

from __future__ import annotations

from pathlib import Path

import structlog

from fs_app.audio.wav import make_folders, mend_header
from fs_app.bus import Bus
from fs_app.events import Recorded
from fs_app.tasks import Tasks, Threads

log = structlog.get_logger(__name__)


class Files:
    def __init__(self, root: Path, bus: Bus, tasks: Tasks, threads: Threads) -> None:
        self._root = root
        self._tasks = tasks
        self._threads = threads
        bus.subscribe(Recorded, self._follow)

    def make_folder(self, path: str) -> None:
        """In a thread, while the caller hears the greeting; `path` relative to the folder of recordings."""
        self._tasks.spawn("recording folder", self._made_folder, path)

    def _made_folder(self, path: str) -> None:
        try:
            self._threads.run(make_folders, self._root, path)
        except OSError as error:
            log.warning("no folder for a message", error=str(error))

    def _follow(self, event: Recorded) -> None:
        """The switch died while it recorded, or may have: the sound is there, the header of its file is not."""
        entry = event.entry
        if entry.kind == "recording.stopped" and entry.data.get("why") in ("switch lost", "not told"):
            self._tasks.spawn("mend recording", self._mend, self._root / entry.data["path"])

    def _mend(self, path: Path) -> None:
        try:
            self._threads.run(mend_header, path)
        except (OSError, ValueError) as error:
            log.warning("recording can't be mended", file=path.name, error=str(error))
