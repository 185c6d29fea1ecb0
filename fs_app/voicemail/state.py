"""What becomes of a message. That its recording was deleted stands with the recording."""

from __future__ import annotations

RECORDING = "RECORDING"
NEW = "NEW"
HEARD = "HEARD"

LISTED = (NEW, HEARD)
