"""(1) Each call of the switch has exactly one record, and in it the one end that it really had.

What the switch says of the caller's leg decides: who talked to an agent was answered; who left by himself abandoned
(or left before he was in a queue); who heard the message and was hung up on was turned away, or, after the
beep, left one himself; everything else is a fault and must be recorded as one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.faults.history import BLINDING, History, Leg, Row, Span, Violation

RULE = "ends"
SHORT_S = 0.5
"""So short a conversation may have begun and ended between two looks of anybody."""

EARLY_S = 2.0
"""Who left within this time may not have been in the queue yet."""

BEEP = "(400,100,1000)"
"""The tone before somebody speaks his message (`fs_app.calls.voicemail`): what follows is in the voicemail."""

NOBODYS = "UNALLOCATED_NUMBER"
"""The queue behind this number is deactivated at the moment; nobody's call needs no record."""

LATE_S = 2.0
"""The recorded end may be so far from the real one; more when the switch died under the call."""


@dataclass(frozen=True, slots=True)
class End:
    """How a call really ended: the first of `outcomes` if nothing was in doubt."""

    what: str
    outcomes: tuple[str, ...]


def end_of(history: History, leg: Leg) -> End:
    spans = _conversations(history, leg)
    talked = max((s.end - s.begin for s in spans), default=-1.0)
    unheard = (leg.back or leg.lost) and all(history.blind(s.begin, s.end) for s in spans)
    if (
        talked > SHORT_S and not unheard
    ):  # without the switch that knew of it there is no CDR to learn it from
        return End("agent", ("answered",))
    doubt = ("answered",) if talked >= 0 else ()
    begin, over = leg.created, leg.over
    told = any(m in path for _, path in leg.played for m in history.rules.messages)
    if any(BEEP in path for _, path in leg.played):
        doubt = (*doubt, "voicemail")
    queue, _ = history.rules.dids.get(leg.did, (0, 0))
    if leg.cause == NOBODYS and history.touched(("queue",), leg.created, leg.over, 2.0, queue):
        return End("nobody's number", ("failed", "refused", "closed"))
    if leg.lost or leg.given_up or leg.cause in ("MEDIA_TIMEOUT", "SWITCH_DIED", "UNSEEN"):
        left = ("abandoned", "hung_up_early") if leg.by_caller else ()  # in the switch's last moment
        return End("fault", ("failed", *doubt, *left, *(("refused", "closed") if told else ())))
    if leg.by_caller or leg.cause == "ORIGINATOR_CANCEL":
        early = over - begin < EARLY_S or leg.answered is None or over - leg.answered < EARLY_S
        early = early or history.blind(begin, over)
        return End(
            "caller left",
            (
                "abandoned",
                *doubt,
                *(("hung_up_early",) if early else ()),
                *(("refused", "closed") if told or history.blind(over, over) else ()),
            ),
        )
    if "voicemail" in doubt:
        return End("voicemail", doubt)
    if told:
        return End("message", ("refused", "closed", *doubt))
    if doubt:
        return End("agent, for a moment", doubt)
    if leg.answered is None:
        return End("refused", ("hung_up_early", "closed", "refused", "failed"))
    return End("hung up without a word", ())


def check(history: History) -> list[Violation]:
    found: list[Violation] = []
    rows: dict[str, Row] = {}
    for row_id, times in Counter(row.id for row in history.rows).items():
        if times > 1:
            found.append(Violation(RULE, 0.0, f"call {row_id} has {times} records"))
    for row in history.rows:
        rows[row.id] = row
    for leg in history.incoming():
        row_of = rows.pop(leg.id, None)
        found += _compare(history, leg, row_of)
    found += [
        Violation(RULE, row.ended or 0.0, f"call {row.id} is recorded, but no leg of it was seen")
        for row in rows.values()
    ]
    return found


def _compare(history: History, leg: Leg, row: Row | None) -> list[Violation]:
    at, name = leg.over if leg.ended is not None else leg.created, f"call {leg.id} from {leg.number}"
    if row is None:
        if leg.lost and (leg.answered is None or _unseen(history, leg)):
            return []  # gone with the switch before anybody knew
        if leg.cause == NOBODYS and (leg.answered is None or end_of(history, leg).what == "nobody's number"):
            return []
        return [Violation(RULE, at, f"{name} has no record")]
    if leg.ended is None:
        return [] if row.ended is None else [Violation(RULE, at, f"{name} is recorded as ended and lives")]
    if row.ended is None:
        return [Violation(RULE, at, f"{name} has ended ({leg.cause}) and is recorded as running")]
    end = end_of(history, leg)
    found = []
    if row.outcome not in end.outcomes:
        found.append(
            Violation(
                RULE,
                at,
                f"{name} ended as {end.what!r} ({leg.cause}, {leg.disposition or 'no word'}): "
                f"recorded as {row.outcome!r}, not {' or '.join(end.outcomes) or 'anything: nobody may be hung up on'}",
            )
        )
    if abs(row.ended - leg.over) > LATE_S and not leg.lost and leg.cause != "UNSEEN":
        found.append(Violation(RULE, at, f"{name} ended at {leg.over:.3f}, recorded at {row.ended:.3f}"))
    return found


def _unseen(history: History, leg: Leg) -> bool:
    """He came in the last moment of the switch, or while the program was away."""
    away = BLINDING - {"switch"}
    return leg.over - leg.created < 0.5 or history.touched(away, leg.created, leg.created, LATE_S)


def _conversations(history: History, leg: Leg) -> list[Span]:
    legs = history.legs
    return [s for s in leg.spans if s.other not in legs or not legs[s.other].inbound]
