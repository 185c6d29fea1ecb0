"""What the switch answers when asked how things are: channels and registrations as facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import orjson

from fs_app.errors import ProtocolError
from fs_app.esl.events import number, text
from fs_app.facts import Channel, PhoneDetail, Registration


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


def phone_details(reply: str) -> list[PhoneDetail]:
    """`sofia xmlstatus profile internal reg`. A ping time of 0.00 means that nobody pinged. Raises ProtocolError."""
    if "<!" in reply:
        raise ProtocolError("the switch's answer declares a document type")  # nothing of ours has one
    try:
        root = ElementTree.fromstring(reply.encode("latin-1", "replace"))  # noqa: S314 - no entities: see above
    except ElementTree.ParseError as error:
        raise ProtocolError(f"the switch's answer is no XML: {error}") from error
    return [_phone_detail(one) for one in root.iter("registration")]


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
