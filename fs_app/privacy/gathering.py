"""Everything that is known of a person, as plain values for an export. Inside `Database.read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.calls.model import Recording
from fs_app.db import Base, Millis
from fs_app.privacy import finding
from fs_app.privacy.finding import Tables
from fs_app.privacy.person import Person
from fs_app.privacy.registry import REGISTRY, Known
from fs_app.queues.model import Disposition, Queue

NAMES_OF_STAFF = frozenset(
    {"agent", "agent_name", "by", "user", "user_name", "from_agent", "to_agent", "owner"}
)
"""Keys of journal entries that name those who work here: not the person's own data."""

NAMED = {"queue": (Queue, "name"), "disposition": (Disposition, "label")}

Row = dict[str, Any]


def exported() -> list[tuple[str, Known]]:
    """Tables in the order of the registry."""
    return [(name, known) for name, known in REGISTRY.items() if known.links and known.exported]


def rows(tables: Tables, name: str, person: Person) -> list[Row]:
    """One table's, moments as UTC ms under `…_at`, with words in place of the identifiers of queues and verdicts."""
    model, known = tables[name], REGISTRY[name]
    found = finding.matching(model, known, person)
    named = {
        column: _names(*NAMED[column], found, column) for column in NAMED if column in model._meta.fields
    }
    return [dict(_shown(row, known, named)) for row in found]


def _names(model: type[Base], label: str, found: list[Row], column: str) -> dict[Any, str]:
    ids = {row[column] for row in found if row.get(column) is not None}
    if not ids:
        return {}
    key, field = model._meta.primary_key, model._meta.fields[label]
    return dict(model.select(key, field).where(key.in_(list(ids))).tuples())


def _shown(row: Row, known: Known, named: dict[str, dict[Any, str]]) -> Iterator[tuple[str, Any]]:
    for column, value in row.items():
        if column in known.hidden or value in (None, "", [], {}):
            continue
        if column in named:
            yield column, named[column].get(value, "")
        elif column == "data" and isinstance(value, dict):
            yield column, {k: v for k, v in value.items() if k not in NAMES_OF_STAFF}
        else:
            yield column, value


def moments(tables: Tables, name: str) -> list[str]:
    """The columns of a table that are moments."""
    return [f.name for f in tables[name]._meta.sorted_fields if isinstance(f, Millis)]


def sounds(person: Person) -> list[tuple[str, str]]:
    """(identifier, path) of his recordings and messages that are there."""
    query = (
        Recording.select(Recording.id, Recording.path)
        .where(Recording.call.in_(finding.calls_of(person)), Recording.deleted_at.is_null())
        .where(Recording.delete_asked_at.is_null(), Recording.ended_at.is_null(False))
        .order_by(Recording.started_at)
    )
    return list(query.tuples())


__all__ = ["exported", "moments", "rows", "sounds"]
