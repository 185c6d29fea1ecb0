"""What an administrator typed, checked field by field: all that is wrong is said at once, beside its field."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

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
