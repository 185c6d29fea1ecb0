"""`fs-app bench erlang`: our queue under Poisson arrivals beside the exact values of Erlang C and Erlang A.

What is driven is the program's own code (`centre.py`) with a clock that is moved by hand. Each replication has a seed
of its own, begins empty, and its first calls are dropped. A figure agrees when its mean over the replications is
within three standard errors of the exact value.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import time
from dataclasses import dataclass, field

import click

from fs_app.bench.centre import Centre, queue
from fs_app.bench.exact import Values, erlang_a, erlang_c
from fs_app.clock import FakeClock
from fs_app.events import Recorded

GOAL_ERRORS = 3.0
REPLICATIONS = 30
CALLS = 5000
WARM_UP_CALLS = 2500
"""Of each replication. The cases with many agents forget slowly that they began empty."""

QUEUE, NUMBER = 1, "1"


@dataclass(frozen=True, slots=True)
class Case:
    """`patience_s` None: nobody gives up (Erlang C)."""

    per_hour: float
    handling_s: float
    agents: int
    patience_s: float | None = None

    def exact(self) -> Values:
        if self.patience_s is None:
            return erlang_c(self.per_hour, self.handling_s, self.agents)
        return erlang_a(self.per_hour, self.handling_s, self.agents, self.patience_s)

    def __str__(self) -> str:
        rest = "" if self.patience_s is None else f", patience {self.patience_s:g} s"
        return f"{self.per_hour:g}/h, {self.handling_s:g} s, {self.agents} agents{rest}"


CASES = (
    Case(100, 180, 8),
    Case(200, 180, 14),
    Case(360, 240, 28),
    Case(600, 180, 35),
    Case(1000, 300, 90),
    Case(1200, 240, 88),
    Case(100, 180, 5, 120),
    Case(200, 180, 10, 120),
    Case(360, 240, 24, 120),
    Case(600, 180, 30, 120),
    Case(1200, 240, 80, 180),
)


@dataclass(slots=True)
class _Seen:
    """What one replication counts, from calls that came after the warm-up."""

    waits: list[float] = field(default_factory=list)
    given_up: int = 0
    busy_s: float = 0.0  # of all agents together, within the time that counts


class Replication:
    """One run: `figures()` by name."""

    def __init__(self, case: Case, seed: int, calls: int, warm_up: int) -> None:
        self._case = case
        self._dice = random.Random(f"{case} {seed}")
        self._clock = FakeClock()
        self._centre = Centre([queue(QUEUE, tuple(range(1, case.agents + 1)))], self._clock)
        self._seen = _Seen()
        self._came: dict[str, float] = {}
        self._talks: dict[str, float] = {}
        self._busy, self._busy_since = 0, 0.0
        # Windows of time, not of calls: the time of a fixed number of calls is short when they come thick, and the
        # occupancy of short windows would be too high.
        self._begin = warm_up / case.per_hour * 3600
        self._end = self._begin + calls / case.per_hour * 3600
        self._number = 0
        self._centre.bus.subscribe(Recorded, self._follow)
        for agent in range(1, case.agents + 1):
            self._centre.log_in(agent)
            self._centre.agents.available(agent)

    def figures(self) -> dict[str, float]:
        self._next()
        while self._came or self._clock.monotonic() < self._end:
            self._clock.advance(60.0)
        self._count_busy(0)
        seen = self._seen
        shown = {
            "p_wait": sum(w > 0 for w in seen.waits) / len(seen.waits),
            "mean_wait_s": statistics.fmean(seen.waits),
            "occupancy": seen.busy_s / ((self._end - self._begin) * self._case.agents),
        }
        if self._case.patience_s is None:
            shown["in_20_s"] = sum(w <= 20 for w in seen.waits) / len(seen.waits)
        else:
            shown["p_abandon"] = seen.given_up / len(seen.waits)
        return shown

    # --- what happens ---------------------------------------------------------------------------------------
    def _next(self) -> None:
        self._clock.call_later(self._dice.expovariate(self._case.per_hour / 3600), self._arrival)

    def _arrival(self) -> None:
        now, call = self._clock.monotonic(), f"call-{self._number}"
        if now >= self._end:
            return
        self._number += 1
        self._came[call] = now
        self._talks[call] = self._dice.expovariate(1 / self._case.handling_s)
        if self._case.patience_s is not None:
            patience = self._dice.expovariate(1 / self._case.patience_s)
            self._clock.call_later(patience, lambda: self._give_up(call))
        self._centre.arrives(call, NUMBER)
        self._next()

    def _follow(self, event: Recorded) -> None:
        if event.entry.kind == "call.bridged":
            call = str(event.entry.call)
            self._wait_over(call)
            self._count_busy(self._busy + 1)
            self._clock.call_later(self._talks.pop(call), lambda: self._talked(call))

    def _talked(self, call: str) -> None:
        self._count_busy(self._busy - 1)
        del self._came[call]
        self._centre.hangs_up(call)

    def _give_up(self, call: str) -> None:
        if call in self._talks:
            self._seen.given_up += self._counts(call)
            self._wait_over(call)
            del self._talks[call], self._came[call]
            self._centre.hangs_up(call)

    def _wait_over(self, call: str) -> None:
        if self._counts(call):
            self._seen.waits.append(self._clock.monotonic() - self._came[call])

    def _counts(self, call: str) -> bool:
        return self._came[call] >= self._begin

    def _count_busy(self, busy: int) -> None:
        now = self._clock.monotonic()
        within = min(now, self._end) - max(self._busy_since, self._begin)
        self._seen.busy_s += self._busy * max(0.0, within)
        self._busy, self._busy_since = busy, now


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one case. `errors` is how many standard errors it is off."""

    case: Case
    name: str
    exact: float
    mean: float
    error: float

    @property
    def errors(self) -> float:
        return abs(self.mean - self.exact) / self.error if self.error else math.inf


