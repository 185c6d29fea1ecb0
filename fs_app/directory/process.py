"""Keep the directory process alive, from the program's side.

The process is nobody's child for long: it has a session of its own, so that neither a terminal's signal nor the end of
the program touches it. The next start of the program finds it by asking the port.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fs_app.directory.server import SERVICE, listening_socket_taken
from fs_app.errors import Unavailable

START_S = 10.0
STOP_S = 5.0
STEP_S = 0.05


def health(host: str, port: int, timeout: float = 2.0) -> dict[str, Any] | None:
    """What a directory process says of itself (`pid`, `snapshot`, `users`, `problem`); None when none answers."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", "/health", headers={"Host": f"127.0.0.1:{port}"})
        state = json.loads(connection.getresponse().read(MOST_BYTES_OF_HEALTH))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return state if isinstance(state, dict) and state.get("service") == SERVICE else None


MOST_BYTES_OF_HEALTH = 65536


def ensure_running(host: str, port: int, snapshot: Path | str, log: Path | str | None = None) -> int:
    """Start the directory process unless one with this snapshot answers already; its process id.

    Blocks (yields, under gevent) up to `START_S`. A process with another snapshot is replaced. Raises Unavailable when
    something else has the port or the process does not come up; the text says which.
    """
    wanted = str(Path(snapshot).resolve())
    state = health(host, port)
    if state is not None:
        if state["snapshot"] == wanted:
            return int(state["pid"])
        stop(host, port)
    elif listening_socket_taken(host, port):
        raise Unavailable(f"{host}:{port} is taken by something that is not the directory service")
    with contextlib.ExitStack() as files:
        out = files.enter_context(Path(log).open("ab")) if log else subprocess.DEVNULL
        child = subprocess.Popen(
            [sys.executable, "-m", "fs_app.directory", "--listen", f"{host}:{port}", "--snapshot", wanted],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
            start_new_session=True,
        )
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        state = health(host, port)
        if state is not None:
            return int(state["pid"])
        if child.poll() is not None:
            raise Unavailable(f"the directory service ended at once with status {child.returncode}")
        time.sleep(STEP_S)
    child.kill()
    raise Unavailable(f"the directory service did not come up within {START_S:.0f} s")


def stop(host: str, port: int) -> None:
    """End the directory process on this port, if there is one. Raises Unavailable when it does not end."""
    state = health(host, port)
    if state is None:
        return
    pid = int(state["pid"])
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        end = time.monotonic() + STOP_S
        while time.monotonic() < end:
            _reap(pid)
            if not listening_socket_taken(host, port):
                return
            time.sleep(STEP_S)
    raise Unavailable(f"the directory service (process {pid}) does not end")


def _reap(pid: int) -> None:
    """Take the status of a child of ours that ended; of nobody else's."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
