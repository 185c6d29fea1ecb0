"""The simulated switch as a process beside the program: it must live on when the program dies, as a real one does."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fs_app.config import Settings
from fs_app.errors import Unavailable
from fs_app.sim.ports import free_port

START_S = 15.0
STEP_S = 0.05


def ensure_running(settings: Settings, options: Sequence[str] = ()) -> str:
    """Its address as a value of FS_APP_SWITCH. A simulator that a killed program left behind is used again.

    Raises Unavailable when it does not come up.
    """
    state_file = settings.data_dir / "sim.json"
    state = _read(state_file)
    if state is not None and _answers(int(state["port"])):
        return _url(state)
    state = {"password": secrets.token_urlsafe(24), "port": free_port()}
    with (settings.data_dir / "sim.log").open("ab") as log:
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "fs_app.sim", "--port", str(state["port"])),
                *("--outbound", settings.outbound_listen, "--cdr", str(settings.spool)),
                *("--sounds", settings.sounds_on_switch(), *options),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "FS_APP_ESL_PASSWORD": str(state["password"])},
            start_new_session=True,
        )
    state["pid"] = child.pid
    handle = os.open(state_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(state, file)
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if _answers(int(state["port"])):
            return _url(state)
        if child.poll() is not None:
            raise Unavailable(
                f"the simulated switch ended at once with status {child.returncode}; see {log.name}"
            )
        time.sleep(STEP_S)
    raise Unavailable(f"the simulated switch did not come up within {START_S:.0f} s; see {log.name}")


def stop(settings: Settings) -> None:
    """End it; without effect when none runs."""
    state_file = settings.data_dir / "sim.json"
    state = _read(state_file)
    if state is None:
        return
    if _answers(int(state["port"])):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(state["pid"]), signal.SIGTERM)
    state_file.unlink(missing_ok=True)


def _url(state: dict[str, Any]) -> str:
    return f"esl://:{state['password']}@127.0.0.1:{state['port']}"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        state = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) and {"pid", "port", "password"} <= state.keys() else None


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as connection:
            return connection.recv(64).startswith(b"Content-Type: auth/request")
    except OSError:
        return False
