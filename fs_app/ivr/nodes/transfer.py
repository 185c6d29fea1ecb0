"""To a telephone number or to one agent."""

from __future__ import annotations

import re

from fs_app.ivr import words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn

NUMBER = re.compile(r"\+?[0-9]{2,20}")


def enter(turn: Turn) -> None:
    if not turn.speak(turn.files(turn.value("prompts"))):
        dial(turn)


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.SoundOver():
            dial(turn)
        case words.DialEnded(why="answered"):
            turn.leave("after", "answered")
        case words.DialEnded(why=("busy" | "no_answer") as why):
            turn.leave(why, why)
        case words.DialEnded(why=why) | words.Failed(why=why):
            turn.leave("error", why)
        case _:
            pass


def dial(turn: Turn) -> None:
    """A number that comes from a variable may be anything; only what is one is dialled."""
    kind, ring_s = turn.value("to"), turn.value("ring_s")
    target = str(turn.value("agent"))
    if kind == "number":
        target = re.sub(r"[\s.()/-]", "", turn.text("number"))
        if not NUMBER.fullmatch(target):
            turn.leave("error", "no number")
            return
    turn.ask(lambda token: words.Dial(token, kind, target, ring_s))


KIND = NodeKind(
    "transfer",
    "lead",
    "phone-outgoing",
    params=(
        Param("to", ParamKind.CHOICE, required=True, default="number", choices=("number", "agent")),
        Param("number", ParamKind.PHONE, required=True, most=200, when=("to", "number")),
        Param("agent", ParamKind.AGENT, required=True, when=("to", "agent")),
        Param("ring_s", ParamKind.INTEGER, default=25, least=5, most=120),
        Param("prompts", ParamKind.PROMPTS, default=[]),
    ),
    outs=(
        Exit("no_answer"),
        Exit("busy", optional=True, otherwise="no_answer"),
        Exit("after", optional=True, otherwise="end"),
        Exit("error", optional=True, otherwise="no_answer"),
    ),
    enter=enter,
    tell=tell,
)
