"""What may be done to many records at once (HN-402), one record at a time. Pure.

| kind | of which records | what becomes of them |
| --- | --- | --- |
| include | excluded ones | what they were before |
| exclude | dialable ones | EXCLUDED |
| restrict | dialable ones *outside* the filter | EXCLUDED |
| recycle | finished ones of the chosen states | UNTREATED, without attempts |
| assign | dialable ones | evenly to the chosen agents |
| unassign | dialable ones that have an agent | nobody's; a personal callback is anybody's |
| priority | all | the chosen priority |
| shuffle | all | an order by chance |
| arrange | all | the order of the list's rule |
| natural | all | the order of the import |
| empty | all | deleted |
| delete | all | deleted, and the list with them |

Beside them stands `add` (`calllists.adding`): contacts come onto the list; undoing it takes off it again those to whom
nothing has happened since.

A record that is in a call is left alone by all of them, and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.calllists import keys
from fs_app.calllists.state import DIALABLE, RECYCLABLE, State, after

KINDS = (
    "include",
    "exclude",
    "restrict",
    "recycle",
    "assign",
    "unassign",
    "priority",
    "shuffle",
    "arrange",
    "natural",
    "empty",
    "delete",
)
ADD = "add"
UNDOABLE = frozenset({"include", "exclude", "restrict", "recycle", "assign", "unassign", "priority", ADD})
ORDERING = frozenset({"shuffle", "arrange", "natural"})
"""They change nothing but the order, which another of them gives back."""

DELETING = frozenset({"empty", "delete"})
WHOLE = frozenset({"arrange", "natural", "delete"})
"""Always of the whole list: a filter makes no sense."""

MOST_AGENTS = 500
PRIORITIES = range(100)


@dataclass(frozen=True, slots=True)
class Row:
    """What an action looks at."""

    id: int
    state: str
    before: str | None
    owner: int | None
    attempts: int
    priority: int
    due_at: int | None
    order_key: int
    imported_at: int
    last_result: str
    number_wrong: bool


COLUMNS = tuple(Row.__slots__)


def touched(kind: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """The states of the records that an action is about, those in a call apart."""
    match kind:
        case "include":
            return (State.EXCLUDED,)
        case "exclude" | "restrict" | "assign" | "unassign":
            return DIALABLE
        case "recycle":
            chosen = params.get("states") or ("COMPLETED", "UNREACHABLE")
            return tuple(state for state in RECYCLABLE if state in chosen)
        case _:
            return tuple(state for state in State if state is not State.IN_CALL)


def change(kind: str, row: Row, params: Mapping[str, Any], turn: int) -> dict[str, Any]:
    """The columns that change; none: it is not touched. `turn`: how many of this action were changed before, so that
    an assignment goes round."""
    if row.state not in touched(kind, params):
        return {}
    match kind:
        case "include" | "exclude" | "restrict":
            event = "included" if kind == "include" else "excluded"
            state, before = after(row.state, event, row.before)
            return {"state": state.value, "before": before.value if before is not None else None}
        case "recycle":
            state, _ = after(row.state, "recycled")
            return {
                "state": state.value,
                "before": None,
                "attempts": 0,
                "due_at": None,
                "last_result": "",
                "number_wrong": False,
            }
        case "assign":
            agents = params["agents"]
            owner = agents[turn % len(agents)]
            return {"owner": owner} if owner != row.owner else {}
        case "unassign":
            if row.owner is None:
                return {}
            if row.state == State.PERSONAL:
                return {"owner": None, "state": after(row.state, "shared")[0].value}
            return {"owner": None}
        case "priority":
            return {"priority": params["priority"]} if row.priority != params["priority"] else {}
        case "shuffle":
            return {"order_key": keys.shuffled(int(params.get("seed") or 0), row.id)}
        case "natural":
            return {"order_key": keys.arriving(bool(params.get("newest_first")), row.imported_at)}
        case _:
            raise ValueError(kind)


def undone(row: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a record still is as an action left it: then, and only then, it gets back what it had."""
    return row.get("state") != State.IN_CALL and all(row.get(name) == value for name, value in new.items())
