"""What a filter of a list may ask: what the contact has, and what the record has. Inside `Database.read` or `.write`.

Beside the fields there are the characteristics (HN-411): {"field": "characteristic.3", "op": "is"} stands for the
condition that was saved under that name; a saved one may name others, but never itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import Expression

from fs_app.calllists.model import Characteristic, ListRecord
from fs_app.calllists.state import State
from fs_app.contacts import columns, filter_sql, filters
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.filters import CHOICE, FLAG, INTEGER, MOMENT, NUMBER, TEXT, Field, Fields
from fs_app.outbound.retry import Result

OF_CHARACTERISTIC = "characteristic."

RESULTS = (*(str(r) for r in Result), "positive", "argued", "not_argued")
KINDS_OF_NUMBERS = ("mobile", "fixed", "special")


def record_fields() -> list[Field]:
    """The columns of a record, whatever the account."""
    return [
        Field(
            "state",
            CHOICE,
            ListRecord.state,
            options=tuple((s.value, f"lists.state.{s.value}") for s in State),
        ),
        Field("attempts", INTEGER, ListRecord.attempts),
        Field("priority", INTEGER, ListRecord.priority),
        Field("index", INTEGER, ListRecord.index),
        Field("zone", TEXT, ListRecord.zone),
        Field("record_country", TEXT, ListRecord.country),
        Field("record_number", NUMBER, ListRecord.number),
        Field(
            "record_kind",
            CHOICE,
            ListRecord.kind,
            options=tuple((k, f"lists.kind.{k}") for k in KINDS_OF_NUMBERS),
        ),
        Field(
            "last_result",
            CHOICE,
            ListRecord.last_result,
            options=tuple((r, f"lists.result.{r}") for r in RESULTS),
        ),
        Field("memo", TEXT, ListRecord.memo),
        Field("due_at", MOMENT, ListRecord.due_at),
        Field("first_at", MOMENT, ListRecord.first_at),
        Field("last_at", MOMENT, ListRecord.last_at),
        Field("imported_at", MOMENT, ListRecord.imported_at),
        Field("abandoned_at", MOMENT, ListRecord.abandoned_at),
        Field("refused_at", MOMENT, ListRecord.refused_at),
        Field("agent", INTEGER, ListRecord.owner),
        Field("last_agent", INTEGER, ListRecord.last_agent),
        Field("disposition", INTEGER, ListRecord.disposition),
        Field("import", INTEGER, ListRecord.import_id),
        Field("number_wrong", FLAG, ListRecord.number_wrong.cast("integer")),
    ]


@dataclass(frozen=True, slots=True)
class Asking:
    """All that a filter of this account may ask at this moment."""

    account: int
    fields: Fields
    characteristics: Mapping[int, tuple[str, Any]]

    def condition(self, given: Any) -> Expression | None:
        """None: everything passes. Raises InvalidFields, with the place of what is wrong."""
        parsed = filters.parse(self.expanded(given), self.fields)
        if parsed == filters.All(()):
            return None
        return filter_sql.where(parsed, self.fields)

    def expanded(self, given: Any) -> Any:
        """With the conditions in the place of the names of characteristics. Raises InvalidFields: what names others
        that name others grows with each of them, so that it is given up as soon as it is longer than a filter may be.
        """
        return _Expander(self.characteristics).expanded(given, 0, ())

    def characteristic(self, number: int) -> Expression | None:
        """Its condition; None: there is none (any more), or what it says can't be asked any more."""
        try:
            return self.condition({"field": f"{OF_CHARACTERISTIC}{number}", "op": "is"})
        except InvalidFields:
            return None


class _Expander:
    def __init__(self, characteristics: Mapping[int, tuple[str, Any]]) -> None:
        self._known = characteristics
        self._parts = 0

    def expanded(self, given: Any, depth: int, inside: tuple[int, ...]) -> Any:
        if not isinstance(given, dict):
            return given  # a value, or what `filters.parse` finds fault with
        self._parts += 1
        if self._parts > filters.MOST_PARTS or depth > filters.DEEPEST:
            raise InvalidFields({"": "filter.error.too_big"})
        name = given.get("field")
        if not isinstance(name, str) or not name.startswith(OF_CHARACTERISTIC):
            return {key: self._part(key, value, depth, inside) for key, value in given.items()}
        number = int(name.removeprefix(OF_CHARACTERISTIC)[:9]) if name[15:24].isdecimal() else 0
        if number not in self._known or given.get("op") not in ("is", "is_not"):
            raise InvalidFields({"field": "filter.error.field"})
        if number in inside:
            raise InvalidFields({"field": "filter.error.cycle"})
        found = self.expanded(self._known[number][1], depth + 1, (*inside, number))
        return {"not": found} if given["op"] == "is_not" else found

    def _part(self, key: str, value: Any, depth: int, inside: tuple[int, ...]) -> Any:
        if key in ("all", "any") and isinstance(value, list):
            return [self.expanded(one, depth + 1, inside) for one in value]
        return self.expanded(value, depth + 1, inside) if key == "not" else value


def asking(account: int, now_ms: int) -> Asking:
    """Of this account, now."""
    known = {
        one.id: (one.name, one.filter)
        for one in Characteristic.select().where(Characteristic.account == account)
    }
    return Asking(account, columns.fields_of(account, now_ms, record_fields()), known)
