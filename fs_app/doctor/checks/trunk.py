"""The trunk: the gateway that numbers outside are dialled through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

WELL = ("REGED", "NOREG")

NEEDS = ("gateways",)
RULES = {"trunk.none": Level.WARNING, "trunk.unregistered": Level.ERROR, "trunk.down": Level.ERROR}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    gateways = it.switch.gateways or ()
    wanted = re.match(r"sofia/gateway/([^/]+)/", it.settings.dial_string)
    if wanted and not it.switch.simulated:
        # `external::trunk` names the profile, too
        name = wanted[1].rpartition("::")[2]
        if not any(gateway.name == name for gateway in gateways):
            yield "trunk.none", {"name": name, "dial_string": it.settings.dial_string}
    for gateway in gateways:
        said = {"name": gateway.name, "state": gateway.state, "proxy": gateway.proxy}
        if gateway.state not in WELL:
            yield "trunk.unregistered", said
        elif gateway.status and gateway.status != "UP":
            yield "trunk.down", said
