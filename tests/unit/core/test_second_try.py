"""What `make test` does with a test that fails beside others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import second_try

ROOT = Path(__file__).parents[3]


def first_run(folder: Path, source: str) -> tuple[int, Path]:
    """pytest's exit status, and the file of what is to be tried again."""
    (folder / "test_it.py").write_text(source)
    noted = folder / "noted"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            second_try.__name__,
            "test_it.py",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), second_try.VARIABLE: str(noted)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, noted


def second_run(folder: Path, noted: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.chdir(folder)
    return second_try.main(noted)


def test_what_fails_once_is_tried_again_and_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
import pathlib
def test_shakes():
    before = pathlib.Path("ran").exists()
    pathlib.Path("ran").touch()
    assert before
def test_stands(): pass
"""
    status, noted = first_run(tmp_path, source)
    assert (status, noted.read_text()) == (0, "test_it.py::test_shakes\n")
    assert second_run(tmp_path, noted, monkeypatch) == 0


def test_what_fails_twice_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, noted = first_run(tmp_path, "def test_it(): assert False\n")
    assert status == 0
    assert second_run(tmp_path, noted, monkeypatch) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import nothing_of_this_name\n",
        "".join(f"def test_{i}(): assert False\n" for i in range(second_try.MOST + 1)),
    ],
    ids=["a file that can't be read", "too many"],
)
def test_what_is_no_accident_fails_at_once(tmp_path: Path, source: str) -> None:
    status, noted = first_run(tmp_path, source)
    assert status != 0
    assert not noted.exists()


def test_too_many_of_several_processes_fail(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    noted.write_text("".join(f"test_{i}.py::test_it\n" for i in range(second_try.MOST + 1)))
    assert second_try.main(noted) == 1


def test_nothing_failed(tmp_path: Path) -> None:
    assert second_try.main(tmp_path / "noted") == 0
