"""The tab Recording."""

from __future__ import annotations

from flask import request

from fs_app.admin import queue_recording
from fs_app.admin.queue_recording import RecordingForm
from fs_app.web.admin.common import typed_number, typed_numbers
from fs_app.web.admin.queue_tabs.frame import Tab


def _typed() -> RecordingForm:
    return RecordingForm(
        request.form.get("record_rule", "")[:20],
        typed_number("recording_days"),
        typed_numbers("kept_dispositions"),
    )


TAB = Tab(
    "recording",
    ("record_rule", "recording_days", "kept_dispositions"),
    queue_recording.PART,
    _typed,
    queue_recording.offered,
)
