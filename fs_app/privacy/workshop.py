"""Runs the child process (`child.py`), one at a time, and passes on how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable

from fs_app.children import Broken, Cancelled, Children, Died, Json, Late
from fs_app.errors import Unavailable

DEADLINE_S = 3600.0

Progress = Callable[[int, int], None]


class ChildFailed(Unavailable):
    """It died, or says why it can't; `why` is a word of the catalogue (privacy.failed.*)."""

    key = "error.privacy_child"

    def __init__(self, why: str) -> None:
        super().__init__(f"the child process: {why}")
        self.why = why


class Workshop:
    def __init__(self, command: tuple[str, ...] = (), deadline_s: float = DEADLINE_S) -> None:
        command = command or (sys.executable, "-m", "fs_app.privacy.child")
        self._children = Children(command, at_once=1, private=True)
        self._deadline_s = deadline_s

    def run(self, order: Json, progress: Progress) -> Json:
        """Wait for the turn, then for the answer, yielding. Raises ChildFailed."""

        def told(said: Json) -> None:
            progress(int(said.get("done", 0)), int(said.get("total", 0)))

        try:
            return self._children.run(order, told, self._deadline_s)
        except Broken as broken:
            raise ChildFailed(broken.key) from broken
        except Late as late:
            raise ChildFailed("too_heavy") from late
        except (Died, Cancelled) as ended:
            raise ChildFailed("died") from ended

    def stop(self) -> None:
        self._children.stop()
