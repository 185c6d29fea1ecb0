"""Telephone numbers as they stand in files: repaired where that is certain, refused with the reason where it is not."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from fs_app.imports.reading.numbering import area, zones
from fs_app.imports.reading.numbers import REPAIRS, WRONG, Check, Checked, Wrong, sentence
from fs_app.web import i18n

MOBILE = "+33612345698"
FIXED = "+33143216598"


def said(text: str, country: str = "FR", **how: object) -> tuple[str, tuple[str, ...]] | str:
    """(number, repairs), or why not."""
    found = Check(country, **how).check(text)  # type: ignore[arg-type]
    return (found.e164, found.repaired) if isinstance(found, Checked) else found.key


@pytest.mark.parametrize(
    "text",
    [
        "0612345698",
        "06 12 34 56 98",
        "06.12.34.56.98",
        "06-12-34-56-98",
        "06/12/34/56/98",
        "06\u00a012\u202f34 56\u200998",
        "(06) 12 34 56 98",
        "+33612345698",
        "+33 6 12 34 56 98",
        "+33 (0)6 12 34 56 98",
        "+33 (0) 612345698",
        "0033612345698",
        "00 33 6 12 34 56 98",
        "33612345698",
        "330612345698",
        "\u202a06 12 34 56 98\u202c",
        "\u200e0612345698\u200b",
        "'0612345698",
        '="0612345698"',
        "tel:+33-6-12-34-56-98",
        "０６１２３４５６９８",
        "٠٦١٢٣٤٥٦٩٨",
    ],
)
def test_all_usual_ways_of_writing_a_number_are_one(text: str) -> None:
    assert said(text) == (MOBILE, ())


@pytest.mark.parametrize(
    ("text", "number", "repaired"),
    [
        ("612345698", MOBILE, ("zero",)),
        ("612345698.0", MOBILE, ("decimals", "zero")),
        ("33612345698.0", MOBILE, ("decimals",)),
        ("33612345698,00", MOBILE, ("decimals",)),
        ("3.3612345698E+10", MOBILE, ("exponent",)),
        ("3,3612345698e10", MOBILE, ("exponent",)),
        ("6.12345698E+08", MOBILE, ("exponent", "zero")),
        ("+0612345698", MOBILE, ("no_plus",)),
        ("+0033612345698", MOBILE, ("no_plus",)),
        ("34612345698", "+34612345698", ("plus",)),
        ("01 43 21 65 98 poste 12", FIXED, ("extension",)),
        ("0143216598 ext. 4012", FIXED, ("extension",)),
        ("0143216598x12", FIXED, ("extension",)),
        ("0143216598 #12", FIXED, ("extension",)),
        ("O6 12 34 56 98", MOBILE, ("letter_o",)),
        ("Tél : 06 12 34 56 98", MOBILE, ("text",)),
        ("06 12 34 56 98 (mari)", MOBILE, ("text",)),
        ("Portable 1 : 06 12 34 56 98", MOBILE, ("text",)),
        ("0612345698 / 0143216598", MOBILE, ("second",)),
        ("0612345698;0143216598", MOBILE, ("second",)),
        ("0612345698 ou 0143216598", MOBILE, ("second",)),
        ("0612345698\n0143216598", MOBILE, ("second",)),
        ("06 12 34 56 98 - 01 43 21 65 98", MOBILE, ("second",)),
        ("06123456980143216598", MOBILE, ("second",)),
        ("06 12 34 56 98 01 43 21 65 98", MOBILE, ("second",)),
        ("0690 12 34 98", "+590690123498", ("overseas",)),
        ("0262 12 34 98", "+262262123498", ("overseas",)),
        ("0692 12 34 98", "+262692123498", ("overseas",)),
        ("0696 20 34 98", "+596696203498", ("overseas",)),
        ("0694 20 34 98", "+594694203498", ("overseas",)),
        ("0269 60 12 98", "+262269601298", ("overseas",)),
        # phonenumbers takes these for numbers of mainland France; they would be called by the clock of Paris.
        ("0596 71 23 98", "+596596712398", ("overseas",)),
        ("+33 596 71 23 98", "+596596712398", ("overseas",)),
        ("0263 12 34 98", "+262263123498", ("overseas",)),
        ("+33 269 60 12 98", "+262269601298", ("overseas",)),
        ("0508 41 23 98", "+508412398", ("overseas",)),
        ("0947 61 23 98", "+594947612398", ("overseas",)),
    ],
)
def test_what_was_repaired_is_said(text: str, number: str, repaired: tuple[str, ...]) -> None:
    assert said(text) == (number, repaired)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("néant", "letters"),
        ("06AB123456", "letters"),
        ("appeler Paul", "letters"),
        ("--", "no_number"),
        ("3.3612E+10", "exponent"),
        ("3,36E+10", "exponent"),
        ("3.36123457E+10", "exponent"),
        ("0600000000", "placeholder"),
        ("06 00 00 00 00", "placeholder"),
        ("0000000000", "placeholder"),
        ("9999999999", "placeholder"),
        ("0123456789", "placeholder"),
        ("01 02 03 04 05", "placeholder"),
        ("0666666666", "placeholder"),
        ("06 12 34 56 9", "short"),
        ("112", "short"),
        ("3639", "short"),
        ("061234569812", "long"),
        ("0612345698123456789012345", "long"),
        ("+999612345698", "unknown"),
        ("0899123498", "premium"),
        ("12/03/2024", "no_number"),
        ("2024-03-12", "no_number"),
        ("x" * 5000, "no_number"),
    ],
)
def test_what_is_no_number_to_call_has_its_reason(text: str, why: str) -> None:
    assert said(text) == why


@pytest.mark.parametrize(
    ("text", "kind", "country", "zone"),
    [
        ("0612345698", "mobile", "FR", "Europe/Paris"),
        ("0143216598", "fixed", "FR", "Europe/Paris"),
        ("0912345698", "voip", "FR", "Europe/Paris"),
        ("0801234598", "free", "FR", "Europe/Paris"),
        ("0690123498", "mobile", "GP", "America/Guadeloupe"),
        ("0692123498", "mobile", "RE", "Indian/Reunion"),
        ("0269601298", "fixed", "YT", "Indian/Mayotte"),
        ("0696203498", "mobile", "MQ", "America/Martinique"),
        ("0694203498", "mobile", "GF", "America/Cayenne"),
        ("+34922345698", "fixed", "ES", "Atlantic/Canary"),
        ("+12015550123", "either", "US", "America/New_York"),
        ("+212650123498", "mobile", "MA", "Africa/Casablanca"),
    ],
)
def test_kind_country_and_time_zone_of_a_number(text: str, kind: str, country: str, zone: str) -> None:
    found = Check("FR").check(text)
    assert isinstance(found, Checked)
    assert found[1:4] == (kind, country, zone)


def test_a_number_that_may_be_in_many_zones_names_none() -> None:
    found = Check("US").check("8002345678")
    assert isinstance(found, Checked) and found.zone == "" and found.kind == "free"
    assert len(zones(found.e164)) > 10


def test_the_country_of_a_line_says_where_its_numbers_belong_to() -> None:
    check = Check("FR")
    spanish, belgian = check.check("612 34 56 98", "ES"), check.check("0470 12 34 56", "be")
    assert isinstance(spanish, Checked) and spanish.e164 == "+34612345698" and spanish.repaired == ()
    assert isinstance(belgian, Checked) and belgian.e164 == "+32470123456"
    assert check.check("0612345698", "XX") == Wrong("country")
    assert check.check("0612345698", "") == check.check("0612345698")


@pytest.mark.parametrize(
    ("prefix", "text", "number"),
    [
        ("0", "612345698", MOBILE),
        ("0", "0612345698", MOBILE),
        ("+33", "612345698", MOBILE),
        ("+33", "33612345698", MOBILE),
        ("+33", "0612345698", MOBILE),
        ("0033", "612345698", MOBILE),
        ("+", "33612345698", MOBILE),
        ("+", "34612345698", "+34612345698"),
        ("01", "43216598", FIXED),
        ("01", "+34612345698", "+34612345698"),
        ("01", "0033612345698", MOBILE),
    ],
)
def test_a_prefix_is_put_before_what_is_not_international(prefix: str, text: str, number: str) -> None:
    found = Check("FR", prefix=prefix).check(text)
    assert isinstance(found, Checked) and found.e164 == number


def test_a_missing_zero_is_refused_where_it_must_not_be_repaired() -> None:
    assert said("612345698", missing_zero=False) == "missing_zero"
    assert said("0612345698", missing_zero=False) == (MOBILE, ())
    assert said("33612345698", missing_zero=False) == (MOBILE, ())
    assert said("612345698", "ES", missing_zero=False) == ("+34612345698", ())


def test_numbers_that_cost_more_are_taken_where_they_are_wanted() -> None:
    found = Check("FR", premium=True).check("0899123498")
    assert isinstance(found, Checked) and found.kind == "premium"


def test_every_reason_and_every_repair_can_be_said() -> None:
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in i18n.catalogue("fr") if m.id}
    assert {Wrong(key).sentence for key in WRONG} | {sentence(repair) for repair in REPAIRS} <= known


KIND = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "either",
    PhoneNumberType.TOLL_FREE: "free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared",
    PhoneNumberType.VOIP: "voip",
}
OURS_ALONE = {"plus", "no_plus", "overseas", "second"}
"""Repairs that phonenumbers does not make."""


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """(country, digits with or without a plus), near to what exists there."""
    region = draw(st.sampled_from(["FR", "ES", "GB", "US", "BE", "MA", "RE", "GP"]))
    code = area(region).code  # type: ignore[union-attr]
    kind = draw(st.sampled_from([0, 1, 3, 4, 5, 6]))
    example = phonenumbers.example_number_for_type(region, kind)
    digits = (
        phonenumbers.national_significant_number(example)
        if example
        else draw(st.text("0123456789", min_size=9))
    )
    kept = draw(st.integers(0, len(digits)))
    tail = draw(
        st.text("0123456789", min_size=max(0, len(digits) - kept - 1), max_size=len(digits) - kept + 2)
    )
    start = draw(st.sampled_from(["", "0", "00" + code, "+" + code, code, "+" + code + "0", "1"]))
    return region, start + digits[:kept] + tail


@settings(max_examples=400, deadline=None)
@given(typed())
def test_the_verdict_is_that_of_phonenumbers(case: tuple[str, str]) -> None:
    region, text = case
    found = Check(region, premium=True).check(text)
    try:
        parsed = phonenumbers.parse(text, region)
        is_valid = phonenumbers.is_valid_number(parsed)
    except phonenumbers.NumberParseException:
        is_valid = False
    if isinstance(found, Wrong):
        assert not is_valid or found.key == "placeholder"
    elif OURS_ALONE & set(found.repaired):
        assert not is_valid or found.country == "YT"
    else:
        assert is_valid
        assert found.e164 == phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
        assert found.kind == KIND.get(phonenumbers.number_type(parsed), "special")
        assert found.country == phonenumbers.region_code_for_number(parsed)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["FR", "US", "ES"]))
def test_no_text_breaks_the_check_and_what_is_taken_is_a_number(text: str, country: str) -> None:
    found = Check(country).check(text)
    if isinstance(found, Checked):
        assert phonenumbers.is_valid_number(phonenumbers.parse(found.e164))
        assert found.e164 == Check(country).check(found.e164)[0]
    else:
        assert found.key in WRONG


@settings(max_examples=300, deadline=None)
@given(st.text("0123456789 +.-/()eEoOxX,;'\u00a0", max_size=30))
def test_strange_spellings_never_make_a_number_that_is_none(text: str) -> None:
    found = Check("FR").check(text)
    if isinstance(found, Checked):
        assert phonenumbers.is_valid_number(phonenumbers.parse(found.e164))
