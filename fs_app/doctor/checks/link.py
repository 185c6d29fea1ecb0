"""The event socket: reachable, with a password of its own, closed to others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.doctor import xmlconf
from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

DEFAULT = "ClueCon"
SHORTEST = 16
EVERYWHERE = ("0.0.0.0", "::", "*")  # noqa: S104 - compared, not bound

NEEDS = ()
RULES = {
    "link.refused": Level.ERROR,
    "link.timeout": Level.ERROR,
    "link.stranger": Level.ERROR,
    "link.acl": Level.ERROR,
    "link.password": Level.ERROR,
    "link.default_password": Level.ERROR,
    "link.weak_password": Level.WARNING,
    "link.open": Level.ERROR,
    "link.everywhere": Level.WARNING,
    "link.simulated": Level.NOTE,
    "link.sim_away": Level.NOTE,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    switch = it.switch
    where = f"{switch.host}:{switch.port}"
    if switch.simulated:
        yield ("link.sim_away" if switch.trouble == "sim_away" else "link.simulated"), {}
    if switch.trouble and switch.trouble != "sim_away":
        yield f"link.{switch.trouble}", {"where": where, "why": switch.why}
    elif switch.answers and not switch.simulated:
        yield from _password(switch.password, where)
    yield from _door(it)


def _password(password: str, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if password == DEFAULT:
        yield "link.default_password", {"where": where, "why": ""}
    elif len(password) < SHORTEST:
        yield "link.weak_password", {"length": len(password), "least": SHORTEST}


def _door(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    said = xmlconf.params(it.switch.configurations.get("event_socket"))
    listens = said.get("listen-ip", "")
    if listens not in EVERYWHERE:
        return
    where = f"{listens}:{said.get('listen-port', '8021')}"
    # Without a list mod_event_socket takes loopback only when it is new enough: nothing to build on.
    if said.get("apply-inbound-acl", ""):
        yield "link.everywhere", {"where": where, "acl": said["apply-inbound-acl"]}
    else:
        yield "link.open", {"where": where}
