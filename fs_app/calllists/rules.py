"""The order in which a list is called (HN-410), as a database understands it.

A rule's `keys`, the first one decides: {"by": "column", "column": name, "descending": bool}, {"by": "freshness",
"newest": bool}, {"by": "priority"} (the highest first), {"by": "attempts", "descending": bool}, {"by":
"characteristic", "id": n} (who has it first), {"by": "random"}. What nothing decides keeps the order of the import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from peewee import Case, Expression, fn

from fs_app.calllists.keys import PRIME, factors
from fs_app.calllists.model import ListRecord

WAYS = ("column", "freshness", "priority", "attempts", "characteristic", "random")
MOST_KEYS = 8

Column = Callable[[str], Any]
"""The database's expression of a column by its name, None for what is no column."""


def order(
    keys: Sequence[Mapping[str, Any]],
    seed: int,
    column: Column,
    condition: Callable[[int], Expression | None],
) -> list[Any]:
    """What to order by; the last one is always the record itself. `condition`: a characteristic by its id. What is not
    there any more decides nothing. Empty values come last, in both directions and on both databases."""
    found: list[Any] = []
    for key in keys:
        match key.get("by"):
            case "column":
                what = column(str(key.get("column")))
                if what is not None:
                    is_empty = what.is_null() | (what.cast("text") == "")
                    what = Case(None, [(~is_empty, what)])  # among the empty ones it decides nothing
                    last = Case(None, [(is_empty, 1)], 0)
                    found += [last, what.desc() if key.get("descending") else what.asc()]
            case "freshness":
                at = ListRecord.imported_at
                found.append(at.desc() if key.get("newest", True) else at.asc())
            case "priority":
                found.append(ListRecord.priority.desc())
            case "attempts":
                tries = ListRecord.attempts
                found.append(tries.desc() if key.get("descending") else tries.asc())
            case "characteristic":
                has = condition(int(key.get("id") or 0))
                if has is not None:
                    found.append(Case(None, [(has, 0)], 1))
            case "random":
                found.append(chance(seed))
    return [*found, ListRecord.id]


def chance(seed: int) -> Any:
    """`keys.shuffled` in the database's arithmetic. Of an id of up to 2^31 everything stays below 2^63."""
    first, second = factors(seed)
    x = _modulo(fn.ABS(ListRecord.id).cast("bigint") * first + second)
    x = _modulo(x * x + x * second)
    return _modulo(x * x + x * first)


def _modulo(x: Any) -> Any:
    """By a division: the operator has other spellings, and the function gives decimals."""
    return x - x / PRIME * PRIME
