"""Who waits: the callers of each queue in the order of their priority and ticket.

The order is a view of the live calls: whoever is in stage WAITING stands in the line, at the place that his
priority and his ticket give. A ticket is given once, and tickets of all queues are of one series: a caller who comes
back from an offer that failed, or goes on to another queue, keeps it.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator

from fs_app.bus import Bus
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.clock import Clock
from fs_app.events import Recorded
from fs_app.live import Live

Line = list[tuple[int, int, str]]

MOVED = ("call.prioritised", "call.turn")
"""Entries that change the place of somebody in the line."""


class Queues:
    def __init__(self, live: Live, bus: Bus, clock: Clock) -> None:
        self._live = live
        self._clock = clock
        self._lines: dict[int, Line] = defaultdict(list)  # queue → (-priority, ticket, call), sorted
        self._since: dict[
            str, float
        ] = {}  # call → when it was queued (monotonic), whatever the clock does since
        self._entered: dict[str, float] = {}  # call → when it came into its present queue (monotonic)
        bus.subscribe(Recorded, self._follow)

    def rebuild(self) -> None:
        """From the live state, after a replay."""
        self._lines.clear()
        self._since.clear()
        self._entered.clear()
        for call in self._live.calls.values():
            if call.queued_at is not None and call.ended_at is None:
                self._since[call.id] = self._moment(call.queued_at)
                self._entered[call.id] = self._moment(call.entered_at or call.queued_at)
            if call.stage is Stage.WAITING:
                self._enter(call)

    def waiting(self, queue: int) -> list[Call]:
        """The callers who wait for an agent of this queue now, in the order in which they are served."""
        return list(self.in_line(queue))

    def in_line(self, queue: int) -> Iterator[Call]:
        """The same one by one; the line must not change meanwhile."""
        calls = self._live.calls
        return (calls[call] for _, _, call in self._lines.get(queue, ()))

    def length(self, queue: int) -> int:
        return len(self._lines.get(queue, ()))

    def longest_since(self, queue: int) -> int | None:
        """Since when the one who waits longest has been waiting (UTC ms)."""
        return min((c.queued_at for c in self.in_line(queue) if c.queued_at is not None), default=None)

    def position(self, call: Call) -> int:
        """1 is next."""
        return 1 + sum(1 for place in self._lines.get(call.queue or 0, ()) if place < _place(call))

    def waited_s(self, call: Call) -> float:
        """Seconds since the call was first queued, in this queue and those before."""
        return self._clock.monotonic() - self._since.get(call.id, self._clock.monotonic())

    def here_s(self, call: Call) -> float:
        """Seconds since the call came into its present queue."""
        return self._clock.monotonic() - self._entered.get(call.id, self._clock.monotonic())

    def _moment(self, at_ms: int) -> float:
        return self._clock.monotonic() - max(0, self._clock.now_ms() - at_ms) / 1000

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        kind = entry.kind
        if entry.call is None:
            return
        if kind == "call.ended":
            self._since.pop(entry.call, None)
            self._entered.pop(entry.call, None)
            return
        if kind not in ("call.stage", "call.queued", "call.overflowed", *MOVED):
            return
        call = self._live.calls.get(entry.call)
        if call is None:
            return
        if kind == "call.queued":
            if entry.data.get("anew"):
                self._since.pop(call.id, None)
            self._since.setdefault(call.id, self._moment(call.queued_at or entry.at))
            self._entered[call.id] = self._clock.monotonic()
        elif kind == "call.overflowed":
            self._entered[call.id] = self._clock.monotonic()
            if call.stage is Stage.WAITING:
                self._leave(entry.data["queue"], call)
                self._enter(call)
        elif kind in MOVED:
            if call.stage is Stage.WAITING:  # his place has changed already: found by his name
                line = self._lines[call.queue or 0]
                line[:] = [place for place in line if place[2] != call.id]
                self._enter(call)
        elif entry.data["new"] == Stage.WAITING:
            self._enter(call)
        elif entry.data["old"] == Stage.WAITING:
            self._leave(call.queue or 0, call)

    def _enter(self, call: Call) -> None:
        if call.asked_by is not None and call.absent:
            return  # the affair of the agent who wants to call back
        line = self._lines[call.queue or 0]
        if _place(call) not in line:
            insort(line, _place(call))

    def _leave(self, queue: int, call: Call) -> None:
        line = self._lines.get(queue, [])
        if _place(call) in line:
            line.remove(_place(call))


def _place(call: Call) -> tuple[int, int, str]:
    return -call.priority, call.ticket or 0, call.id
