"""What the administrator has set up: queues, numbers and hours that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

NOBODYS = "fsapp_calls_to_nobody_total"

NEEDS = ("data",)
RULES = {
    "centre.queue_empty": Level.WARNING,
    "centre.hours_empty": Level.WARNING,
    "centre.number_nowhere": Level.ERROR,
    "centre.number_closed": Level.ERROR,
    "centre.number_unpublished": Level.ERROR,
    "centre.no_number": Level.NOTE,
    "centre.number_unknown": Level.WARNING,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    for account in it.data.rows("account"):
        own = account["id"]
        for rule, found in (
            ("centre.queue_empty", _empty_queues(it, own)),
            ("centre.hours_empty", _empty_hours(it, own)),
            *_numbers(it, own),
        ):
            if found:
                yield rule, {"account": own, "names": names(found), "count": len(found)}
    if it.data.rows("account") and not any(n.get("active", True) for n in it.data.rows("did")):
        yield "centre.no_number", {}
    strangers = int(it.program.metrics.get(NOBODYS, 0))
    if strangers:
        yield "centre.number_unknown", {"count": strangers}


def _of(it: Installation, table: str, account: int) -> list[Mapping[str, Any]]:
    return [row for row in it.data.rows(table) if row.get("account_id") == account]


def _empty_queues(it: Installation, account: int) -> list[str]:
    """Active queues in which no active agent works."""
    people = {u["id"] for u in it.data.rows("app_user") if u.get("active", True)}
    working = {a["id"] for a in it.data.rows("agent") if a.get("active", True) and a["user_id"] in people}
    served = {m["queue_id"] for m in it.data.rows("queue_member") if m["agent_id"] in working}
    return [
        str(q["name"]) for q in _of(it, "queue", account) if q.get("active", True) and q["id"] not in served
    ]


def _empty_hours(it: Installation, account: int) -> list[str]:
    """Schedules without a single range that a queue keeps to: it never opens."""
    ranges = {r["schedule_id"] for r in it.data.rows("schedule_range")}
    used = {q.get("schedule_id") for q in it.data.rows("queue") if q.get("active", True)}
    return [str(s["name"]) for s in _of(it, "schedule", account) if s["id"] in used and s["id"] not in ranges]


def _numbers(it: Installation, account: int) -> list[tuple[str, list[str]]]:
    queues = {q["id"]: q for q in it.data.rows("queue")}
    flows = {f["id"]: f for f in it.data.rows("flow")}
    nowhere, closed, unpublished = [], [], []
    for did in _of(it, "did", account):
        if not did.get("active", True):
            continue
        flow, queue = flows.get(did.get("flow_id")), queues.get(did.get("queue_id"))
        if flow is not None:
            if flow.get("published") is None or not flow.get("active", True):
                unpublished.append(f"{did['number']} → {flow['name']}")
        elif queue is None:
            nowhere.append(str(did["number"]))
        elif not queue.get("active", True):
            closed.append(f"{did['number']} → {queue['name']}")
    return [
        ("centre.number_nowhere", nowhere),
        ("centre.number_closed", closed),
        ("centre.number_unpublished", unpublished),
    ]
