"""Our own program, looked at from outside: its process, and what its web says on this machine."""

from __future__ import annotations

import http.client
import json
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fs_app.config import Settings, address
from fs_app.directory import process as directory_process
from fs_app.doctor.installation import DirectorySeen, ProgramSeen

ANSWER_S = 4.0
MOST_BYTES = 4 << 20


def look(settings: Settings) -> ProgramSeen:
    pid = _pid(settings.data_dir / "lock")
    status = _status(pid) if pid is not None else {}
    health = _get(settings, "/healthz")
    return ProgramSeen(
        pid=pid,
        health=_json(health) if health else {},
        metrics=metrics(_get(settings, "/metrics")) if health else {},
        uid=int(status["Uid"].split()[1]) if "Uid" in status else None,
        most_files=_most_files(pid) if pid is not None else None,
    )


def look_at_directory(settings: Settings) -> DirectorySeen:
    host, port = address(settings.directory_listen)
    state = directory_process.health(host, port, timeout=ANSWER_S)
    if state is None:
        return DirectorySeen(trouble="away")
    return DirectorySeen(problem=str(state.get("problem", ""))[:300], users=int(state.get("users", 0)))


def _pid(lock: Path) -> int | None:
    """Who has locked the data folder, when that process still lives and is this program."""
    try:
        pid = int(lock.read_text().strip())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if b"fs_app" in command or b"fs-app" in command else None


def _status(pid: int) -> Mapping[str, str]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _most_files(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
        soft = next(line for line in lines if line.startswith("Max open files")).split()[3]
        return int(soft) if soft.isdigit() else resource.RLIM_INFINITY
    except (OSError, StopIteration, IndexError):
        return None


def _get(settings: Settings, path: str) -> bytes:
    """The body, empty when nothing (or somebody else) answers. 503: /healthz says that all is not well."""
    host, port = address(settings.web_listen)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    if port == 0:
        return b""
    headers = {"Authorization": f"Bearer {settings.metrics_token}"} if settings.metrics_token else {}
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read(MOST_BYTES)
        return body if answer.status in (200, 503) else b""
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("checks"), list) else {}


def metrics(text: bytes) -> dict[str, float]:
    """Prometheus' text format: `name{labels}` → value."""
    found = {}
    for line in text.decode("utf-8", "replace").splitlines():
        name, _, value = line.rpartition(" ")
        if name and not line.startswith("#"):
            try:
                found[name] = float(value)
            except ValueError:
                continue
    return found
