"""`fs-app doctor` as people run it: a process of its own that changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.config import ROOT
from fs_app.doctor.command import of_terminal
from tests.support.schema import MIGRATIONS
from tests.unit.doctor.place import Place


def run(place: Place, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    base = {
        name: value for name, value in os.environ.items() if not name.startswith(("FS_APP_", "LC_", "LANG"))
    }
    said = place.settings()
    environment = {
        "FS_APP_SWITCH": said.switch,
        "FS_APP_DATA_DIR": str(place.folder),
        "FS_APP_MIGRATIONS_DIR": str(MIGRATIONS),
        "FS_APP_OUTBOUND_LISTEN": said.outbound_listen,
        "FS_APP_DIRECTORY_LISTEN": said.directory_listen,
        "FS_APP_WEB_LISTEN": said.web_listen,
        **settings,
    }
    # by gevent: the answering switch is a greenlet of this process
    return subprocess.run(
        [sys.executable, "-m", "fs_app", "doctor", *words],
        cwd=ROOT,
        env={**base, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def told(place: Place, **settings: str) -> dict[str, Any]:
    done = run(place, "--json", **settings)
    assert done.returncode in (0, 1, 2), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    found["status"] = done.returncode
    return found


def rules_of(report: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in report["findings"]}


def files(folder: Path) -> dict[str, tuple[int, int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size, path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith("-shm")  # where whoever reads SQLite beside others marks that he does
    }


def test_it_says_in_words_what_is_wrong_and_how_to_mend_it(place: Place) -> None:
    place.password = "ClueCon"
    place.switch.password = "ClueCon"
    done = run(place, "--language", "en")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "✖ Error: FreeSWITCH takes the factory password" in done.stdout
    assert "    → Put a password of its own" in done.stdout
    assert "[link.default_password]" in done.stdout
    assert "Errors: 1." in done.stdout.splitlines()[-1]


def test_it_speaks_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert of_terminal() == "fr"
    monkeypatch.setenv("LANG", "es_ES.UTF-8")
    assert of_terminal() == "es"
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert of_terminal() == "en"
    monkeypatch.setenv("LC_ALL", "C")
    assert of_terminal() == "fr"


def test_it_changes_nothing(place: Place) -> None:
    before = files(place.folder)
    assert rules_of(told(place)) <= {"program.stopped", "people.no_phone", "machine.ffmpeg", "machine.espeak",
                                     "machine.load", "machine.memory", "machine.files"}  # fmt: skip
    assert files(place.folder) == before
    asked = {command.split()[0] for command in place.switch.asked}
    assert asked <= {
        "version",
        "strepoch",
        "global_getvar",
        "xml_locate",
        "show",
        "sofia",
        "file_exists",
        "user_exists",
    }
    assert not [
        c for c in place.switch.asked if c.startswith("sofia") and not c.startswith("sofia xmlstatus")
    ]


def test_it_makes_no_folder_and_no_database_where_there_is_none(place: Place, tmp_path: Path) -> None:
    nowhere = tmp_path / "not" / "yet"
    report = told(place, FS_APP_DATA_DIR=str(nowhere))
    assert "database.missing" in rules_of(report)
    assert not nowhere.parent.exists()


def test_settings_that_can_t_be_used_are_a_finding_too(place: Place) -> None:
    report = told(place, FS_APP_SWITCH="tcp://somewhere", FS_APP_LEASE_S="900")
    assert report["status"] == 2
    said = [f["text"] for f in report["findings"] if f["rule"] == "doctor.settings"]
    assert any("SWITCH" in text for text in said)
    assert any("LEASE_S" in text for text in said)
    assert set(report["families"].values()) == {"settings"}


@pytest.fixture
def locked(place: Place) -> Iterator[Place]:
    """Another process has written something and does not end its transaction."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
            "c.execute('pragma journal_mode=wal'); c.execute('begin immediate'); print('held', flush=True); input()",
            str(place.file),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "held"
    yield place
    holder.communicate("\n", timeout=10)


def test_a_database_that_somebody_has_locked_is_found_without_touching_it(locked: Place) -> None:
    report = told(locked)
    assert "database.locked" in rules_of(report)
    assert report["families"]["people"] == "no_data"


def test_a_transaction_under_way_is_no_lock(place: Place) -> None:
    connection = sqlite3.connect(place.file, isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("update account set name = 'written a moment ago'")
    try:
        report = told(place)
    finally:
        connection.close()
    assert "database.locked" not in rules_of(report)
    assert report["families"]["people"] == "", "read through the write-ahead log"
