"""An agent's figures of a period (BA-140), from his parts in calls. Pure but for `parts_since` and `logged_in_at`.

What each figure counts, and its sentence in the catalogues (`desk.statistics.about.…`):

- presented: his telephone rang for a call of a queue, a call back that a queue hands out, too.
- taken: he picked up, and the caller (or a colleague who asks him) was there. Calls that he dials are none of these.
- missed: he did not pick up, and nobody withdrew the call before.
- communication: conversation with its holds; wrap-up: from its end to the verdict; handling: both. Means are over the
  calls taken whose conversation is over.
- made: he picked up, and somebody outside was dialled; their mean and total are of conversations that came about.

A call counts for the period in which it was taken (missed: let ring; made: dialled), with all of its time. The figures
of today that `agents/today.py` keeps in memory are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from fs_app.calls.model import JournalEntry
from fs_app.history.model import CallPart

SLACK_MS = 24 * 3_600_000
"""A part may have begun this long before what counts of it."""


class Part(NamedTuple):
    """What the figures need of a part."""

    direction: str
    how: str
    presented_at: int | None
    answered_at: int | None
    connected_at: int | None
    ended_at: int | None
    talk_ms: int
    hold_ms: int
    wrap_up_ms: int
    missed: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Means and totals in ms; means are None without a call that is over."""

    presented: int = 0
    taken: int = 0
    missed: int = 0
    mean_talk_ms: int | None = None
    mean_wrap_up_ms: int | None = None
    mean_handling_ms: int | None = None
    talk_ms: int = 0
    wrap_up_ms: int = 0
    handling_ms: int = 0
    made: int = 0
    made_reached: int = 0
    made_mean_ms: int | None = None
    made_ms: int = 0


def figures(parts: Iterable[Part], since: int, until: int) -> Figures:
    """Of [since, until), UTC ms."""

    def here(at: int | None) -> bool:
        return at is not None and since <= at < until

    listed = list(parts)
    taken = [p for p in listed if p.direction != "out" and p.how != "dialled" and here(p.connected_at)]
    over = [p for p in taken if p.ended_at is not None]
    made = [p for p in listed if p.direction == "out" and here(p.answered_at)]
    reached = [p for p in made if p.connected_at is not None and p.ended_at is not None]
    talk = sum(p.talk_ms + p.hold_ms for p in over)
    wrap_up = sum(p.wrap_up_ms for p in over)
    made_ms = sum(p.talk_ms + p.hold_ms for p in reached)
    return Figures(
        presented=sum(here(p.presented_at) for p in listed),
        taken=len(taken),
        missed=sum(p.missed and here(p.ended_at) for p in listed),
        mean_talk_ms=_mean(talk, len(over)),
        mean_wrap_up_ms=_mean(wrap_up, len(over)),
        mean_handling_ms=_mean(talk + wrap_up, len(over)),
        talk_ms=talk,
        wrap_up_ms=wrap_up,
        handling_ms=talk + wrap_up,
        made=len(made),
        made_reached=sum(p.connected_at is not None for p in made),
        made_mean_ms=_mean(made_ms, len(reached)),
        made_ms=made_ms,
    )


def _mean(total: int, n: int) -> int | None:
    return total // n if n else None


# --- SQL: inside `db.read` ----------------------------------------------------------------------------------------
def parts_since(account: int, agent: int, since: int) -> list[Part]:
    """All that may count from `since` (UTC ms) on."""
    rows = CallPart.select(*(getattr(CallPart, name) for name in Part._fields)).where(
        CallPart.agent == agent, CallPart.account == account, CallPart.began_at >= since - SLACK_MS
    )
    return [Part(*row) for row in rows.tuples()]


def logged_in_at(account: int, agent: int) -> int | None:
    """When he last logged in (UTC ms); None: never."""
    entry = (
        JournalEntry.select(JournalEntry.at)
        .where(
            JournalEntry.agent == agent,
            JournalEntry.account == account,
            JournalEntry.kind == "agent.presence",
            JournalEntry.data.contains('"old":"LOGGED_OUT"'),
        )
        .order_by(JournalEntry.at.desc())
        .first()
    )
    return int(entry.at) if entry is not None else None
