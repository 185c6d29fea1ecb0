"""Back to the flow that called this one; where none did, the call ends."""

from __future__ import annotations

from fs_app.ivr.spec import NodeKind
from fs_app.ivr.turn import Turn


def enter(turn: Turn) -> None:
    turn.back()


KIND = NodeKind("back", "end", "arrow-back-up", enter=enter)
