"""How many calls and agents there are in which state, for /metrics."""

from __future__ import annotations

from collections import Counter

from fs_app import metrics
from fs_app.live import Live


def count(live: Live) -> None:
    metrics.CALLS.clear()
    for stage, number in Counter(str(call.stage) for call in live.calls.values()).items():
        metrics.CALLS.labels(stage=stage).set(number)
    metrics.AGENTS.clear()
    for state, number in Counter(agent.shown for agent in live.agents.values()).items():
        metrics.AGENTS.labels(state=state).set(number)
