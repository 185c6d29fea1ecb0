"""The switch's own story of its legs: a fold over what the witness wrote down, completed by the CDRs."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.faults.history import NEVER, Leg, Span

DIED = "SWITCH_DIED"
UNSEEN = "UNSEEN"


def legs(lines: Iterable[dict[str, Any]], cdrs: Iterable[dict[str, Any]] = ()) -> dict[str, Leg]:
    story = Story()
    for line in lines:
        story.take(line)
    for cdr in cdrs:
        story.take_cdr(cdr)
    return story.legs


class Story:
    """Also live: the scripted people ask it who is connected."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        self.by_sip: dict[str, Leg] = {}
        self._killed_at = 0.0

    def take(self, line: dict[str, Any]) -> None:
        name, at = line["name"], float(line["at"])
        if name == "killed":
            self._killed(at)
            return
        if name == "present":
            self._present(at, set(line["channels"]))
            return
        leg = self._leg(line, at)
        if leg is None:
            return
        match name:
            case "CHANNEL_CREATE":
                if leg.lost:
                    leg.lost, leg.ended, leg.cause, leg.back = False, None, "", at
            case "CHANNEL_PROGRESS" | "CHANNEL_PROGRESS_MEDIA":
                leg.ringing = leg.ringing or at
            case "CHANNEL_ANSWER":
                leg.answered = leg.answered or at
            case "CHANNEL_BRIDGE":
                self._bridged(leg, line["other"], at)
            case "CHANNEL_UNBRIDGE":
                self._unbridged(leg, line["other"], at)
            case "CHANNEL_HANGUP" | "CHANNEL_HANGUP_COMPLETE":
                self._ended(leg, line, at)
            case "PLAYBACK_START":
                leg.played.append((at, line.get("file", "")))
        if at < self._killed_at:  # said by the switch that is dead, read after its death
            self._lost(leg, self._killed_at)

    def _leg(self, line: dict[str, Any], at: float) -> Leg | None:
        uuid = line.get("leg", "")
        if not uuid:
            return None
        leg = self.legs.get(uuid)
        if leg is None:
            leg = self.legs[uuid] = Leg(uuid, line.get("direction") == "inbound", created=at)
        words = line.get("vars", {})
        leg.role = words.get("fsapp_role", "") or leg.role
        leg.did = words.get("fsapp_did", "") or leg.did
        leg.call = words.get("fsapp_call", "") or leg.call
        leg.given_up = leg.given_up or words.get("fsapp_given_up") == "true"
        leg.number = leg.number or line.get("number", "")
        if words.get("fsapp_agent", "").isdigit():
            leg.agent = int(words["fsapp_agent"])
        if words.get("fsapp_queue", "").isdigit():
            leg.queue = int(words["fsapp_queue"])
        if words.get("sip_call_id") and not leg.sip_call_id:
            leg.sip_call_id = words["sip_call_id"]
            self.by_sip[leg.sip_call_id] = leg
        return leg

    def _bridged(self, leg: Leg, other: str, at: float) -> None:
        for one, partner in ((leg, other), (self.legs.get(other), leg.id)):
            if one is None or any(s.other == partner and s.end == NEVER for s in one.spans):
                continue
            _close(one, at)
            one.spans.append(Span(partner, at))

    def _unbridged(self, leg: Leg, other: str, at: float) -> None:
        for one, partner in ((leg, other), (self.legs.get(other), leg.id)):
            for span in one.spans if one is not None else ():
                if span.other == partner and span.end == NEVER:
                    span.end = at

    def _ended(self, leg: Leg, line: dict[str, Any], at: float) -> None:
        words = line.get("vars", {})
        leg.disposition = words.get("sip_hangup_disposition", "") or leg.disposition
        if leg.ended is not None:
            return
        leg.ended, leg.cause = at, line.get("cause", "")
        _close(leg, at)
        for other in self.legs.values():
            for span in other.spans:
                if span.other == leg.id and span.end == NEVER:
                    span.end = at

    def _killed(self, at: float) -> None:
        self._killed_at = at
        for leg in self.legs.values():
            self._lost(leg, at)

    @staticmethod
    def _lost(leg: Leg, at: float) -> None:
        if leg.ended is None:
            leg.ended, leg.cause, leg.lost = at, DIED, True
        _close(leg, at)

    def _present(self, at: float, channels: set[str]) -> None:
        """The listener was away: what is not there any more has ended meanwhile."""
        for leg in self.legs.values():
            if leg.ended is None and leg.id not in channels:
                leg.ended, leg.cause = at, UNSEEN
                _close(leg, at)
            elif leg.lost and leg.id in channels:
                leg.lost, leg.ended, leg.cause, leg.back = False, None, "", at

    def take_cdr(self, cdr: dict[str, Any]) -> None:
        """The file of an ended leg; what the listener missed stands in it."""
        words = cdr["vars"]
        new = words["uuid"] not in self.legs
        begin = _seconds(words.get("start_uepoch")) or cdr["end"]
        leg = self._leg(
            {
                "leg": words["uuid"],
                "direction": words.get("direction"),
                "number": cdr["number"],
                "vars": words,
            },
            begin,
        )
        assert leg is not None
        leg.disposition = leg.disposition or words.get("sip_hangup_disposition", "")
        if new:
            leg.answered = _seconds(words.get("answer_uepoch"))
            bridged = _seconds(words.get("bridge_uepoch"))
            if bridged:
                leg.spans.append(
                    Span(words.get("last_bridge_to", "") or words.get("bridge_uuid", ""), bridged, cdr["end"])
                )
        if leg.ended is None or leg.lost or leg.cause == UNSEEN:
            leg.ended, leg.cause, leg.lost = cdr["end"], words.get("hangup_cause", ""), False
            _close(leg, cdr["end"])


def _close(leg: Leg, at: float) -> None:
    for span in leg.spans:
        if span.end == NEVER:
            span.end = at


def _seconds(text: str | None) -> float | None:
    return int(text) / 1_000_000 if text and text.isdigit() and int(text) else None


def read_cdr(path: Path) -> dict[str, Any] | None:
    """One file of mod_xml_cdr; None when it is none. Read here again: the program's own reader is on trial."""
    try:
        root = ET.fromstring(path.read_bytes().decode("utf-8", "replace"))
    except (ET.ParseError, OSError):
        return None
    words = {node.tag: unquote(node.text or "", errors="replace") for node in root.iterfind("variables/*")}
    end = _seconds(words.get("end_uepoch"))
    if not words.get("uuid") or end is None:
        return None
    number = root.findtext("callflow/caller_profile/caller_id_number") or ""
    return {"vars": words, "end": end, "number": unquote(number)}
