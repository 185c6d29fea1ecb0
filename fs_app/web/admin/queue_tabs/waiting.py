"""The tabs Overflow, Callbacks and Announcements."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import request

from fs_app.admin import queue_waiting
from fs_app.admin.queue_waiting import QUEUES, Announcements, CallingBack, Overflow
from fs_app.web.admin.common import ticked, typed, typed_number
from fs_app.web.admin.queue_tabs.frame import Tab


def _typed(kind: type[Any]) -> Any:
    """Each field by its kind: whole numbers, ticks, files and words."""
    values: dict[str, Any] = {}
    for field in fields(kind):
        if "int" in str(field.type) or field.name in QUEUES:
            values[field.name] = typed_number(field.name)
        elif field.type == "bool":
            values[field.name] = ticked(field.name)
        elif field.name.endswith(("message", "prompt", "greeting")):
            values[field.name] = request.form.get(field.name, "")[:300]
        else:
            values[field.name] = typed(field.name, 60)
    return kind(**values)


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


OVERFLOW = Tab(
    "overflow",
    _names(Overflow),
    queue_waiting.OVERFLOW,
    lambda: _typed(Overflow),
    queue_waiting.queues,
)
CALLBACKS = Tab("callbacks", _names(CallingBack), queue_waiting.CALLBACKS, lambda: _typed(CallingBack))
ANNOUNCEMENTS = Tab(
    "announcements", _names(Announcements), queue_waiting.ANNOUNCEMENTS, lambda: _typed(Announcements)
)
