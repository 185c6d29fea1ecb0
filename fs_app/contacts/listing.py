"""Pages of contacts: searched, filtered, sorted, counted to a limit (HN-430). Runs inside `db.read`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import Expression, ModelSelect, fn

from fs_app.contacts import searching
from fs_app.contacts.model import Contact

PER_PAGE = 50
CAP = searching.CAP
MOST_SORTED = 1_000
"""Found by words, so many are sorted as asked; looking up more costs more than it tells."""

SORTS = {
    "name": (Contact.name_key,),
    "company": (Contact.company,),
    "city": (Contact.city,),
    "reference": (Contact.reference,),
    "mail": (Contact.mail,),
    "created": (Contact.created_at,),
    "updated": (Contact.updated_at,),
}
"""Names of sortings → columns."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`where`: a further condition (`filter_sql.where`). `agent`: whose own contacts are seen, too."""

    account: int
    country: str
    search: str = ""
    where: Expression | None = None
    agent: int | None = None
    sort: str = "name"
    descending: bool = False
    page: int = 1
    size: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Page:
    """`total` is exact up to CAP; `more`: there are more than that. `in_order`: the rows are sorted as asked; of more
    than MOST_SORTED found by words they are the newest instead."""

    ids: list[int]
    total: int
    more: bool
    number: int
    pages: int
    in_order: bool = True
    words: Sequence[Any] = field(default=())


def visible(account: int, agent: int | None = None) -> Expression:
    """Contacts that this person may see: no merged ones, of the private ones his own."""
    own = Contact.directory != "own"
    if agent is not None:
        own |= Contact.owner_id == agent
    return (Contact.account == account) & Contact.merged_into_id.is_null() & own


def matching(wanted: Wanted) -> ModelSelect:
    """Ids of all that are asked for, in no order."""
    return _matching(wanted)[0]


def _matching(wanted: Wanted) -> tuple[ModelSelect, Any]:
    """… and the column by which the index gives them in order."""
    query, key = searching.joined(Contact.select(Contact.id), wanted.account, wanted.search, wanted.country)
    query = query.where(visible(wanted.account, wanted.agent))
    return (query if wanted.where is None else query.where(wanted.where)), key


def page(wanted: Wanted) -> Page:
    if searching.terms(wanted.search, wanted.country):
        return _searched(wanted)
    query = matching(wanted)
    total, more = count(query)
    number, pages = _within(wanted, total)
    rows = query.order_by(*_order(wanted)).paginate(number, wanted.size)
    return Page([row[0] for row in rows.tuples()], total, more, number, pages)


def after(wanted: Wanted, last: int, most: int) -> list[int]:
    """Ids beyond `last`, in their order: an export goes on where it was."""
    query, key = _matching(wanted)
    rows = query.where(key > last).order_by(key).limit(most)
    return [row[0] for row in rows.tuples()]


def _searched(wanted: Wanted) -> Page:
    """Found by words: ids up to the limit, few of them sorted among themselves, many the newest first."""
    if wanted.where is None:  # the index alone knows: whom it may not show has no words
        ids = searching.search(wanted.account, wanted.search, wanted.country, CAP + 1)
    else:
        query, key = _matching(wanted)
        query = query.limit(CAP + 1)
        if searching.is_sqlite():
            query = query.order_by(key.desc())  # its index gives them so without sorting
        ids = [row[0] for row in query.tuples()]
    more = len(ids) > CAP
    del ids[CAP:]
    number, pages = _within(wanted, len(ids))
    begin = (number - 1) * wanted.size
    if len(ids) <= MOST_SORTED:
        columns = (*SORTS.get(wanted.sort, SORTS["name"]), Contact.id)
        rows = list(Contact.select(*columns).where(Contact.id.in_(ids or [0])).tuples())
        rows.sort(reverse=wanted.descending)
        return Page([row[-1] for row in rows[begin : begin + wanted.size]], len(ids), more, number, pages)
    ids.sort(reverse=True)
    return Page(ids[begin : begin + wanted.size], len(ids), more, number, pages, in_order=False)


def count(query: ModelSelect) -> tuple[int, bool]:
    """(how many, whether there are more than the limit)"""
    inner = query.limit(CAP + 1).alias("counted")
    n = int(Contact.select(fn.COUNT(inner.c.id)).from_(inner).scalar() or 0)
    return min(n, CAP), n > CAP


def _within(wanted: Wanted, total: int) -> tuple[int, int]:
    pages = max(1, -(-total // wanted.size))
    return min(max(1, wanted.page), pages), pages


def _order(wanted: Wanted) -> list[Any]:
    columns = (*SORTS.get(wanted.sort, SORTS["name"]), Contact.id)
    return [c.desc() if wanted.descending else c.asc() for c in columns]
