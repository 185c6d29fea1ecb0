"""Texts, lengths and recipients: what is written, how long it is, and who can get it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.messaging import recipients, segments, text


@pytest.mark.parametrize(
    ("written", "encoding", "used", "parts", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("é" * 160, "GSM-7", 160, 1, 0),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("€" * 81, "GSM-7", 162, 2, 143),  # 76 in the first part: none is cut in two
        ("ê", "UCS-2", 1, 1, 69),
        ("ê" * 70, "UCS-2", 70, 1, 0),
        ("ê" * 71, "UCS-2", 71, 2, 63),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("😀" * 36, "UCS-2", 72, 2, 61),  # 33 in the first part
        ("a[b]", "GSM-7", 6, 1, 154),
    ],
)
def test_the_length_of_an_sms(written: str, encoding: str, used: int, parts: int, left: int) -> None:
    found = segments.measure(written)
    assert (found.encoding, found.used, found.parts, found.left) == (encoding, used, parts, left)


def test_what_makes_an_sms_dear_is_named() -> None:
    assert segments.measure("rêve œuvre ’").beyond == ("ê", "œ", "’")


@given(st.text(max_size=700))
def test_no_part_is_too_long(written: str) -> None:
    found = segments.measure(written)
    assert found.used <= found.parts * segments.SINGLE[found.encoding]
    assert 0 <= found.left <= segments.SINGLE[found.encoding]


def test_values_stand_where_their_names_stood() -> None:
    said = text.filled(
        "Bonjour {{contact_first_name}}, {{ call_queue }} {{nothing}}!", {"call_queue": "Vente"}
    )
    assert said == "Bonjour , Vente !"


def test_a_value_is_one_harmless_line_and_is_not_read_again() -> None:
    hostile = {"call_name": "a\r\nBcc: all@example.org\u202e {{call_number}}", "call_number": "+331"}
    assert text.filled("{{call_name}}", hostile) == "a Bcc: all@example.org {{call_number}}"


def test_a_slip_in_a_name_is_found() -> None:
    assert text.unknown("{{contct_name}} {{call_numbr}} {{contact_first_name}}") == ["call_numbr"]
    assert text.from_menus("{{contct_name}} {{order}} {{call_number}}") == ["contct_name", "order"]
    assert text.broken("{{call_number}")
    assert text.broken("{{two words}}")
    assert not text.broken("{{ call_number }} {one}")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("jean.dupont@example.org", "jean.dupont@example.org"),
        (" a+b@x.example.org ", "a+b@x.example.org"),
        ("jean@exämple.org", "jean@xn--exmple-cua.org"),
        ("jean", None),
        ("@example.org", None),
        ("a b@example.org", None),
        ("a@example.org\r\nBcc: x@example.org", None),
        ("a@b@example.org", None),
        ("a..b@example.org", None),
        ("a@-x.org", None),
        ("a@" + "x" * 64 + ".org", None),
        ("a@example.org>", None),
        ("é@example.org", None),
    ],
)
def test_addresses(typed: str, address: str | None) -> None:
    assert recipients.address(typed) == address


@pytest.mark.parametrize(
    ("typed", "country", "found"),
    [
        ("+33612345678", "FR", ("+33612345678", "")),
        ("06 12 34 56 78", "FR", ("+33612345678", "")),
        ("+33185090000", "FR", (None, "not_mobile")),
        ("3631", "FR", (None, "no_number")),
        ("1001", "FR", (None, "no_number")),
        ("", "FR", (None, "no_number")),
        ("anonymous", "FR", (None, "no_number")),
        ("+34612345678", "FR", ("+34612345678", "")),
        ("+12015550123", "FR", ("+12015550123", "")),
        ("+44 7400 123456", "FR", ("+447400123456", "")),
        ("0800 123 456", "GB", (None, "not_mobile")),
        ("+33612345678;rm", "FR", (None, "no_number")),
    ],
)
def test_who_can_get_an_sms(typed: str, country: str, found: tuple[str | None, str]) -> None:
    assert recipients.mobile(typed, country) == found
