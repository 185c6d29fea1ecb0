"""Where a number is: its country and all the time zones that it may be in. Pure."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

from fs_app.contacts import overseas

UNKNOWN_ZONE = "Etc/Unknown"


@lru_cache(50_000)
def country_of(number: str) -> str:
    """ISO 3166-1 of an E.164 number; "" when it is nobody's (international services) or no number."""
    try:
        number = overseas.whole(number)
        found = phonenumbers.region_code_for_number(phonenumbers.parse(number))
        return found or overseas.REGIONS.get(number[1:4], "")
    except phonenumbers.NumberParseException:
        return ""


@lru_cache(50_000)
def zones_of(number: str) -> tuple[str, ...]:
    """The time zones in which it may ring; () when nobody knows."""
    try:
        found = timezone.time_zones_for_number(phonenumbers.parse(overseas.whole(number)))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in found if zone != UNKNOWN_ZONE)


@lru_cache(50_000)
def national(number: str) -> str:
    """The digits of an E.164 number as its own country dials it; "" when it is nobody's."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(c for c in text if c.isdigit())


def zones(number: str, said: str, otherwise: str) -> tuple[str, ...]:
    """All in which somebody may be: those of the number and the one that his record says, since either may be wrong;
    `otherwise` when nobody knows."""
    known = dict.fromkeys((*zones_of(number), *((said,) if said else ())))
    return tuple(known) or (otherwise,)
