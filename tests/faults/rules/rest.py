"""(8) Half a minute after the last fault nothing is stuck: no channel, no agent, no caller, no record."""

from __future__ import annotations

from tests.faults.history import History, Violation

RULE = "rest"


def check(history: History) -> list[Violation]:
    return [
        Violation(RULE, rest.at, f"{rest.seconds:.0f} s after the last fault: {left}")
        for rest in history.rests
        for left in rest.left
    ]
