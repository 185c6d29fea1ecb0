"""The tab Number shown: caller ids, and the hours in which people may be called."""

from __future__ import annotations

from flask import request

from fs_app.admin.queue_dialling import PART, Dialling, offered
from fs_app.legal.rules import Purpose
from fs_app.web.admin.common import typed, typed_number
from fs_app.web.admin.queue_tabs.frame import Tab

FIELDS = ("caller_id", "caller_ids", "customer_schedule", "customer_holidays", "purpose")
MOST = 40


def _typed() -> Dialling:
    numbers = [" ".join(n[:32].split()) for n in request.form.getlist("caller_ids")[:MOST]]
    return Dialling(
        typed("caller_id", 32),
        tuple(n for n in dict.fromkeys(numbers) if n),
        typed_number("customer_schedule"),
        typed_number("customer_holidays"),
        typed("purpose", 10) or Purpose.SERVICE.value,
    )


TAB = Tab("dialling", FIELDS, PART, _typed, offered)
