"""The tabs of the queue's form (HN-200), in their order on the page. A new tab: a file here that makes a `Tab`
(`frame.py`), its template `admin/queue/NAME.html`, its text `queues.tab.NAME`, and one line below."""

from __future__ import annotations

from fs_app.web.admin.queue_tabs import (
    basic,
    capture,
    dialling,
    numbers,
    opening,
    outbound,
    pop,
    recording,
    sends,
    service,
    skills,
    strategy,
    waiting,
    wrap_up,
)
from fs_app.web.admin.queue_tabs.frame import Tab

TABS: tuple[Tab, ...] = (
    basic.GENERAL,
    numbers.TAB,
    basic.AGENTS,
    strategy.TAB,
    skills.TAB,
    opening.TAB,
    basic.MESSAGES,
    waiting.ANNOUNCEMENTS,
    waiting.OVERFLOW,
    waiting.CALLBACKS,
    dialling.TAB,
    outbound.TAB,
    basic.DELAYS,
    wrap_up.TAB,
    pop.TAB,
    capture.TAB,
    sends.TAB,
    service.TAB,
    recording.TAB,
)

STEPS = ("general", "numbers", "agents", "opening", "strategy")
"""The tabs that the assistant for a new queue goes through; the others begin with their defaults."""

PARTS = tuple(tab.part for tab in TABS if tab.part is not None)
