"""The tab Mail and SMS: what the queue sends, and when."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from fs_app.admin.queue_messages import PART, Offered, Send, Sends, offered
from fs_app.messaging.state import MOMENTS
from fs_app.web.admin.common import ticked, typed, typed_number, typed_numbers
from fs_app.web.admin.message_parts import channel_words
from fs_app.web.admin.queue_tabs.frame import Tab
from fs_app.web.i18n import t

ROW = re.compile(r"send-(\d{1,4})-template")
MOST_ROWS = 60


def _typed() -> Sends:
    """A line without a template does not count."""
    rows = sorted(int(found[1]) for name in request.form if (found := ROW.fullmatch(name)))
    return Sends(tuple(_send(row) for row in rows[:MOST_ROWS] if request.form.get(f"send-{row}-template")))


def _send(row: int) -> Send:
    return Send(
        typed_number(f"send-{row}-id"),
        typed(f"send-{row}-moment", 20),
        typed_number(f"send-{row}-template"),
        typed_numbers(f"send-{row}-dispositions"),
        typed_number(f"send-{row}-delay"),
        typed(f"send-{row}-to", 254),
        ticked(f"send-{row}-attach"),
    )


def _shown(found: Offered) -> dict[str, Any]:
    return {
        "templates": [(str(i), f"{channel_words(channel)} · {name}") for i, channel, name in found.templates],
        "dispositions": found.dispositions,
        "moments": [(moment, t(f"messages.moment.{moment}")) for moment in MOMENTS],
    }


TAB = Tab("sends", ("send",), PART, _typed, offered, _shown)
