"""One call of one party outside: what its telephone does and hears."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tests.support.scenario import PIECE, PIECES, REFUSALS
from tests.support.until import until
from tests.support.world import PartyState

if TYPE_CHECKING:
    from tests.support.sip import Telephones


class Line:
    """One call of one party; a `Caller` of the world by itself."""

    def __init__(self, telephones: Telephones, call_id: str, port: int, tone: int) -> None:
        self._all = telephones
        self.sip_call_id = call_id
        self.tone_hz = tone
        self.state = PartyState.IDLE
        self.cause = ""
        self.remote_tag = self.local_tag = ""  # of a call that this party made
        self.events: list[str] = []
        self.refer_status = 0  # answer to the last REFER
        self.on_challenge: Callable[[list[str]], None] = lambda words: None
        self._port = port
        with contextlib.suppress(AssertionError):
            telephones.media.do("close", port)
        telephones.media.do("open", port, hertz=tone)

    def dial(self, to: str, shown: bytes, port: int) -> None:
        self.state = PartyState.DIALING
        self._all.tell(
            self.sip_call_id,
            "XDIAL",
            uri=f"sip:{to}@127.0.0.1:{port}",
            contact=f"sip:party@127.0.0.1:{self._all.port}",
            host="127.0.0.1",
            port=port,
            media=self._port,
            **{f"from{n}": shown[n * PIECE : (n + 1) * PIECE] for n in range(PIECES)},
        )

    def tell(self, method: str, **headers: str | int) -> None:
        self._all.tell(self.sip_call_id, method, **headers)

    def answer(self) -> None:
        self.tell("XANSWER", media=self._port)

    def reject(self, status: int) -> None:
        assert status in REFUSALS, f"one of {REFUSALS}"
        self.tell(f"XREJECT{status}")

    def hang_up(self) -> None:
        if self.state not in (PartyState.IDLE, PartyState.ENDED):
            self.tell("XBYE")

    def hold(self, held: bool) -> None:
        self.tell("XHOLD" if held else "XUNHOLD")

    def refer(self, to: str) -> None:
        self.tell("XREFER", refer_to=f"<{to}>")

    def refuse_reinvite(self) -> None:
        """From now on answer 481 to a re-INVITE, as a party does that knows nothing of the call any more."""
        self.tell("XREFUSE")

    def go_deaf(self) -> None:
        """No SIP and no sound from now on, without a word."""
        self.tell("XDEAF")
        self.quiet()

    def quiet(self) -> None:
        """No RTP from now on (SIP goes on)."""
        self._all.media.do("to", self._port, host="", rtp=0)

    def say_nothing(self) -> None:
        self._all.media.do("silence", self._port)

    def press(self, digits: str) -> None:
        self._all.media.do("keys", self._port, digits=digits)

    def hears(self, tones_hz: Sequence[int], seconds: float = 0.4) -> dict[int, float]:
        found = self._all.media.do("hears", self._port, tones=list(tones_hz), seconds=seconds)
        return {int(tone): share for tone, share in found.items()}

    def sound(self, seconds: float = 0.4) -> bool:
        return bool(self.hears([1000], seconds))

    def history(self, tones_hz: Sequence[int], seconds: float, step: float = 0.1) -> list[int | None]:
        """What was heard, oldest first, in pieces of `step` seconds: a tone, 0 = other sound, None = silence."""
        history: list[int | None] = self._all.media.do(
            "history", self._port, tones=list(tones_hz), seconds=seconds, step=step
        )
        return history

    def talking(self, timeout: float = 10.0) -> None:
        until(
            lambda: self.state in (PartyState.TALKING, PartyState.HELD),
            timeout,
            f"answer ({self.state}, {self.cause})",
        )

    def ended(self, timeout: float = 10.0) -> str:
        until(lambda: self.state is PartyState.ENDED, timeout, f"end of the call ({self.state})")
        return self.cause

    def happened(self, event: str, more: list[str]) -> None:
        """A line of sipp's log."""
        self.events.append("|".join([event, *more[:1]]))
        if event == "ringing":
            self.state = PartyState.RINGING
        elif event in ("answered", "early", "reinvited", "hold", "unhold"):
            with contextlib.suppress(IndexError, ValueError):
                rtp = int(more[0].split()[-1])
                self._all.media.do("to", self._port, host="127.0.0.1", rtp=rtp)
            if event == "answered" and len(more) > 2:
                self.remote_tag, self.local_tag = (text.rpartition("tag=")[2] for text in more[1:3])
            if event != "early":
                self.state = PartyState.HELD if event == "hold" else PartyState.TALKING
        elif event == "referred":
            self.refer_status = int(more[0])
        elif event == "ended":
            self.state, self.cause = PartyState.ENDED, more[0]
            self.quiet()
        elif event == "challenged":
            self.on_challenge([event, self.sip_call_id, *more])
