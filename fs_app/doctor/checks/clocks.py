"""The switch's clock against ours, and the sign of life that it believes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

MOST_APART_S = 1.0

NEEDS = ("switch",)
RULES = {"clocks.apart": Level.WARNING, "clocks.far_apart": Level.ERROR, "clocks.lease": Level.ERROR}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    apart = it.switch.clock_apart_s
    if apart is not None and abs(apart) > MOST_APART_S:
        # beyond it the dialplan takes a living program for a dead one
        far = abs(apart) >= it.settings.lease_s
        yield ("clocks.far_apart" if far else "clocks.apart"), {"seconds": round(apart, 1)}
    if it.program.answers and it.switch.variables:
        lease = it.switch.variables.get("fsapp_lease", "")
        until = int(lease) if lease.isdigit() else 0
        if until < time.time() + (apart or 0.0) - 1:
            yield "clocks.lease", {"lease": lease or "–"}
