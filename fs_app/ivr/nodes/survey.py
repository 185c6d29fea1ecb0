"""One question of a survey, answered with a key: those of a list, or a range such as 1 to 5."""

from __future__ import annotations

from fs_app.ivr import asking, words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn


def question(turn: Turn) -> tuple[str, ...]:
    return turn.files(turn.value("prompts"))


def answers(turn: Turn) -> dict[str, str]:
    """Key → label."""
    keys: dict[str, str] = turn.value("keys")
    return keys or {str(n): "" for n in range(turn.value("least"), turn.value("most") + 1)}


def chosen(turn: Turn, key: str) -> None:
    name, label = str(turn.value("question")), str(answers(turn)[key])
    turn.change("flow.answer", node=turn.run.node, question=name, value=key, label=label)
    turn.want(words.SurveyAnswer(name, key, label))
    if turn.value("variable"):
        turn.set(turn.value("variable"), key)
    turn.leave("next", key)


def enter(turn: Turn) -> None:
    asking.begin(turn, question, answers(turn), chosen)


def tell(turn: Turn, event: words.Event) -> None:
    asking.tell(turn, event, question, answers(turn), chosen)


KIND = NodeKind(
    "survey",
    "ask",
    "star",
    params=(
        Param("question", ParamKind.TEXT, required=True, most=80),
        Param("prompts", ParamKind.PROMPTS, required=True, least=1),
        Param("least", ParamKind.INTEGER, default=1, least=0, most=9),
        Param("most", ParamKind.INTEGER, default=5, least=0, most=9),
        Param("keys", ParamKind.KEYS, default={}, most=10),
        Param("variable", ParamKind.VARIABLE),
        *asking.AGAIN,
    ),
    outs=(
        Exit("next"),
        Exit("no_input", optional=True, otherwise="next"),
        Exit("wrong", optional=True, otherwise="no_input"),
        Exit("error", optional=True),
    ),
    enter=enter,
    tell=tell,
    hears=True,
)
