"""Send a message template by mail or SMS; the caller does not wait for it."""

from __future__ import annotations

from fs_app.ivr import words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    variables = turn.run.variables
    to = (variables.get("call_number", "") if turn.value("to") == "caller" else turn.text("address")).strip()
    if not to:
        turn.leave("error", "no address")
        return
    turn.want(words.SendMessage(turn.value("message"), to, dict(variables)))
    turn.leave("next")


KIND = NodeKind(
    "message",
    "data",
    "mail-forward",
    params=(
        Param("message", ParamKind.MESSAGE, required=True),
        Param("to", ParamKind.CHOICE, default="caller", choices=("caller", "address")),
        Param("address", ParamKind.TEMPLATE, required=True, most=200, when=("to", "address")),
    ),
    outs=(Exit("next"), Exit("error", optional=True, otherwise="next")),
    enter=enter,
)
