"""Waiting in tests: for a condition, never for luck."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

import gevent

T = TypeVar("T")


PATIENCE = float(os.environ.get("FS_APP_TEST_PATIENCE", "3" if os.environ.get("CI") else "1.5"))
"""Times as long as a test says: it says what a quiet machine needs, and this one may have others' work to do. What must
happen within a time is measured, and compared with it (`measured`)."""


def until(condition: Callable[[], T], timeout: float = 5.0, what: str = "", step: float = 0.01) -> T:
    """Return the first true value of `condition()`; fail the test after `timeout` seconds times `PATIENCE`."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"not within {timeout} s: {what or condition}; last value {value!r}")
        gevent.sleep(step)
