"""What an end-to-end test can do to the outside world, whichever switch stands between it and the program.

A test asks for the fixture `world` and speaks of callers and phones; it never knows whether sipp talks to a
FreeSWITCH (`RealWorld`) or a scripted party to the simulator. Everything here is a person's act or what a person can
see and hear; nothing is the program's own view.

All methods with a `timeout` (seconds) fail the test (AssertionError) when it passes. Numbers are as the trunk sends
them, names are `bytes` where a test needs something that is no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class PartyState(StrEnum):
    """Where a person's call stands, as this person's own telephone sees it."""

    IDLE = "idle"  # a phone without a call
    DIALING = "dialing"  # sent, nothing heard back but 100
    RINGING = "ringing"  # caller: hears ringing; phone: rings
    TALKING = "talking"  # answered
    HELD = "held"  # this party pressed hold
    ENDED = "ended"  # over (a caller's last state; a phone goes back to IDLE)


class Party(Protocol):
    """Somebody with one call on his line."""

    @property
    def state(self) -> PartyState: ...

    @property
    def cause(self) -> str:
        """Why the last call ended: `bye` (the other side), `own` (this party), or the SIP status (`486`)."""
        ...

    @property
    def sip_call_id(self) -> str:
        """The Call-ID of the current or last call, as in the switch's `sip_call_id`; '' before any."""
        ...

    def hang_up(self) -> None:
        """End the call; a caller who is not answered yet gives up (CANCEL)."""
        ...

    def press(self, digits: str) -> None:
        """Press keys (RFC 4733, 100 ms each with pauses of 100 ms)."""
        ...

    def say_nothing(self) -> None:
        """From now on this party is silent (its telephone sends silence)."""
        ...

    def talking(self, timeout: float = 10.0) -> None:
        """Wait until answered."""
        ...

    def ended(self, timeout: float = 10.0) -> str:
        """Wait until the call is over; returns `cause`."""
        ...

    @property
    def tone_hz(self) -> int:
        """The tone that this party speaks with, different for each party of a world; 0 = silent."""
        ...

    def hears(self, tones_hz: Sequence[int], seconds: float = 0.4) -> dict[int, float]:
        """Share of the energy heard in the last `seconds` at each tone (0 … 1); {} when nothing was heard.

        The simulator answers from who is connected with whom; `sound()` is for what is no party's tone.
        """
        ...

    def sound(self, seconds: float = 0.4) -> bool:
        """True when anything but silence was heard in the last `seconds` (music, announcement, a voice)."""
        ...


class Caller(Party, Protocol):
    """A person in the public telephone network who called in through the trunk."""


class Phone(Party, Protocol):
    """An agent's registered telephone (or a person on the trunk who can be called: see `World.person`)."""

    def register(self, timeout: float = 5.0) -> None:
        """Register, or register again; fails the test when refused."""
        ...

    def unregister(self) -> None: ...

    def ringing(self, timeout: float = 10.0) -> None:
        """Wait until it rings."""
        ...

    @property
    def caller_shown(self) -> str:
        """The number that the display shows for the current or last call."""
        ...

    def answer(self) -> None: ...

    def reject(self, status: int = 486) -> None:
        """Refuse the ringing call with this SIP status."""
        ...

    def answer_by_itself(self, after_s: float | None = 0.0) -> None:
        """From now on answer every call after this many seconds; None: leave it ringing."""
        ...

    def reject_by_itself(self, status: int = 486) -> None:
        """From now on refuse every call at once with this SIP status."""
        ...

    def dial(self, number: str) -> None:
        """Call out from this phone."""
        ...

    def hold(self) -> None:
        """The phone's own hold key (re-INVITE sendonly)."""
        ...

    def unhold(self) -> None: ...

    def transfer(self, number: str) -> None:
        """The phone's own blind transfer key (REFER)."""
        ...

    def die(self) -> None:
        """Power cut: no SIP and no audio from now on, nothing is said to anybody."""
        ...


class World(Protocol):
    """Everybody outside, and the switch between them and the program."""

    name: str  # "real" or "sim"

    @property
    def switch_url(self) -> str:
        """What to give to the program: `esl://:PASSWORD@HOST:PORT`."""
        ...

    @property
    def outbound_port(self) -> int:
        """The port on 127.0.0.1 where the switch's `socket` application expects the program to listen."""
        ...

    def call(self, to: str, number: str | bytes = "+33612345678", name: str | bytes = "") -> Caller:
        """Somebody calls `to` through the trunk; returns at once. `number` and `name` go out as they are."""
        ...

    def phone(self, user: str, password: str, domain: str) -> Phone:
        """A phone with these credentials, not registered yet. The directory must know them (see `users_file`)."""
        ...

    def person(self, number: str) -> Phone:
        """A person in the public network who can be called through gateway `trunk`; does not register."""
        ...

    @property
    def directory_url(self) -> str:
        """Where the switch asks for users; `127.0.0.1:PORT` on which the program serves its directory."""
        ...

    @property
    def cdr_folder(self) -> str:
        """Where the switch leaves a CDR for each leg."""
        ...

    # faults
    def kill_switch(self) -> None:
        """kill -9 on the switch."""
        ...

    def start_switch(self, timeout: float = 30.0) -> None:
        """Start the switch again with the same core database; returns when its event socket answers."""
        ...

    def freeze_switch(self) -> None: ...

    def thaw_switch(self) -> None: ...

    def cut_link(self) -> None:
        """Drop every event-socket connection and refuse new ones until `mend_link()` (through a relay)."""
        ...

    def blackhole_link(self) -> None:
        """Keep the connections open but let no byte through until `mend_link()`."""
        ...

    def mend_link(self) -> None: ...

    def legs(self) -> int:
        """How many channels the switch has, asked over a connection of its own."""
        ...

    def close(self) -> None:
        """End everything that this world started."""
        ...
