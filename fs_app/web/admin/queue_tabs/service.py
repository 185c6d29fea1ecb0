"""The tab Service: the promise that supervision measures by."""

from __future__ import annotations

from fs_app.admin import queue_service
from fs_app.admin.queue_service import Service
from fs_app.web.admin.common import typed_number
from fs_app.web.admin.queue_tabs.frame import Tab


def _typed() -> Service:
    return Service(typed_number("service_s"), typed_number("service_percent"))


TAB = Tab("service", ("service_s", "service_percent"), queue_service.PART, _typed)
