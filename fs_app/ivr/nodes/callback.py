"""We call you back: the number is given to a queue."""

from __future__ import annotations

from fs_app.ivr import asking_the_world, words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn

SOON_S = 3


def enter(turn: Turn) -> None:
    number = turn.text("number").strip()
    if not any(sign.isdigit() for sign in number):
        turn.leave("no_number", "withheld")
        return
    turn.ask(lambda token: words.RequestCallback(token, turn.value("queue"), number))
    asking_the_world.begin(turn)


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.Outcome(name="taken"):
            turn.state["taken"] = True
            if not turn.speak(turn.files(turn.value("prompts"))):
                turn.leave("next")
        case words.Outcome(name=why) | words.Failed(why=why):
            turn.leave("error", why)
        case words.SoundOver() if turn.state.get("taken"):
            turn.leave("next")
        case _:
            asking_the_world.tell(turn, event, SOON_S)


KIND = NodeKind(
    "callback",
    "lead",
    "phone-calling",
    params=(
        Param("queue", ParamKind.QUEUE, required=True),
        Param("number", ParamKind.PHONE, default="{{call_number}}", most=200),
        Param("prompts", ParamKind.PROMPTS, default=["shipped:callback_requested"]),
    ),
    outs=(
        Exit("next", optional=True, otherwise="end"),
        Exit("no_number", optional=True, otherwise="error"),
        Exit("timeout", optional=True, otherwise="error"),
        Exit("error"),
    ),
    enter=enter,
    tell=tell,
)
