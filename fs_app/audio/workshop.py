"""Where files are converted: child processes, few at once, each with a deadline."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict

from fs_app.audio.words import Converted, Order, Refusal
from fs_app.children import Broken, Cancelled, Children, Died, Json, Late

AT_ONCE = 2
DEADLINE_S = 300.0

Progress = Callable[[str, int], None]


class Workshop:
    """`command`: how a child is started; it gets an order and answers as `fs_app.audio.child` does."""

    def __init__(self, deadline_s: float = DEADLINE_S, command: tuple[str, ...] = ()) -> None:
        command = command or (sys.executable, "-m", "fs_app.audio.child")
        self._children = Children(command, at_once=AT_ONCE)
        self._deadline_s = deadline_s

    def run(self, order: Order, progress: Progress) -> Converted:
        """Wait for a place, then for the result. Raises Refusal, whatever the file does to the child."""

        def told(said: Json) -> None:
            progress(str(said.get("stage", "")), int(said.get("percent", 0)))

        try:
            done = self._children.run(asdict(order), told, self._deadline_s)
        except Broken as broken:
            raise Refusal(broken.key, **broken.params) from broken
        except (Late, Died, Cancelled) as ended:
            raise Refusal("too_heavy") from ended
        return Converted(**{**done, "remarks": tuple(done["remarks"])})

    def stop(self) -> None:
        """End what runs."""
        self._children.stop()
