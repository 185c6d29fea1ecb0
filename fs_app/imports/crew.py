"""The child processes of imports: an order as JSON on the standard input, lines of JSON back.

A child is ended with its whole group; what it had not committed is as if it had not been. One import at once: each
more would only make both slower, and calls have the first right to the machine.
"""

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

from fs_app.errors import FsAppError, Unavailable

log = structlog.get_logger(__name__)

Json = dict[str, Any]
Told = Callable[[Json], None]

WRITERS = 1
READERS = 2
"""Dry runs and previews, beside the one that writes."""

WRITING = ("import", "undo")
MOST_LINE = 8_000_000


class Died(FsAppError):
    """The child ended without a word: killed, or out of memory."""

    key = "imports.error.died"


class Broken(FsAppError):
    """The child said why it can't: `key` and `params` are its own."""

    def __init__(self, key: str, params: Json) -> None:
        super().__init__(key, **params)
        self.key = key


class Cancelled(FsAppError):
    """It was ended on purpose."""

    key = "imports.error.cancelled"


class Crew:
    """`command`: how a child is started."""

    def __init__(self, command: tuple[str, ...] = ()) -> None:
        self._command = command or (sys.executable, "-m", "fs_app.imports.child")
        self._places = {True: BoundedSemaphore(WRITERS), False: BoundedSemaphore(READERS)}
        self._running: dict[object, Any] = {}
        self._ended: set[object] = set()
        self.stopping = False

    def run(self, name: object, order: Json, told: Told, timeout: float | None = None) -> Json:
        """Wait for a place, then for the child's result; `told` gets what it says before.

        Raises Broken, Died, Cancelled, and Unavailable after `timeout` seconds.
        """
        self._ended.discard(name)
        with self._places[order["do"] in WRITING]:
            if name in self._ended or self.stopping:
                raise Cancelled(str(name))
            child: Any = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                close_fds=True,
            )
            self._running[name] = child
            try:
                with gevent.Timeout(timeout, False):
                    return self._followed(name, child, order, told)
                raise Unavailable(f"an import's child did not answer within {timeout} s")
            finally:
                self._running.pop(name, None)
                self._end(child)

    def end(self, name: object) -> None:
        """The child that works under this name, or will."""
        self._ended.add(name)
        child = self._running.get(name)
        if child is not None:
            self._end(child)

    def stop(self) -> None:
        self.stopping = True
        for child in list(self._running.values()):
            self._end(child)

    def pid(self, name: object) -> int | None:
        child = self._running.get(name)
        return int(child.pid) if child is not None else None

    def _followed(self, name: object, child: Any, order: Json, told: Told) -> Json:
        with contextlib.suppress(OSError):
            child.stdin.write(orjson.dumps(order) + b"\n")
            child.stdin.flush()  # stays open: its end tells the child that nobody is there any more
        for line in child.stdout:
            try:
                said = orjson.loads(line[:MOST_LINE])
            except ValueError:
                continue
            if "over" in said:
                return dict(said["over"])
            if "broken" in said:
                raise Broken(str(said["broken"]), dict(said.get("params", {})))
            told(said)
        if name in self._ended or self.stopping:
            raise Cancelled(str(name))
        why = child.stderr.read(8000).decode(errors="replace")
        log.warning("an import's child died", status=child.wait(), why=why[-2000:])
        raise Died(f"status {child.returncode}")

    @staticmethod
    def _end(child: Any) -> None:
        """It and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        with gevent.Timeout(5.0, False):
            child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(OSError, RuntimeError):
                stream.close()
