"""(7) The figures that the program reports are those that the switch's story gives."""

from __future__ import annotations

from tests.faults.history import History, Violation
from tests.faults.rules.ends import end_of

RULE = "rate"


def check(history: History) -> list[Violation]:
    """Calls whose end is in doubt may be counted either way, all others not."""
    if not history.figures:
        return []
    recorded = {row.id for row in history.rows}
    ends = [end_of(history, leg).outcomes for leg in history.incoming() if leg.id in recorded]
    found = []
    for figure, outcome in (("answered", "answered"), ("abandoned", "abandoned")):
        sure = sum(outcomes == (outcome,) for outcomes in ends)
        most = sum(outcome in outcomes for outcomes in ends)
        reported = history.figures[figure]
        if not sure <= reported <= most:
            found.append(
                Violation(
                    RULE,
                    history.until,
                    f"reported {figure}: {reported}, counted: {sure} to {most} of {len(ends)}",
                )
            )
    if history.figures["offered"] != len(ends):
        found.append(
            Violation(
                RULE, history.until, f"reported calls: {history.figures['offered']}, counted: {len(ends)}"
            )
        )
    return found
