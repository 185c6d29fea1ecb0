"""Values from outside are shown harmless, short and in the reader's way of writing."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.web import look, text

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    "control", ["\u202e", "\u2067", "\u200f", "\u200b", "\x00", "\x1b", "\r", "\ufeff", "\u2028"]
)
def test_controls_that_change_how_a_line_is_read_are_made_visible(control: str) -> None:
    assert text.harmless(f"a{control}b") == "a\ufffdb"


def test_letters_of_all_languages_stay() -> None:
    for name in ("Élodie Garçon", "Íñigo Núñez", "李小龍", "محمد", "שלום", "O’Brien"):
        assert text.harmless(name) == name


def test_a_long_name_is_clipped_with_an_ellipsis_and_a_short_one_is_not() -> None:
    assert text.clipped("N" * 10_000) == "N" * 39 + "…"
    assert text.clipped("Jean  Dupont\n") == "Jean Dupont"
    assert text.clipped("") == ""


@given(st.text(), st.integers(2, 60))
def test_clipped_text_is_never_longer_than_asked_and_on_one_line(value: str, most: int) -> None:
    short = text.clipped(value, most)
    assert len(short) <= most
    assert len(short.splitlines()) <= 1


@given(st.text())
def test_no_cell_begins_like_a_formula(value: str) -> None:
    cell = text.csv_cell(value)
    assert cell[:1] not in text.FORMULA_STARTS
    assert "\n" not in cell and "\r" not in cell


def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe() -> None:
    assert text.csv_cell("=1+1") == "'=1+1"
    assert text.csv_cell("\t=1+1") == "'=1+1"
    assert text.csv_cell("06 12 34 56 78") == "06 12 34 56 78"
    assert text.csv_cell(None) == ""


def test_a_number_is_written_as_in_the_readers_country() -> None:
    assert text.phone("+33612345678", "FR") == "06 12 34 56 78"
    assert text.phone("+33612345678", "ES") == "+33 6 12 34 56 78"
    assert text.phone("0612345678", "FR") == "06 12 34 56 78"
    assert text.phone("1001", "FR") == "1001"


@pytest.mark.parametrize("number", ["", "sip:x@y", "+", "9" * 300, "anonymous", "٠٦١٢", "+33\u202e612"])
def test_what_is_no_number_is_shown_harmless_as_it_is(number: str) -> None:
    assert text.phone(number, "FR") == text.harmless(number)


def test_a_search_for_a_number_forgets_the_national_and_international_prefix() -> None:
    assert text.digits_sought("06 12 34 56 78") == "612345678"
    assert text.digits_sought("0033 6 12") == "33612"
    assert text.digits_sought("+33 6 12") == "33612"


def test_durations() -> None:
    assert text.duration(0) == "00:00"
    assert text.duration(134_900) == "02:14"
    assert text.duration(3_734_000) == "1:02:14"
    assert text.duration(None) == "–"
    assert text.duration(-5000) == "00:00"


def test_moments_are_shown_in_the_accounts_zone_and_the_readers_language() -> None:
    ms = 1_795_283_119_832  # 2026-11-21 19:45:19.832 UTC
    assert text.moment(ms, PARIS).strftime("%H:%M") == text.clock(ms, PARIS, "fr")
    assert text.date_time(1_767_225_600_000, PARIS, "fr") == "01/01/2026 01:00"
    assert text.date_time(1_767_225_600_000, PARIS, "en") == "01 Jan 2026 01:00"
    assert text.clock(1_767_225_600_123, PARIS, "fr", precise=True) == "01:00:00,123"
    assert text.clock(1_767_225_600_123, PARIS, "en", precise=True) == "01:00:00.123"
    assert text.long_date(1_767_225_600_000, PARIS, "fr") == "jeudi 1 janvier 2026"
    assert text.long_date(1_767_225_600_000, PARIS, "es") == "jueves, 1 de enero de 2026"


def test_the_day_when_clocks_go_back_has_25_hours() -> None:
    begin, end = (text.start_of_day(date(2026, 10, day), PARIS) for day in (25, 26))
    assert end - begin == 25 * 3_600_000


def test_initials() -> None:
    assert text.initials("Jean Claude Dupont") == "JD"
    assert text.initials("Élodie") == "É"
    assert text.initials("<>") == ""


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_any_accent_colour_of_an_account_is_readable(colour: str) -> None:
    found = look.accent(colour)
    assert look.contrast(found.fill, "#ffffff") >= 4.5
    assert look.contrast(found.on_light, look.LIGHT_GROUND) >= 4.5
    assert look.contrast(found.on_dark, look.DARK_GROUND) >= 4.5


@pytest.mark.parametrize("colour", ["red", "", "#12345", "#066fd1;}body{display:none"])
def test_what_is_no_colour_becomes_the_products_own(colour: str) -> None:
    assert look.accent(colour) == look.accent(look.FALLBACK)


def test_unavailable_without_a_reason_is_red_and_an_unknown_state_is_shown_all_the_same() -> None:
    assert look.state_look("UNAVAILABLE").tone == "red"
    assert look.state_look("UNAVAILABLE", "Déjeuner").tone == "orange"
    assert look.state_look("ON_THE_MOON").icon


@pytest.mark.parametrize(
    ("text_", "number", "page"),
    [
        ("7", 7, 7),
        ("0", 0, 1),
        ("", None, 1),
        ("-1", None, 1),
        ("٣", None, 1),
        ("²", None, 1),
        ("1 ", None, 1),
    ],
)
def test_numbers_in_an_address(text_: str, number: int | None, page: int) -> None:
    assert (text.whole_number(text_), text.page_number(text_)) == (number, page)


def test_numbers_in_an_address_that_no_database_could_hold_are_none() -> None:
    assert text.whole_number("9" * 9) == 999_999_999
    assert text.whole_number("9" * 10) is None
    assert text.page_number("9" * 7) == 1
