"""Filters of contacts, and of whatever has fields: JSON in; a condition of SQL (`filter_sql`) or a yes or no
(`filter_matching`) out, with one meaning.

    {"all": [...]} | {"any": [...]} | {"not": ...} | {"field": "city", "op": "begins", "value": "Mar"}

Texts are compared without capitals and accents (`folding.plain`). What is empty is neither less nor more than
anything; `is_not` and `not_contains` are true wherever `is` and `contains` are not. A field with several values (the
numbers of a contact) is what one of them is. `within_days` and `older_days` look back from now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from peewee import Expression

from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.searching import dialled
from fs_app.folding import plain

TEXT, INTEGER, DECIMAL, DATE, DATETIME, FLAG, CHOICE = (
    "TEXT",
    "INTEGER",
    "DECIMAL",
    "DATE",
    "DATETIME",
    "FLAG",
    "CHOICE",
)
MOMENT, NUMBER, SEGMENT = "MOMENT", "NUMBER", "SEGMENT"
"""A column of `Millis`; telephone numbers (E.164); a saved filter."""

_EMPTY = ("empty", "not_empty")
_COUNTED = ("is", "is_not", "less", "most", "more", "least", "between", "in", *_EMPTY)
_DATED = ("is", "is_not", "before", "after", "between", "within_days", "older_days", *_EMPTY)
OPS: dict[str, tuple[str, ...]] = {
    TEXT: ("is", "is_not", "contains", "not_contains", "begins", "ends", "in", *_EMPTY),
    CHOICE: ("is", "is_not", "in", *_EMPTY),
    INTEGER: _COUNTED,
    DECIMAL: _COUNTED,
    DATE: _DATED,
    DATETIME: _DATED,
    MOMENT: _DATED,
    FLAG: ("is", "is_not"),
    NUMBER: ("is", "is_not", "begins", *_EMPTY),
    SEGMENT: ("is", "is_not"),
}
"""What may be asked of a field, by its kind."""

NEGATED = {"is_not": "is", "not_contains": "contains", "not_empty": "empty"}

MOST_PARTS = 200
DEEPEST = 12
LONGEST_VALUE = 500
MOST_VALUES = 1_000
BIGGEST = 10**15
MOST_DAYS = 36_500

OF_SEGMENT = "segment."


@dataclass(frozen=True, slots=True)
class Field:
    """`column`: the expression of SQL (for one of a `many`, a column of the other table). `exists`: makes a condition
    on that column one of the row (an EXISTS). `options`: (value, label) to choose from."""

    name: str
    kind: str
    column: Any = None
    label: str = ""
    options: tuple[tuple[Any, str], ...] = ()
    exists: Callable[[Expression | None], Expression] | None = None

    @property
    def many(self) -> bool:
        return self.exists is not None


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields that a filter may name, and what its words mean: which moment is now, in which zone a day begins,
    where a number without country is at home. `segment`: the saved filter of that id (JSON), or None."""

    every: Mapping[str, Field]
    now_ms: int = 0
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    country: str = ""
    segment: Callable[[int], Any] = lambda _id: None

    @classmethod
    def of(cls, every: Sequence[Field], **rest: Any) -> Fields:
        return cls({one.name: one for one in every}, **rest)


