"""Leave a message in a box."""

from __future__ import annotations

from fs_app.ivr import words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    files = turn.files(turn.value("prompts"))
    turn.drop_keys()
    turn.ask(lambda token: words.TakeMessage(token, turn.value("box"), files))


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.MessageLeft(ms=ms):
            turn.leave("next", f"{ms} ms")
        case words.Failed(why=why):
            turn.leave("error", why)
        case _:
            pass


KIND = NodeKind(
    "voicemail",
    "lead",
    "record-mail",
    params=(
        Param("box", ParamKind.BOX, required=True),
        Param("prompts", ParamKind.PROMPTS, default=[]),
    ),
    outs=(Exit("next", optional=True, otherwise="end"), Exit("error", optional=True)),
    enter=enter,
    tell=tell,
)
