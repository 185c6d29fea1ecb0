"""Into another flow, whose `back` node comes back here and leaves by `next`."""

from __future__ import annotations

from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    turn.call(turn.value("flow"))


KIND = NodeKind(
    "subflow",
    "lead",
    "sitemap",
    params=(Param("flow", ParamKind.FLOW, required=True),),
    outs=(Exit("next", optional=True, otherwise="end"), Exit("error", optional=True)),
    enter=enter,
)
