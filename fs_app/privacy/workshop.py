"""Runs the child process (`child.py`), one at a time, and passes on how far it is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import gevent
import orjson
import structlog
from gevent.lock import BoundedSemaphore

from fs_app.errors import Unavailable

log = structlog.get_logger(__name__)

DEADLINE_S = 3600.0
MOST_LINE = 20_000

Progress = Callable[[int, int], None]


class ChildFailed(Unavailable):
    """It died, or says why it can't; `why` is a word of the catalogue (privacy.failed.*)."""

    key = "error.privacy_child"

    def __init__(self, why: str) -> None:
        super().__init__(f"the child process: {why}")
        self.why = why


class Workshop:
    def __init__(self, command: tuple[str, ...] = (), deadline_s: float = DEADLINE_S) -> None:
        self._command = command or (sys.executable, "-m", "fs_app.privacy.child")
        self._deadline_s = deadline_s
        self._one = BoundedSemaphore(1)
        self._running: Any = None

    def run(self, order: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Wait for the turn, then for the answer, yielding. Raises ChildFailed."""
        with self._one:
            child: Any = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                close_fds=True,
            )
            self._running = child
            try:
                with gevent.Timeout(self._deadline_s, False):
                    return self._followed(child, order, progress)
                raise ChildFailed("too_heavy")
            finally:
                self._running = None
                _end(child)

    def stop(self) -> None:
        if self._running is not None:
            _end(self._running)

    def _followed(self, child: Any, order: dict[str, Any], progress: Progress) -> dict[str, Any]:
        with contextlib.suppress(OSError):
            child.stdin.write(orjson.dumps(order))
            child.stdin.close()
        for line in child.stdout:
            try:
                said = orjson.loads(line[:MOST_LINE])
            except ValueError:
                continue
            if "over" in said:
                return dict(said["over"])
            if "failed" in said:
                raise ChildFailed(str(said["failed"]))
            progress(int(said.get("done", 0)), int(said.get("total", 0)))
        # What it says of itself may hold what it worked on: only how it ended is written down.
        log.warning("an export or an erasure lost its child process", status=child.wait())
        raise ChildFailed("died")


def _end(child: Any) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with gevent.Timeout(5.0, False):
        child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        with contextlib.suppress(OSError):
            stream.close()
