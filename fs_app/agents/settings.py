"""What an agent chooses for his own page (BA-150..156), and how the page's modules lie. Pure.

What comes from a page is checked whole; what stands in the database and makes no sense (another version wrote it) is as
if it had not been chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from fs_app.errors import Invalid

MOST_RECORDS = 10
MOST_KEYS = 40
MOST_NAMES = 40

RESERVED = frozenset({"F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12"})
"""Keys that browsers use themselves."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_FUNCTION = re.compile(r"(Shift\+)?F([1-9]|1[0-2])")


class InvalidSettings(Invalid):
    """`fields`: the identifier of the error's text for each wrong field."""

    key = "settings.error.fields"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The values here are those of somebody who has chosen nothing.

    - `max_records`: records that stay open at once (BA-152).
    - `unavailable_on_logout`: who logs in again is unavailable; else he is as he was when he left (BA-153).
    - `available_on_login`: who logs in is available at once, whatever he was (BA-154).
    - `close_without_asking`: the page is closed without a question (BA-155).
    - `qualification_popup`: the qualification comes before all other windows at the end of a call (BA-156).
    - `sound`, `volume` (percent), `notification`: how a call that rings is told.
    - `keys`: action → key, only those that were changed.
    """

    max_records: int = 1
    unavailable_on_logout: bool = True
    available_on_login: bool = False
    close_without_asking: bool = False
    qualification_popup: bool = False
    sound: bool = True
    volume: int = 70
    notification: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)


BLANK = DeskSettings()

OF_THE_CORE = ("unavailable_on_logout", "available_on_login")
"""The others matter to the page alone."""

_BOUNDS = {"max_records": (1, MOST_RECORDS), "volume": (0, 100)}


def settings_of(stored: object) -> DeskSettings:
    """From the database."""
    given = stored if isinstance(stored, Mapping) else {}
    return DeskSettings(
        **{
            f.name: given[f.name]
            for f in fields(DeskSettings)
            if f.name in given and not _wrong(f.name, given[f.name])
        }
    )


def read(given: object, before: DeskSettings) -> DeskSettings:
    """From a page: what is not said stays as it is. Raises Invalid, InvalidSettings naming every wrong field."""
    if not isinstance(given, Mapping):
        raise Invalid("settings must be an object")
    known = {f.name for f in fields(DeskSettings)}
    wrong = {
        str(name)[:40]: (_wrong(name, value) if name in known else "settings.error.unknown")
        for name, value in given.items()
    }
    if any(wrong.values()):
        raise InvalidSettings({name: key for name, key in wrong.items() if key})
    return DeskSettings(**{**asdict(before), **given})


def to_store(settings: DeskSettings) -> dict[str, Any]:
    """Only what was chosen."""
    return {name: value for name, value in asdict(settings).items() if value != getattr(BLANK, name)}


def _wrong(name: str, value: object) -> str:
    """The identifier of what is wrong with it, or nothing."""
    if name == "keys":
        return _wrong_keys(value)
    if name in _BOUNDS:
        least, most = _BOUNDS[name]
        good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if good else "settings.error.number"
    return "" if isinstance(value, bool) else "settings.error.choice"


def _wrong_keys(value: object) -> str:
    if not isinstance(value, Mapping) or len(value) > MOST_KEYS:
        return "settings.error.choice"
    if not all(isinstance(action, str) and _NAME.fullmatch(action) for action in value):
        return "settings.error.choice"
    if not all(isinstance(key, str) and bindable(key) for key in value.values()):
        return "settings.error.key"
    taken = [key.casefold() for key in value.values() if key]
    return "settings.error.key_twice" if len(set(taken)) < len(taken) else ""


def bindable(key: str) -> bool:
    """A function key that browsers leave alone, with or without Shift, the backspace, or one printable character; no
    digit (they choose). Nothing: the action has no key."""
    if key.removeprefix("Shift+") in RESERVED or key.isdigit():
        return False
    if key == "":
        return True
    return (
        bool(_FUNCTION.fullmatch(key))
        or key == "Backspace"
        or (len(key) == 1 and key.isprintable() and key != " ")
    )


# --- how the modules lie --------------------------------------------------------------------------------------
def layout_of(stored: object) -> dict[str, Any]:
    """From the database: `order`, names of modules from the top down, and `folded`, name → whether."""
    try:
        return read_layout(stored)
    except Invalid:
        return {"order": [], "folded": {}}


def read_layout(given: object) -> dict[str, Any]:
    """From a page. Modules of other versions are kept: the page knows what to do with them. Raises Invalid."""
    if not isinstance(given, Mapping):
        raise Invalid("layout must be an object")
    order, folded = given.get("order", []), given.get("folded", {})
    if not isinstance(order, list) or len(order) > MOST_NAMES or not all(map(_is_name, order)):
        raise Invalid("order must be names of modules", field="order")
    if len(set(order)) < len(order):
        raise Invalid("order names a module twice", field="order")
    if not isinstance(folded, Mapping) or len(folded) > MOST_NAMES or not all(map(_is_name, folded)):
        raise Invalid("folded must be names of modules", field="folded")
    if not all(isinstance(value, bool) for value in folded.values()):
        raise Invalid("folded is true or false", field="folded")
    return {"order": list(order), "folded": dict(folded)}


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None
