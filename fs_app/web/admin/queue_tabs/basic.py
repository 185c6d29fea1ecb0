"""The tabs of a queue's basic settings: they share one value, `admin.queues.QueueForm`."""

from __future__ import annotations

from flask import request

from fs_app.admin import queues
from fs_app.admin.queues import QueueForm
from fs_app.web.admin.common import ticked, typed, typed_number, typed_numbers
from fs_app.web.admin.queue_tabs.frame import Tab

GENERAL = Tab("general", ("name", "number", "disposition_set"), offered=queues.offered)
AGENTS = Tab("agents", ("agents",), offered=queues.offered)
DELAYS = Tab("delays", ("ring_s", "no_answer_delay_s", "inter_call_s"))
MESSAGES = Tab("messages", ("greeting", "music"))


def typed_form() -> QueueForm:
    return QueueForm(
        name=typed("name"),
        number=typed("number").replace(" ", ""),
        wrap_up=ticked("wrap_up"),
        ring_s=typed_number("ring_s"),
        no_answer_delay_s=typed_number("no_answer_delay_s"),
        inter_call_s=typed_number("inter_call_s"),
        greeting=request.form.get("greeting", "")[:300],
        music=request.form.get("music", "")[:300],
        disposition_set=typed_number("disposition_set"),
        agents=typed_numbers("agents"),
    )
