"""The witness: one XML file per ended leg, written by mod_xml_cdr into a spool folder.

`show channels` has no past; these files do. They are read at start and followed: a leg that ended while nobody
listened gets its end, a call that came and went gets its record. A file is removed when it has been used.
Format: FreeSWITCH, src/mod/xml_int/mod_xml_cdr (text of variables is URL-encoded).
"""

from __future__ import annotations

import os
import re
import time
import xml.etree.ElementTree as ET  # expat ≥ 2.4.1 bounds entity expansion
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import structlog

from fs_app.facts import LegCreated, LegHungUp

log = structlog.get_logger(__name__)

LARGEST = 4 * 1024 * 1024
AT_ONCE = 500
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that may not stand in XML, but may come in a caller's name."""


@dataclass(frozen=True, slots=True)
class CdrLeg:
    """One ended leg. `role`, `did` and `call` are our channel variables; `recorded_ms` is the length of its last
    recording, 0 when there was none."""

    path: Path
    leg: str
    inbound: bool
    caller_number: str
    caller_name: str
    destination: str
    role: str
    did: str
    call: str
    end: LegHungUp
    recorded_ms: int = 0
    partner: str = ""  # the leg it was connected with last
    bridged_at: int = 0  # when, µs; 0: never

    def creation(self) -> LegCreated:
        """The fact that its beginning would have been."""
        return LegCreated(
            self.end.created_at,
            self.leg,
            inbound=self.inbound,
            caller_number=self.caller_number,
            caller_name=self.caller_name,
            destination=self.did or self.destination,
            sip_call_id=self.end.sip_call_id,
            variables={"fsapp_role": self.role},
        )


def _clean(text: str) -> str:
    return "".join(c for c in text[:10_000] if c.isprintable())


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def parse(path: Path, document: bytes) -> CdrLeg | None:
    """One file; None when it is no CDR of a leg."""
    try:
        root = ET.fromstring(_NO_XML.sub(" ", document.decode("utf-8", "replace")))  # noqa: S314 - see the import
    except ET.ParseError:
        return None
    variables = {v.tag: _clean(unquote(v.text or "", errors="replace")) for v in root.iterfind("variables/*")}
    profile = root.find("callflow/caller_profile")

    def field(name: str) -> str:
        return _clean(
            unquote((profile.findtext(name) if profile is not None else "") or "", errors="replace")
        )

    leg = variables.get("uuid", "")
    if not leg:
        return None
    disposition = variables.get("sip_hangup_disposition", "")
    return CdrLeg(
        path,
        leg,
        variables.get("direction") == "inbound",
        field("caller_id_number"),
        field("caller_id_name"),
        field("destination_number"),
        variables.get("fsapp_role", ""),
        variables.get("fsapp_did", ""),
        variables.get("fsapp_call", ""),
        LegHungUp(
            _whole(variables.get("end_uepoch", "")),
            leg,
            cause=variables.get("hangup_cause", "UNKNOWN"),
            by_far_end=disposition.startswith("recv") if disposition else None,
            sip_call_id=variables.get("sip_call_id", ""),
            created_at=_whole(variables.get("start_uepoch", "")),
            answered_at=_whole(variables.get("answer_uepoch", "")),
        ),
        _whole(variables.get("record_ms", "")),
        variables.get("last_bridge_to") or variables.get("bridge_uuid", ""),
        # A transfer (home, after each conversation) begins a new profile: the time stands in an older one [seen].
        max((_whole(node.text or "") for node in root.iterfind("callflow/times/bridged_time")), default=0),
    )


class CdrSpool:
    """The folder. Its methods block: call them in a thread."""

    def __init__(self, folder: Path, keep: bool = False) -> None:
        self._folder = folder
        self._keep = keep
        self._stuck: set[str] = set()  # can be neither used nor moved: they must not hold up the others
        self.unreadable = 0

    def read(self) -> list[CdrLeg]:
        """The oldest files (up to AT_ONCE). A damaged one is set aside under `bad/`."""
        found: list[CdrLeg] = []
        try:
            names = sorted(
                (
                    e
                    for e in os.scandir(self._folder)
                    if e.name.endswith(".xml") and e.is_file() and e.name not in self._stuck
                ),
                key=lambda e: e.stat().st_mtime_ns,
            )[:AT_ONCE]
        except FileNotFoundError:
            return []
        for item in names:
            path = Path(item.path)
            try:
                document = path.read_bytes() if item.stat().st_size <= LARGEST else b""
            except FileNotFoundError:
                continue
            except PermissionError as error:
                self._give_up(path, error)
                continue
            leg = parse(path, document)
            if leg is not None:
                found.append(leg)
            elif not document.rstrip().endswith(b"</cdr>") and self._is_young(path):
                continue  # still being written
            else:
                self.unreadable += 1
                self._move(path, "bad")
        return found

    @staticmethod
    def _is_young(path: Path) -> bool:
        return time.time() - path.stat().st_mtime < 10

    def done(self, legs: list[CdrLeg]) -> None:
        """They were used: remove them, or keep them aside where a checker wants them."""
        for leg in legs:
            if self._keep:
                self._move(leg.path, "done")
                continue
            try:
                leg.path.unlink(missing_ok=True)
            except OSError as error:
                self._give_up(leg.path, error)

    def _move(self, path: Path, folder: str) -> None:
        target = self._folder / folder
        try:
            target.mkdir(exist_ok=True)
            os.replace(path, target / path.name)
        except OSError as error:
            self._give_up(path, error)

    def _give_up(self, path: Path, error: OSError) -> None:
        """Not looked at again in this run of the program: what is told twice does no harm, but costs time."""
        log.error("a file of the CDR spool stays where it is", file=path.name, error=str(error))
        self._stuck.add(path.name)
