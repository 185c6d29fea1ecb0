"""What works and what does not, one line each; the catalogues say it in words (`health.*`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from fs_app.clock import Clock

log = structlog.get_logger(__name__)

LEAST_FREE = 500 * 1024 * 1024
LAG_MS = 200.0


class Health:
    """A list of checks; each returns (ok, key, params). A check that fails remembers since when."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._checks: list[tuple[str, Callable[[], tuple[bool, str, dict[str, Any]]]]] = []
        self._since: dict[str, tuple[bool, int]] = {}
        self._began = clock.now_ms()

    def add(self, name: str, check: Callable[[], tuple[bool, str, dict[str, Any]]]) -> None:
        self._checks.append((name, check))

    def report(self) -> list[dict[str, Any]]:
        """All checks, in the order in which they were added."""
        rows = []
        for name, check in self._checks:
            try:
                ok, key, params = check()
            except Exception as error:  # the page that says what is wrong must not be what is wrong
                log.exception("a check failed", check=name)
                ok, key, params = False, "error.internal", {"why": repr(error)}
            was, since = self._since.setdefault(name, (True, self._began))  # right until it was looked at
            if was != ok:
                since = self._clock.now_ms()
                self._since[name] = (ok, since)
            rows.append({"name": name, "ok": ok, "key": key, "params": params, "since": since})
        return rows


def disk(folder: Path) -> Callable[[], tuple[bool, str, dict[str, Any]]]:
    """Is there room for recordings and the journal?"""

    def check() -> tuple[bool, str, dict[str, Any]]:
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            return False, "health.disk.error", {"why": str(error)}
        gigabytes = round(free / 1024**3, 1)
        return (
            free >= LEAST_FREE,
            "health.disk.ok" if free >= LEAST_FREE else "health.disk.low",
            {"gb": gigabytes},
        )

    return check
