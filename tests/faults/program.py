"""The program under somebody's care: started again when it ends by itself, as a service manager does."""

from __future__ import annotations

import contextlib
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import gevent
import requests

from tests.support.nursery import Child, nursery
from tests.support.program import Program
from tests.support.until import until

RESTART_S = 0.5
HEALED_S = 90.0


class Kept:
    """`told(what)` hears of every end that nobody asked for."""

    def __init__(self, program: Program, told: Callable[[str], None]) -> None:
        self.app = program
        self._told = told
        self._wanted = False
        self._greenlet = gevent.spawn(self._care)

    def close(self) -> None:
        self._greenlet.kill()
        self._wanted = False
        self.app.close()

    def start(self) -> None:
        self._wanted = True
        self._spawn()
        until(lambda: self.works(), 40, "the program works", step=0.1)

    def _spawn(self) -> None:
        app = self.app
        app.process = nursery().start("run", environment=app.environment, log=app.folder / "log")
        app.starts += 1

    def _care(self) -> None:
        while True:
            gevent.sleep(0.1)
            process = self.app.process
            if self._wanted and process is not None and process.poll() is not None:
                self._told(f"the program ended by itself with {process.returncode}")
                gevent.sleep(RESTART_S)
                if self._wanted and self.app.process is process:
                    self._spawn()

    # --- what is done to it
    def kill(self) -> None:
        self._wanted = False
        if self.app.process is not None:
            self.app.process.kill()
            self.app.process.wait()
            self.app.process = None

    def terminate(self) -> int:
        """The orderly end; its status."""
        self._wanted = False
        process = self.app.process
        if process is None:
            return 0
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._waited(process)
        process.kill()
        process.wait()
        self.app.process = None
        return -9

    def _waited(self, process: Child) -> int:
        status = process.wait(25)
        self.app.process = None
        return status

    def again(self) -> None:
        if self.app.process is None:
            self._wanted = True
            self._spawn()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.app.process is not None and self.app.process.poll() is None:
            self.app.process.send_signal(number)

    def refuse_writes(self, refuse: bool) -> None:
        """No file can grow or be written (EFBIG instead of the ENOSPC of a full disk)."""
        if self.app.process is None or self.app.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            pid = self.app.process.pid
            hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if refuse else hard, hard))

    # --- does it work?
    def health(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = requests.get(self.app.url + "/healthz", timeout=2).json()
        except (requests.RequestException, ValueError):
            return {}
        return found

    def works(self) -> bool:
        """Connected, compared, and nothing waits for database or disk."""
        checks = {c["name"]: c["ok"] for c in self.health().get("checks", [])}
        return all(checks.get(name) for name in ("switch", "database", "journal"))

    def healed(self) -> float:
        """Wait until it works; the moment. A program that does not is said so."""
        end = time.time() + HEALED_S
        while not self.works():
            if time.time() > end:
                self._told(f"the program does not work {HEALED_S:.0f} s after a fault: {self.health()}")
                break
            gevent.sleep(0.1)
        return time.time()
