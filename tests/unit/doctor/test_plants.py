"""Each misconfiguration is found, named, and its remedy said, in three languages; a healthy installation has none."""

from __future__ import annotations

import re
import time

import pytest

from fs_app.doctor.examine import OWN_RULES, rules
from fs_app.doctor.finding import Level
from fs_app.doctor.report import in_words
from fs_app.web.i18n import LANGUAGES, translate
from tests.unit.doctor.place import Place
from tests.unit.doctor.plants import PLANTS

NORMAL = {"program.stopped", "people.no_phone", "machine.ffmpeg", "machine.espeak"}
"""What an installation at rest may well say on the machine of a test."""


def test_a_healthy_installation_has_no_error_and_no_warning(place: Place) -> None:
    report = place.examined()
    assert [f for f in report.findings if f.rule not in NORMAL] == []
    assert set(report.families.values()) == {""}, "every family was looked at"
    assert report.status == (1 if any(f.rule == "machine.ffmpeg" for f in report.findings) else 0)


@pytest.mark.parametrize("rule", PLANTS)
def test_what_is_planted_is_found_and_its_remedy_said(place: Place, rule: str) -> None:
    PLANTS[rule](place)
    begun = time.monotonic()
    report = place.examined()
    assert time.monotonic() - begun < 15, "whoever does not answer is given up soon"
    found = [f for f in report.findings if f.rule == rule]
    assert found, f"{rule}: only {sorted(f.rule for f in report.findings)}; {report.families}"
    assert found[0].level is rules()[rule]
    for language in LANGUAGES:
        for said in in_words(found[0], translate, language):
            assert len(said) > 10
            assert not re.search(r"%\(\w+\)s", said), f"{language}: {said} lacks a value"
            assert not said.startswith("doctor."), said
    assert not [f for f in report.findings if f.family == "doctor"], "no check failed"


def test_every_rule_is_planted() -> None:
    assert set(PLANTS) == set(rules()) - set(OWN_RULES)


def test_there_are_more_than_twenty() -> None:
    errors = [rule for rule, level in rules().items() if level is Level.ERROR]
    assert len(PLANTS) > 80
    assert len(errors) > 40


def test_no_password_is_ever_said(place: Place) -> None:
    """The switch's configuration holds them; findings don't."""
    place.configured("event_socket", 'value="127.0.0.1"', 'value="0.0.0.0"')
    place.answer("xml_locate configuration configuration name sofia.conf", '"none"', '"the trunk\'s secret"')
    place.switch.answers["sofia xmlstatus gateway"] = place.switch.answers["sofia xmlstatus gateway"].replace(
        "NOREG", "FAILED"
    )
    said = str(place.examined().as_dict(translate, "en"))
    assert "0.0.0.0" in said
    assert "FAILED" in said
    assert place.password not in said
    assert "the trunk's secret" not in said
