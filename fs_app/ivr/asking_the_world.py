"""Nodes that wait for an answer from elsewhere. The caller hears that it goes on, and never waits for ever."""

from __future__ import annotations

from fs_app.ivr import words
from fs_app.ivr.turn import Turn

QUIET_S = 4
"""Silence that a caller bears before he is told again that he is not forgotten."""

PATIENCE = ("shipped:one_moment",)


def begin(turn: Turn, prompts: tuple[str, ...] | list[str] = ()) -> None:
    """After the question was put: say something, or be quiet for a moment."""
    if not turn.speak(turn.files(prompts)):
        turn.wait(QUIET_S)


def tell(turn: Turn, event: words.Event, most_s: int) -> None:
    """Everything but the answer. When it does not come within `most_s` he goes out by `timeout`."""
    match event:
        case words.SoundOver():
            turn.wait(QUIET_S)
        case words.TimeUp():
            quiet = turn.state["quiet"] = turn.state.get("quiet", 0) + 1
            if quiet * QUIET_S > most_s:
                turn.leave("timeout", "no answer")
            elif not turn.speak(turn.files(PATIENCE)):
                turn.wait(QUIET_S)
        case _:
            pass
