"""How a setting names what is heard: one short text, in queues, menus, boxes and holidays alike.

- `sound:12`: a sound of the account's library, in the language of the call;
- `list:3`: a list of hold music;
- `shipped:greeting`: a prompt that comes with the program (sounds/catalogue.json), in the language of the call;
- anything else: a file, relative to the folder of sounds; the way of before there was a library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SOUND, LIST, SHIPPED, FILE = "sound", "list", "shipped", "file"

_NUMBER = re.compile(r"(sound|list):([1-9]\d{0,8})")
_SHIPPED = re.compile(r"shipped:([a-z0-9_]+(?:/[a-z0-9_]+)*)")


@dataclass(frozen=True, slots=True)
class Prompt:
    """`id` of a sound or list, `name` of a shipped prompt or file."""

    kind: str
    id: int = 0
    name: str = ""


def parse(text: str) -> Prompt | None:
    """None for nothing, and for what looks like one of the names above and is none."""
    if not text:
        return None
    if found := _NUMBER.fullmatch(text):
        return Prompt(found[1], int(found[2]))
    if found := _SHIPPED.fullmatch(text):
        return Prompt(SHIPPED, name=found[1])
    if text.startswith(("sound:", "list:", "shipped:")):
        return None
    return Prompt(FILE, name=text)


def of_sound(sound: int) -> str:
    return f"{SOUND}:{sound}"


def of_list(music_list: int) -> str:
    return f"{LIST}:{music_list}"


def of_shipped(name: str) -> str:
    return f"{SHIPPED}:{name}"
