"""(5) A disposition that the program acknowledged is in the database, to the letter."""

from __future__ import annotations

from tests.faults.history import Ack, History, Violation

RULE = "verdicts"


def check(history: History) -> list[Violation]:
    last: dict[str, Ack] = {}
    for ack in sorted(history.acks, key=lambda a: a.at):
        last[ack.call] = ack
    rows = {row.id: row for row in history.rows}
    found = []
    for call, ack in last.items():
        if _passed_on(history, ack):
            continue
        row = rows.get(call)
        kept = row is not None and (row.disposition, row.note) == (ack.disposition, ack.note)
        if not kept:
            has = "no record" if row is None else f"disposition {row.disposition}, note {row.note!r}"
            found.append(
                Violation(
                    RULE,
                    ack.at,
                    f"agent {ack.agent} was told that {ack.disposition} ({ack.note!r}) of call {call} is kept: {has}",
                )
            )
    return found


def _passed_on(history: History, ack: Ack) -> bool:
    """The conversation went to somebody else after it: the verdict is his who ends it."""
    caller = history.legs.get(ack.call)
    agents = [history.legs[s.other].agent for s in caller.spans if s.other in history.legs] if caller else []
    return bool(agents) and agents[-1] != ack.agent
