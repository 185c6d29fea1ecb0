"""What stands in the address of the list of contacts: search, filter, segment, columns, order, page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

import orjson

from fs_app.contacts import listing
from fs_app.web.text import page_number, whole_number

LONGEST_SEARCH = 200
LONGEST_FILTER = 6_000
"""Characters of a filter in an address; what is longer is saved as a segment."""

COOKIE = "contact_columns"


@dataclass(frozen=True, slots=True)
class Asked:
    """`filter`: JSON as text, "" for none. `columns`: names with commas."""

    q: str = ""
    filter: str = ""
    segment: int = 0
    columns: str = ""
    sort: str = "name"
    order: str = "asc"
    page: int = 1

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.filter or self.segment)

    @property
    def given(self) -> Any:
        """The filter as it is read; None: what stands there is no JSON."""
        if not self.filter:
            return {}
        try:
            return orjson.loads(self.filter)
        except orjson.JSONDecodeError:
            return None


def read(args: Mapping[str, str], kept_columns: str = "") -> Asked:
    """What makes no sense is ignored."""
    sort = args.get("sort", "name")
    filter_ = args.get("filter", "")[: LONGEST_FILTER + 1].strip()
    return Asked(
        q=" ".join(args.get("q", "")[:LONGEST_SEARCH].replace("\0", " ").split()),
        filter="" if filter_ in ("{}", '{"all":[]}') else filter_,
        segment=whole_number(args.get("segment", "")) or 0,
        columns=(args.get("columns") or kept_columns)[:2_000],
        sort=sort if sort in listing.SORTS else "name",
        order="desc" if args.get("order") == "desc" else "asc",
        page=page_number(args.get("page", "")),
    )


def link(path: str, asked: Asked, **changes: Any) -> str:
    """The address of the list with some values changed; what is at its default is left out."""
    values, defaults = asdict(replace(asked, **changes)), asdict(Asked())
    shown = {name: value for name, value in values.items() if value != defaults[name]}
    return f"{path}?{urlencode(shown)}" if shown else path
