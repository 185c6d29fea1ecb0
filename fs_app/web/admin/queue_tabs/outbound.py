"""The tab Outgoing calls: modes, rules for calls that reached nobody, promised calls."""

from __future__ import annotations

from typing import Any

from flask import request

from fs_app.admin import queue_outbound
from fs_app.admin.queue_outbound import OutboundForm, RuleForm
from fs_app.outbound.retry import RULED
from fs_app.outbound.settings import LIMITS, MODES, STORED
from fs_app.web.admin.common import ticked, typed, typed_number
from fs_app.web.admin.queue_tabs.frame import Tab

TICKS = tuple(name for name in STORED if name not in LIMITS and name != "modes")


def _typed() -> OutboundForm:
    chosen = set(request.form.getlist("modes"))
    values: dict[str, Any] = {name: typed_number(name) for name in LIMITS}
    values |= {name: ticked(name) for name in TICKS}
    return OutboundForm(
        modes=tuple(mode for mode in MODES if mode in chosen),
        rules={str(result): _rule(f"retry-{result}") for result in RULED},
        **values,
    )


def _rule(prefix: str) -> RuleForm:
    return RuleForm(
        typed_number(f"{prefix}-delay"),
        typed(f"{prefix}-unit", 10),
        typed_number(f"{prefix}-attempts"),
        typed_number(f"{prefix}-disposition"),
    )


TAB = Tab("outbound", (*STORED, "retry"), queue_outbound.PART, _typed, queue_outbound.offered)
