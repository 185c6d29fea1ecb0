"""French numbers of overseas: ten digits in France like all others, but with country codes, zones and hours of their
own. Pure.

phonenumbers takes some of them for numbers of mainland France (0596 is Martinique, 0263 Réunion, 0508 Saint-Pierre-et-
Miquelon), and then they would be called by the clock of Paris. The beginnings are those of the national numbering plan
(Arcep, décision n° 2018-0881 as amended).
"""

from __future__ import annotations

FRANCE = "33"

REGIONS = {"262": "RE", "508": "PM", "590": "GP", "594": "GF", "596": "MQ"}
"""Country code → its region, where the number itself says nothing closer."""

_BEGINNINGS = {
    **dict.fromkeys(("262", "263", "269", "639", "692", "693", "9478", "9479", "9763"), "262"),
    **dict.fromkeys(("590", "690", "691", "9475", "9760"), "590"),
    **dict.fromkeys(("594", "694", "9476", "9761"), "594"),
    **dict.fromkeys(("596", "696", "697", "9477", "9762"), "596"),
    "508": "508",
}


def moved(national: str) -> tuple[str, str] | None:
    """Country code and national number there, of a French national number without its zero; None: it is none of
    overseas."""
    if len(national) != 9:
        return None
    code = _BEGINNINGS.get(national[:3]) or _BEGINNINGS.get(national[:4])
    if code is None:
        return None
    return code, national[3:] if code == "508" else national


def whole(number: str) -> str:
    """An E.164 number, of overseas with its own country code."""
    found = moved(number[3:]) if number.startswith(f"+{FRANCE}") else None
    return f"+{found[0]}{found[1]}" if found is not None else number


def in_france(number: str) -> str:
    """How France dials an E.164 number of overseas; "" for any other."""
    code, national = number[1:4], number[4:]
    if code not in REGIONS:
        return ""
    return f"0{code}{national}" if code == "508" else f"0{national}"
