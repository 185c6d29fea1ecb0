"""What a caller types for nobody's ears (BY-24): a number of steps, each ended by #, by its last digit or by silence.

Pure. The digits are here and nowhere else: they are in no text that this object makes of itself, and gone with `wipe`
or `taken`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fs_app.queues.popping import Step, verdict

TRIES = 3
"""So often a step may be wrong."""

KEYS = frozenset("0123456789*#")


class TypingIn:
    """`state`: going (he is on his way home), asking, sending, or over."""

    __slots__ = ("__digits", "__taken", "index", "last_key", "result", "state", "steps", "token", "tries")

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        self.state = "going"
        self.index = 0
        self.tries = 0
        self.result = ""  # of what was typed last: what `popping.verdict` says
        self.last_key = -60.0  # monotonic
        self.token = 0  # of the timer that counts
        self.__digits = ""
        self.__taken: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<{self.state}, step {self.index + 1} of {len(self.steps)}>"

    def __reduce__(self) -> Any:
        raise TypeError("what was typed is not copied")

    @property
    def step(self) -> Step:
        return self.steps[min(self.index, len(self.steps) - 1)]

    @property
    def count(self) -> int:
        return len(self.__digits)

    def press(self, key: str) -> bool:
        """One key; True when the step is over. A # after the last digit was enough is a habit and says nothing."""
        if self.state != "asking" or key not in KEYS:
            return False
        if key == "#":
            return self.count > 0
        if key == "*":
            self.__digits, self.result = "", ""
            return False
        self.result = ""
        self.__digits += key
        return self.count >= self.step.most

    def judge(self, month: tuple[int, int]) -> str:
        """The step is over: `ok` (on to the next), or what is wrong (the same once more). `month`: today's."""
        step = self.step
        self.result = verdict(step.kind, self.__digits, step.least, step.most, month)
        if self.result == "ok":
            self.__taken[step.name] = self.__digits
            self.index, self.tries = self.index + 1, 0
        else:
            self.tries += 1
        self.__digits = ""
        return self.result

    @property
    def complete(self) -> bool:
        return self.index >= len(self.steps)

    def again(self) -> None:
        """The present step from its beginning."""
        self.__digits, self.result = "", ""

    def taken(self) -> dict[str, str]:
        """All that was typed, once: nothing of it stays here."""
        found, self.__taken, self.__digits = self.__taken, {}, ""
        return found

    def wipe(self) -> None:
        self.__taken, self.__digits = {}, ""
        if self.state != "over":
            self.state = "over"

    def shown(self) -> dict[str, Any]:
        """For the agent: how far, how many digits, and whether they are right; never which."""
        return {
            "state": self.state,
            "step": min(self.index, len(self.steps) - 1) + 1,
            "steps": [{"name": s.name, "label": s.label, "kind": s.kind} for s in self.steps],
            "done": self.index,
            "count": self.count,
            "most": self.step.most,
            "tries": self.tries,
            "result": "" if self.result == "ok" else self.result,
        }


def harmless(text: str, values: Sequence[str]) -> str:
    """What the web service says, without what was typed: it is written down and shown."""
    clean = "".join(c if c.isprintable() else " " for c in text)[:200].strip()
    for value in sorted(filter(None, values), key=len, reverse=True):
        clean = clean.replace(value, "•" * 4)
    hidden, run = [], ""
    for char in [*clean, ""]:
        if char and (char.isdigit() or (run and char in " -.")):
            run += char
            continue
        hidden.append("••••" if sum(c.isdigit() for c in run) >= 9 else run)
        hidden.append(char)
        run = ""
    return "".join(hidden)
