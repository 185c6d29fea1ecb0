"""The tab Numbers: incoming numbers that lead to the queue."""

from __future__ import annotations

from fs_app.admin.queue_numbers import PART, Incoming, offered
from fs_app.web.admin.common import typed_numbers
from fs_app.web.admin.queue_tabs.frame import Tab

TAB = Tab("numbers", ("numbers",), PART, lambda: Incoming(typed_numbers("numbers")), offered)
