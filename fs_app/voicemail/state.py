"""What becomes of a message."""

from __future__ import annotations

RECORDING = "RECORDING"
NEW = "NEW"
HEARD = "HEARD"
DELETED = "DELETED"

LISTED = (NEW, HEARD)
