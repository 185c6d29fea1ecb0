"""A telephone on somebody's desk: registers, rings, answers, has keys."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import gevent

from tests.support.line import Line
from tests.support.until import until
from tests.support.world import PartyState

if TYPE_CHECKING:
    from tests.support.sip import Telephones


class Telephone:
    """A telephone with at most one call that matters (the last); a `Phone` of the world."""

    def __init__(
        self, telephones: Telephones, place: str, tone: int, credentials: tuple[str, str, str] | None
    ) -> None:
        self._all = telephones
        self._place = place
        self._credentials = credentials
        self._answer_after: float | None = None
        self._reject_with = 0
        self._number = ""
        self.tone_hz = tone
        self.line: Line | None = None
        self.calls: list[Line] = []
        self.dead = False

    # --- registration
    def register(self, timeout: float = 5.0, expires: int = 3600) -> None:
        status = self.registration(timeout, expires)
        assert status == 200, f"REGISTER refused: {status}"

    def unregister(self) -> None:
        self.registration(5.0, 0)

    def registration(self, timeout: float, expires: int) -> int:
        """REGISTER with these credentials; the final status."""
        answers: list[int] = []
        call_id = self.begin_registration(expires, answers)
        until(lambda: answers, timeout, f"answer to REGISTER {call_id}")
        return answers[0]

    def begin_registration(self, expires: int, answers: list[int]) -> str:
        """Send REGISTER; the final status is appended to `answers` when it comes."""
        assert self._credentials, "a person on the trunk does not register"
        user, _, domain = self._credentials
        call_id = f"reg-{uuid.uuid4()}"

        def told(words: list[str]) -> None:
            if words[0] == "challenged":
                self._authorise(call_id, words, f"sip:{domain}")
            else:
                answers.append(int(words[2]))

        self._all.wait_for(call_id, told)
        self._all.tell(
            call_id,
            "XREGISTER",
            uri=f"sip:{domain}",
            contact=f"sip:{self._place}@127.0.0.1:{self._all.port}",
            expires=expires,
            host="127.0.0.1",
            port=self._all.phones,
            from0=f"<sip:{user}@{domain}>",
        )
        return call_id

    def _authorise(self, call_id: str, words: list[str], uri: str) -> None:
        """Answer a challenge; sipp 3.6 can do so for users that it knew at its start only."""
        assert self._credentials
        method, challenge = words[2], "|".join(words[3:])
        header = "Authorization" if method == "REGISTER" else "Proxy-Authorization"
        self._all.tell(
            call_id, "XAUTH", auth=f"{header}: {digest(challenge, method, uri, *self._credentials[:2])}"
        )

    # --- a call comes in
    def rung(self, line: Line, more: list[str]) -> None:
        self._number = more[1].partition("sip:")[2].partition("@")[0]
        if self._reject_with:
            line.reject(self._reject_with)
            return
        self._take(line)
        line.state = PartyState.RINGING
        line.tell("XRING")
        if self._answer_after is not None:
            gevent.spawn_later(self._answer_after, self._answer_if_ringing, line)

    def _take(self, line: Line) -> None:
        self.line = line
        self.calls.append(line)

    @staticmethod
    def _answer_if_ringing(line: Line) -> None:
        if line.state is PartyState.RINGING:
            line.answer()

    @property
    def caller_shown(self) -> str:
        return self._number

    def ringing(self, timeout: float = 10.0) -> None:
        until(lambda: self.state is PartyState.RINGING, timeout, "ringing")

    def answer(self) -> None:
        self._current().answer()

    def reject(self, status: int = 486) -> None:
        self._current().reject(status)

    def answer_by_itself(self, after_s: float | None = 0.0) -> None:
        self._reject_with, self._answer_after = 0, after_s

    def reject_by_itself(self, status: int = 486) -> None:
        self._reject_with = status

    # --- acts
    def dial(self, number: str) -> None:
        assert self._credentials, "a person on the trunk calls by World.call"
        user, _, domain = self._credentials
        line = self._all.line(self.tone_hz)
        self._take(line)
        uri = f"sip:{number}@127.0.0.1:{self._all.phones}"
        line.on_challenge = lambda words: self._authorise(line.sip_call_id, words, uri)
        line.dial(number, f"<sip:{user}@{domain}>".encode(), self._all.phones)

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.hang_up()

    def hold(self) -> None:
        self._current().hold(True)

    def unhold(self) -> None:
        self._current().hold(False)

    def transfer(self, number: str) -> None:
        self._current().refer(f"sip:{number}@127.0.0.1:{self._all.phones}")

    def transfer_attended(self, first: Line, second: Line) -> None:
        """Connect the other sides of two calls; this phone made the second one (REFER with Replaces, RFC 3891)."""
        tags = f"{second.sip_call_id};to-tag={second.remote_tag};from-tag={second.local_tag}"
        first.refer(f"sip:consulted@127.0.0.1:{self._all.phones}?Replaces={quote(tags, safe='')}")

    def die(self) -> None:
        self.dead = True
        for line in self.calls:
            if line.state not in (PartyState.IDLE, PartyState.ENDED):
                line.go_deaf()

    def say_nothing(self) -> None:
        self._current().say_nothing()

    def press(self, digits: str) -> None:
        self._current().press(digits)

    # --- what can be seen
    @property
    def state(self) -> PartyState:
        if self.line is None or self.line.state is PartyState.ENDED:
            return PartyState.IDLE
        return self.line.state

    @property
    def cause(self) -> str:
        return self.line.cause if self.line else ""

    @property
    def sip_call_id(self) -> str:
        return self.line.sip_call_id if self.line else ""

    def talking(self, timeout: float = 10.0) -> None:
        until(lambda: self.line is not None, timeout, "a call")
        self._current().talking(timeout)

    def ended(self, timeout: float = 10.0) -> str:
        return self._current().ended(timeout)

    def hears(self, tones_hz: Sequence[int], seconds: float = 0.4) -> dict[int, float]:
        return self._current().hears(tones_hz, seconds)

    def sound(self, seconds: float = 0.4) -> bool:
        return self._current().sound(seconds)

    def _current(self) -> Line:
        assert self.line is not None, "this telephone has no call"
        return self.line


def digest(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The credentials for a Digest challenge (RFC 2617, MD5, qop=auth)."""
    said = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge))
    md5 = lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # noqa: E731
    ha1, ha2 = md5(f"{user}:{said['realm']}:{password}"), md5(f"{method}:{uri}")
    response = md5(f"{ha1}:{said['nonce']}:00000001:c0ffee:auth:{ha2}")
    return (
        f'Digest username="{user}", realm="{said["realm"]}", nonce="{said["nonce"]}", uri="{uri}", '
        f'algorithm=MD5, qop=auth, nc=00000001, cnonce="c0ffee", response="{response}"'
    )
