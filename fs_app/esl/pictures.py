"""What the switch answers when asked how things are: channels and registrations as facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import orjson

from fs_app.errors import ProtocolError
from fs_app.esl.events import number, text
from fs_app.facts import Channel, PhoneDetail, Registration, SwitchFigures, Trunk


def _json(reply: str) -> Any:
    try:
        return orjson.loads(reply)
    except orjson.JSONDecodeError as error:
        raise ProtocolError(f"the switch's answer is no JSON: {error}") from error


def channel_from_dump(reply: str) -> Channel:
    """`uuid_dump UUID json` as a Channel.

    `bridge_to` is there only while the channel is bridged; bridge_uuid, signal_bond, Other-Leg-Unique-ID and
    the application of `show channels` stay behind on a parked leg [seen]. current_application is the last one
    that was *started*: after a sound in `park` it still names the sound's application, and during a bridge the
    one before it.
    """
    dump: Mapping[str, Any] = _json(reply)
    if not isinstance(dump, dict):
        raise ProtocolError("uuid_dump gave no JSON object")
    state = text(dump, "Channel-State")
    partner = (
        text(dump, "variable_bridge_to") if state not in ("CS_PARK", "CS_HANGUP", "CS_REPORTING") else ""
    )
    app = text(dump, "variable_current_application")
    if partner and app != "bridge":
        app = "uuid_bridge"
    elif state == "CS_PARK":
        app = "park"
    return Channel(
        leg=text(dump, "Unique-ID"),
        inbound=dump.get("Call-Direction") == "inbound",
        answered=dump.get("Answer-State") == "answered",
        partner=partner or None,
        app=app,
        app_data=text(dump, "variable_current_application_data"),
        caller_number=text(dump, "Caller-Caller-ID-Number"),
        caller_name=text(dump, "Caller-Caller-ID-Name"),
        destination=text(dump, "Caller-Destination-Number"),
        created_at=number(dump, "Caller-Channel-Created-Time"),
        answered_at=number(dump, "Caller-Channel-Answered-Time"),
        variables={name[9:]: text(dump, name) for name in dump if name.startswith("variable_")},
    )


def rows(reply: str) -> list[Mapping[str, Any]]:
    """The rows of a `show … as json`; none when there is nothing to show."""
    answer = _json(reply)
    found = answer.get("rows", []) if isinstance(answer, dict) else []
    return [row for row in found if isinstance(row, dict)]


def channel_ids(reply: str) -> list[str]:
    return [text(row, "uuid") for row in rows(reply) if text(row, "uuid")]


def registrations(reply: str) -> list[Registration]:
    """`expires` is in seconds since the epoch; a fact's time is in µs."""
    return [
        Registration(
            text(row, "reg_user"), text(row, "realm"), text(row, "url"), number(row, "expires") * 1_000_000
        )
        for row in rows(reply)
    ]


_UPTIME = re.compile(r"UP (\d+) years?, (\d+) days?, (\d+) hours?, (\d+) minutes?, (\d+) seconds?")
_VERSION = re.compile(r"\(Version ([^)]*)\)")
_EVER = re.compile(r"(\d+) session\(s\) since startup")
_NOW = re.compile(r"(\d+) session\(s\) - peak (\d+)")
_RATE = re.compile(r"(\d+) session\(s\) per Sec out of max (\d+), peak (\d+)")
_MOST = re.compile(r"(\d+) session\(s\) max")


def figures(reply: str) -> SwitchFigures:
    """`status`. What it does not say stays 0."""

    def numbers(pattern: re.Pattern[str], count: int) -> list[int]:
        found = pattern.search(reply)
        return [int(group) for group in found.groups()] if found else [0] * count

    years, days, hours, minutes, seconds = numbers(_UPTIME, 5)
    now, peak = numbers(_NOW, 2)
    rate, rate_most, rate_peak = numbers(_RATE, 3)
    version = _VERSION.search(reply)
    return SwitchFigures(
        version=version[1][:100] if version else "",
        uptime_s=(((years * 365 + days) * 24 + hours) * 60 + minutes) * 60 + seconds,
        legs=now,
        legs_peak=peak,
        legs_most=numbers(_MOST, 1)[0],
        legs_ever=numbers(_EVER, 1)[0],
        per_second=rate,
        per_second_most=rate_most,
        per_second_peak=rate_peak,
    )


def trunks(reply: str) -> list[Trunk]:
    """`sofia xmlstatus gateway`. Raises ProtocolError."""
    return [_trunk(one) for one in _xml(reply).iter("gateway")]


def _trunk(one: ElementTree.Element) -> Trunk:
    def said(name: str) -> str:
        return (one.findtext(name) or "").strip()[:100]

    def count(name: str) -> int:
        return int(said(name)) if said(name).isdigit() else 0

    try:
        ping = float(said("pingtime"))
    except ValueError:
        ping = 0.0
    return Trunk(
        said("name"),
        said("profile"),
        said("state"),
        said("status"),
        count("calls-in"),
        count("calls-out"),
        count("failed-calls-in"),
        count("failed-calls-out"),
        ping or None,
    )


def _xml(reply: str) -> ElementTree.Element:
    if "<!" in reply:
        raise ProtocolError("the switch's answer declares a document type")  # nothing of ours has one
    try:
        return ElementTree.fromstring(reply.encode("latin-1", "replace"))  # noqa: S314 - no entities: see above
    except ElementTree.ParseError as error:
        raise ProtocolError(f"the switch's answer is no XML: {error}") from error


def phone_details(reply: str) -> list[PhoneDetail]:
    """`sofia xmlstatus profile internal reg`. A ping time of 0.00 means that nobody pinged. Raises ProtocolError."""
    return [_phone_detail(one) for one in _xml(reply).iter("registration")]


def _phone_detail(one: ElementTree.Element) -> PhoneDetail:
    def said(name: str) -> str:
        return (one.findtext(name) or "").strip()[:200]

    user, _, domain = said("user").partition("@")
    try:
        ping = float(said("ping-time"))
    except ValueError:
        ping = 0.0
    port = said("network-port")
    return PhoneDetail(
        user,
        domain,
        said("contact"),
        said("agent"),
        f"{said('network-ip')}:{port}" if port else said("network-ip"),
        said("ping-status") != "Unreachable",
        ping or None,
    )
