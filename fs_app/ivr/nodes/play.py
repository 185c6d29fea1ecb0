"""Say something."""

from __future__ import annotations

from fs_app.ivr import words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    if turn.run.keys and turn.value("skip"):
        turn.leave("next", "key")
    elif not turn.speak(turn.files(turn.value("prompts"))):
        turn.leave("next", "nothing to say")


def tell(turn: Turn, event: words.Event) -> None:
    """A key skips it, and is kept for the menu that follows."""
    if isinstance(event, words.SoundOver):
        turn.leave("next")
    elif isinstance(event, words.Key) and turn.value("skip"):
        turn.leave("next", "key")


KIND = NodeKind(
    "play",
    "speak",
    "volume",
    params=(
        Param("prompts", ParamKind.PROMPTS, required=True, least=1),
        Param("skip", ParamKind.FLAG, default=True),
    ),
    outs=(Exit("next"),),
    enter=enter,
    tell=tell,
)
