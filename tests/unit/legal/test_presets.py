"""What the shipped rules of each country say, case by case: moments on the person's own clock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fs_app.legal import presets, writing
from fs_app.legal.rules import AUTOMATIC, AbandonRate, Kind, Purpose
from fs_app.legal.strictness import looser
from fs_app.legal.verdict import Yes
from tests.unit.legal.tables import ZONES, asked, local, ms, person, why

AUTO = {"kind": Kind.PREDICTIVE}
ROBOT = {"kind": Kind.ROBOT}
SERVICE = {"purpose": Purpose.SERVICE}
NOBODY_ASKED = {"consent": None}


def day(text: str, zone: str = "Europe/Paris") -> int:
    return ms(f"{text}T11:00", zone)


FR = [
    # 2026-11-23 is a Monday, 2026-05-25 the Monday of Pentecost, 2026-11-11 a Wednesday
    ("2026-11-23T09:59", {}, {"hours"}),
    ("2026-11-23T10:00", {}, set()),
    ("2026-11-23T12:59", {}, set()),
    ("2026-11-23T13:00", {}, {"hours"}),
    ("2026-11-23T13:59", {}, {"hours"}),
    ("2026-11-23T14:00", {}, set()),
    ("2026-11-23T19:59", {}, set()),
    ("2026-11-23T20:00", {}, {"hours"}),
    ("2026-11-21T11:00", {}, {"hours"}),
    ("2026-11-22T11:00", {}, {"hours"}),
    ("2026-11-11T11:00", {}, {"holidays"}),
    ("2026-05-25T11:00", {}, {"holidays"}),
    ("2027-01-01T11:00", {}, {"holidays"}),
    ("2026-12-28T11:00", {}, set()),
    ("2026-08-10T11:00", NOBODY_ASKED, set()),
    ("2026-08-11T11:00", NOBODY_ASKED, {"consent"}),
    ("2026-11-23T11:00", {"consent": Yes(0, proof=False)}, {"consent"}),
    ("2026-11-23T11:00", {"consent": Yes(0, withdrawn_at=ms("2026-11-01T00:00"))}, {"consent", "objection"}),
    ("2026-11-23T11:00", {"consent": Yes(ms("2026-11-24T00:00"))}, {"consent"}),
    ("2026-11-23T11:00", {"attempts": tuple(day(f"2026-11-{n}") for n in (10, 12, 16))}, set()),
    ("2026-11-23T11:00", {"attempts": tuple(day(f"2026-11-{n}") for n in (10, 12, 16, 17))}, {"attempts"}),
    ("2026-12-10T11:00", {"attempts": tuple(day(f"2026-11-{n}") for n in (10, 12, 16, 17))}, set()),
    ("2026-11-23T11:00", {"refused_at": day("2026-09-25")}, {"silence"}),
    ("2026-11-24T11:00", {"refused_at": day("2026-09-24")}, set()),
    ("2026-11-23T11:00", {"refused_at": day("2026-09-24")}, {"silence"}),
    ("2026-11-23T11:00", {"opted_out": "Bloctel"}, {"opted_out"}),
    ("2026-11-23T11:00", {"blacklisted": "asked"}, {"blacklist"}),
    ("2026-11-23T11:00", {"withheld": True, "caller_id": ""}, {"caller_id"}),
    ("2026-11-23T11:00", {"caller_id": "+33612345678"}, set()),
    ("2026-11-23T11:00", AUTO | {"caller_id": "+33612345678"}, {"caller_id"}),
    ("2026-11-23T11:00", AUTO | {"caller_id": "+33140000000"}, {"caller_id"}),
    ("2026-11-23T11:00", AUTO | {"caller_id": "+33162000000"}, set()),
    ("2026-11-23T11:00", AUTO | {"caller_id": "+33948000000"}, set()),
    ("2026-11-23T11:00", AUTO | {"caller_id": "+33947000000"}, {"caller_id"}),
    ("2026-11-23T11:00", AUTO | {"caller_id": "+33947500000"}, set()),
    ("2026-11-23T11:00", AUTO | {"caller_id": ""}, {"caller_id"}),
    ("2026-11-23T11:00", {"kind": Kind.PROGRESSIVE, "caller_id": "+33612345678"}, {"caller_id"}),
    ("2026-11-23T11:00", AUTO | {"abandoned_at": ms("2026-11-20T11:01", "Europe/Paris")}, {"abandoned"}),
    ("2026-11-23T11:00", AUTO | {"abandoned_at": ms("2026-11-20T11:00", "Europe/Paris")}, set()),
    ("2026-11-23T11:00", {"abandoned_at": ms("2026-11-23T10:30", "Europe/Paris")}, set()),
    ("2026-11-23T11:00", AUTO | {"ring_s": 14}, {"ring"}),
    ("2026-11-23T11:00", AUTO | {"ring_s": 15}, set()),
    ("2026-11-22T03:00", SERVICE | NOBODY_ASKED, set()),
    ("2026-11-22T03:00", SERVICE | {"opted_out": "Bloctel"}, set()),
    ("2026-11-22T03:00", SERVICE | {"blacklisted": ""}, {"blacklist"}),
    ("2026-11-22T03:00", SERVICE | AUTO | {"caller_id": "+33612345678"}, {"caller_id"}),
    (
        "2026-11-23T11:00",
        NOBODY_ASKED | {"opted_out": "x", "blacklisted": ""},
        {"consent", "opted_out", "blacklist"},
    ),
]

GB = [
    ("2026-11-23T07:59", {}, {"hours"}),
    ("2026-11-23T08:00", {}, set()),
    ("2026-11-23T20:59", {}, set()),
    ("2026-11-23T21:00", {}, {"hours"}),
    ("2026-11-22T08:59", {}, {"hours"}),
    ("2026-11-22T09:00", {}, set()),
    ("2026-12-25T12:00", {}, {"holidays"}),
    ("2026-12-28T12:00", {}, {"holidays"}),
    ("2026-11-30T12:00", {}, {"holidays"}),  # Saint Andrew's day, in Scotland
    ("2026-11-23T12:00", NOBODY_ASKED, set()),
    ("2026-11-23T12:00", NOBODY_ASKED | ROBOT, {"consent"}),
    ("2026-11-23T12:00", ROBOT, set()),
    ("2026-11-23T12:00", NOBODY_ASKED | {"opted_out": "TPS"}, {"opted_out"}),
    ("2026-11-23T12:00", {"opted_out": "TPS"}, set()),
    ("2026-11-23T12:00", {"opted_out": "TPS", "consent": Yes(0, proof=False)}, {"opted_out"}),
    ("2026-11-23T12:00", {"withheld": True}, {"caller_id"}),
    ("2026-11-23T12:00", {"refused_at": ms("2026-11-01T12:00")}, {"silence"}),
    ("2026-12-02T12:00", {"refused_at": ms("2026-11-01T12:00")}, set()),
    ("2026-11-23T12:00", AUTO | {"abandoned_at": ms("2026-11-21T12:00")}, {"abandoned"}),
    ("2026-11-24T12:00", AUTO | {"abandoned_at": ms("2026-11-21T12:00")}, set()),
    ("2026-11-23T12:00", AUTO | {"ring_s": 10}, {"ring"}),
]

US = [
    ("2026-11-23T07:59", {}, {"hours"}),
    ("2026-11-23T08:00", {}, set()),
    ("2026-11-23T20:59", {}, set()),
    ("2026-11-23T21:00", {}, {"hours"}),
    ("2026-11-22T12:00", {}, set()),
    ("2026-11-26T12:00", {}, {"holidays"}),  # Thanksgiving
    ("2026-07-03T12:00", {}, {"holidays"}),  # the 4th, observed
    ("2026-11-23T12:00", NOBODY_ASKED, set()),
    ("2026-11-23T12:00", NOBODY_ASKED | ROBOT, {"consent"}),
    ("2026-11-23T12:00", NOBODY_ASKED | AUTO, {"consent"}),
    ("2026-11-23T12:00", NOBODY_ASKED | {"kind": Kind.PREVIEW}, set()),
    ("2026-11-23T12:00", NOBODY_ASKED | {"opted_out": "DNC"}, {"opted_out"}),
    ("2026-11-23T12:00", {"opted_out": "DNC"}, set()),
    ("2026-11-23T12:00", {"withheld": True}, {"caller_id"}),
    ("2026-11-23T12:00", {"attempts": tuple(ms(f"2026-11-23T1{n}:00") for n in (3, 4, 5))}, {"attempts"}),
    ("2026-11-23T12:00", {"attempts": tuple(ms(f"2026-11-22T1{n}:00") for n in (3, 4, 5))}, set()),
    ("2026-11-23T12:00", AUTO | {"ring_s": 14}, {"ring"}),
    ("2026-11-23T12:00", SERVICE | AUTO | {"abandoned_at": ms("2026-11-22T12:00")}, {"abandoned"}),
]

OTHERS = {
    "ES": [
        ("2026-11-23T08:59", {}, {"hours"}),
        ("2026-11-23T20:59", {}, set()),
        ("2026-11-21T12:00", {}, {"hours"}),
        ("2026-12-08T12:00", {}, {"holidays"}),
        ("2026-11-23T12:00", NOBODY_ASKED, {"consent"}),
        ("2027-06-02T12:00", {}, {"consent"}),  # a yes of two years ago
        ("2026-11-23T12:00", {"caller_id": "+34612345678"}, {"caller_id"}),
        ("2026-11-23T12:00", {"caller_id": ""}, {"caller_id"}),
    ],
    "BE": [
        ("2026-11-23T12:00", NOBODY_ASKED, set()),
        ("2026-11-22T12:00", {}, {"hours"}),
        ("2026-07-21T12:00", {}, {"holidays"}),
        ("2026-11-23T12:00", NOBODY_ASKED | ROBOT, {"consent"}),
        ("2026-11-23T12:00", {"opted_out": "DNCM"}, {"opted_out"}),
    ],
    "DE": [
        ("2026-11-23T12:00", NOBODY_ASKED, {"consent"}),
        ("2026-11-23T12:00", {}, set()),
        ("2026-10-31T12:00", {}, {"hours", "holidays"}),
        ("2026-11-23T12:00", {"withheld": True}, {"caller_id"}),
    ],
    "IT": [
        ("2026-11-21T10:00", {}, set()),
        ("2026-11-21T19:00", {}, {"hours"}),
        ("2026-11-22T12:00", {}, {"hours"}),
        ("2026-12-08T12:00", {}, {"holidays"}),
        ("2026-11-23T12:00", {"opted_out": "RPO"}, {"opted_out"}),
    ],
    "PT": [
        ("2026-11-23T21:59", {}, set()),
        ("2026-11-23T22:00", {}, {"hours"}),
        ("2026-12-01T12:00", {}, {"holidays"}),
        ("2026-11-23T12:00", NOBODY_ASKED, {"consent"}),
    ],
    "CH": [
        ("2026-11-23T12:00", NOBODY_ASKED, {"consent"}),
        ("2026-11-23T12:00", {"opted_out": "*"}, set()),
        ("2027-08-02T12:00", {}, set()),
        ("2026-12-08T12:00", {}, {"holidays"}),
    ],
    "LU": [
        ("2026-06-23T14:00", {}, {"holidays"}),
        ("2026-11-23T12:30", {}, {"hours"}),
        ("2026-11-23T14:00", NOBODY_ASKED, {"consent"}),
    ],
    "CA": [
        ("2026-11-23T21:29", {}, set()),
        ("2026-11-23T21:30", {}, {"hours"}),
        ("2026-11-22T18:00", {}, {"hours"}),
        ("2026-11-22T11:00", ROBOT, {"hours"}),
        ("2026-11-23T12:00", NOBODY_ASKED | ROBOT, {"consent"}),
        ("2026-11-23T12:00", {"refused_at": ms("2023-11-20T12:00")}, {"silence"}),
    ],
    "RE": [  # by the rules of France, on the clock of Réunion
        ("2026-11-23T10:00", {}, set()),
        ("2026-11-23T09:00", {}, {"hours"}),
    ],
    "NL": [  # no preset: the cautious one
        ("2026-11-23T11:00", {}, set()),
        ("2026-11-23T12:00", {}, {"hours"}),
        ("2026-11-23T11:00", NOBODY_ASKED, {"consent"}),
        ("2026-04-27T11:00", {}, {"holidays"}),
        ("2026-11-23T11:00", {"attempts": (ms("2026-11-01T12:00"),)}, {"attempts"}),
    ],
}

CASES = [
    (country, *case) for country, cases in {"FR": FR, "GB": GB, "US": US, **OTHERS}.items() for case in cases
]


@pytest.mark.parametrize(("country", "at", "more", "forbidden"), CASES)
def test_the_law_of(country: str, at: str, more: dict[str, Any], forbidden: set[str]) -> None:
    facts = person(country, **more)
    moment = local(at, ZONES[country])
    assert why(facts, moment) == forbidden
    assert asked(facts, moment).allowed == (not forbidden)


def test_every_rule_says_where_it_comes_from_or_that_it_is_our_caution() -> None:
    for country, preset in presets.all_of_them().items():
        for rule in preset.rules.rules:
            assert rule.source.law or rule.note, (country, rule.id)
            assert not rule.note or set(rule.note) == {"fr", "en", "es"}, (country, rule.id)
            assert not rule.source.in_force or date.fromisoformat(rule.source.in_force) <= date(2026, 11, 22)


def test_a_rule_that_is_written_is_read_as_it_was() -> None:
    for preset in presets.all_of_them().values():
        for rule in preset.rules.rules:
            assert writing.read(writing.write(rule)) == rule


def test_every_country_keeps_the_automatic_modes_from_who_found_nobody_for_three_days() -> None:
    for country, preset in presets.all_of_them().items():
        for kind in AUTOMATIC:
            for purpose in Purpose:
                assert preset.rules.least_ring_s(purpose, kind) >= 15, country
                found = [r for r in preset.rules.of(purpose, kind) if r.name == "abandoned"]
                assert [r.hours for r in found] == [72], country  # type: ignore[attr-defined]
        rate = preset.rules.abandon_rate(Purpose.MARKETING, Kind.PREDICTIVE)
        assert isinstance(rate, AbandonRate) and rate.percent <= 3 and rate.within_s <= 2


def test_who_is_in_no_known_country_has_the_strictest_hours_and_numbers_of_attempts() -> None:
    cautious = presets.all_of_them()[presets.CAUTIOUS].rules.rules
    for country, preset in presets.all_of_them().items():
        for rule in preset.rules.rules:
            if rule.id in ("hours", "attempts", "silence", "consent", "ring", "abandoned"):
                same = next(r for r in cautious if r.id == rule.id)
                assert looser(rule, same, country, 2026) == (), (country, rule.id)
