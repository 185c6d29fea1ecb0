"""Pauses of the interpreter: rarer, and measured."""

import gc
import sys
from collections.abc import Iterator

import pytest

from fs_app import interpreter, metrics


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, switch, callbacks = gc.get_threshold(), sys.getswitchinterval(), list(gc.callbacks)
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(switch)
    gc.callbacks[:] = callbacks


def collections(generation: str) -> float:
    found = metrics.GC_SECONDS.labels(generation=generation)._sum.get()
    return float(found)


def test_what_stays_is_not_looked_through_again() -> None:
    kept = [[n] for n in range(1000)]
    interpreter.tune()
    assert gc.get_freeze_count() > len(kept)
    assert gc.get_objects(generation=2) is not None
    assert not any(one is kept for one in gc.get_objects())


def test_circles_made_later_are_still_collected_and_the_pause_is_measured() -> None:
    interpreter.tune()
    before = collections("2")
    circle: list[object] = []
    circle.append(circle)
    del circle
    assert gc.collect() >= 1
    assert collections("2") > before


def test_a_computing_thread_gives_way_soon() -> None:
    interpreter.tune()
    assert sys.getswitchinterval() <= 0.001
