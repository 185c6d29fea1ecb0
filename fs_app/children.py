"""Child processes: an order as a line of JSON on their standard input, lines of JSON back.

    we         {…the order…}
    the child  {…how far it is…}                   as often as it likes
    the child  {"over": {…}}                       it is done; or
    the child  {"broken": why, "params": {…}}      it can't be done

A child has a session of its own and is ended with all that it started, however its work is left: with the result, at
the deadline, by somebody's wish, by an exception. What it says is hostile like everything from outside: what is no
object of JSON, or longer than agreed, is passed over and kept nowhere. `fs_app.child` is the other half.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gevent
import gevent.subprocess
import orjson
import structlog
from gevent import select
from gevent.lock import BoundedSemaphore, DummySemaphore

from fs_app.errors import Conflict, FsAppError, Unavailable

log = structlog.get_logger(__name__)

Json = dict[str, Any]
Told = Callable[[Json], None]

MOST_LINE = 20_000
MOST_COMPLAINT = 2_000
PIECE = 1 << 16
MOST_PIECES = 16
"""More than a pipe holds."""

LOOK_S = 1.0
"""So often it is looked whether a child still lives: what it started may have left its session and hold its output."""

END_S = 5.0
"""A killed process is gone at once, unless the disk hangs: then nobody waits for it."""


class Broken(FsAppError):
    """The child said why it can't: `key` and `params` are its own words."""

    def __init__(self, key: str, params: Mapping[str, Any]) -> None:
        super().__init__(key, **params)
        self.key = key


class Died(Unavailable):
    """The child ended without a result: killed, out of memory, or by a fault of its own."""


class Late(Unavailable):
    """It reached its deadline."""


class Cancelled(Conflict):
    """It was ended on purpose, or never begun."""


