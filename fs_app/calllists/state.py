"""The state of a record of a call list: each record has exactly one, so what a list counts always adds up.

To call: UNTREATED, CALLBACK (an agent promised it, for anybody), PERSONAL (for himself), REDIAL (failed, may be called
again at once), SYSTEM (a retry rule set a date), IN_CALL. Done: EXCLUDED (taken out by hand), COMPLETED, UNREACHABLE
(all attempts used), STOPPED (no more, by a rule or by who was called), WRONG (no number of his is right), BLACKLISTED.

The states (a test compares this with the table; *before* is the state that the record had before):

    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM -[taken]> IN_CALL
    IN_CALL -[given_back]> before
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[callback]> CALLBACK
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[personal]> PERSONAL
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[redial]> REDIAL
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[system]> SYSTEM
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[completed]> COMPLETED
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[unreachable]> UNREACHABLE
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[stopped]> STOPPED
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[wrong]> WRONG
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM|IN_CALL -[blacklisted]> BLACKLISTED
    BLACKLISTED -[allowed]> before
    UNTREATED|CALLBACK|PERSONAL|REDIAL|SYSTEM -[excluded]> EXCLUDED
    EXCLUDED -[included]> before
    PERSONAL -[shared]> CALLBACK
    COMPLETED|UNREACHABLE|STOPPED|WRONG -[recycled]> UNTREATED

A record in a call is nobody's to change but the call's own: no action on a list touches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from fs_app.errors import UnknownTransition


class State(StrEnum):
    UNTREATED = "UNTREATED"
    CALLBACK = "CALLBACK"
    PERSONAL = "PERSONAL"
    REDIAL = "REDIAL"
    SYSTEM = "SYSTEM"
    IN_CALL = "IN_CALL"
    EXCLUDED = "EXCLUDED"
    COMPLETED = "COMPLETED"
    UNREACHABLE = "UNREACHABLE"
    STOPPED = "STOPPED"
    WRONG = "WRONG"
    BLACKLISTED = "BLACKLISTED"


_S = State
TO_CALL = (_S.UNTREATED, _S.CALLBACK, _S.PERSONAL, _S.REDIAL, _S.SYSTEM, _S.IN_CALL)
DONE = (_S.EXCLUDED, _S.COMPLETED, _S.UNREACHABLE, _S.STOPPED, _S.WRONG, _S.BLACKLISTED)
DIALABLE = (_S.UNTREATED, _S.CALLBACK, _S.PERSONAL, _S.REDIAL, _S.SYSTEM)
RECYCLABLE = (_S.COMPLETED, _S.UNREACHABLE, _S.STOPPED, _S.WRONG)
DATED = frozenset({_S.CALLBACK, _S.PERSONAL, _S.SYSTEM})
"""Those that are called not before `due_at`."""

BEFORE = "before"

RESULTS = {
    "callback": _S.CALLBACK,
    "personal": _S.PERSONAL,
    "redial": _S.REDIAL,
    "system": _S.SYSTEM,
    "completed": _S.COMPLETED,
    "unreachable": _S.UNREACHABLE,
    "stopped": _S.STOPPED,
    "wrong": _S.WRONG,
    "blacklisted": _S.BLACKLISTED,
}
"""What a call, or an agent without one, may make of a record that is to be called."""


def _rows(states: Iterable[State], event: str, new: State | str) -> dict[tuple[State, str], State | str]:
    return {(state, event): new for state in states}


TRANSITIONS: dict[tuple[State, str], State | str] = {
    **_rows(DIALABLE, "taken", _S.IN_CALL),
    **_rows((_S.IN_CALL,), "given_back", BEFORE),
    **{row: new for event, state in RESULTS.items() for row, new in _rows(TO_CALL, event, state).items()},
    **_rows((_S.BLACKLISTED,), "allowed", BEFORE),
    **_rows(DIALABLE, "excluded", _S.EXCLUDED),
    **_rows((_S.EXCLUDED,), "included", BEFORE),
    **_rows((_S.PERSONAL,), "shared", _S.CALLBACK),
    **_rows(RECYCLABLE, "recycled", _S.UNTREATED),
}

KEEPS_BEFORE = frozenset({"taken", "excluded", "blacklisted"})
"""Events after which one may go back to the state before."""


def after(state: str, event: str, before: str | None = None) -> tuple[State, State | None]:
    """The state after `event`, and the one to remember as `before`. Raises UnknownTransition.

    A record that is in a call and is put on the blacklist goes back, should that be lifted, to what it was before the
    call. One that came excluded or blacklisted and has no state before is untreated.
    """
    old = State(state)
    new = TRANSITIONS.get((old, event))
    if new is None:
        raise UnknownTransition(f"record: {state} has no event {event}")
    earlier = State(before) if before in DIALABLE else None
    if new == BEFORE:
        return earlier or State.UNTREATED, None
    if event in KEEPS_BEFORE:
        return State(new), earlier or State.UNTREATED if old is State.IN_CALL else old
    return State(new), None


def allows(event: str) -> tuple[State, ...]:
    """The states in which `event` may come."""
    return tuple(state for state in State if (state, event) in TRANSITIONS)
