"""What opens when a call rings, who is asked for its contact, and what a caller types for nobody's ears: the settings
of a queue (`pop_…`, `lookup_…`, `capture_…`), read and checked. Pure.

An address has places in single braces, `https://crm.example/fiche?tel={caller}`, which are filled when the call rings;
`PLACES` are those of every call, any other name is a variable that a voice menu has set. Each value is escaped whole,
so that it can't leave its place; the machine that is asked is never a matter of a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from fs_app.contacts.fields import NAMES
from fs_app.ivr.mapping import is_path

MODES = ("none", "record", "url")
WHENS = ("ring", "answer")
TARGETS = ("tab", "window", "same")
METHODS = ("GET", "POST")
KINDS = ("card", "expiry", "code", "digits")
"""What a caller may be asked for: a card's number (Luhn), its month and year, its code, any digits."""

PLACES = ("caller", "called", "queue", "queue_id", "call_id", "agent", "agent_name", "contact_id")
LONGEST_URL = 1000
LONGEST_FILLED = 4000
MOST_STEPS = 5
MOST_MAPPED = 30
LONGEST_S = 5
LIMITS = {"card": (12, 19), "expiry": (4, 4), "code": (3, 4), "digits": (1, 32)}
"""The fewest and most digits of a kind."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,39})\}")
_DOTS = re.compile(r"\.{1,2}")


@dataclass(frozen=True, slots=True)
class Pop:
    """`mode`: none, the built-in record, or a `url`; `when` the call rings or is answered; `target` of an address: a
    tab inside the page, a new window for each call, or always the same window."""

    mode: str = "record"
    when: str = "ring"
    url: str = ""
    target: str = "tab"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What stands at `path` of the answer ($.customer.name) goes to `field`: one of a contact's, or a further one
    called `label` that can only be read."""

    path: str
    field: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The web service that is asked for the contact; `secret` (encrypted) goes along as Authorization."""

    url: str = ""
    name: str = ""
    method: str = "GET"
    timeout_s: int = 3
    secret: str = ""
    mapped: tuple[Mapped, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Digits that are asked for: `name` is the field in which they are sent, `label` what the agent reads."""

    name: str
    kind: str = "digits"
    label: str = ""
    least: int = 1
    most: int = 32


@dataclass(frozen=True, slots=True)
class Capturing:
    """Digits go to `url`, with `secret` (encrypted) as Authorization. `prompt` is said first; each step ends by itself
    after `timeout_s` without a key. Without an address nothing is asked of anybody."""

    url: str = ""
    secret: str = ""
    prompt: str = ""
    timeout_s: int = 20
    steps: tuple[Step, ...] = ()

    @property
    def possible(self) -> bool:
        return bool(self.url and self.steps)


NO_POP, NO_LOOKUP, NO_CAPTURING = Pop(), Lookup(), Capturing()

CARD = (Step("card", "card", "", *LIMITS["card"]),)
"""What is asked for when nothing else was set."""


# --- addresses --------------------------------------------------------------------------------------------------
def wrong_address(text: str, places: bool = True) -> str:
    """Why this is no address to be opened or asked: `url_scheme`, `url_host`, `url_places`, `url_text`, `url_long`;
    '' when it is one. With `places` it may have them, behind the name of the machine."""
    if len(text) > LONGEST_URL:
        return "url_long"
    if any(not c.isprintable() or c.isspace() or c in '<>"\\^`|' for c in text):
        return "url_text"
    rest = _PLACE.sub("x", text)
    if "{" in rest or "}" in rest or (rest != text and not places):
        return "url_places"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "url_host"
    if parts.scheme not in ("http", "https"):
        return "url_scheme"
    if not host or port == 0 or "@" in parts.netloc or "{" in parts.netloc:
        return "url_host"
    return ""


def places_of(text: str) -> list[str]:
    return _PLACE.findall(text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The address with its values, '' when it can't be opened. A value that is not known is empty; one of dots alone,
    which a browser would take for a way up, too."""
    if wrong_address(text):
        return ""

    def value(found: re.Match[str]) -> str:
        given = values.get(found[1], "")
        clean = "".join(c for c in given if c.isprintable()).encode("utf-8", "ignore").decode()
        return "" if _DOTS.fullmatch(clean) else quote(clean[:500], safe="")

    made = _PLACE.sub(value, text)
    return made if len(made) <= LONGEST_FILLED else ""


# --- from the database ------------------------------------------------------------------------------------------
def steps_of(stored: Any) -> tuple[Step, ...]:
    """What is not as it should be is left out; nothing at all is the number of a card."""
    found = [
        Step(
            str(one.get("name", "")),
            str(one.get("kind", "digits")),
            str(one.get("label", "")),
            one.get("least", 1),
            one.get("most", 32),
        )
        for one in (stored if isinstance(stored, list) else [])
        if isinstance(one, dict)
    ]
    return tuple(step for step in found[:MOST_STEPS] if not wrong_step(step)) or CARD


def wrong_step(step: Step) -> str:
    """`name`, `kind`, or `digits` (how many); '' when nothing is wrong."""
    if not NAME.fullmatch(step.name):
        return "name"
    if step.kind not in KINDS:
        return "kind"
    least, most = LIMITS[step.kind]
    whole = type(step.least) is int and type(step.most) is int
    return "" if whole and least <= step.least <= step.most <= most else "digits"


def mapped_of(stored: Any) -> tuple[Mapped, ...]:
    found = [
        Mapped(str(one.get("path", "")), str(one.get("field", "")), str(one.get("label", "")))
        for one in (stored if isinstance(stored, list) else [])
        if isinstance(one, dict)
    ]
    return tuple(one for one in found[:MOST_MAPPED] if not wrong_mapped(one))


def wrong_mapped(one: Mapped) -> str:
    """`path` or `field`; '' when nothing is wrong."""
    if not is_path(one.path):
        return "path"
    return "" if one.field in NAMES or (not one.field and one.label) else "field"


def as_stored(values: Iterable[Step] | Sequence[Mapped]) -> list[dict[str, Any]]:
    """Steps or mappings as the database and the file have them."""
    names = {Step: ("name", "kind", "label", "least", "most"), Mapped: ("path", "field", "label")}
    return [{name: getattr(one, name) for name in names[type(one)]} for one in values]


# --- what was typed ---------------------------------------------------------------------------------------------
def verdict(kind: str, digits: str, least: int, most: int, month: tuple[int, int]) -> str:
    """`ok`, or what is wrong: `short`, `luhn`, `date`, `expired`. `month`: (year, month) of today."""
    if not least <= len(digits) <= most:
        return "short"
    if kind == "card" and not luhn(digits):
        return "luhn"
    if kind == "expiry":
        at, year = int(digits[:2]), 2000 + int(digits[2:])
        if not 1 <= at <= 12:
            return "date"
        return "ok" if (year, at) >= month else "expired"
    return "ok"


def luhn(digits: str) -> bool:
    """Whether the last digit is the right one (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return bool(digits) and total % 10 == 0
