"""Where files are converted: child processes, few at once, each with a deadline; the loop only reads their lines."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import gevent
import orjson
import structlog
from gevent.lock import BoundedSemaphore

from fs_app.audio.words import Converted, Order, Refusal

log = structlog.get_logger(__name__)

AT_ONCE = 2
DEADLINE_S = 300.0
MOST_LINE = 20_000

Progress = Callable[[str, int], None]


class Workshop:
    """`command`: how a child is started; it gets an order and answers as `fs_app.audio.child` does."""

    def __init__(self, deadline_s: float = DEADLINE_S, command: tuple[str, ...] = ()) -> None:
        self._places = BoundedSemaphore(AT_ONCE)
        self._deadline_s = deadline_s
        self._command = command or (sys.executable, "-m", "fs_app.audio.child")
        self._running: set[Any] = set()

    def run(self, order: Order, progress: Progress) -> Converted:
        """Wait for a place, then for the result. Raises Refusal, whatever the file does to the child."""
        with self._places:
            child: Any = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                close_fds=True,
            )
            self._running.add(child)
            try:
                with gevent.Timeout(self._deadline_s, False):
                    return self._followed(child, order, progress)
                raise Refusal("too_heavy")
            finally:
                self._running.discard(child)
                self._end(child)

    def stop(self) -> None:
        """End what runs."""
        for child in list(self._running):
            self._end(child)

    def _followed(self, child: Any, order: Order, progress: Progress) -> Converted:
        with contextlib.suppress(OSError):
            child.stdin.write(orjson.dumps(asdict(order)))
            child.stdin.close()
        for line in child.stdout:
            try:
                said = orjson.loads(line[:MOST_LINE])
            except ValueError:
                continue
            if "done" in said:
                done = said["done"]
                return Converted(**{**done, "remarks": tuple(done["remarks"])})
            if "refused" in said:
                raise Refusal(said["refused"], **said.get("params", {}))
            progress(str(said.get("stage", "")), int(said.get("percent", 0)))
        why = child.stderr.read(4000).decode(errors="replace")
        log.warning("a conversion died", status=child.wait(), why=why[-500:])
        raise Refusal("too_heavy")

    @staticmethod
    def _end(child: Any) -> None:
        """It and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        with gevent.Timeout(5.0, False):
            child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(OSError):
                stream.close()
