"""How a value stands in the file: what is accepted, what is said when it is not, how it is written.

The YAML library is asked for the text of each value alone; what it means is decided here, by the field. So `on` is a
word where a name is wanted, and `0612` keeps its nought.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

YES = frozenset({"yes", "true", "on"})
NO = frozenset({"no", "false", "off"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `line` (1 is the first; 0: nowhere in particular), in `path`; `key` and `params` say it."""

    line: int
    path: str
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """Where the reader is. `lines`: path → line, of everything that was read."""

    path: tuple[str, ...]
    problems: list[Problem]
    lines: dict[tuple[str, ...], int]

    def inside(self, name: object, node: Any) -> Place:
        path = (*self.path, str(name))
        self.lines[path] = int(node.start_mark.line) + 1
        return Place(path, self.problems, self.lines)

    def wrong(self, node: Any, key: str, **params: Any) -> Any:
        """Note it; returns None, the value of what is wrong."""
        self.problems.append(Problem(int(node.start_mark.line) + 1, dotted(self.path), key, params))


def dotted(path: Sequence[str]) -> str:
    """queues.Commercial.ring_s; a part with a dot or space in it stands in quotes."""
    return ".".join(part if re.fullmatch(r"[\w+*#@-]+", part) else f'"{part}"' for part in path)


class Shape(ABC):
    """`parse` returns the value, or None after it has said what is wrong."""

    @abstractmethod
    def parse(self, node: Any, place: Place) -> Any: ...

    def plain(self, value: Any) -> Any:
        """As it is written: str, int, bool, list, dict."""
        return value


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """One printable line. `pattern` and `hint` (a sentence of the catalogue) for what has a form of its own."""

    most: int = 100
    needed: bool = False
    pattern: re.Pattern[str] | None = None
    hint: str = ""

    def parse(self, node: Any, place: Place) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            return place.wrong(node, "config.wrong.text")
        value = str(node.value)
        if self.needed and not value:
            return place.wrong(node, "config.wrong.empty")
        if len(value) > self.most:
            return place.wrong(node, "config.wrong.long", most=self.most)
        if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in value):
            return place.wrong(node, "config.wrong.unreadable")
        if value and self.pattern is not None and not self.pattern.fullmatch(value):
            return place.wrong(node, self.hint, value=value[:40])
        return value


@dataclass(frozen=True, slots=True)
class Whole(Shape):
    least: int
    most: int

    def parse(self, node: Any, place: Place) -> int | None:
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII) or not self.least <= int(text) <= self.most:
            return place.wrong(node, "config.wrong.number", least=self.least, most=self.most, value=text[:40])
        return int(text)


@dataclass(frozen=True, slots=True)
class YesNo(Shape):
    def parse(self, node: Any, place: Place) -> bool | None:
        text = node.value.lower() if isinstance(node, yaml.ScalarNode) else ""
        if text not in YES | NO:
            return place.wrong(node, "config.wrong.yes_no", value=text[:40])
        return text in YES


@dataclass(frozen=True, slots=True)
class OneOf(Shape):
    values: tuple[str, ...]

    def parse(self, node: Any, place: Place) -> str | None:
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        if not isinstance(node, yaml.ScalarNode) or text not in self.values:
            shown = ", ".join(value or '""' for value in self.values)
            return place.wrong(node, "config.wrong.one_of", values=shown, value=text[:40])
        return str(text)


@dataclass(frozen=True, slots=True)
class Many(Shape):
    """A list; `most` is how long it may be."""

    each: Shape
    most: int = 10_000

    def parse(self, node: Any, place: Place) -> list[Any] | None:
        if isinstance(node, yaml.ScalarNode) and node.value == "":
            return []
        if not isinstance(node, yaml.SequenceNode):
            return place.wrong(node, "config.wrong.list")
        if len(node.value) > self.most:
            return place.wrong(node, "config.wrong.many", most=self.most)
        found = [self.each.parse(n, place.inside(i, n)) for i, n in enumerate(node.value, 1)]
        return [value for value in found if value is not None]

    def plain(self, value: Any) -> list[Any]:
        return [self.each.plain(one) for one in value]


@dataclass(frozen=True, slots=True)
class Table(Shape):
    """name → value, in any order; it is written in the order of the names, without regard to capitals."""

    key: Shape
    each: Shape
    most: int = 50_000

    def parse(self, node: Any, place: Place) -> dict[Any, Any] | None:
        if isinstance(node, yaml.ScalarNode) and node.value == "":
            return {}
        if not isinstance(node, yaml.MappingNode):
            return place.wrong(node, "config.wrong.table")
        if len(node.value) > self.most:
            return place.wrong(node, "config.wrong.many", most=self.most)
        found: dict[Any, Any] = {}
        for name_node, value_node in node.value:
            inside = place.inside(getattr(name_node, "value", "?"), name_node)
            name = self.key.parse(name_node, inside)
            value = self.each.parse(value_node, inside)
            if name in found:
                inside.wrong(name_node, "config.wrong.twice")
            elif name is not None and value is not None:
                found[name] = value
        return found

    def plain(self, value: Any) -> dict[Any, Any]:
        names = sorted(value, key=lambda name: (str(name).casefold(), str(name)))
        return {self.key.plain(name): self.each.plain(value[name]) for name in names}


@dataclass(frozen=True, slots=True)
class Field:
    """`default` is what a field has that is not written; without one it must be there. A `secret` one is written and
    compared only when asked for. `column`: of the table it belongs to; empty: `reading` knows."""

    name: str
    shape: Shape
    default: Any = None
    needed: bool = False
    secret: bool = False
    column: str = ""

    def blank(self) -> Any:
        """Of its own each time."""
        return self.default() if callable(self.default) else self.default


@dataclass(frozen=True, slots=True)
class Record(Shape):
    """Named fields. A secret that is not there is not in the value, either."""

    fields: tuple[Field, ...]
    check: Callable[[dict[str, Any], Any, Place], None] | None = None

    def parse(self, node: Any, place: Place) -> dict[str, Any] | None:
        empty = isinstance(node, yaml.ScalarNode) and node.value == ""
        if not empty and not isinstance(node, yaml.MappingNode):
            return place.wrong(node, "config.wrong.record", names=self._names())
        known = {f.name: f for f in self.fields}
        value: dict[str, Any] = {}
        before = len(place.problems)
        for name_node, value_node in [] if empty else node.value:
            name = getattr(name_node, "value", "?")
            inside = place.inside(name, name_node)
            if not isinstance(name, str) or name not in known:
                inside.wrong(name_node, "config.wrong.unknown", names=self._names())
            elif name in value:
                inside.wrong(name_node, "config.wrong.twice")
            else:
                value[name] = known[name].shape.parse(value_node, inside)
        for f in self.fields:
            if f.name not in value and f.needed:
                place.wrong(node, "config.wrong.missing", name=f.name)
            elif f.name not in value and not f.secret:
                value[f.name] = f.blank()
        if self.check is not None and len(place.problems) == before:
            self.check(value, node, place)
        return {f.name: value[f.name] for f in self.fields if f.name in value}

    def plain(self, value: Any) -> dict[str, Any]:
        return {
            f.name: f.shape.plain(value[f.name])
            for f in self.fields
            if f.name in value and (f.needed or value[f.name] != f.blank())
        }

    def _names(self) -> str:
        return ", ".join(f.name for f in self.fields)

    def columns(self) -> dict[str, str]:
        """column → field."""
        return {f.column: f.name for f in self.fields if f.column}
