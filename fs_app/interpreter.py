"""What the interpreter itself may hold the loop up with, kept short: collecting garbage, and threads that compute.

Seen with 360 agents and 20 calls a second: each full collection looked through half a million objects that live as long
as the program and stopped the loop for 70 to 180 ms, every four seconds; there was next to nothing to collect.
"""

from __future__ import annotations

import gc
import sys
import time

from fs_app import metrics

YOUNG, MIDDLE, OLD = 10_000, 20, 100
"""New objects until a young collection (a millisecond), young ones until one of the middle generation, and those until
a full one: some 20 million new objects, not fewer than a quarter of all that live."""

SWITCH_S = 0.0005
"""A thread that computes gives way to the loop after this time (Python's own: 5 ms, as late may any event be then)."""


def tune() -> None:
    """Once, when everything that stays is there: it is not looked through any more. Pauses are measured."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    sys.setswitchinterval(SWITCH_S)
    gc.callbacks.append(_Pauses())


class _Pauses:
    def __init__(self) -> None:
        self._begin = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._begin = time.perf_counter()
        else:
            took = time.perf_counter() - self._begin
            metrics.GC_SECONDS.labels(generation=str(info["generation"])).observe(took)