def measure(case: Case, replications: int, calls: int, warm_up: int) -> list[Line]:
    """Every figure of the case over so many replications."""
    runs = [Replication(case, seed, calls, warm_up).figures() for seed in range(replications)]
    exact = case.exact()
    found = []
    for name in runs[0]:
        values = [run[name] for run in runs]
        error = statistics.stdev(values) / math.sqrt(len(values))
        found.append(Line(case, name, float(getattr(exact, name)), statistics.fmean(values), error))
    return found


@click.command("erlang")
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
@click.option("--replications", default=REPLICATIONS, show_default=True, type=click.IntRange(min=2))
@click.option("--calls", default=CALLS, show_default=True, help="Expected in the time that counts.")
@click.option("--warm-up", default=WARM_UP_CALLS, show_default=True, help="Expected in the time before.")
def erlang(json_output: bool, replications: int, calls: int, warm_up: int) -> None:
    """The queue beside the exact values of Erlang C and Erlang A."""
    begin, lines = time.monotonic(), []
    click.echo(f"{'figure':<13}{'exact':>10}{'measured':>10}{'std error':>11}{'errors':>8}")
    for case in CASES:
        click.echo(str(case))
        for line in measure(case, replications, calls, warm_up):
            lines.append(line)
            missed = "" if line.errors <= GOAL_ERRORS else "  MISSED"
            click.echo(
                f"  {line.name:<11}{line.exact:>10.4f}{line.mean:>10.4f}{line.error:>11.5f}"
                f"{line.errors:>8.2f}{missed}"
            )
    worst = max(line.errors for line in lines)
    met = worst <= GOAL_ERRORS
    took = time.monotonic() - begin
    click.echo(
        f"{len(lines)} figures, {replications} replications of {calls} calls, {took:.0f} s; "
        f"worst {worst:.2f} standard errors (goal {GOAL_ERRORS:g})  {'met' if met else 'MISSED'}"
    )
    if json_output:
        rows = [
            {
                "case": str(x.case),
                "figure": x.name,
                "exact": x.exact,
                "mean": x.mean,
                "standard_error": x.error,
            }
            for x in lines
        ]
        goals = {"standard_errors": {"most": GOAL_ERRORS, "met": met}}
        click.echo(
            json.dumps(
                {"bench": "erlang", "figures": {"worst": round(worst, 3)}, "rows": rows, "goals": goals}
            )
        )
    raise SystemExit(0 if met else 1)
