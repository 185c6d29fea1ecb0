"""The two filters of a plan: on the raw line of the file, and on what would come onto the list. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from fs_app.contacts import filter_matching, filters
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.filters import MOMENT, NUMBER, TEXT, Field, Fields
from fs_app.imports.plan import Plan, Problem, World
from fs_app.imports.prepare import names_of
from fs_app.imports.targets import CONTACT

Json = dict[str, Any]
Matches = Callable[[Mapping[str, Any]], bool]


def _several(_condition: object) -> Any:
    """Marks a field with several values; nothing here is asked of a database."""
    raise AssertionError("no condition of SQL")


def of_file(header: Sequence[str], rest: Json) -> Fields:
    """Headings, and `column.0`, `column.1` … for those that are not the only one of their name."""
    names = names_of(header)
    every = [Field(name, TEXT) for name in dict.fromkeys(names)]
    every += [Field(f"column.{at}", TEXT, label=name) for at, name in enumerate(names)]
    return Fields.of(every, **rest)


def of_list(own: Mapping[str, str], rest: Json) -> Fields:
    every = [Field(name, TEXT) for name in (*CONTACT, "number_kind", "zone", "memo")]
    every[len(CONTACT)] = Field("number_kind", TEXT, exists=_several)
    every += [Field("number", NUMBER, exists=_several), Field("due_at", MOMENT)]
    every += [Field(f"custom.{name}", kind) for name, kind in own.items()]
    return Fields.of(every, **rest)


def problems(plan: Plan, world: World) -> list[Problem]:
    """What is wrong with the filters, beside the place."""
    found: list[Problem] = []
    own = {**world.fields, **{f.name: f.kind for f in plan.new_fields}}
    for name, given, fields in (
        ("filter", plan.filter, of_file(world.headers, {})),
        ("list_filter", plan.list_filter, of_list(own, {})),
    ):
        if given is None or (name == "filter" and world.columns is None):
            continue
        try:
            filters.parse(given, fields)
        except InvalidFields as wrong:
            found += [
                Problem(f"{name}.{place}" if place else name, key, {}) for place, key in wrong.fields.items()
            ]
    return found


def matcher(given: Json | None, fields: Fields) -> Matches | None:
    """None: everything passes. Raises InvalidFields."""
    if not given:
        return None
    chosen = filters.parse(given, fields)
    return lambda values: filter_matching.matches(chosen, values)


def words(now_ms: int, zone: ZoneInfo, country: str) -> Json:
    """What the words of a filter mean: `within_days` looks back from `now_ms`."""
    return {"now_ms": now_ms, "zone": zone, "country": country}
