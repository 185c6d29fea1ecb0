"""What became of an attempt to send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken it; `reference` is what it calls it."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not sent. `again`: time may mend it. `why` is a word of the catalogue (`messages.why.…`)."""

    why: str
    detail: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """It was given away and no answer came: it may have been sent. Never tried again by itself."""

    why: str
    detail: str = ""


Outcome = Sent | NotSent | Unclear
