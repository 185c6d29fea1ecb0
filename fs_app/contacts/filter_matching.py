"""Whether a row of plain values passes a filter. Its twin for the database: `filter_sql.where`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fs_app.contacts.filters import (
    CHOICE,
    DECIMAL,
    FLAG,
    INTEGER,
    NUMBER,
    TEXT,
    All,
    AnyOf,
    Filter,
    Leaf,
    Not,
    as_flag,
    as_number,
)
from fs_app.folding import plain


def matches(chosen: Filter, values: Mapping[str, Any]) -> bool:
    """Whether a row with these values passes. What is not there is empty; texts of other kinds are read if they can
    be; a field with several values has a list."""
    match chosen:
        case All(parts):
            return all(matches(one, values) for one in parts)
        case AnyOf(parts):
            return any(matches(one, values) for one in parts)
        case Not(part):
            return not matches(part, values)
        case Leaf():
            value = values.get(chosen.field)
            if not chosen.many:
                return _passes(chosen, value)
            listed = [one for one in (value if isinstance(value, list | tuple | set) else [value]) if one]
            return not listed if chosen.op == "empty" else any(_passes(chosen, one) for one in listed)
    raise TypeError(chosen)


def _passes(leaf: Leaf, value: Any) -> bool:
    op, asked = leaf.op, leaf.value
    if leaf.kind in (TEXT, CHOICE, NUMBER):
        return _text_passes(leaf, "" if value is None else str(value))
    if leaf.kind == FLAG:
        try:
            return (value not in (None, "") and as_flag(value)) is asked
        except ValueError:
            return asked is False
    if leaf.kind in (INTEGER, DECIMAL):
        number = as_number(value)
        if op == "empty" or number is None:
            return op == "empty" and number is None
        tests: dict[str, Callable[[], bool]] = {
            "is": lambda: number == asked,
            "less": lambda: number < asked,
            "most": lambda: number <= asked,
            "more": lambda: number > asked,
            "least": lambda: number >= asked,
            "between": lambda: asked[0] <= number <= asked[1],
            "in": lambda: number in asked,
        }
        return bool(tests[op]())
    if value in (None, ""):
        return op == "empty"
    if op == "empty":
        return False
    begin, end = asked
    return (begin is None or value >= begin) and (end is None or value < end)


def _text_passes(leaf: Leaf, whole: str) -> bool:
    op, asked = leaf.op, leaf.value
    if op == "empty":
        return whole == ""
    if leaf.kind == NUMBER:
        return any(whole == one if op == "is" else whole.startswith(one) for one in asked)
    text = plain(whole) or ""
    tests: dict[str, Callable[[], bool]] = {
        "is": lambda: text == asked,
        "in": lambda: text in asked,
        "contains": lambda: asked in text,
        "begins": lambda: text.startswith(asked),
        "ends": lambda: text.endswith(asked),
    }
    return tests[op]()
