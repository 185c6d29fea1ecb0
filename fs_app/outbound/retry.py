"""What follows an attempt that reached nobody (BA-113, HN-180): when to call again, or how it ends. Pure.

Four results have a rule of their own. Anything else that went wrong (`FAILED`: the network, the trunk, the program
died) is tried again like an unanswered call, but without end: an hour without trunk closes nobody's callback. A number
that nobody has (`WRONG_NUMBER`) is not called again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    GAVE_UP = "gave_up"
    FAILED = "failed"
    WRONG_NUMBER = "wrong_number"


RULED = (Result.BUSY, Result.NO_ANSWER, Result.MACHINE, Result.GAVE_UP)
"""Those with a rule, in the order in which they are shown."""

BUSY = frozenset({"USER_BUSY", "CALL_REJECTED"})
NO_ANSWER = frozenset(
    {"NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT", "ORIGINATOR_CANCEL", "RECOVERY_ON_TIMER_EXPIRE"}
)
WRONG = frozenset({"UNALLOCATED_NUMBER", "INVALID_NUMBER_FORMAT", "NUMBER_CHANGED"})
"""Causes of the switch. NO_ROUTE_DESTINATION is none of the last: a trunk that is badly set says it of every number."""


@dataclass(frozen=True, slots=True)
class Rule:
    """After this result: again in `delay_s` seconds, until it has come `attempts` times (0: without end); then the
    end, with the verdict `disposition`, or (None) without one."""

    delay_s: int
    attempts: int
    disposition: int | None = None


DEFAULTS: Mapping[Result, Rule] = {
    Result.BUSY: Rule(300, 5),
    Result.NO_ANSWER: Rule(3600, 4),
    Result.MACHINE: Rule(7200, 3),
    Result.GAVE_UP: Rule(300, 0),
}
"""Whom agents give up on is not forgotten for it: that rule has no end unless an administrator gives it one."""


@dataclass(frozen=True, slots=True)
class Next:
    """`again_s`: call again after so many seconds; None: it is over, with the verdict `disposition` if there is one."""

    again_s: int | None
    disposition: int | None = None


def result_of(cause: str, by_agent: bool = False) -> Result:
    """What a cause of the switch means. `by_agent`: the agent put his telephone down, or did not pick it up."""
    if by_agent:
        return Result.GAVE_UP
    if cause in BUSY:
        return Result.BUSY
    if cause in NO_ANSWER:
        return Result.NO_ANSWER
    return Result.WRONG_NUMBER if cause in WRONG else Result.FAILED


def after(rules: Mapping[Result, Rule], result: Result, times: int) -> Next:
    """`times`: how often this result has come, this one too."""
    if result is Result.WRONG_NUMBER:
        return Next(None)
    ruled = Result.NO_ANSWER if result is Result.FAILED else result
    rule = rules.get(ruled, DEFAULTS[ruled])
    if rule.attempts and times >= rule.attempts and result is not Result.FAILED:
        return Next(None, rule.disposition)
    return Next(rule.delay_s)
