"""Segments: filters of contacts with a name, which lists, rules and other segments use (HN-411). Inside `Database.read`
or `write`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import Expression, SqliteDatabase, fn

from fs_app.accounts.model import User
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, Stale, find
from fs_app.calllists.model import Characteristic, ListFilter, Planner, Profiler
from fs_app.contacts import columns, filter_sql, filters
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.filters import Fields, Filter
from fs_app.contacts.limits import within
from fs_app.contacts.listing import visible
from fs_app.contacts.model import Contact, Segment
from fs_app.db import proxy
from fs_app.errors import Conflict

LONGEST_NAME = 100
LONGEST_DESCRIPTION = 2_000
COUNT_MS = 4_000
"""A count that takes longer is given up."""

FRESH_MS = 5 * 60_000
"""A count of so long ago is shown as it is."""


class InUse(Conflict):
    """Other segments are made of it, or call lists go by it."""

    key = "segments.error.in_use"


@dataclass(frozen=True, slots=True)
class Row:
    """As a list shows it. `counted` contacts were in it at `counted_at`; `trouble`: why its filter can't be used any
    more (identifiers of sentences)."""

    id: int
    name: str
    description: str
    filter: Any
    counted: int | None
    counted_at: int | None
    updated_at: int
    created_by: str
    version: int
    trouble: str = ""

    def stale(self, now: int) -> bool:
        return self.counted_at is None or now - self.counted_at > FRESH_MS


def every(account: int, now: int) -> list[Row]:
    fields = columns.fields_of(account, now)
    rows = (
        Segment.select(Segment, User)
        .left_outer_join(User, on=(Segment.created_by == User.id))
        .where(Segment.account == account)
        .order_by(fn.LOWER(Segment.name), Segment.id)
    )
    return [_row(row, fields) for row in rows]


def get(account: int, segment: int, now: int) -> Row:
    """Raises NotFound."""
    return _row(find(Segment, account, segment), columns.fields_of(account, now))


def _row(row: Any, fields: Fields) -> Row:
    return Row(
        row.id,
        row.name,
        row.description,
        row.filter,
        row.counted,
        row.counted_at,
        row.updated_at,
        row.created_by.name if row.created_by_id else "",
        row.version,
        _trouble(row.id, fields),
    )


def _trouble(segment: int, fields: Fields) -> str:
    try:
        _parsed(segment, fields)
    except InvalidFields as error:
        return next(iter(error.fields.values()))
    return ""


def _parsed(segment: int, fields: Fields) -> Filter:
    return filters.parse({"field": f"segment.{segment}", "op": "is"}, fields)


def options(account: int) -> list[tuple[int, str]]:
    """(id, name) of all, for those who choose one."""
    rows = Segment.select(Segment.id, Segment.name).where(Segment.account == account)
    return [(row.id, row.name) for row in rows.order_by(fn.LOWER(Segment.name), Segment.id)]


# --- used by others -----------------------------------------------------------------------------------------------
def where(account: int, segment: int, now: int) -> Expression:
    """The condition on Contact: visible, and in the segment. Raises NotFound, InvalidFields when its filter names what
    is there no more."""
    find(Segment, account, segment)
    fields = columns.fields_of(account, now)
    return visible(account) & filter_sql.where(_parsed(segment, fields), fields)


def count(account: int, segment: int, now: int, ms: int = COUNT_MS) -> int:
    """How many contacts are in it now. Raises NotFound, InvalidFields, limits.TooSlow."""
    condition = where(account, segment, now)
    with within(ms):
        return int(Contact.select().where(condition).count())


def counted(account: int, segment: int, number: int, now: int) -> None:
    """Remember a count."""
    Segment.update(counted=number, counted_at=now).where(
        (Segment.id == segment) & (Segment.account == account)
    ).execute()


def users_of(account: int, segment: int) -> list[str]:
    """Names of what is made of this segment: other segments, what call lists are steered by."""
    found = []
    places: tuple[tuple[Any, str], ...] = (
        (Segment, "filter"),
        (Characteristic, "filter"),
        (ListFilter, "filter"),
        (Planner, "slots"),
        (Profiler, "quotas"),
    )
    for model, column in places:
        rows = model.select().where(model.account == account)
        found += [
            row.name
            for row in rows
            if (model is not Segment or row.id != segment)
            and segment in filters.segments_in(getattr(row, column))
        ]
    return found


# --- changed ------------------------------------------------------------------------------------------------------
def save(by: Actor, segment: int | None, name: str, description: str, chosen: Any, version: int = 0) -> int:
    """Add a segment, or change what was read at `version`. Raises NotFound, Stale, FormInvalid; a filter that can't be
    read, or that would go round in a circle, is a problem of the field `filter`."""
    _one_at_a_time()
    row = None if segment is None else find(Segment, by.account, segment)
    problems = Problems()
    problems.text("name", name, LONGEST_NAME)
    if len(description) > LONGEST_DESCRIPTION:
        problems.add("description", "field.too_long", most=LONGEST_DESCRIPTION)
    same = Segment.select().where((Segment.account == by.account) & (fn.LOWER(Segment.name) == name.lower()))
    if (same if row is None else same.where(Segment.id != row.id)).exists():
        problems.add("name", "segments.error.name")
    fields = columns.fields_of(by.account, by.now)
    try:
        filters.parse(chosen, fields)
        if row is not None:
            _refuse_circle(by.account, row.id, chosen)
    except InvalidFields as error:
        problems.add("filter", next(iter(error.fields.values())))
    problems.check()
    after = {"name": name, "description": description, "filter": chosen}
    if row is None:
        row = Segment.create(
            account=by.account, created_at=by.now, created_by=by.user, updated_at=by.now, **after
        )
        audit.write(by, "create", "segment", row.id, name, None, after)
        return int(row.id)
    before = {"name": row.name, "description": row.description, "filter": row.filter}
    change = Segment.update(
        version=Segment.version + 1, updated_at=by.now, counted=None, counted_at=None, **after
    )
    if not change.where((Segment.id == row.id) & (Segment.version == version)).execute():
        now = find(Segment, by.account, row.id)
        theirs = {"name": now.name, "description": now.description, "filter": now.filter}
        raise Stale(f"segment {segment}", now.version, theirs)
    audit.write(by, "update", "segment", row.id, name, before, after)
    return int(row.id)


def _one_at_a_time() -> None:
    """Two who save at once could close a circle that neither sees: on PostgreSQL the second waits. (SQLite has one
    writer anyway.)"""
    if not isinstance(proxy.obj, SqliteDatabase):
        proxy.obj.execute_sql("lock table segment in share row exclusive mode")


def _refuse_circle(account: int, segment: int, chosen: Any) -> None:
    """Raises InvalidFields when the segment would be made of itself, by whatever way."""
    saved = dict(Segment.select(Segment.id, Segment.filter).where(Segment.account == account).tuples())
    saved[segment] = chosen
    seen, ahead = set(), list(filters.segments_in(chosen))
    while ahead:
        one = ahead.pop()
        if one == segment:
            raise InvalidFields({"": "filter.error.cycle"})
        if one not in seen:
            seen.add(one)
            ahead += filters.segments_in(saved.get(one))


def delete(by: Actor, segment: int) -> str:
    """Its name. Raises NotFound, InUse."""
    row = find(Segment, by.account, segment)
    users = users_of(by.account, segment)
    if users:
        raise InUse(f"segment {segment}", names=", ".join(users[:5]))
    Segment.delete().where(Segment.id == row.id).execute()
    audit.write(by, "delete", "segment", row.id, row.name, {"filter": row.filter}, None)
    return str(row.name)
