"""The tab Service: the promise that supervision measures by."""

from __future__ import annotations

from dataclasses import fields

from flask import request

from fs_app.admin import queue_service
from fs_app.admin.queue_service import Service
from fs_app.web.admin.common import typed_number
from fs_app.web.admin.queue_tabs.frame import Tab

FIELDS = tuple(f.name for f in fields(Service))


def _typed() -> Service:
    return Service(**{name: _number(name) for name in FIELDS})


def _number(name: str) -> int | None:
    """Thresholds that a form does not have are none."""
    if name.startswith("alert_") and name not in request.form:
        return 0
    return typed_number(name)


TAB = Tab("service", FIELDS, queue_service.PART, _typed)
