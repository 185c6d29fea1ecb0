"""The tab Strategy: who is asked first, priority, last agent first."""

from __future__ import annotations

import re

from flask import request

from fs_app.admin import queues
from fs_app.admin.queue_strategy import PART, Strategy
from fs_app.routing.strategies import STRATEGIES
from fs_app.web.admin.common import ticked, typed, typed_number
from fs_app.web.admin.queue_tabs.frame import Tab
from fs_app.web.i18n import t

TIER = re.compile(r"tier-(\d{1,9})")


def _typed() -> Strategy:
    agents = sorted(int(found[1]) for name in request.form if (found := TIER.fullmatch(name)))
    return Strategy(
        typed("strategy"),
        typed_number("priority"),
        ticked("last_agent"),
        typed_number("last_agent_wait_s"),
        typed_number("tier_after_s"),
        tuple((agent, typed_number(f"tier-{agent}") or 0) for agent in agents),
    )


def _shown(offered: queues.Offered) -> dict[str, object]:
    strategies = [
        (name, t(f"queues.strategy.{name}"), t(f"queues.strategy_hint.{name}")) for name in STRATEGIES
    ]
    return {"strategies": strategies, "agents": offered.agents}


TAB = Tab(
    "strategy",
    ("strategy", "priority", "last_agent", "last_agent_wait_s", "tier_after_s", "tier"),
    PART,
    _typed,
    queues.offered,
    _shown,
)
