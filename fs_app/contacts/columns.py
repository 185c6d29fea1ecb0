"""The columns of a contact as fields of filters: fixed ones, numbers, the account's own, results of calls.

`fields_of` runs inside `db.read` (it reads the account's own fields); the conditions, wherever a query runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from peewee import SQL, Expression, ModelSelect, SqliteDatabase, fn

from fs_app.accounts.model import Account
from fs_app.calls.model import Call
from fs_app.contacts import filters
from fs_app.contacts.fields import COLUMNS
from fs_app.contacts.filters import Field, Fields
from fs_app.contacts.model import Contact, ContactField, ContactNumber, Segment
from fs_app.db import proxy
from fs_app.queues.model import Disposition

TEXTS = tuple(COLUMNS)
KINDS_OF_NUMBERS = ("mobile", "office", "home", "other")

CUSTOM = "custom."


def fields_of(account: int, now_ms: int, extra: Iterable[Field] = ()) -> Fields:
    """What a filter of this account's contacts may name. `extra`: what the caller's own table adds."""
    row = Account.get_by_id(account)
    own = (
        ContactField.select()
        .where(ContactField.account == account)
        .order_by(ContactField.position, ContactField.id)
    )
    every = [*fixed(account), *(custom_field(one) for one in own), *extra]
    return Fields.of(
        every,
        now_ms=now_ms,
        zone=ZoneInfo(row.time_zone),
        country=row.country,
        segment=lambda number: _saved(account, number),
    )


def _saved(account: int, number: int) -> Any:
    row = Segment.get_or_none((Segment.account == account) & (Segment.id == number))
    return None if row is None else row.filter or {"all": []}


def fixed(account: int) -> list[Field]:
    """The fields that every account has."""
    return [
        *(Field(name, filters.TEXT, getattr(Contact, name)) for name in TEXTS),
        Field("number", filters.NUMBER, ContactNumber.number, exists=_has_number),
        Field(
            "number_kind",
            filters.CHOICE,
            ContactNumber.kind,
            options=tuple((kind, "") for kind in KINDS_OF_NUMBERS),
            exists=_has_number,
        ),
        Field("created_at", filters.MOMENT, Contact.created_at),
        Field("updated_at", filters.MOMENT, Contact.updated_at),
        Field("calls", filters.INTEGER, fn.COALESCE(_calls(account, fn.COUNT(Call.id)), 0)),
        Field(
            "last_call_at",
            filters.MOMENT,
            fn.NULLIF(fn.COALESCE(_calls(account, fn.MAX(Call.started_at)), 0), 0),
        ),
        Field("last_disposition", filters.TEXT, fn.COALESCE(_last_disposition(account), "")),
    ]


def custom_field(row: Any) -> Field:
    """A field of the account's own; `row` is a ContactField."""
    options = tuple((choice, choice) for choice in row.choices) if row.kind == filters.CHOICE else ()
    return Field(
        CUSTOM + row.name, row.kind, custom_column(row.name, row.kind), label=row.label, options=options
    )


def custom_column(name: str, kind: str) -> Any:
    """The value in `Contact.custom`, in the kind's own type; NULL where there is none."""
    if isinstance(proxy.obj, SqliteDatabase):
        path = f'$."{name}"'
        value = fn.JSON_EXTRACT(Contact.custom, path)
        if kind in (filters.INTEGER, filters.DECIMAL):
            return fn.IIF(fn.JSON_TYPE(Contact.custom, path).in_(("integer", "real")), value, None)
        return value if kind == filters.FLAG else value.cast("text")
    whole = Contact.custom.cast("jsonb")
    text = Expression(whole, "->>", name)
    if kind == filters.FLAG:
        return fn.COALESCE(text == "true", False).cast("integer")
    if kind in (filters.INTEGER, filters.DECIMAL):
        path = f'$.{name} ? (@.type() == "number")'
        return fn.jsonb_path_query_first(whole, SQL("%s::jsonpath", [path])).cast("double precision")
    return text


def _has_number(condition: Expression | None) -> Expression:
    mine = ContactNumber.contact == Contact.id
    rows = ContactNumber.select(ContactNumber.id).where(mine if condition is None else mine & condition)
    return fn.EXISTS(rows)


def _calls(account: int, what: Any) -> ModelSelect:
    return Call.select(what).where((Call.contact == Contact.id) & (Call.account == account))


def _last_disposition(account: int) -> ModelSelect:
    return (
        Call.select(Disposition.label)
        .join(Disposition, on=(Call.disposition == Disposition.id))
        .where((Call.contact == Contact.id) & (Call.account == account))
        .order_by(Call.started_at.desc(), Call.id.desc())
        .limit(1)
    )


def values_of(contact: Mapping[str, Any], numbers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A contact's row, and its numbers' rows, for `filter_matching.matches`."""
    values = {name: contact.get(name) for name in (*TEXTS, "created_at", "updated_at")}
    for name, value in (contact.get("custom") or {}).items():
        values[CUSTOM + name] = value
    listed = list(numbers)
    values["number"] = [one["number"] for one in listed]
    values["number_kind"] = [one["kind"] for one in listed]
    return values
