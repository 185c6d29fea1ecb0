"""The invariants of what must survive, each a pure function from a history to the violations found in it."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.history import History, Violation
from tests.faults.rules import ears, ends, lines, order, rate, rest, states, verdicts

Rule = Callable[[History], list[Violation]]

RULES: dict[str, Rule] = {
    "ends": ends.check,
    "lines": lines.check,
    "reservations": lines.check_reservations,
    "order": order.check,
    "idle": order.check_idle,
    "verdicts": verdicts.check,
    "states": states.check,
    "rate": rate.check,
    "rest": rest.check,
    "ears": ears.check,
}


def check(history: History) -> list[Violation]:
    """All of them, in the order of time."""
    return sorted((v for rule in RULES.values() for v in rule(history)), key=lambda v: v.at)
