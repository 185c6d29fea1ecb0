"""What an import can be, and what may follow (a test compares this with the table):

    NEW -[planned]> PREPARED
    NEW -[mistaken]> NEW
    PREPARED -[planned]> PREPARED
    PREPARED -[mistaken]> NEW
    PREPARED -[check]> CHECKING
    PREPARED -[start]> RUNNING
    CHECKING -[checked]> CHECKED
    CHECKING -[cancel]> PREPARED
    CHECKING -[broken]> PREPARED
    CHECKED -[planned]> PREPARED
    CHECKED -[mistaken]> NEW
    CHECKED -[check]> CHECKING
    CHECKED -[start]> RUNNING
    RUNNING -[done]> DONE
    RUNNING -[cancel]> STOPPED
    RUNNING -[died]> STOPPED
    RUNNING -[broken]> FAILED
    RUNNING -[unmade]> PREPARED
    STOPPED -[resume]> RUNNING
    FAILED -[resume]> RUNNING
    DONE -[undo]> UNDOING
    STOPPED -[undo]> UNDOING
    FAILED -[undo]> UNDOING
    HALFWAY -[undo]> UNDOING
    UNDOING -[undone]> UNDONE
    UNDOING -[cancel]> HALFWAY
    UNDOING -[died]> HALFWAY
    UNDOING -[broken]> HALFWAY

NEW: a file without a plan that can be carried out. "unmade": what it needs beside its rows could not be made, since
somebody else has made the like meanwhile; nothing of it is written, and its plan can be changed. STOPPED keeps what is
in, goes on where it was, or is undone; so does FAILED (the file could not be read to its end, the database refused it).
HALFWAY: an undo was broken off; it can only be begun again. A program that starts again goes on by itself with what is
RUNNING or UNDOING.
"""

from __future__ import annotations

from enum import StrEnum

from fs_app.machine import Machine


class State(StrEnum):
    NEW = "NEW"
    PREPARED = "PREPARED"
    CHECKING = "CHECKING"
    CHECKED = "CHECKED"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"
    FAILED = "FAILED"
    DONE = "DONE"
    UNDOING = "UNDOING"
    HALFWAY = "HALFWAY"
    UNDONE = "UNDONE"


S = State
MACHINE: Machine[State] = Machine(
    "import",
    {
        (S.NEW, "planned"): S.PREPARED,
        (S.NEW, "mistaken"): S.NEW,
        (S.PREPARED, "planned"): S.PREPARED,
        (S.PREPARED, "mistaken"): S.NEW,
        (S.PREPARED, "check"): S.CHECKING,
        (S.PREPARED, "start"): S.RUNNING,
        (S.CHECKING, "checked"): S.CHECKED,
        (S.CHECKING, "cancel"): S.PREPARED,
        (S.CHECKING, "broken"): S.PREPARED,
        (S.CHECKED, "planned"): S.PREPARED,
        (S.CHECKED, "mistaken"): S.NEW,
        (S.CHECKED, "check"): S.CHECKING,
        (S.CHECKED, "start"): S.RUNNING,
        (S.RUNNING, "done"): S.DONE,
        (S.RUNNING, "cancel"): S.STOPPED,
        (S.RUNNING, "died"): S.STOPPED,
        (S.RUNNING, "broken"): S.FAILED,
        (S.RUNNING, "unmade"): S.PREPARED,
        (S.STOPPED, "resume"): S.RUNNING,
        (S.FAILED, "resume"): S.RUNNING,
        (S.DONE, "undo"): S.UNDOING,
        (S.STOPPED, "undo"): S.UNDOING,
        (S.FAILED, "undo"): S.UNDOING,
        (S.HALFWAY, "undo"): S.UNDOING,
        (S.UNDOING, "undone"): S.UNDONE,
        (S.UNDOING, "cancel"): S.HALFWAY,
        (S.UNDOING, "died"): S.HALFWAY,
        (S.UNDOING, "broken"): S.HALFWAY,
    },
)

AT_WORK = frozenset({S.CHECKING, S.RUNNING, S.UNDOING})
"""A child process works on it, or will soon."""

OVER = frozenset({S.NEW, S.PREPARED, S.CHECKED, S.UNDONE})
"""Nothing of it is in the database: it can be thrown away."""


def may(state: str) -> dict[str, bool]:
    """What people can do with it now."""
    now = State(state)
    return {
        **{event: MACHINE.allows(now, event) for event in ("check", "start", "cancel", "resume", "undo")},
        "plan": MACHINE.allows(now, "planned"),
        "delete": now in OVER,
    }
