"""Set variables."""

from __future__ import annotations

from fs_app.ivr.spec import MOST_ENTRIES, Exit, NodeKind, Param, ParamKind
from fs_app.ivr.template import filled
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    """One after the other: a later one sees what an earlier one set. What is made from a secret stays one."""
    for assignment in turn.value("assignments"):
        value = str(assignment.get("value") or "")
        turn.set(assignment["variable"], filled(value, turn.run.variables), secret=turn.tells_secret(value))
    turn.leave("next")


KIND = NodeKind(
    "assign",
    "decide",
    "variable",
    params=(
        Param("assignments", ParamKind.ASSIGNMENTS, required=True, default=[], least=1, most=MOST_ENTRIES),
    ),
    outs=(Exit("next"),),
    enter=enter,
)
