"""Which language does the caller want? Each is offered in itself; with only one it is set without a question."""

from __future__ import annotations

from fs_app.ivr import asking, words
from fs_app.ivr.spec import LANGUAGES, Exit, NodeKind, Param, ParamKind, Params
from fs_app.ivr.turn import Turn


def offered(turn: Turn) -> dict[str, str]:
    """Key → language."""
    return {str(at): language for at, language in enumerate(turn.value("languages"), 1)}


def question(turn: Turn) -> tuple[str, ...]:
    files = list(turn.files(turn.value("prompts")))
    for key, language in offered(turn).items():
        files += [f"{language}/for_language.wav", f"{language}/numbers/{key}.wav"]
    return tuple(files)


def implied(params: Params) -> list[tuple[str, str]]:
    languages = params.get("languages")
    languages = languages if isinstance(languages, list) else []
    return [("shipped:for_language", lang) for lang in languages] if len(languages) > 1 else []


def chosen(turn: Turn, key: str) -> None:
    turn.speaks(offered(turn)[key])
    turn.leave("next", offered(turn)[key])


def enter(turn: Turn) -> None:
    if len(offered(turn)) == 1:
        chosen(turn, "1")
    else:
        asking.begin(turn, question, offered(turn), chosen)


def tell(turn: Turn, event: words.Event) -> None:
    asking.tell(turn, event, question, offered(turn), chosen)


KIND = NodeKind(
    "language",
    "ask",
    "language",
    params=(
        Param(
            "languages",
            ParamKind.LANGUAGES,
            required=True,
            default=list(LANGUAGES),
            least=1,
            most=9,
            choices=LANGUAGES,
        ),
        Param("prompts", ParamKind.PROMPTS, default=[]),
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
    deaf=lambda params: len(params.get("languages") or LANGUAGES) == 1,
    implied=implied,
)
