"""Say goodbye and end the call."""

from __future__ import annotations

from fs_app.ivr import words
from fs_app.ivr.spec import NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    if not turn.speak(turn.files(turn.value("prompts"))):
        turn.over("hung_up")


def tell(turn: Turn, event: words.Event) -> None:
    if isinstance(event, words.SoundOver):
        turn.over("hung_up")


KIND = NodeKind(
    "hangup",
    "end",
    "phone-off",
    params=(Param("prompts", ParamKind.PROMPTS, default=["shipped:goodbye"]),),
    enter=enter,
    tell=tell,
)
