"""The client side: a simulated switch as a child process, and its people as objects.

`SimWorld` has the methods of tests/support/world.py, so that a test speaks of callers and phones and never knows
which switch stands behind. Freezing stops the whole process (SIGSTOP), people included.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gevent

from fs_app.sim.ports import free_port
from fs_app.sim.remote import Control, SimParty, SimPhone


class SimWorld:
    """A simulated switch of one's own. `settings` are environment variables of freeswitch-conf/vars.xml.

    `check_users` asks the program's directory (on `directory_url`) before a phone may register.
    """

    name = "sim"

    def __init__(
        self, settings: Mapping[str, str] | None = None, *, seed: int = 1, check_users: bool = True
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fs-app-sim-"))
        self.password = secrets.token_urlsafe(18)
        self.outbound_port, self._directory_port = free_port(), free_port()
        base = {k: v for k, v in os.environ.items() if not k.startswith("FS_APP_")}
        environment = {
            **base,
            "FS_APP_OUTBOUND": f"127.0.0.1:{self.outbound_port}",
            "FS_APP_DIRECTORY_URL": self.directory_url,
            "FS_APP_RECORDINGS_DIR": str(self.folder / "recordings"),
            "FS_APP_ESL_PASSWORD": self.password,
            **(settings or {}),
        }
        command = [sys.executable, "-m", "fs_app.sim", "--port", "0", "--seed", str(seed), "--with-parent"]
        command += ["--cdr", self.cdr_folder, *(["--check-users"] if check_users else [])]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert "event socket on" in line, f"the simulated switch does not start: {line!r}"
        self.port = int(line.split()[-1])
        self.control = Control(self.port, self.password)

    @property
    def switch_url(self) -> str:
        return f"esl://:{self.password}@127.0.0.1:{self.port}"

    @property
    def directory_url(self) -> str:
        return f"http://127.0.0.1:{self._directory_port}/directory"

    @property
    def cdr_folder(self) -> str:
        return str(self.folder / "cdr")

    def call(
        self, to: str, number: str | bytes = "+33612345678", name: str | bytes = "", **habits: Any
    ) -> SimParty:
        """`habits` as party.Habits has them; without any the caller does only what he is told."""
        words = {**_words("number", number), **_words("name", name)}
        return SimParty(self.control, self.control.ask(do="call", to=to, habits=habits, **words))

    def phone(self, user: str, password: str, domain: str) -> SimPhone:
        picture = self.control.ask(do="phone", user=user, domain=domain, password=password)
        return SimPhone(self.control, picture)

    def person(self, number: str) -> SimPhone:
        return SimPhone(self.control, self.control.ask(do="person", number=number))

    # --- faults
    def kill_switch(self) -> None:
        """The switch dies at once; the people outside stay (they live in the same process)."""
        self.control.ask(do="crash")

    def start_switch(self, timeout: float = 30.0) -> None:
        self.control.ask(do="rise")

    def freeze_switch(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw_switch(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def cut_link(self) -> None:
        self.control.ask(do="fault", kind="cut")

    def blackhole_link(self) -> None:
        self.control.ask(do="fault", kind="blackhole")

    def mend_link(self) -> None:
        self.control.ask(do="fault", kind="mend")

    def fault(self, kind: str, **more: Any) -> None:
        """What only the simulator can do: drop, half, slow, lose, swap (api_control.py)."""
        self.control.ask(do="fault", kind=kind, **more)

    def legs(self) -> int:
        return int(self.control.ask(do="legs")["legs"])

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        self.control.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
        end = time.monotonic() + 3.0
        while self._process.poll() is None:
            if time.monotonic() > end:
                self._process.kill()
            gevent.sleep(0.01)
        if self._process.stdout:
            self._process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _words(name: str, value: str | bytes) -> dict[str, str]:
    return {f"{name}_hex": value.hex()} if isinstance(value, bytes) else {name: value}
