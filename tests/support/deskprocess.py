"""Starts tests/support/deskserver.py for a test and makes things happen in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class DeskProcess:
    """`do("ring", …)`: a method of the fake desk or of its script; answers what that returned."""

    def __init__(self, folder: Path) -> None:
        self._log_path = folder / "desk.log"
        self._log = self._log_path.open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.deskserver", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        facts = self._answer()
        self.url: str = facts["url"]
        self.password: str = facts["password"]
        self.agent: int = facts["agent"]
        self.queue: int = facts["queue"]

    def do(self, method: str, *args: Any, **kwargs: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([method, *args, kwargs]) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        assert "error" not in answer, answer
        return answer["ok"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise AssertionError(f"the desk's process ended:\n{self._log_path.read_text()[-3000:]}")
            if line.startswith("{"):  # not a log line
                return json.loads(line)  # type: ignore[no-any-return]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()
