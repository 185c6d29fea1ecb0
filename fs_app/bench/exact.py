"""The exact values of two queues, to compare ours with.

Erlang C (M/M/s): A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic
telephone exchanges", 1917; in L. Kleinrock, "Queueing Systems", vol. 1, 1975, section 3.5.
Erlang A (M/M/s+M, callers give up): C. Palm, "Research on telephone traffic carried by full availability groups",
1957; O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient customers", 2002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Values:
    """Shares are of all calls; `mean_wait_s` is over all calls, those that gave up too."""

    p_wait: float
    mean_wait_s: float
    occupancy: float
    in_20_s: float | None = None
    p_abandon: float | None = None


def erlang_c(per_hour: float, handling_s: float, agents: int) -> Values:
    """Needs fewer erlangs than agents."""
    load = per_hour * handling_s / 3600
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)  # Erlang B
    waits = blocked / (1 - load / agents * (1 - blocked))
    drain = (agents - load) / handling_s  # the rate at which a wait ends, per second
    return Values(waits, waits / drain, load / agents, 1 - waits * math.exp(-20 * drain))


def erlang_a(per_hour: float, handling_s: float, agents: int, patience_s: float) -> Values:
    """From the balance of births and deaths over the number of calls in the system."""
    arrival, service, leaving = per_hour / 3600, 1 / handling_s, 1 / patience_s
    weights, n = [1.0], 0
    while n < agents or weights[-1] > 1e-15 * max(weights):
        n += 1
        weights.append(weights[-1] * arrival / (min(n, agents) * service + max(0, n - agents) * leaving))
    total = sum(weights)
    waiting = sum(w * (n - agents) for n, w in enumerate(weights) if n > agents) / total
    lost = leaving * waiting / arrival
    return Values(
        sum(weights[agents:]) / total,
        waiting / arrival,
        arrival * (1 - lost) / (agents * service),
        p_abandon=lost,
    )
