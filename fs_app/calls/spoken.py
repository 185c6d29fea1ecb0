"""Which spoken files make a sentence: numbers, minutes, keys. The catalogue is sounds/catalogue.json; a test finds
every file that can be named here."""

from __future__ import annotations

import math
from collections.abc import Sequence

LARGEST = 20
"""The largest place that is said; after it "more than 20"."""

MINUTES = (*range(1, 11), 15, 20, 30, 45, 60)
"""A wait is said in one of these numbers of minutes, rounded up."""

NUMBERS = (*range(LARGEST + 1), 30, 45, 60)
"""The numbers that are spoken; 0 to 9 also name keys."""

NAMES = (
    "position",
    "position_beyond",
    "wait_is",
    "wait_minutes",
    "wait_minute",
    "wait_short",
    "wait_long",
    "press",
    "star",
    "hash",
    "to_callback",
    "to_exit",
    "to_message",
)


def number_file(language: str, number: int) -> str:
    return f"{language}/numbers/{number}.wav"


def place_files(language: str, place: int) -> list[str]:
    """You are number … in the line."""
    if place > LARGEST:
        return [f"{language}/position_beyond.wav"]
    return [f"{language}/position.wav", number_file(language, max(1, place))]


def wait_files(language: str, seconds: float | None) -> list[str]:
    """The estimated wait is … minutes; nothing when nobody can tell."""
    if seconds is None:
        return []
    if seconds < 60:
        return [f"{language}/wait_short.wav"]
    minutes = said_minutes(seconds)
    if minutes is None:
        return [f"{language}/wait_long.wav"]
    if minutes == 1:
        return [f"{language}/wait_minute.wav"]
    return [f"{language}/wait_is.wav", number_file(language, minutes), f"{language}/wait_minutes.wav"]


def said_minutes(seconds: float, among: Sequence[int] = MINUTES) -> int | None:
    """The number of minutes that is said for a wait of so many seconds; None: longer than all of them."""
    exact = math.ceil(seconds / 60)
    return next((minutes for minutes in among if minutes >= exact), None)


def key_files(language: str, key: str, purpose: str) -> list[str]:
    """Press … to be called back, to leave a message, to leave the line."""
    named = {"*": f"{language}/star.wav", "#": f"{language}/hash.wav"}.get(key)
    return [
        f"{language}/press.wav",
        named or number_file(language, int(key)),
        f"{language}/to_{purpose}.wav",
    ]
