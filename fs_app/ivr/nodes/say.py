"""Say a value: a number, a date, a time, an amount, digits one by one."""

from __future__ import annotations

from fs_app.ivr import speech, words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    spoken = speech.files(
        turn.run.language, turn.value("what"), turn.text("value"), currency=turn.value("currency")
    )
    if spoken is None:
        turn.leave("error", "not to be said")
    else:  # keys that were typed ahead do not skip it: this is what the caller has asked for
        turn.speak((*turn.files(turn.value("prompts")), *spoken))


def tell(turn: Turn, event: words.Event) -> None:
    if isinstance(event, words.SoundOver):
        turn.leave("next")
    elif isinstance(event, words.Key) and turn.value("skip"):
        turn.leave("next", "key")


KIND = NodeKind(
    "say",
    "speak",
    "message-2",
    params=(
        Param("what", ParamKind.CHOICE, required=True, default="number", choices=speech.SORTS),
        Param("value", ParamKind.TEMPLATE, required=True, most=200),
        Param(
            "currency",
            ParamKind.CHOICE,
            default="EUR",
            choices=tuple(speech.CURRENCIES),
            when=("what", "amount"),
        ),
        Param("prompts", ParamKind.PROMPTS, default=[]),
        Param("skip", ParamKind.FLAG, default=True),
    ),
    outs=(Exit("next"), Exit("error", optional=True, otherwise="next")),
    enter=enter,
    tell=tell,
)
