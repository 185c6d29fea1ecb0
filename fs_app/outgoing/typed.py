"""A number as somebody typed, pasted or clicked it: any usual way of writing it, `tel:` links (RFC 3966). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import category
from urllib.parse import unquote

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher

from fs_app.contacts.numbers import at_home

MOST_TYPED = 100
"""Characters: what is longer is no number."""

LONGEST_LINK = 200

LONGEST_SHORT = 6
"""Digits of a short number (emergency calls, directory enquiries)."""

_SCHEME = re.compile(r"\s*(?:web\+)?(?:tel|callto)\s*:(?://)?", re.I)
_PARAMETER = re.compile(r"\s*;\s*([A-Za-z0-9-]+)\s*=\s*([^;]*)")
_APART = re.compile(r"[\s().\-/\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """`number`: E.164 (`+33612345678`), or the digits of a short one; "" when it is no number. `extension`: what is to
    be dialled behind it, when the text says so."""

    number: str
    short: bool = False
    extension: str = ""


NOTHING = Typed("")


def read(text: str, country: str) -> Typed:
    """`country` (ISO 3166-1) is where national numbers belong to."""
    if len(text) > LONGEST_LINK:
        return NOTHING
    text = _plain(_link(_plain(text)))
    if not text or len(text) > MOST_TYPED:
        return NOTHING
    digits = _APART.sub("", text)
    if 2 <= len(digits) <= LONGEST_SHORT and digits.isascii() and digits.isdigit():
        return Typed(digits, short=True)
    found = _parsed(text, country) or _international(digits) or _first_in(text, country)
    if found is None:
        return NOTHING
    whole = phonenumbers.format_number(at_home(found), PhoneNumberFormat.E164)
    return Typed(whole, extension=found.extension or "")


def _plain(text: str) -> str:
    """Blanks of all kinds are blanks; marks that nobody sees (address books put them around numbers) are nothing."""
    kept = (" " if c.isspace() or category(c) == "Zs" else c for c in text if category(c) != "Cf")
    return "".join(kept).strip()


def _link(text: str) -> str:
    """A `tel:` link without its scheme, percent signs and parameters that say nothing about the number."""
    found = _SCHEME.match(text)
    if found is None:
        return text.strip()
    body = unquote(text[found.end() :]).strip()
    subscriber, _, rest = body.partition(";")
    subscriber = subscriber.partition("?")[0]
    said = {name.lower(): value.strip() for name, value in _PARAMETER.findall(f";{rest}")} if rest else {}
    context = said.get("phone-context", "")
    if context.startswith("+") and not subscriber.strip().startswith("+"):
        # National with its country (RFC 3966, 5.1.5): phonenumbers strips the trunk prefix.
        subscriber = f"tel:{subscriber};phone-context={context}"
    extension = re.sub(r"\D", "", said.get("ext", ""))
    return f"{subscriber} ext. {extension}" if extension else subscriber


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def _international(digits: str) -> phonenumbers.PhoneNumber | None:
    """`00…` where that is no prefix, or the country's code without a plus: believed only if such numbers exist."""
    bare = digits.removeprefix("00")
    found = _parsed(f"+{bare}", "ZZ") if bare.isascii() and bare.isdigit() else None
    return found if found is not None and phonenumbers.is_valid_number(found) else None


def _first_in(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    """Of a line that was pasted whole."""
    matches = PhoneNumberMatcher(text, country, max_tries=10)
    return next((match.number for match in matches), None)
