"""How fast an import goes, from what its child says; pure. Times in seconds of a monotonic clock."""

from __future__ import annotations

from collections import deque
from typing import Any

Json = dict[str, Any]

WINDOW_S = 8.0


class Speed:
    """Of the last eight seconds: a machine that is busy for a moment makes no lie of the time left."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self.done = 0
        self.total = 0
        self.phase = ""
        self.counts: Json | None = None

    def seen(self, at: float, done: int, total: int, phase: str = "") -> None:
        if phase != self.phase:
            self._seen.clear()
        self.done, self.total, self.phase = done, total, phase
        self._seen.append((at, done))
        while len(self._seen) > 2 and at - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        if len(self._seen) < 2:
            return 0.0
        (begin, first), (end, last) = self._seen[0], self._seen[-1]
        return (last - first) / (end - begin) if end > begin else 0.0

    @property
    def seconds_left(self) -> int | None:
        """None: nobody can tell."""
        rate = self.per_second
        if rate <= 0 or self.total < self.done:
            return None
        return round((self.total - self.done) / rate)

    def told(self, shown: Json) -> Json:
        """The job as it is shown, with what the child has said since it was written down."""
        if not self.phase:
            return shown
        return {
            **shown,
            "phase": self.phase,
            "done": max(self.done, 0),
            "total": self.total or shown["total"],
            "counts": self.counts or shown["counts"],
            "per_second": round(self.per_second, 1),
            "seconds_left": self.seconds_left,
        }
