"""A number is understood however it is written."""

from __future__ import annotations

import pytest

from fs_app.outgoing.typed import MOST_TYPED, read

COUNTRIES = (
    ("FR", "06 12 34 56 78", "+33612345678"),
    ("BE", "0470 12 34 56", "+32470123456"),
    ("CH", "079 123 45 67", "+41791234567"),
    ("LU", "621 123 456", "+352621123456"),
    ("DE", "030 / 1234567", "+49301234567"),
    ("AT", "0664 1234567", "+436641234567"),
    ("ES", "612 34 56 78", "+34612345678"),
    ("PT", "912 345 678", "+351912345678"),
    ("IT", "02 1234 5678", "+390212345678"),
    ("GB", "020 7946 0958", "+442079460958"),
    ("IE", "(01) 234 5678", "+35312345678"),
    ("NL", "06-12345678", "+31612345678"),
    ("PL", "512 345 678", "+48512345678"),
    ("SE", "070-123 45 67", "+46701234567"),
    ("US", "(212) 555-0123", "+12125550123"),
    ("CA", "514.555.0123", "+15145550123"),
    ("MX", "55 1234 5678", "+525512345678"),
    ("MA", "0612-345678", "+212612345678"),
    ("TN", "20 123 456", "+21620123456"),
    ("SN", "77 123 45 67", "+221771234567"),
    ("RE", "0692 12 34 56", "+262692123456"),
    ("AU", "0412 345 678", "+61412345678"),
    ("JP", "090-1234-5678", "+819012345678"),
    ("IN", "098765 43210", "+919876543210"),
)


@pytest.mark.parametrize(("country", "text", "number"), COUNTRIES)
def test_as_its_own_country_writes_it(country: str, text: str, number: str) -> None:
    assert read(text, country).number == number


@pytest.mark.parametrize(("country", "text", "number"), COUNTRIES)
def test_in_international_form_from_anywhere(country: str, text: str, number: str) -> None:
    digits = number[1:]
    for written in (number, f"00{digits}", f"+{digits[:2]} {digits[2:5]}-{digits[5:]}", f"tel:{number}"):
        assert read(written, "FR").number == number, written


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("33612345678", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06\u00a012\u202f34 56 78", "+33612345678"),
        ("+33\u20116\u201112\u201134\u201156\u201178", "+33612345678"),
        ("\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "+33612345678"),
        ("０６１２３４５６７８", "+33612345678"),
        ("Tél. : 06 12 34 56 78 (bureau)", "+33612345678"),
        ("06 12 34 56 78 / 01 23 45 67 89", "+33612345678"),
        ("tel:+33-6-12-34-56-78", "+33612345678"),
        ("TEL:%2B33612345678", "+33612345678"),
        ("tel://+33612345678", "+33612345678"),
        ("web+tel:+33612345678", "+33612345678"),
        ("callto:0612345678", "+33612345678"),
        ("tel:0612345678;phone-context=+33", "+33612345678"),
        ("tel:7946-0958;phone-context=+44-20", "+442079460958"),
        ("tel:06%2012%2034%2056%2078", "+33612345678"),
        ("tel:+33612345678?body=x", "+33612345678"),
        ("\u202a+33 6 12 34 56 78\u202c", "+33612345678"),
        ("06\t12\n34 56 78", "+33612345678"),
    ],
)
def test_as_people_paste_it(text: str, number: str) -> None:
    assert read(text, "FR").number == number


@pytest.mark.parametrize(
    "text",
    ["tel:+33123456789;ext=102", "tel:+33123456789;isub=1;ext=1-02", "+33 1 23 45 67 89 ext. 102"],
)
def test_what_is_dialled_behind_it_is_kept(text: str) -> None:
    assert (read(text, "FR").number, read(text, "FR").extension) == ("+33123456789", "102")


@pytest.mark.parametrize("text", ["15", "112", "36 35", "3919", "118-218"])
def test_short_numbers_are_not_taken_for_others(text: str) -> None:
    found = read(text, "FR")
    assert found.short and found.number == "".join(c for c in text if c.isdigit())


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "bonjour",
        "+",
        "tel:",
        "tel:;ext=5",
        "1",
        "sip:evil@example.com",
        "+33612345678901234567",
        "9" * 50,
        "0" * (MOST_TYPED + 1),
        "\x00",
        "';DROP TABLE call;--",
        "{origination_uuid=x}",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read(text, "FR").number == ""


def test_what_comes_out_is_a_plus_and_digits_or_a_few_digits() -> None:
    for hostile in (
        "06 12 34 56 78\r\nX: y",
        "+33612345678,sofia/gateway/x",
        "06|12|34|56|78",
        "06 12 34 56 78}",
        "*31#0612345678",
    ):
        number = read(hostile, "FR").number
        assert number.lstrip("+").isdigit() or number == "", (hostile, number)
