"""SIP profiles: running, closed to strangers, and set so that calls survive."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation
from fs_app.doctor.xmlconf import Profile

NEEDS = ("configuration",)
RULES = {
    "profiles.none": Level.ERROR,
    "profiles.stopped": Level.ERROR,
    "profiles.no_auth": Level.ERROR,
    "profiles.blind": Level.ERROR,
    "profiles.everybody": Level.ERROR,
    "profiles.track_calls": Level.WARNING,
    "profiles.media_timeout": Level.WARNING,
    "profiles.transfer": Level.WARNING,
}

BIGGEST_NETWORK = 8
"""A prefix shorter than this is no network of one's own."""


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    profiles = it.switch.profiles or {}
    if not profiles:
        yield "profiles.none", {}
    for profile in profiles.values():
        said = {"profile": profile.name}
        if it.switch.running is not None and profile.name not in it.switch.running:
            where = f"{profile.settings.get('sip-ip', '?')}:{profile.settings.get('sip-port', '5060')}"
            yield "profiles.stopped", {**said, "where": where}
        yield from _who(profile, it.switch.configurations.get("acl"))
        if not profile.on("track-calls"):
            yield "profiles.track_calls", said
        missing = [
            name
            for name in ("rtp-timeout-sec", "rtp-hold-timeout-sec")
            if not profile.settings.get(name, "0").isdigit() or int(profile.settings.get(name, "0")) == 0
        ]
        if missing:
            yield "profiles.media_timeout", {**said, "names": ", ".join(missing)}
        if not profile.on("disable-transfer"):
            yield "profiles.transfer", said


def _who(profile: Profile, acl: Element | None) -> Iterator[tuple[str, dict[str, Any]]]:
    said = {"profile": profile.name}
    lists = [name for name in profile.settings.get("apply-inbound-acl", "").split(",") if name]
    if not profile.on("auth-calls") and not lists:
        yield "profiles.no_auth", said
    for name in ("accept-blind-auth", "accept-blind-reg"):
        if profile.on(name):
            yield "profiles.blind", {**said, "name": name}
    for name in lists:
        if _everybody(acl, name):
            yield "profiles.everybody", {**said, "acl": name}


def _everybody(acl: Element | None, name: str) -> bool:
    """Whether the list lets (nearly) the whole world in."""
    for one in acl.iter("list") if acl is not None else ():
        if one.get("name") != name:
            continue
        if one.get("default") == "allow":
            return True
        for node in one.iter("node"):
            if node.get("type") == "allow" and any(_wide(c) for c in (node.get("cidr") or "").split(",")):
                return True
    return False


def _wide(cidr: str) -> bool:
    try:
        return ipaddress.ip_network(cidr.strip(), strict=False).prefixlen < BIGGEST_NETWORK
    except ValueError:
        return False
