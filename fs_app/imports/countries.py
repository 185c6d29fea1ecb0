"""What a column says of a country: its code, its name in French, English or Spanish, its calling code."""

from __future__ import annotations

from functools import cache

import phonenumbers
from babel import Locale

from fs_app.imports.remembered import heading

LANGUAGES = ("fr", "en", "es")
USUAL = {"uk": "GB", "usa": "US", "u.s.a.": "US", "angleterre": "GB", "england": "GB", "holland": "NL"}


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = dict(USUAL)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(heading(name), code)
    return found


@cache
def known() -> frozenset[str]:
    """Codes (ISO 3166-1) of the countries that have telephone numbers."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


@cache
def _of_heading(text: str) -> str | None:
    return _names().get(text)


def country_named(text: str) -> str | None:
    """ISO 3166-1 alpha 2; None when it is no country."""
    upper = text.upper()
    if upper in known():
        return upper
    digits = text.removeprefix("+").removeprefix("00")
    if digits.isascii() and digits.isdigit() and len(digits) < 4:
        region = phonenumbers.region_code_for_country_code(int(digits))
        return region if region in known() else None
    return _of_heading(heading(text)) if len(text) < 80 else None
