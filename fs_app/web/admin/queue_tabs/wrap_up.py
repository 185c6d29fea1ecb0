"""The tab After the call: automatic qualification, and the menu that asks the caller how it was."""

from __future__ import annotations

from fs_app.admin import queue_wrap_up
from fs_app.admin.queue_wrap_up import WrapUp
from fs_app.web.admin.common import typed_number
from fs_app.web.admin.queue_tabs.frame import Tab


def _typed() -> WrapUp:
    return WrapUp(
        typed_number("auto_qualify_s"), typed_number("auto_disposition"), typed_number("survey_flow")
    )


TAB = Tab(
    "wrap_up",
    ("auto_qualify_s", "auto_disposition", "survey_flow"),
    queue_wrap_up.PART,
    _typed,
    queue_wrap_up.offered,
)
