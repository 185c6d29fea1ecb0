"""The child processes of imports, by the names of their jobs.

What a child had not committed when it is ended is as if it had not been. One import at once: each more would only make
both slower, and calls have the first right to the machine.
"""

from __future__ import annotations

import sys

from fs_app import children
from fs_app.children import Children, Json, Told
from fs_app.errors import FsAppError

WRITERS = 1
READERS = 2
"""Dry runs and previews, beside the one that writes."""

WRITING = ("import", "undo")
MOST_LINE = 8_000_000


class Died(FsAppError):
    """The child ended without a word: killed, or out of memory."""

    key = "imports.error.died"


class Cancelled(FsAppError):
    """It was ended on purpose."""

    key = "imports.error.cancelled"


class Crew:
    """`command`: how a child is started."""

    def __init__(self, command: tuple[str, ...] = ()) -> None:
        command = command or (sys.executable, "-m", "fs_app.imports.child")
        self._writers = Children(command, at_once=WRITERS, most_line=MOST_LINE, hold=True)
        self._readers = Children(command, at_once=READERS, most_line=MOST_LINE, hold=True)

    def run(self, name: object, order: Json, told: Told, timeout: float | None = None) -> Json:
        """Wait for a place, then for the child's result; `told` gets what it says before.

        Raises Broken, Died, Cancelled, and Unavailable after `timeout` seconds.
        """
        crew = self._writers if order["do"] in WRITING else self._readers
        try:
            return crew.run(order, told, timeout, name)
        except children.Cancelled as error:
            raise Cancelled(str(name)) from error
        except children.Died as error:
            raise Died(str(error)) from error

    def end(self, name: object) -> None:
        """The child that works under this name, or will."""
        self._writers.cancel(name)
        self._readers.cancel(name)

    def stop(self) -> None:
        self._writers.stop()
        self._readers.stop()

    def pid(self, name: object) -> int | None:
        return self._writers.pid(name) or self._readers.pid(name)