class Filter:
    """One of the four below."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class All(Filter):
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Filter):
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not(Filter):
    part: Filter


@dataclass(frozen=True, slots=True)
class Leaf(Filter):
    """`op` is none of NEGATED. `value` is ready to be compared: plain text, a number, or for days a pair
    [from, to[ in the kind's own form, either end None."""

    field: str
    kind: str
    op: str
    value: Any
    many: bool = False


# --- reading ------------------------------------------------------------------------------------------------------
def parse(given: Any, fields: Fields) -> Filter:
    """Raises InvalidFields: the place (`all.0.value`; "" for the whole) → the identifier of what is wrong there.
    Nothing (None, {}, an empty list of parts) is a filter that everything passes."""
    return _Reader(fields).read(given, "", 0, ())


class _Reader:
    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._parts = 0

    def read(self, given: Any, place: str, depth: int, inside: tuple[int, ...]) -> Filter:
        self._parts += 1
        if depth > DEEPEST or self._parts > MOST_PARTS:
            raise InvalidFields({place: "filter.error.too_big"})
        if given is None or given == {}:
            return All(())
        if not isinstance(given, dict):
            raise InvalidFields({place: "filter.error.shape"})
        for name, kind in (("all", All), ("any", AnyOf)):
            if name in given and len(given) == 1:
                if not isinstance(given[name], list):
                    raise InvalidFields({place: "filter.error.shape"})
                parts = tuple(
                    self.read(one, _below(place, f"{name}.{i}"), depth + 1, inside)
                    for i, one in enumerate(given[name])
                )
                return kind(parts) if parts else All(())
        if set(given) == {"not"}:
            return Not(self.read(given["not"], _below(place, "not"), depth + 1, inside))
        if not {"field", "op"} <= set(given) <= {"field", "op", "value"}:
            raise InvalidFields({place: "filter.error.shape"})
        return self._leaf(given, place, depth, inside)

    def _leaf(self, given: dict[str, Any], place: str, depth: int, inside: tuple[int, ...]) -> Filter:
        name, op = given["field"], given["op"]
        if not isinstance(name, str) or not isinstance(op, str):
            raise InvalidFields({place: "filter.error.shape"})
        if name.startswith(OF_SEGMENT):
            return self._segment(name, op, place, depth, inside)
        known = self._fields.every.get(name)
        if known is None:
            raise InvalidFields({_below(place, "field"): "filter.error.field"})
        if op not in OPS[known.kind]:
            raise InvalidFields({_below(place, "op"): "filter.error.op"})
        positive = NEGATED.get(op, op)
        try:
            value = (
                None
                if positive == "empty"
                else _value(known.kind, positive, given.get("value"), self._fields)
            )
        except (ValueError, OverflowError, TypeError) as error:
            raise InvalidFields({_below(place, "value"): "filter.error.value"}) from error
        leaf = Leaf(name, known.kind, positive, value, known.many)
        return Not(leaf) if op in NEGATED else leaf

    def _segment(self, name: str, op: str, place: str, depth: int, inside: tuple[int, ...]) -> Filter:
        if op not in OPS[SEGMENT]:
            raise InvalidFields({_below(place, "op"): "filter.error.op"})
        digits = name.removeprefix(OF_SEGMENT)
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
        if number in inside:
            raise InvalidFields({_below(place, "field"): "filter.error.cycle"})
        saved = self._fields.segment(number)
        if saved is None:
            raise InvalidFields({_below(place, "field"): "filter.error.segment"})
        part = self.read(saved, _below(place, "field"), depth + 1, (*inside, number))
        return Not(part) if op == "is_not" else part


def _below(place: str, rest: str) -> str:
    return f"{place}.{rest}" if place else rest


def segments_in(given: Any) -> Iterator[int]:
    """Ids of the saved filters that a filter (JSON, whole or not) names itself."""
    if isinstance(given, dict):
        name = given.get("field")
        if isinstance(name, str) and name.startswith(OF_SEGMENT) and name[len(OF_SEGMENT) :].isdecimal():
            yield int(name[len(OF_SEGMENT) :][:9])
        for value in given.values():
            yield from segments_in(value)
    elif isinstance(given, list):
        for one in given:
            yield from segments_in(one)


def _value(kind: str, op: str, value: Any, fields: Fields) -> Any:
    """The value as it is compared. Raises ValueError, TypeError, OverflowError."""
    if op == "in":
        if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
            raise ValueError("a list is needed")
        return tuple(sorted({_one(kind, one) for one in value}, key=str))
    if kind in (DATE, DATETIME, MOMENT):
        return _span(kind, op, value, fields)
    if op == "between":
        low, high = _two(value)
        return _one(kind, low), _one(kind, high)
    if kind == NUMBER:
        return _numbers(op, value, fields.country)
    return _one(kind, value)


def _two(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("two values are needed")
    return value[0], value[1]


def _one(kind: str, value: Any) -> Any:
    if kind in (TEXT, CHOICE):
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise ValueError("a text is needed")
        text = plain(" ".join(value.replace("\0", " ").split()))
        if not text:
            raise ValueError("an empty text: ask for `empty`")
        return text
    if kind == FLAG:
        return as_flag(value)
    number = as_number(value)
    if number is None or abs(number) > BIGGEST:
        raise ValueError("a number is needed")
    return number


def as_flag(value: Any) -> bool:
    if value in (True, "true", "1", 1):
        return True
    if value in (False, "false", "0", 0):
        return False
    raise ValueError("yes or no is needed")


def as_number(value: Any) -> int | float | None:
    """A number, or a text that is one, with comma or point; None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if value == value and abs(value) != float("inf") else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    text = value.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        return int(text) if text.lstrip("+-").isdecimal() and text.isascii() else _finite(float(text))
    except ValueError:
        return None


def _finite(number: float) -> float | None:
    return number if number == number and abs(number) != float("inf") else None


def _numbers(op: str, value: Any, country: str) -> tuple[str, ...]:
    """The beginnings, or whole numbers, that are meant: international."""
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("a telephone number is needed")
    ways = dialled(value, country)
    if not ways:
        raise ValueError("a telephone number is needed")
    return tuple(f"+{way}" for way in ways)


def _span(kind: str, op: str, value: Any, fields: Fields) -> tuple[Any, Any]:
    """[from, to[ in the kind's own form."""
    if op in ("within_days", "older_days"):
        number = as_number(value)
        if not isinstance(number, int) or not 0 <= number <= MOST_DAYS:
            raise ValueError("a number of days is needed")
        if kind == DATE:
            today = datetime.fromtimestamp(fields.now_ms / 1000, fields.zone).date()
            begin = today - timedelta(days=number)
            if op == "within_days":
                return begin.isoformat(), (today + timedelta(days=1)).isoformat()
            return None, begin.isoformat()
        began = fields.now_ms - number * 86_400_000
        span = (began, fields.now_ms + 1) if op == "within_days" else (None, began)
        return _as(kind, span[0]), _as(kind, span[1])
    if op == "between":
        low, high = _two(value)
        return _ends(kind, low, fields)[0], _ends(kind, high, fields)[1]
    begin_, end = _ends(kind, value, fields)
    return {"is": (begin_, end), "before": (None, begin_), "after": (end, None)}[op]


def _ends(kind: str, value: Any, fields: Fields) -> tuple[Any, Any]:
    """Where a day, or a minute, begins and ends."""
    if not isinstance(value, str) or len(value) > 30:
        raise ValueError("a date is needed")
    if len(value) == 10:
        day = date.fromisoformat(value)
        if not 1000 <= day.year <= 9000:
            raise ValueError("a year of four digits")
        following = day + timedelta(days=1)
        if kind == DATE:
            return day.isoformat(), following.isoformat()
        return _as(kind, _midnight(day, fields.zone)), _as(kind, _midnight(following, fields.zone))
    if kind == DATE:
        raise ValueError("a day is needed")
    moment = datetime.fromisoformat(value)
    if not 1000 <= moment.year <= 9000:
        raise ValueError("a year of four digits")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=fields.zone)
    begin = round(moment.timestamp()) * 1000
    return _as(kind, begin), _as(kind, begin + 60_000)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _as(kind: str, ms: int | None) -> Any:
    return ms if kind == MOMENT or ms is None else iso(ms)


def iso(ms: int) -> str:
    """How a moment stands in a field of kind DATETIME: ISO, UTC, seconds."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
