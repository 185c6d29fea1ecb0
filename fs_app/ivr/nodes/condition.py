"""Which way, by what the variables hold."""

from __future__ import annotations

from fs_app.ivr.conditions import holds
from fs_app.ivr.spec import MOST_ENTRIES, Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    held = (holds(condition, turn.run.variables) for condition in turn.value("conditions"))
    turn.leave("yes" if (any if turn.value("match") == "any" else all)(held) else "no")


KIND = NodeKind(
    "condition",
    "decide",
    "git-branch",
    params=(
        Param("conditions", ParamKind.CONDITIONS, required=True, default=[], least=1, most=MOST_ENTRIES),
        Param("match", ParamKind.CHOICE, default="all", choices=("all", "any")),
    ),
    outs=(Exit("yes"), Exit("no")),
    enter=enter,
)
