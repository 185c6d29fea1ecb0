"""Who can get a message: mail addresses and mobile numbers. Pure.

What is an address is narrower here than RFC 5321: no quotes, no comments, no control character, nothing that could
end a header or a command.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberType

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})*")
LONGEST_ADDRESS = 254

MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
"""Where nobody can tell a mobile from a fixed line by its number (North America), it is tried."""


def address(text: str) -> str | None:
    """The mail address as it is sent to (a domain of another script in Punycode), or None."""
    local, at, domain = text.strip().rpartition("@")
    if not at or len(local) > 64:
        return None
    try:
        found = f"{local}@{domain.encode('idna').decode()}" if not domain.isascii() else f"{local}@{domain}"
    except UnicodeError:
        return None
    return found if len(found) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(found) else None


def mobile(text: str, country: str) -> tuple[str | None, str]:
    """(E.164, ''), or (None, why): `no_number`, `not_mobile`. `country` says how a national number is read."""
    if not text or len(text) > 40 or any(c.isalpha() for c in text):
        return None, "no_number"
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None, "no_number"
    if not phonenumbers.is_valid_number(parsed):
        return None, "no_number"
    if phonenumbers.number_type(parsed) not in MOBILE:
        return None, "not_mobile"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), ""
