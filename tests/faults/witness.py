"""A listener of our own at the switch itself, past every relay: each event goes to a file, and into the story."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event

from tests.faults.record import Record
from tests.faults.switchstory import Story
from tests.support.rawesl import EslError, RawEsl

EVENTS = (
    "CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_UNBRIDGE "
    "CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE PLAYBACK_START"
)
VARIABLES = (
    *(
        "fsapp_did",
        "fsapp_role",
        "fsapp_call",
        "fsapp_agent",
        "fsapp_queue",
        "fsapp_ticket",
        "fsapp_given_up",
    ),
    *("sip_call_id", "sip_hangup_disposition"),
)


class Witness:
    """`connect()` gives a new connection to the switch's event socket; it may fail while the switch is dead."""

    def __init__(self, record: Record, connect: Callable[[], RawEsl]) -> None:
        self._record = record
        self._connect = connect
        self.story = Story()
        self.gaps = 0
        self._happened: dict[str, Event] = {}
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        self._greenlet.kill()

    def switch_killed(self) -> None:
        """Told by who killed it: nothing of what was has a later end."""
        self._keep({"name": "killed"})

    def wait_for(self, name: str, seconds: float) -> None:
        """Until the next event of this name, `seconds` at most."""
        self._happened.setdefault(name, Event()).wait(seconds)

    def channels(self) -> list[dict[str, str]]:
        """What is there now, asked over a connection of its own."""
        with self._connect() as esl:
            found = json.loads(esl.api("show channels as json") or "{}", strict=False)
        return [row for row in found.get("rows", []) if isinstance(row, dict)]

    def _keep(self, line: dict[str, Any], at: float | None = None) -> None:
        self.story.take(self._record.line("witness", at, **line))

    def _run(self) -> None:
        first = True
        while True:
            with contextlib.suppress(OSError, EslError, ValueError), self._connect() as esl:
                esl.api('sim {"do": "legs"}')  # the simulator spares such a connection its misbehaviour
                esl.subscribe(EVENTS)
                if not first:
                    self.gaps += 1
                rows = json.loads(esl.api("show channels as json") or "{}", strict=False).get("rows", [])
                self._keep({"name": "present", "channels": [row["uuid"] for row in rows]})
                first = False
                while True:
                    event = esl.event(1.0)
                    if event is not None:
                        self._take(event)
            gevent.sleep(0.05)

    def _take(self, event: dict[str, Any]) -> None:
        waiting = self._happened.pop(event.get("Event-Name", ""), None)
        if waiting is not None:
            waiting.set()
        line: dict[str, Any] = {
            "name": event.get("Event-Name", ""),
            "leg": event.get("Unique-ID", ""),
            "direction": event.get("Call-Direction", ""),
            "number": event.get("Caller-Caller-ID-Number", ""),
            "vars": {v: event[f"variable_{v}"] for v in VARIABLES if f"variable_{v}" in event},
        }
        if "BRIDGE" in line["name"]:
            ends = (event.get("Bridge-A-Unique-ID", ""), event.get("Bridge-B-Unique-ID", ""))
            other = next((end for end in ends if end and end != line["leg"]), "")
            line["other"] = event.get("Other-Leg-Unique-ID") or other
        elif line["name"] == "PLAYBACK_START":
            line["file"] = event.get("Playback-File-Path", "")
        elif "HANGUP" in line["name"]:
            line["cause"] = event.get("Hangup-Cause", "")
        stamp = str(event.get("Event-Date-Timestamp", ""))
        self._keep(line, int(stamp) / 1_000_000 if stamp.isdigit() else time.time())
