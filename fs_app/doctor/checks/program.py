"""Our own program: does it run, does it answer, what does it say of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

LAG_MS = 200.0
FAILURES = re.compile(r'fsapp_failures_total\{where="([^"]*)"\}')
SAID_ELSEWHERE = frozenset({"switch", "disk"})
"""Checks of /healthz whose trouble a family of its own says better."""

NEEDS = ()
RULES = {
    "program.stopped": Level.NOTE,
    "program.silent": Level.ERROR,
    "program.unhealthy": Level.ERROR,
    "program.slow": Level.WARNING,
    "program.failures": Level.WARNING,
    "program.refused": Level.WARNING,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    program = it.program
    if program.pid is None and not program.answers:
        yield "program.stopped", {}
        return
    if not program.answers:
        yield "program.silent", {"pid": program.pid, "listen": it.settings.web_listen}
        return
    for one in program.health.get("checks", ()):
        if not one.get("ok") and one.get("name") not in SAID_ELSEWHERE | {"loop"}:
            said = {"name": one.get("name", ""), "key": one.get("key", ""), "params": one.get("params") or {}}
            yield "program.unhealthy", {**said, "text": str(one.get("text", ""))[:300]}
    lag = 1000 * program.metrics.get("fsapp_loop_lag_p99_seconds", 0.0)
    if lag > LAG_MS:
        yield "program.slow", {"ms": round(lag)}
    failed = {m[1]: int(n) for name, n in program.metrics.items() if (m := FAILURES.match(name)) and n}
    if failed:
        where = ", ".join(f"{part} ({count})" for part, count in sorted(failed.items()))
        yield "program.failures", {"count": sum(failed.values()), "where": where}
    refused = sum(
        int(n) for name, n in program.metrics.items() if name.startswith("fsapp_unknown_transitions_total")
    )
    if refused:
        yield "program.refused", {"count": refused}
