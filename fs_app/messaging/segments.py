"""How long an SMS is: characters of the GSM alphabet or of UCS-2, and in how many parts it goes (3GPP TS 23.038).

A single part holds 160 GSM characters or 70 of UCS-2; several have 153 or 67 each, because a header says how they
belong together (3GPP TS 23.040). Characters of the extension table count twice and are never cut in two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"

GSM7, UCS2 = "GSM-7", "UCS-2"
SINGLE = {GSM7: 160, UCS2: 70}
SEVERAL = {GSM7: 153, UCS2: 67}

MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Length:
    """`used` counts units of the encoding (an extended character is two, an emoji two), `left` those that still fit
    into the last part. `beyond`: characters that are not in the GSM alphabet, each once."""

    encoding: str
    used: int
    parts: int
    left: int
    beyond: tuple[str, ...]


def measure(text: str) -> Length:
    beyond = tuple(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENDED))
    encoding = UCS2 if beyond else GSM7
    sizes = [_units(c, encoding) for c in text]
    used = sum(sizes)
    if used <= SINGLE[encoding]:
        return Length(encoding, used, 1 if text else 0, SINGLE[encoding] - used, beyond)
    parts, last = _packed(sizes, SEVERAL[encoding])
    return Length(encoding, used, parts, SEVERAL[encoding] - last, beyond)


def _units(char: str, encoding: str) -> int:
    if encoding == GSM7:
        return 2 if char in EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1


def _packed(sizes: Iterable[int], room: int) -> tuple[int, int]:
    """How many parts, and how much of the last one is used."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts, used
