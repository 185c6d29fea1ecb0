"""The program's own door: where the dialplan's `socket` application rings, and whether somebody opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.config import address
from fs_app.doctor import xmlconf
from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

LOOPBACK = ("127.0.0.1", "::1", "localhost")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound

NEEDS = ("switch",)
RULES = {"door.elsewhere": Level.ERROR, "door.loopback": Level.ERROR, "door.closed": Level.ERROR}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    ours = it.settings.outbound_listen
    host, port = address(ours)
    dialled = _dialled(it)
    if dialled and not _leads_to(dialled, host, port, it):
        yield "door.elsewhere", {"there": dialled, "ours": ours}
    if not it.switch.local and host in LOOPBACK:
        yield "door.loopback", {"ours": ours, "switch": it.switch.host}
    listening = it.machine.listening
    if it.program.answers and listening is not None and not any(p == port for _, p in listening):
        yield "door.closed", {"ours": ours}


def _dialled(it: Installation) -> str:
    """HOST:PORT in the dialplan; of a switch that does not show its dialplan the variable that stands there."""
    contexts = it.switch.contexts
    said = xmlconf.actions(contexts.get("fsapp"), "socket") if contexts is not None else []
    return said[0].split()[0] if said and said[0] else it.switch.variables.get("fsapp_outbound", "")


def _leads_to(dialled: str, host: str, port: int, it: Installation) -> bool:
    there, _, number = dialled.rpartition(":")
    if not number.isdigit() or int(number) != port:
        return False
    if there in LOOPBACK:
        return it.switch.local and (host in LOOPBACK or host in EVERYWHERE)
    # a name, or an address that a container or a router leads on, can't be judged from here
    mine = there in it.machine.addresses
    return not mine or host in EVERYWHERE or there == host
