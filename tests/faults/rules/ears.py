"""What callers heard: who is on the line hears somebody or something, whatever happens to the program."""

from __future__ import annotations

from tests.faults.history import Caller, History, Leg, Violation

RULE = "ears"
SILENCE_S = 10.0
"""The longest silence. With a lease of 3 s and a watch that looks every second it is 4.1 s after a freeze [measured];
the sound time-out of a dead telephone is 4 s here."""


def check(history: History) -> list[Violation]:
    found = []
    by_sip = {leg.sip_call_id: leg for leg in history.incoming() if leg.sip_call_id}
    for caller in history.callers:
        leg = by_sip.get(caller.sip_call_id)
        if leg is not None:
            found += _silences(history, caller, leg)
    return found


def _silences(history: History, caller: Caller, leg: Leg) -> list[Violation]:
    begun: float | None = None
    for at, sound in caller.heard:
        counts = leg.answered is not None and leg.answered < at < leg.over and not leg.lost
        if sound or not counts or history.touched(("switch",), at, at, 2.0):
            begun = None
        elif begun is None:
            begun = at
        elif at - begun > SILENCE_S:
            return [Violation(RULE, at, f"caller {caller.number} hears nothing since {begun:.3f}")]
    return []
