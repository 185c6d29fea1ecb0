"""Many starts of one program: a process that has read all its modules once, and forks for each start.

A start costs three seconds of processor for modules alone; the stories start the program some two hundred times. What
is forked has no event loop, no thread and no file of the program's yet: from there on it is as it is for users. That
the program also starts by its command is shown by tests/unit/core/test_start.py.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent

ROOT = Path(__file__).resolve().parents[2]
LOOK_S = 0.01


class Child:
    """What a test needs of `subprocess.Popen`."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._nursery.ask(do="poll", pid=self.pid)["status"]
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        end = time.monotonic() + timeout if timeout is not None else float("inf")
        while (status := self.poll()) is None:
            if time.monotonic() >= end:
                raise subprocess.TimeoutExpired("fs-app run", timeout or 0.0)
            gevent.sleep(LOOK_S)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Nursery:
    def __init__(self) -> None:
        ours, theirs = os.pipe(), os.pipe()
        base = {k: v for k, v in os.environ.items() if not k.startswith("FS_APP_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery", str(theirs[0]), str(ours[1])],
            cwd=ROOT,
            env=base,
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs[0], ours[1]),
        )
        os.close(theirs[0])
        os.close(ours[1])
        self._in, self._out = os.fdopen(ours[0], "rb"), os.fdopen(theirs[1], "wb", buffering=0)
        atexit.register(self.close)

    def start(self, *words: str, environment: Mapping[str, str], log: Path) -> Child:
        """`fs-app` with these words, and with nothing of our own FS_APP_… variables but `environment`."""
        return Child(
            self, self.ask(do="start", words=list(words), environment=dict(environment), log=str(log))["pid"]
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Never yields: one question, one answer."""
        self._out.write(json.dumps(request).encode() + b"\n")
        line = self._in.readline()
        assert line, "the process that starts programs is gone"
        return dict(json.loads(line))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._out.close()  # its end
        self._process.wait()


@cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()


def _serve(questions: int, answers: int) -> list[str] | None:
    """Until nobody asks any more: None; or in a child: the words of its command."""
    from gevent.monkey import get_original

    fork, waitpid = get_original("os", "fork"), get_original("os", "waitpid")
    for line in os.fdopen(questions, "rb", closefd=False):
        request = json.loads(line)
        if request["do"] == "start":
            pid = fork()
            if not pid:
                os.close(questions)
                os.close(answers)
                os.environ.update(request["environment"])
                log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
                os.dup2(log, 1)
                os.dup2(log, 2)
                os.close(log)
                return list(request["words"])
            told: dict[str, Any] = {"pid": pid}
        else:
            found, status = waitpid(request["pid"], os.WNOHANG)
            told = {"status": os.waitstatus_to_exitcode(status) if found else None}
        os.write(answers, json.dumps(told).encode() + b"\n")
    return None


def _build_once(folder: Path) -> None:
    """A web side that nobody asks: its addresses, and which styles the agent's page uses, are known from now on."""
    from fs_app.bus import Bus
    from fs_app.clock import RealClock
    from fs_app.config import Settings
    from fs_app.web import site

    unasked: Any = SimpleNamespace(
        settings=Settings(data_dir=folder), db=None, clock=RealClock(), bus=Bus(), catalog=None, desk=None
    )
    site.build(unasked)


if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

    import fs_app.app
    import fs_app.cli
    import fs_app.run
    import fs_app.web.assets
    import fs_app.web.server
    from tests.support import compiled
    from tests.support.quick import quick_passwords

    quick_passwords()
    compiled.keep()
    with tempfile.TemporaryDirectory(prefix="fs-app-nursery-") as folder:
        _build_once(Path(folder))
    gevent.get_hub().destroy(destroy_loop=True)  # urllib3 has made one; each child makes its own
    words = _serve(int(sys.argv[1]), int(sys.argv[2]))
    if words is not None:
        sys.argv = ["fs-app", *words]
        fs_app.cli.cli()
