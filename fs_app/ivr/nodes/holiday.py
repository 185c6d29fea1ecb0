"""Is today a holiday?"""

from __future__ import annotations

from fs_app.ivr import asking_the_world, words
from fs_app.ivr.nodes.schedule import SOON_S
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    turn.ask(lambda token: words.CheckOpening(token, None, turn.value("holidays")))
    asking_the_world.begin(turn)


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.Outcome(name=name):
            turn.leave("holiday" if name == "holiday" else "working_day")
        case words.Failed(why=why):
            turn.leave("error", why)
        case _:
            asking_the_world.tell(turn, event, SOON_S)


KIND = NodeKind(
    "holiday",
    "decide",
    "calendar-event",
    params=(Param("holidays", ParamKind.HOLIDAYS, required=True),),
    outs=(
        Exit("holiday"),
        Exit("working_day"),
        Exit("timeout", optional=True, otherwise="error"),
        Exit("error", optional=True, otherwise="working_day"),
    ),
    enter=enter,
    tell=tell,
)
