"""Telephone numbers of people: E.164 inside, as their country writes them outside. Pure."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from fs_app.contacts import overseas

MOST_CHARACTERS = 40

MOBILE = {PhoneNumberType.MOBILE}


def e164(text: str, country: str) -> str | None:
    """`+33612345678` from any usual way of writing it in `country` (ISO 3166-1); None when it is no number."""
    parsed = _parsed(text, country)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if parsed else None


def shown(number: str, country: str) -> str:
    """National form for numbers of `country`, international for others; other text as it is."""
    parsed = _parsed(number, country)
    if parsed is None:
        return number
    at_home = phonenumbers.country_code_for_region(country) == parsed.country_code
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def is_mobile(number: str, country: str) -> bool:
    parsed = _parsed(number, country)
    return parsed is not None and phonenumbers.number_type(parsed) in MOBILE


def spellings(number: str, country: str) -> set[str]:
    """The ways in which networks deliver one number, to find it among the calls; empty for what is none.

    "anonymous" and the like are nobody's number: they must not join strangers into one history.
    """
    parsed = _parsed(number, country)
    if parsed is None:
        inside = number.strip()
        return {inside} if 3 <= len(inside) <= 15 and inside.isascii() and inside.isdigit() else set()
    whole = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    found = {number.strip(), whole, whole[1:], f"00{whole[1:]}"}
    if phonenumbers.country_code_for_region(country) == parsed.country_code:
        national = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        found.add("".join(c for c in national if c.isdigit()))
    elif country == "FR" and overseas.in_france(whole):
        found.add(overseas.in_france(whole))
    return found


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return at_home(parsed) if phonenumbers.is_possible_number(parsed) else None


def at_home(parsed: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    """The number with the country code that it has: French ones of overseas have their own."""
    if str(parsed.country_code) != overseas.FRANCE:
        return parsed
    national = str(parsed.national_number)
    there = overseas.moved(national)
    if there is not None:
        return _in(parsed, *there)
    if phonenumbers.is_valid_number(parsed):
        return parsed
    tried = (_in(parsed, code, national) for code in overseas.REGIONS)
    return next((other for other in tried if phonenumbers.is_valid_number(other)), parsed)


def _in(parsed: phonenumbers.PhoneNumber, code: str, national: str) -> phonenumbers.PhoneNumber:
    return phonenumbers.PhoneNumber(
        country_code=int(code), national_number=int(national), extension=parsed.extension
    )
