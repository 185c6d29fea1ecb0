"""Are we open? Decided by a schedule and, if wanted, a set of holidays, in the account's zone."""

from __future__ import annotations

from fs_app.ivr import asking_the_world, words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn

SOON_S = 3


def enter(turn: Turn) -> None:
    turn.ask(lambda token: words.CheckOpening(token, turn.value("schedule"), turn.value("holidays")))
    asking_the_world.begin(turn)


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.Outcome(name=("open" | "closed" | "holiday") as name):
            turn.leave(name)
        case words.Outcome(name=why) | words.Failed(why=why):
            turn.leave("error", why)
        case _:
            asking_the_world.tell(turn, event, SOON_S)


KIND = NodeKind(
    "schedule",
    "decide",
    "clock",
    params=(
        Param("schedule", ParamKind.SCHEDULE, required=True),
        Param("holidays", ParamKind.HOLIDAYS),
    ),
    outs=(
        Exit("open"),
        Exit("closed"),
        Exit("holiday", optional=True, otherwise="closed"),
        Exit("timeout", optional=True, otherwise="error"),
        Exit("error", optional=True, otherwise="closed"),
    ),
    enter=enter,
    tell=tell,
)
