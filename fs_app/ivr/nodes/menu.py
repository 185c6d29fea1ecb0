"""Press 1 for …, 2 for …"""

from __future__ import annotations

from fs_app.ivr import asking, words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def question(turn: Turn) -> tuple[str, ...]:
    return turn.files(turn.value("prompts"))


def chosen(turn: Turn, key: str) -> None:
    turn.leave(key, str(turn.value("keys").get(key, "")))


def enter(turn: Turn) -> None:
    asking.begin(turn, question, turn.value("keys"), chosen)


def tell(turn: Turn, event: words.Event) -> None:
    asking.tell(turn, event, question, turn.value("keys"), chosen)


KIND = NodeKind(
    "menu",
    "ask",
    "list-numbers",
    params=(
        Param("prompts", ParamKind.PROMPTS, required=True, least=1),
        Param("keys", ParamKind.KEYS, required=True, default={}, least=1, most=12),
        *asking.AGAIN,
    ),
    outs=(
        Exit("", each="keys"),
        Exit("no_input"),
        Exit("wrong", optional=True, otherwise="no_input"),
        Exit("error", optional=True),
    ),
    enter=enter,
    tell=tell,
    hears=True,
)
