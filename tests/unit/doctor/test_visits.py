"""The doctor comes to a running program: a child process, one at a time, with the settings in force."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.config import Settings
from fs_app.doctor import visits
from fs_app.doctor.finding import Finding, Level
from fs_app.doctor.report import Report, from_dict
from fs_app.doctor.visits import Visits, environment
from fs_app.tasks import Tasks
from tests.support.until import until
from tests.unit.doctor.place import Place


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    tasks = Tasks("test")
    yield tasks
    tasks.stop()


def test_he_looks_and_reports(place: Place, tasks: Tasks) -> None:
    place.configured("event_socket", 'value="127.0.0.1"', 'value="0.0.0.0"')
    doctor = Visits(place.settings(), tasks)
    doctor.send_for()
    doctor.send_for()
    assert doctor.under_way
    until(lambda: not doctor.under_way, 30, "he is done")
    assert doctor.trouble == ""
    assert doctor.report is not None
    assert "link.everywhere" in {finding.rule for finding in doctor.report.findings}
    doctor.send_for()
    assert not doctor.under_way, "just done"
    assert sum(command == "version" for command in place.switch.asked) == 1, "one at a time"


def test_what_goes_wrong_with_him_is_said_and_the_last_report_stays(
    place: Place, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor = Visits(place.settings(), tasks)
    kept = Report(1, 1.0, (), {})
    doctor.report = kept
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    doctor.round()
    assert "No such file" in doctor.trouble
    monkeypatch.setattr(sys, "executable", "/bin/false")
    doctor.round()
    assert "Expecting value" in doctor.trouble, "it said nothing"
    assert doctor.report is kept
    assert not doctor.under_way


def test_who_takes_too_long_is_ended(
    place: Place, tasks: Tasks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setattr(visits, "LONGEST_S", 0.3)
    doctor = Visits(place.settings(), tasks)
    doctor.round()
    assert "took more than" in doctor.trouble


def test_the_child_has_the_settings_in_force() -> None:
    settings = Settings(switch="esl://:a-password@127.0.0.1:8021", cookie_secure=True, lease_s=4)
    told = environment(settings, {"PATH": "/bin", "FS_APP_LEASE_S": "9", "FS_APP_ESL_PASSWORD": "x"})
    assert told["PATH"] == "/bin"
    assert told["FS_APP_LEASE_S"] == "4"
    assert told["FS_APP_COOKIE_SECURE"] == "true"
    assert told["FS_APP_SWITCH"].startswith("esl://")
    assert "FS_APP_ESL_PASSWORD" not in told
    again = Settings(
        **{k.removeprefix("FS_APP_").lower(): v for k, v in told.items() if k.startswith("FS_APP_")}
    )
    assert again == settings


def test_a_report_survives_its_way_as_json() -> None:
    report = Report(
        7, 1.5, (Finding("link.acl", Level.ERROR, {"where": "x"}, 3),), {"link": "", "people": "no_data"}
    )
    assert from_dict(report.as_dict()) == report
    half = {"format": 1, "at": 1, "seconds": 1, "findings": [{}], "families": {}}
    for wrong in ({}, {"format": 2}, {"format": 1, "at": 1}, half):
        with pytest.raises(ValueError, match="no report"):
            from_dict(wrong)
