"""The words of the outbox: states, moments, how often and how long it is tried. Pure.

WAITING  -> SENDING    claimed, in the database, before anything is said to a provider
SENDING  -> SENT       the provider has taken it
SENDING  -> WAITING    certainly not sent, and time may mend it: tried again later
SENDING  -> FAILED     certainly not sent, for good
SENDING  -> UNKNOWN    nobody knows: no receipt, or the program died while it sent
WAITING  -> CANCELLED  by a person, by a rule (`why`), or too old
FAILED, UNKNOWN, CANCELLED, SENT: a person may send it again, as a message of its own
"""

from __future__ import annotations

WAITING, SENDING, SENT, FAILED, CANCELLED, UNKNOWN = (
    "WAITING",
    "SENDING",
    "SENT",
    "FAILED",
    "CANCELLED",
    "UNKNOWN",
)
STATES = (WAITING, SENDING, SENT, FAILED, UNKNOWN, CANCELLED)

CHANNELS = ("mail", "sms")

MOMENTS = ("answered", "abandoned", "closed", "disposed", "voicemail")
"""After a conversation; when the caller gave up; when the queue was closed; after a verdict; when he left a message."""

MOMENTS_OF = {
    "answered": ("answered",),
    "abandoned": ("abandoned",),
    "failed": ("abandoned",),
    "closed": ("closed",),
}
"""Outcome of a call → the moments that it is. Whom a dead switch threw out did not wait to the end either."""

EXPIRES_MS = 24 * 3_600_000
"""Word of a call comes within a day of its time or not at all."""

BACK_OFF_S = (30, 120, 600, 1800, 7200)
"""Before the second, third … attempt; after the last one it has failed."""


def again_after_s(tries: int) -> int | None:
    """Seconds until the next attempt after `tries` of them; None: no more."""
    return BACK_OFF_S[tries - 1] if tries <= len(BACK_OFF_S) else None
