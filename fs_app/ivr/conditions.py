"""Comparisons of variables: no expression language, nothing that could run long or do anything."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from fs_app.ivr.template import filled

TESTS = (
    "equals",
    "differs",
    "less",
    "at_most",
    "more",
    "at_least",
    "contains",
    "begins",
    "matches",
    "empty",
    "filled",
)
WITHOUT_VALUE = ("empty", "filled")
MOST_PATTERN = 100


def holds(condition: Mapping[str, Any], variables: Mapping[str, str]) -> bool:
    """`condition` is {"variable", "test", "value"}; the value may name variables. Numbers are compared as numbers
    where both sides are; text without regard to capitals. What has no order (a word against a number) is neither
    less nor more."""
    have = variables.get(condition["variable"], "").strip()
    want = filled(str(condition.get("value") or ""), variables).strip()
    match condition["test"]:
        case "equals":
            return _same(have, want)
        case "differs":
            return not _same(have, want)
        case "less" | "at_most" | "more" | "at_least" as test:
            return _ordered(test, have, want)
        case "contains":
            return want.casefold() in have.casefold()
        case "begins":
            return have.casefold().startswith(want.casefold())
        case "matches":
            return matches(have.casefold(), want.casefold()[:MOST_PATTERN])
        case "empty":
            return not have
        case "filled":
            return bool(have)
        case _:
            return False


def number(text: str) -> Decimal | None:
    """A number as people and programs write it: 12, -3.5, 3,5; None for anything else."""
    plain = text.strip().replace(",", ".", 1)
    if not plain or len(plain) > 30 or not set(plain) <= set("0123456789.-+"):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text is like the pattern: `*` any characters, `?` one, `#` one digit. Takes at most
    len(text) times len(pattern) steps."""
    here = star = 0
    star_at = -1
    at = 0
    while at < len(text):
        sign = pattern[here] if here < len(pattern) else ""
        if sign == "*":
            star_at, star = here, at
            here += 1
        elif text[at].isdecimal() if sign == "#" else sign in ("?", text[at]):
            here += 1
            at += 1
        elif star_at >= 0:
            star += 1
            here, at = star_at + 1, star
        else:
            return False
    return set(pattern[here:]) <= {"*"}


def _same(one: str, other: str) -> bool:
    first, second = number(one), number(other)
    if first is not None and second is not None and not _telephone(one) and not _telephone(other):
        return first == second
    return one.casefold() == other.casefold()


def _telephone(text: str) -> bool:
    """A leading zero or plus means something: 0612 is not 612."""
    return text.startswith("+") or (len(text) > 1 and text[0] == "0" and text.isdigit())


def _ordered(test: str, have: str, want: str) -> bool:
    first: Any = number(have)
    second: Any = number(want)
    if first is None or second is None:
        if first is not second or not have or not want:
            return False
        first, second = have.casefold(), want.casefold()
    if test == "less":
        return bool(first < second)
    if test == "at_most":
        return bool(first <= second)
    if test == "more":
        return bool(first > second)
    return bool(first >= second)
