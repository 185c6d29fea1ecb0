"""Pages of a list: what is asked for, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

PER_PAGE = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """`filters`: name → value, only what the list knows; `page` None: everything (an export)."""

    q: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    descending: bool = False
    page: int | None = 1

    def filter(self, name: str) -> str:
        return dict(self.filters).get(name, "")

    def number(self, name: str) -> int | None:
        """A filter that is the identifier of something; None for what can be none."""
        text = self.filter(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: Sequence[T]
    total: int
    number: int
    pages: int


def page_of(
    query: Any, wanted: Wanted, sorts: Mapping[str, Any], default: str, make: Callable[[Any], T]
) -> Page[T]:
    """Order and cut a peewee query. Inside `Database.read`."""
    total = query.count()
    column = sorts.get(wanted.sort) or sorts[default]
    query = query.order_by(column.desc() if wanted.descending else column.asc(), query.model.id)
    pages = max(1, -(-total // PER_PAGE))
    number = min(wanted.page or 1, pages)
    query = query.limit(MOST_EXPORTED) if wanted.page is None else query.paginate(number, PER_PAGE)
    return Page([make(row) for row in query], total, number, pages)


def between(query: Any, moment: Any, since: int | None, until: int | None) -> Any:
    """Rows whose `moment` (a column, UTC ms) is not before `since` and before `until`; None: no limit."""
    if since is not None:
        query = query.where(moment >= since)
    if until is not None:
        query = query.where(moment < until)
    return query


def like(text: str) -> str:
    """For peewee's `contains`, which escapes by itself: shortened, without what no database takes."""
    return text.replace("\0", " ").strip()[:100]
