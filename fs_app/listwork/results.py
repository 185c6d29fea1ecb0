"""What a call, or an agent without one, makes of a record (HN-171, HN-180). Pure.

`calllists.record` does the rest when it is written: the next number after a wrong one, the end after the last attempt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fs_app.listwork.state import Known
from fs_app.outbound.retry import Result, Rule, after

AGAIN_MS = 3_600_000
"""A callback without a date, that a verdict asks for, is due after this time: nobody has just been told "later" to be
called in the same minute."""

REACHED = frozenset({"positive", "argued", "not_argued"})
"""`last_result` of somebody who was talked to: the category of his verdict."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`event`: of `calllists.state`. `result`: the word for `last_result`, "" when nothing was tried. `owner`: of a
    personal callback; `freed`: it is nobody's any more. `counted`: it was one of the attempts that the list allows.
    `refused`: he wants no more calls for now. `disposition`: the verdict that a rule of the queue gives."""

    event: str
    result: str = ""
    due_at: int | None = None
    owner: int | None = None
    freed: bool = False
    counted: bool = False
    refused: bool = False
    disposition: int | None = None


GIVEN_BACK = Outcome("given_back")
"""Nothing came of it before his telephone could ring: it is what it was."""


def not_reached(known: Known, result: Result, rules: Mapping[Result, Rule], now: int) -> Outcome:
    """An attempt that reached nobody: again by the rules of the queue, until they or the list's attempts end it. What
    the network could not do (FAILED) is none of the attempts, but is not repeated more often than they are."""
    if result is Result.WRONG_NUMBER:
        return Outcome("wrong", str(result), counted=True)
    times = known.results.get(result, 0) + 1
    counted = result is not Result.FAILED
    following = after(rules, result, times)
    used = known.attempts + 1 if counted else times
    if following.again_s is None:
        return Outcome("stopped", str(result), counted=counted, disposition=following.disposition)
    if known.most and used >= known.most:
        return Outcome("unreachable", str(result), counted=counted)
    due_at = now + following.again_s * 1000
    if known.status == "PERSONAL":
        return Outcome("personal", str(result), due_at, known.owner, counted=counted)
    return Outcome("system", str(result), due_at, counted=counted)


def judged(
    known: Known,
    effect: str,
    category: str,
    booked: Mapping[str, Any],
    agent: int | None,
    rules: Mapping[Result, Rule],
    now: int,
    counted: bool = True,
) -> Outcome:
    """The verdict on somebody who answered. `effect`: of `queues.model.EFFECTS`; `booked`: what his agent has promised
    him, or nothing; `agent`: who judges. `counted`: false when nobody was dialled."""
    word = category if category in REACHED else "argued"
    if effect == "never":
        return Outcome("blacklisted", word, counted=counted, refused=True)
    if effect == "refused":
        return Outcome("completed", word, counted=counted, refused=True)
    if booked or effect in ("callback", "personal"):
        due_at = (booked["due_at"] or now) if booked else now + AGAIN_MS
        mine = bool(booked["mine"]) if booked else effect == "personal"
        who = booked.get("agent", agent) if booked else agent
        if mine and who is not None:
            return Outcome("personal", word, due_at, who, counted=counted)
        return Outcome("callback", word, due_at, counted=counted)
    if effect == "machine" and counted:
        return not_reached(known, Result.MACHINE, rules, now)
    if effect == "wrong_number" and counted:
        return Outcome("wrong", str(Result.WRONG_NUMBER), counted=True)
    return Outcome("completed", word, counted=counted)


STAYS = frozenset({"callback", "personal", "system"})
"""Events after which it has a date, and is on the list still."""


def now_is(known: Known, outcome: Outcome) -> Known | None:
    """The record after it; None: it is done, or only the list can say."""
    if outcome.event not in STAYS:
        return None
    times = dict(known.results)
    if outcome.result and outcome.result not in REACHED:
        times[outcome.result] = times.get(outcome.result, 0) + 1
    attempts = known.attempts + outcome.counted
    if outcome.event == "system" and known.most and attempts >= known.most:
        return None
    return replace(
        known,
        status=outcome.event.upper(),
        due_at=outcome.due_at,
        owner=None if outcome.freed else outcome.owner if outcome.owner is not None else known.owner,
        attempts=attempts,
        last_result=outcome.result or known.last_result,
        results=times,
    )
