"""Waiting in tests: for a condition, never for luck."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import gevent

T = TypeVar("T")


def until(condition: Callable[[], T], timeout: float = 5.0, what: str = "", step: float = 0.01) -> T:
    """Return the first true value of `condition()`; fail the test after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"not within {timeout} s: {what or condition}; last value {value!r}")
        gevent.sleep(step)