class Child:
    """One process; `with` ends it and all that it started.

    `deadline_s` counts from now. `hold`: the standard input stays open for as long as somebody waits for the child, and
    its end tells it that nobody does. Without an order there is no standard input. Raises OSError when it can't be
    started.
    """

    def __init__(
        self,
        command: Sequence[str],
        order: Mapping[str, Any] | None = None,
        *,
        hold: bool = False,
        deadline_s: float | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._deadline_s = deadline_s
        self._end = None if deadline_s is None else time.monotonic() + deadline_s
        self._order = order
        self._hold = hold
        self._complaint = b""
        self._process: Any = gevent.subprocess.Popen(
            command,
            stdin=gevent.subprocess.DEVNULL if order is None else gevent.subprocess.PIPE,
            stdout=gevent.subprocess.PIPE,
            stderr=gevent.subprocess.PIPE,
            start_new_session=True,
            cwd=cwd,
            env=env,
        )

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, RuntimeError), gevent.Timeout(END_S, False):
                    stream.close()

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    def kill(self) -> None:
        """It and all that it started; from any greenlet. Who listens to it hears its end."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.status()

    def status(self) -> int | None:
        """How it ended; None: it does not end."""
        with gevent.Timeout(END_S, False):
            self._process.wait()
        return self._process.returncode  # type: ignore[no-any-return]

    def messages(self, most: int = MOST_LINE) -> Iterator[Json]:
        """Give it the order, then what it says until it ends; `most`: bytes of a line. Raises Late."""
        self._tell()
        for line in lines(self._pieces(), most):
            try:
                said = orjson.loads(line)
            except ValueError:
                continue
            if isinstance(said, dict):
                yield said

    def output(self, most: int) -> bytes:
        """All that it writes, or its first `most` bytes. Raises Late."""
        whole = b""
        for piece in self._pieces():
            whole += piece
            if len(whole) >= most:
                break
        return whole[:most]

    def complaint(self) -> str:
        """The end of what it wrote on its error output. It may hold what the child worked on."""
        with contextlib.suppress(OSError):
            for _ in range(MOST_PIECES):
                if not self._complain(os.read(self._process.stderr.fileno(), PIECE)):
                    break
        return self._complaint.decode(errors="replace")

    def _tell(self) -> None:
        if self._order is None:
            return
        # One that died already says nothing, and that is what is seen then.
        with contextlib.suppress(OSError), gevent.Timeout(self._left(), False):
            self._process.stdin.write(orjson.dumps(self._order) + b"\n")
            self._process.stdin.flush()
            if not self._hold:
                self._process.stdin.close()

    def _left(self) -> float | None:
        """Seconds to the deadline, None without one. Raises Late."""
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise Late(f"a child process took more than {self._deadline_s:g} s")
        return left

    def _pieces(self) -> Iterator[bytes]:
        """Its standard output as it comes. Raises Late."""
        output, errors = self._process.stdout.fileno(), self._process.stderr.fileno()
        poll = select.poll()
        poll.register(output, select.POLLIN)
        poll.register(errors, select.POLLIN)
        while True:
            left = self._left()
            ready = poll.poll(1000 * (LOOK_S if left is None else min(LOOK_S, left)))
            for stream, _ in ready:
                try:
                    piece = os.read(stream, PIECE)
                except BlockingIOError:
                    continue
                if stream == errors:
                    if not self._complain(piece):
                        poll.unregister(errors)
                elif piece:
                    yield piece
                else:
                    return
            if not ready and self._process.poll() is not None:
                return

    def _complain(self, piece: bytes) -> bool:
        self._complaint = (self._complaint + piece)[-MOST_COMPLAINT:]
        return bool(piece)


def lines(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """What stands between line breaks, and what follows the last one; those of more than `most` bytes are left out."""
    kept = bytearray()
    too_long = False
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for part in whole:
            if not too_long and len(kept) + len(part) <= most:
                yield bytes(kept) + part
            kept.clear()
            too_long = False
        too_long = too_long or len(kept) + len(rest) > most
        if too_long:
            kept.clear()
        else:
            kept += rest
    if kept:
        yield bytes(kept)


class Children:
    """Those of one kind of work.

    `command`: how one is started. `at_once`: more than so many wait for a place; None: nobody waits. `private`: what
    one writes on its error output may tell of people and is not logged. `hold`: as for `Child`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        at_once: int | None = None,
        most_line: int = MOST_LINE,
        hold: bool = False,
        private: bool = False,
    ) -> None:
        self._command = command
        self._places: Any = DummySemaphore() if at_once is None else BoundedSemaphore(at_once)
        self._most_line = most_line
        self._hold = hold
        self._private = private
        self._running: dict[object, Child] = {}
        self._cancelled: set[object] = set()
        self._stopping = False

    def run(self, order: Json, told: Told, deadline_s: float | None = None, name: object = None) -> Json:
        """Wait for a place, then for the result, yielding; `told` gets what the child says before.

        `name`: by which it can be ended; `deadline_s` counts from its start. Raises Broken, Died, Late, Cancelled, and
        OSError when it can't be started.
        """
        name = object() if name is None else name
        self._cancelled.discard(name)
        with self._places:
            self._wanted(name)
            with Child(self._command, order, hold=self._hold, deadline_s=deadline_s) as child:
                self._running[name] = child
                try:
                    return self._followed(name, child, told)
                finally:
                    if self._running.get(name) is child:
                        del self._running[name]

    def cancel(self, name: object) -> None:
        """End the one of this name, or the one that waits for its place."""
        self._cancelled.add(name)
        child = self._running.get(name)
        if child is not None:
            child.kill()

    def stop(self) -> None:
        """End all; none begins any more."""
        self._stopping = True
        for child in list(self._running.values()):
            child.kill()

    def pid(self, name: object) -> int | None:
        child = self._running.get(name)
        return child.pid if child is not None else None

    def _followed(self, name: object, child: Child, told: Told) -> Json:
        for said in child.messages(self._most_line):
            if isinstance(over := said.get("over"), dict):
                return over
            if "broken" in said:
                params = said.get("params")
                raise Broken(str(said["broken"]), params if isinstance(params, dict) else {})
            told(said)
        self._wanted(name)
        status = child.status()
        why = {} if self._private else {"why": child.complaint()}
        log.warning("a child process died", command=self._command[-1], status=status, **why)
        raise Died(f"status {status}")

    def _wanted(self, name: object) -> None:
        """Raises Cancelled."""
        if name in self._cancelled or self._stopping:
            raise Cancelled("ended on purpose")
