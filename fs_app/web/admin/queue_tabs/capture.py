"""The tab Digits that nobody hears."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from fs_app.admin.queue_capture import PART, CaptureForm
from fs_app.queues.popping import KINDS, Step
from fs_app.web.admin.common import typed, typed_number
from fs_app.web.admin.queue_tabs.frame import Tab
from fs_app.web.admin.queue_tabs.secret import typed_secret
from fs_app.web.i18n import t

ROW = re.compile(r"step-(\d{1,4})-name")
MOST_ROWS = 20


def _typed() -> CaptureForm:
    """A line without a name does not count."""
    rows = sorted(int(found[1]) for name in request.form if (found := ROW.fullmatch(name)))
    steps = tuple(_step(row) for row in rows[:MOST_ROWS] if typed(f"step-{row}-name"))
    return CaptureForm(
        typed("capture_url", 2000),
        typed_secret("capture_secret"),
        typed("capture_prompt", 300),
        typed_number("capture_timeout_s"),
        steps,
    )


def _step(row: int) -> Step:
    return Step(
        typed(f"step-{row}-name", 60),
        typed(f"step-{row}-kind", 20),
        typed(f"step-{row}-label", 100),
        typed_number(f"step-{row}-least") or 0,
        typed_number(f"step-{row}-most") or 0,
    )


def _shown(_offered: Any) -> dict[str, Any]:
    return {"kinds": [(kind, t(f"pop.kind.{kind}")) for kind in KINDS]}


TAB = Tab(
    "capture",
    ("capture_url", "capture_secret", "capture_prompt", "capture_timeout_s", "step"),
    PART,
    _typed,
    shown=_shown,
)
