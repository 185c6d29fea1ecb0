"""What an administrator typed, checked field by field: all that is wrong is said at once, beside its field."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

import orjson

from fs_app.db import Base
from fs_app.errors import Conflict, Invalid, NotFound

M = TypeVar("M", bound=Base)


class FormInvalid(Invalid):
    """`problems`: field → (identifier of the sentence, its values)."""

    key = "error.form"

    def __init__(self, problems: dict[str, tuple[str, dict[str, Any]]]) -> None:
        super().__init__(f"fields: {', '.join(problems)}")
        self.problems = problems


class Stale(Conflict):
    """Somebody else saved first: nothing is written. `theirs`: field → what it is now; `version`: what it has to be
    saved with to come after that."""

    key = "error.stale"

    def __init__(self, text: str, version: int, theirs: Mapping[str, Any]) -> None:
        super().__init__(f"{text} is at version {version}")
        self.version = version
        self.theirs = theirs


def mark(values: Mapping[str, Any]) -> str:
    """Of what a form shows, as it is stored. The form sends it back: if there is another one by then, somebody else
    has saved. For what has no version of its own, since its values come from several tables."""
    return hashlib.blake2b(
        orjson.dumps(values, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS),
        digest_size=9,
    ).hexdigest()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def still(what: str, seen: str, values: Mapping[str, Any]) -> None:
    """Raises Stale when `values` are no longer those whose mark is `seen` (empty: nobody has looked before)."""
    if seen and seen != mark(values):
        raise Stale(what, 0, values)


class Problems:
    """Collects what is wrong; the first thing about a field counts."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, dict[str, Any]]] = {}

    def add(self, field: str, key: str, **params: Any) -> None:
        self.found.setdefault(field, (key, params))

    def text(self, field: str, value: str, most: int, needed: bool = True) -> None:
        """Something printable, on one line, `most` characters at most."""
        if needed and not value:
            self.add(field, "field.needed")
        elif len(value) > most:
            self.add(field, "field.too_long", most=most)
        elif any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in value):
            self.add(field, "field.unreadable")

    def number(self, field: str, value: int | None, least: int, most: int) -> None:
        if value is None or not least <= value <= most:
            self.add(field, "field.between", least=least, most=most)

    def check(self) -> None:
        """Raises FormInvalid when there is anything."""
        if self.found:
            raise FormInvalid(self.found)


def find(model: type[M], account: int, identifier: int) -> M:
    """The row of this account. Raises NotFound, also for another account's. Inside `Database.read` or `write`."""
    fields: Any = model
    row = model.get_or_none((fields.id == identifier) & (fields.account == account))
    if row is None:
        raise NotFound(f"{model.__name__} {identifier}")
    return row  # type: ignore[no-any-return]
