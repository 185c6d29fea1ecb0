"""A test that fails beside four other processes is tried once more, alone: two processors shared by five do not always
keep a browser's or a telephone's time. What fails twice fails; more than MOST failures are no accident and fail at
once. Each second try is told, so that nobody takes a test that shakes for one that stands.

    python -m tests.support.second_try FILE     tries those that FILE names
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

VARIABLE = "FS_APP_TESTS_AGAIN"
"""Path of the file that failed tests are added to, a line each; unset: a failure is a failure."""

MOST = 3


class Noted:
    """Names the session's failures in a file, for a second try, instead of failing at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failed: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed[report.nodeid] = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus != pytest.ExitCode.TESTS_FAILED or not self._failed or len(self._failed) > MOST:
            return  # a file that can't be read, an interrupt: nothing that a second try mends
        with self._path.open("a", encoding="utf-8") as file:
            file.writelines(f"{name}\n" for name in self._failed)
        session.exitstatus = pytest.ExitCode.OK


def pytest_configure(config: pytest.Config) -> None:
    """Note failures when the caller has said that he tries them again."""
    if path := os.environ.get(VARIABLE):
        config.pluginmanager.register(Noted(Path(path)))


def main(path: Path) -> int:
    """The exit status for `make`: 0 when everything that failed passes now."""
    failed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if not failed:
        return 0
    listed = "\n  ".join(failed)
    if len(failed) > MOST:
        print(f"FAILED, too many for an accident:\n  {listed}", flush=True)
        return 1
    print(f"FAILED BESIDE OTHERS, tried once more, alone:\n  {listed}", flush=True)
    alone = {name: value for name, value in os.environ.items() if name != VARIABLE}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *failed]
    status = subprocess.run(command, env=alone, check=False).returncode
    print(f"{'THEY PASS' if status == 0 else 'THEY FAIL'} ALONE:\n  {listed}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
