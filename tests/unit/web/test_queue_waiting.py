"""The tabs Overflow, Callbacks and Announcements of a queue's form."""

from __future__ import annotations

import re
from typing import Any

from fs_app.queues.model import Queue
from tests.unit.web.conftest import Web

BASE: dict[str, Any] = {
    "max_wait_s": "60",
    "max_wait_then": "number",
    "max_wait_number": "01 85 09 00 11",
    "max_length": "0",
    "max_length_then": "hang_up",
    "closed_then": "voicemail",
    "exit_key": "9",
    "exit_then": "voicemail",
    "outside_ring_s": "25",
    "voicemail_max_s": "90",
    "voicemail_silence_s": "3",
    "callback_key": "1",
    "callback_tries": "4",
    "callback_retry_s": "600",
    "keep_abandoned": "1",
    "announce_position": "1",
    "announce_first_s": "20",
    "announce_every_s": "60",
}


def saved(web: Web, **changes: str) -> Any:
    """The answer to the whole form, as the page sends it, with these changes."""
    admin = web.person("admin")
    queue = web.ids.desk.queue
    page = admin.get(f"/admin/queues/{queue}").text
    form: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if name and kind and (kind[1] not in ("checkbox", "radio") or " checked" in tag):
            form[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        form[name] = chosen[1] if chosen else ""
    form.pop("csrf_token", None)
    form["tabs"] = re.findall(r'name="tabs" value="([^"]+)"', page)
    return admin.post(f"/admin/queues/{queue}", **{**form, **BASE, **changes})


def test_what_is_typed_is_kept_and_numbers_become_e164(web: Web) -> None:
    answer = saved(web)
    assert answer.status_code == 303, answer.text
    row = web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue))
    assert (row.max_wait_s, row.max_wait_then, row.max_wait_number) == (60, "number", "+33185090011")
    assert (row.exit_key, row.exit_then, row.voicemail_max_s) == ("9", "voicemail", 90)
    assert (row.callback_key, row.callback_tries, row.callback_retry_s) == ("1", 4, 600)
    assert (row.announce_position, row.announce_wait, row.announce_every_s) == (True, False, 60)
    info = web.app.catalog.queue(row.id)
    assert info is not None and info.exit.then == "voicemail" and info.calling_back.key == "1"


def test_what_leads_nowhere_is_said_beside_its_field(web: Web) -> None:
    page = saved(web, max_wait_number="", exit_then="queue", announce_every_s="3", callback_tries="0")
    assert page.status_code == 400
    for name in ("max_wait_number", "exit_queue", "announce_every_s", "callback_tries"):
        assert f'id="e-{name}"' in page.text, name
    assert 'id="e-max_wait_number"' in saved(web, max_wait_number="bonjour").text
    assert saved(web, exit_key="A").status_code == 400
    assert saved(web, voicemail_greeting="../../etc/passwd").status_code == 400
