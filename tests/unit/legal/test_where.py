"""French numbers of overseas, however they were written down: their own country, zone and blacklist entry."""

from __future__ import annotations

import pytest

from fs_app.contacts.numbers import e164, spellings
from fs_app.legal import where
from fs_app.outgoing.typed import read

OVERSEAS = [
    ("0262 41 12 34", "+262262411234", "RE", "Indian/Reunion"),
    ("0263 12 12 34", "+262263121234", "RE", "Indian/Reunion"),
    ("0692 65 12 34", "+262692651234", "RE", "Indian/Reunion"),
    ("0269 61 12 34", "+262269611234", "YT", "Indian/Mayotte"),
    ("0639 65 12 34", "+262639651234", "YT", "Indian/Mayotte"),
    ("0590 82 12 34", "+590590821234", "GP", "America/Guadeloupe"),
    ("0690 55 12 34", "+590690551234", "GP", "America/Guadeloupe"),
    ("0709 01 23 45", "+590709012345", "GP", "America/Guadeloupe"),
    ("0594 30 12 34", "+594594301234", "GF", "America/Cayenne"),
    ("0596 71 12 34", "+596596711234", "MQ", "America/Martinique"),
    ("0696 20 12 34", "+596696201234", "MQ", "America/Martinique"),
    ("0508 41 12 34", "+508411234", "PM", "America/Miquelon"),
]


@pytest.mark.parametrize(("written", "number", "country", "zone"), OVERSEAS)
def test_whoever_types_it_means_overseas(written: str, number: str, country: str, zone: str) -> None:
    abroad = "+33" + written[1:].replace(" ", "")
    for text in (written, abroad, written.replace(" ", "")):
        assert (read(text, "FR").number, e164(text, "FR")) == (number, number)
    assert where.country_of(number) == country
    assert zone in where.zones_of(number)
    assert "Europe/Paris" not in where.zones_of(number)
    assert written.replace(" ", "") in spellings(number, "FR"), "as French networks deliver it"


@pytest.mark.parametrize(("country", "zone"), [("MQ", "America/Martinique")])
def test_what_is_stored_as_french_is_called_by_its_own_clock_all_the_same(country: str, zone: str) -> None:
    assert (where.country_of("+33596711234"), where.zones_of("+33596711234")) == (country, (zone,))


@pytest.mark.parametrize("number", ["+33612345678", "+33140000001", "+33980012345", "+33532123456", "+33200"])
def test_the_others_stay_where_they_are(number: str) -> None:
    assert where.zones_of(number) in (("Europe/Paris",), ())
    assert read(number, "FR").number in (number, "")
