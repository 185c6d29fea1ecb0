"""A filter as a condition of SQL. Its twin without a database: `filter_matching.matches`."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

from peewee import SQL, Case, Expression, SqliteDatabase, fn

from fs_app.contacts.filters import (
    CHOICE,
    DECIMAL,
    FLAG,
    INTEGER,
    MOMENT,
    NUMBER,
    TEXT,
    All,
    AnyOf,
    Fields,
    Filter,
    Leaf,
    Not,
)
from fs_app.db import proxy
from fs_app.folding import ACCENTED, BASES


def where(chosen: Filter, fields: Fields) -> Expression:
    """The condition, never unknown (NULL)."""
    match chosen:
        case All(parts):
            return reduce(and_, (where(one, fields) for one in parts)) if parts else SQL("1 = 1")
        case AnyOf(parts):
            return reduce(or_, (where(one, fields) for one in parts))
        case Not(part):
            return ~(where(part, fields))
        case Leaf():
            known = fields.every[chosen.field]
            if known.exists is None:
                return _leaf(known.column, chosen)
            if chosen.op == "empty":
                return ~(known.exists(None))
            return known.exists(_leaf(known.column, chosen))
    raise TypeError(chosen)


def _leaf(column: Any, leaf: Leaf) -> Any:
    op, value = leaf.op, leaf.value
    if leaf.kind in (TEXT, CHOICE, NUMBER):
        return _text(column, leaf)
    if leaf.kind == FLAG:
        return fn.COALESCE(column, 0) == int(value)
    if leaf.kind in (INTEGER, DECIMAL):
        told = {
            "empty": lambda: column.is_null(),
            "is": lambda: column == value,
            "less": lambda: column < value,
            "most": lambda: column <= value,
            "more": lambda: column > value,
            "least": lambda: column >= value,
            "between": lambda: (column >= value[0]) & (column <= value[1]),
            "in": lambda: column.in_(value),
        }[op]()
        return told if op == "empty" else column.is_null(False) & told
    if op == "empty":
        return column.is_null() if leaf.kind == MOMENT else fn.COALESCE(column, "") == ""
    known = column.is_null(False) if leaf.kind == MOMENT else fn.COALESCE(column, "") != ""
    begin, end = value
    if begin is not None:
        known &= column >= begin
    if end is not None:
        known &= column < end
    return known


def _text(column: Any, leaf: Leaf) -> Any:
    op, value = leaf.op, leaf.value
    whole = fn.COALESCE(column, "")
    if op == "empty":
        return whole == ""
    if leaf.kind == NUMBER:
        tried = ((whole == v) if op == "is" else fn.SUBSTR(whole, 1, len(v)) == v for v in value)
        return reduce(or_, tried)
    whole = plain_sql(whole)
    if op == "is":
        return whole == value
    if op == "in":
        return whole.in_(value)
    if op == "contains":
        return (fn.INSTR if _is_sqlite() else fn.STRPOS)(whole, value) > 0
    if op == "begins":
        return fn.SUBSTR(whole, 1, len(value)) == value
    end = fn.SUBSTR(whole, -len(value)) if _is_sqlite() else fn.RIGHT(whole, len(value))
    return end == value


def plain_sql(column: Any) -> Any:
    """`folding.plain` of a column."""
    if _is_sqlite():
        return fn.PLAIN(column)
    lower = fn.LOWER(Expression(column, "COLLATE", SQL('"C"'), flat=True))
    bare = fn.OCTET_LENGTH(column) == fn.CHAR_LENGTH(column)  # no letter beyond ASCII: nothing to translate
    return Case(None, ((bare, lower),), fn.TRANSLATE(lower, ACCENTED, BASES))


def _is_sqlite() -> bool:
    return isinstance(proxy.obj, SqliteDatabase)
