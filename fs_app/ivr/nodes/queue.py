"""Into a line. The flow is over when the caller stands in it."""

from __future__ import annotations

from fs_app.ivr import words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    turn.ask(lambda token: words.ToQueue(token, turn.value("queue"), turn.value("priority")))


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.Outcome(name="taken"):
            turn.over("queue")
        case words.Outcome(name=why) | words.Failed(why=why):
            turn.leave("error", why)
        case _:
            pass


KIND = NodeKind(
    "queue",
    "lead",
    "users-group",
    params=(
        Param("queue", ParamKind.QUEUE, required=True),
        Param("priority", ParamKind.INTEGER, default=0, least=0, most=9),
    ),
    outs=(Exit("error", optional=True),),
    enter=enter,
    tell=tell,
)
