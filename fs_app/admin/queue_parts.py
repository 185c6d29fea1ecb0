"""Parts of a queue's settings that are kept beside the basic ones: one for each further tab of the form (HN-200).

A part is five functions over a value of its own type, a frozen dataclass. What makes use of a part (saving,
copying, the audit log) knows no more than this, so a new tab is a new part and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from fs_app.admin.form import Problems

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Checking:
    """Where a value is checked: `queue` None is a new one; `sounds`: files that there are, relative to their folder.

    What is wrong goes into `problems` (`problems.add(field, key, **params)`, `problems.number(…)`): the field's name
    is that of its input.
    """

    account: int
    queue: int | None
    sounds: Collection[str]
    problems: Problems

    def sound(self, field: str, value: str, before: str = "") -> None:
        """A file that there is, or the one that was chosen before and has gone; empty is none."""
        if value and value != before and (value not in self.sounds or value.startswith("list:")):
            self.problems.add(field, "field.choice")


@dataclass(frozen=True, slots=True)
class Part(Generic[V]):
    """`blank` is what a new queue has. All functions run inside `Database.read` or `write`.

    `load(account, queue)`; `check(checking, value)`; `store(account, queue, value)` writes no audit line: the form
    as a whole does, with what `described(account, value)` says in words that people read (names, no identifiers).
    With `copied` False a copy of the queue begins with the blank value.
    """

    name: str
    blank: V
    load: Callable[[int, int], V]
    check: Callable[[Checking, V], None]
    store: Callable[[int, int, V], None]
    described: Callable[[int, V], Mapping[str, Any]] = lambda account, value: asdict(value)  # type: ignore[call-overload]
    copied: bool = True


Filled = tuple[Part[Any], Any]
"""A part with the value to be stored."""
