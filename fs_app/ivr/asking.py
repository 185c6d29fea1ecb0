"""A question that is answered with one key: said, waited for, said again after a wrong key or silence.

The state of such a node: `tries`, how often it was not answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from fs_app.ivr import words
from fs_app.ivr.spec import Param, ParamKind
from fs_app.ivr.turn import Turn

TRIES = Param("tries", ParamKind.INTEGER, default=3, least=1, most=9)
TIMEOUT = Param("timeout_s", ParamKind.INTEGER, default=5, least=1, most=15)
WRONG = Param("wrong_prompts", ParamKind.PROMPTS, default=["shipped:wrong_key"])
SILENT = Param("no_input_prompts", ParamKind.PROMPTS, default=["shipped:nothing_heard"])
AGAIN = (TRIES, TIMEOUT, WRONG, SILENT)
"""The params of every node that asks."""

Question = Callable[[Turn], Iterable[str]]


def begin(turn: Turn, question: Question, keys: Collection[str], chosen: Callable[[Turn, str], None]) -> None:
    """A key that was typed ahead answers before anything is said."""
    key = turn.take_key()
    if key:
        _judge(turn, key, question, keys, chosen)
    else:
        say(turn, question(turn))


def tell(
    turn: Turn,
    event: words.Event,
    question: Question,
    keys: Collection[str],
    chosen: Callable[[Turn, str], None],
) -> None:
    match event:
        case words.Key():
            turn.hush()
            _judge(turn, turn.take_key(), question, keys, chosen)
        case words.SoundOver():
            turn.wait(turn.value("timeout_s"))
        case words.TimeUp():
            failed(turn, "no_input", "no_input_prompts", question)
        case _:
            pass


def say(turn: Turn, files: Iterable[str]) -> None:
    """Ask, and wait from the end of the question on."""
    if not turn.speak(files):
        turn.wait(turn.value("timeout_s"))


def failed(turn: Turn, way: str, prompts: str, question: Question) -> None:
    """No answer, or a wrong one: once more, or out by `way`."""
    turn.drop_keys()
    turn.hush()
    tries = turn.state["tries"] = turn.state.get("tries", 0) + 1
    if tries >= turn.value("tries"):
        turn.leave(way, f"tried {tries}")
    else:
        say(turn, (*turn.files(turn.value(prompts)), *question(turn)))


def _judge(
    turn: Turn, key: str, question: Question, keys: Collection[str], chosen: Callable[[Turn, str], None]
) -> None:
    if key in keys:
        chosen(turn, key)
    else:
        failed(turn, "wrong", "wrong_prompts", question)
