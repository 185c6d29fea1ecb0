"""Everything that the bus said, in order."""

from __future__ import annotations

from typing import TypeVar

from fs_app.bus import Bus
from fs_app.events import Recorded
from fs_app.journal import Entry

E = TypeVar("E")


class Recorder:
    def __init__(self, bus: Bus) -> None:
        self.events: list[object] = []
        bus.subscribe(object, self.events.append)

    def of(self, kind: type[E]) -> list[E]:
        return [e for e in self.events if isinstance(e, kind)]

    def entries(self, kind: str = "", call: str = "") -> list[Entry]:
        """Journal entries whose kind begins with `kind`."""
        found = [e.entry for e in self.of(Recorded)]
        return [e for e in found if e.kind.startswith(kind) and (not call or e.call == call)]

    def kinds(self, call: str = "") -> list[str]:
        return [e.kind for e in self.entries(call=call)]

    def forget(self) -> None:
        self.events.clear()
