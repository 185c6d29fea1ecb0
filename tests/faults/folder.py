"""From the folder of a run to its history: nothing is asked of anybody any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.faults import switchstory
from tests.faults.history import Ack, Caller, Fault, History, Picture, QueueRule, Rest, Row, Rules, Step
from tests.faults.record import lines, whole


def read(folder: Path) -> History:
    cdrs = [cdr for path in sorted((folder / "cdr").glob("*.xml")) if (cdr := switchstory.read_cdr(path))]
    claims = whole(folder, "claims", {})
    return History(
        rules=rules_of(whole(folder, "declared", {})),
        legs=switchstory.legs(lines(folder, "witness"), cdrs),
        callers=_callers(lines(folder, "callers")),
        acks=[
            Ack(a["at"], a["agent"], a["call"], a["disposition"], a["note"]) for a in lines(folder, "acks")
        ],
        pictures=[
            Picture(p["at"], p["made"], p["agent"], p["state"], p["registered"], p["up"])
            for p in lines(folder, "pictures")
        ],
        faults=[
            Fault(f["number"], f["kind"], f["at"], f["end"], f["healed"], f["target"], f["other"])
            for f in lines(folder, "faults")
        ],
        rows=[_row(row) for row in claims.get("calls", [])],
        offers={leg: (call, agent) for leg, call, agent in claims.get("offers", [])},
        steps=[_step(*step) for step in claims.get("steps", [])],
        rests=[Rest(r["at"], r["seconds"], r["left"]) for r in lines(folder, "rests")],
        figures=claims.get("figures", {}),
        until=float(whole(folder, "end", {}).get("at", 0.0)),
    )


def rules_of(declared: dict[str, Any]) -> Rules:
    queues = {
        q["id"]: QueueRule(
            q["id"],
            frozenset(q["members"]),
            q["priority"],
            tuple(
                (skill, level, tuple((s, to) for s, to in relaxed)) for skill, level, relaxed in q["needs"]
            ),
            q["max_wait_s"],
            q.get("ring_all", False),
        )
        for q in declared.get("queues", [])
    }
    dids = {number: (queue, priority) for number, (queue, priority) in declared.get("dids", {}).items()}
    skills = {
        int(agent): {int(skill): level for skill, level in has.items()}
        for agent, has in declared.get("skills", {}).items()
    }
    return Rules(queues, dids, skills, frozenset(declared.get("messages", [])))


def _callers(told: list[dict[str, Any]]) -> list[Caller]:
    found: dict[str, Caller] = {}
    for line in told:
        number, at = line["number"], line["at"]
        if line["what"] == "dialled":
            found[number] = Caller(number, line["did"], line["sip"], at)
            continue
        caller = found[number]
        match line["what"]:
            case "reached":
                caller.sip_call_id = line["sip"]
            case "answered":
                caller.answered = at
            case "hung_up":
                caller.hung_up = at
            case "ended":
                caller.ended, caller.cause = at, line["cause"]
            case "heard":
                caller.heard.append((at, line["sound"]))
    return list(found.values())


def _row(row: list[Any]) -> Row:
    call, outcome, ended, by, agent, disposition, note, ticket, wait_ms = row
    return Row(call, outcome, ended / 1000 if ended else None, by, agent, disposition, note, ticket, wait_ms)


def _step(number: int, at: int, agent: int, kind: str, data: str) -> Step:
    values = json.loads(data)
    return Step(number, at / 1000, agent, kind.removeprefix("agent."), values["old"], values["new"])
