"""Addresses and ports for SIP and sound."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from fs_app.doctor import xmlconf
from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation
from fs_app.doctor.xmlconf import Profile

PORTS_A_LEG = 2  # RTP and RTCP

NEEDS = ("configuration",)
RULES = {
    "network.loopback": Level.WARNING,
    "network.nat": Level.WARNING,
    "network.rtp_few": Level.WARNING,
    "network.rtp_none": Level.ERROR,
    "network.rtp_shared": Level.NOTE,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    for profile in (it.switch.profiles or {}).values():
        yield from _addresses(profile)
    yield from _ports(it)


def _addresses(profile: Profile) -> Iterator[tuple[str, dict[str, Any]]]:
    far = [host for host in map(_host, profile.gateways.values()) if not _is(host, "is_loopback")]
    for what in ("sip", "rtp"):
        bound = profile.settings.get(f"{what}-ip", "")
        told = profile.settings.get(f"ext-{what}-ip", "") or bound
        said = {"profile": profile.name, "setting": f"{what}-ip", "address": bound, "trunk": ", ".join(far)}
        if far and _is(bound, "is_loopback"):
            yield "network.loopback", said
        elif (
            any(not _is(host, "is_private") for host in far)
            and _is(bound, "is_private")
            and _is(told, "is_private")
        ):
            yield "network.nat", {**said, "setting": f"ext-{what}-ip"}


def _host(proxy: str) -> str:
    host = proxy.removeprefix("sip:").partition(";")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host.strip("[]")


def _is(text: str, what: str) -> bool:
    """Whether this is an address of the kind; a name is not, but for localhost."""
    if text == "localhost":
        return True
    try:
        return bool(getattr(ipaddress.ip_address(text), what))
    except ValueError:
        return False


def _ports(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    said = xmlconf.params(it.switch.configurations.get("switch"))
    first, last = _number(said, "rtp-start-port", 16384), _number(said, "rtp-end-port", 32768)
    most = _number(said, "max-sessions", 1000)
    ports = {"first": first, "last": last}
    room = (last - first + 1) // PORTS_A_LEG
    if room <= 0:
        yield "network.rtp_none", ports
    elif room < most:
        yield "network.rtp_few", {**ports, "room": room, "most": most}
    kernel = it.machine.ephemeral
    if it.switch.local and kernel is not None and first <= kernel[1] and kernel[0] + 1 < last:
        yield "network.rtp_shared", {**ports, "kernel": f"{kernel[0]}-{kernel[1]}"}


def _number(said: dict[str, str], name: str, otherwise: int) -> int:
    text = said.get(name, "")
    return int(text) if text.isdigit() else otherwise
