"""(6) The states of an agent add up to his time logged in (± 1 s), agree with what his page showed, and with the
switch: who talks is in a call."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from tests.faults.history import NEVER, History, Step, Violation

RULE = "states"
TOLERANCE_S = 1.0
PICTURE_S = 0.5
"""A picture may be made so much before or after the entry of the change that it shows."""

INTERRUPTIBLE = ("IDLE", "INTER_CALL", "NO_ANSWER_DELAY")
SHOWN = {"OFFERED": "RINGING", "ACTIVE": "IN_CALL", "AFTER_WORK": "WRAP_UP"}


def check(history: History) -> list[Violation]:
    found: list[Violation] = []
    agents = sorted({step.agent for step in history.steps})
    for agent in agents:
        steps = sorted((s for s in history.steps if s.agent == agent), key=lambda s: s.id)
        found += _chain(agent, steps)
        times = timeline(steps)
        found += _sums(agent, steps, times)
        found += _pictures(history, agent, times)
        found += _conversations(history, agent, times)
    return found


def timeline(steps: list[Step]) -> list[tuple[float, str]]:
    """(moment, state that people see from then on)."""
    presence, work, out = "LOGGED_OUT", "IDLE", []
    for step in steps:
        if step.machine == "presence":
            presence = step.new
        else:
            work = step.new
        out.append((step.at, shown(presence, work)))
    return out


def shown(presence: str, work: str) -> str:
    if presence == "LOGGED_OUT" and work in INTERRUPTIBLE:
        return presence
    if work != "IDLE":
        return SHOWN.get(work, work)
    return "IDLE" if presence == "AVAILABLE" else presence


def _chain(agent: int, steps: list[Step]) -> Iterator[Violation]:
    """What a change says was before is what the change before it said."""
    now = {"presence": "LOGGED_OUT", "work": "IDLE"}
    for step in steps:
        if step.old != now[step.machine]:
            yield Violation(
                RULE,
                step.at,
                f"agent {agent}: {step.machine} {step.old} → {step.new}, but it was {now[step.machine]}",
            )
        now[step.machine] = step.new


def _sums(agent: int, steps: list[Step], times: list[tuple[float, str]]) -> Iterator[Violation]:
    """Of each time logged in: the durations of its states, as a report adds them up, are its length."""
    begin, total = None, 0.0
    for i, (at, state) in enumerate(times):
        if state != "LOGGED_OUT" and begin is None:
            begin, total = at, 0.0
        if begin is None:
            continue
        if state == "LOGGED_OUT":
            if abs((at - begin) - total) > TOLERANCE_S:
                yield Violation(
                    RULE, at, f"agent {agent}: logged in for {at - begin:.1f} s, his states are {total:.1f} s"
                )
            begin = None
        elif i + 1 < len(times):
            total += max(0.0, times[i + 1][0] - at)


def _pictures(history: History, agent: int, times: list[tuple[float, str]]) -> Iterator[Violation]:
    moments = [at for at, _ in times]
    for picture in history.pictures:
        if (
            picture.agent != agent
            or not picture.state
            or history.touched(("disk",), picture.at, picture.at, 0.0)
        ):
            continue  # what no disk takes is lost with the program; nobody was promised more
        first = max(0, bisect_right(moments, picture.at - PICTURE_S) - 1)
        last = bisect_right(moments, picture.at + PICTURE_S)
        near = {state for _, state in times[first:last]} or {"LOGGED_OUT"}
        if moments and picture.at - PICTURE_S < moments[0]:
            near.add("LOGGED_OUT")
        if picture.state not in near:
            yield Violation(
                RULE,
                picture.at,
                f"agent {agent}: his page showed {picture.state}, the journal says {' or '.join(sorted(near))}",
            )


def _conversations(history: History, agent: int, times: list[tuple[float, str]]) -> Iterator[Violation]:
    moments = [at for at, _ in times]
    for leg in history.agents_legs():
        if leg.agent != agent:
            continue
        for span in leg.spans:
            begin, end = span.begin + TOLERANCE_S, span.end - TOLERANCE_S
            if span.end == NEVER or end <= begin or history.blind(span.begin, span.end, TOLERANCE_S):
                continue
            first = max(0, bisect_right(moments, begin) - 1)
            states = {state for _, state in times[first : bisect_right(moments, end)]}
            if states != {"IN_CALL"}:
                yield Violation(
                    RULE,
                    begin,
                    f"agent {agent} talks on {leg.id} from {span.begin:.3f} to {span.end:.3f}, "
                    f"his states then: {', '.join(sorted(states))}",
                )
