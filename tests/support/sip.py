"""Telephones of the outside world: sipp speaks SIP for all of them, `media.py` is their ears and mouths.

One sipp process carries every line of a test world: it is told what to do by datagrams that look like SIP with methods
that SIP does not have, and tells what happened in a log (`scenario.py`). So 25 callers cost two processes, and
each of them still does what its test says, when its test says it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gevent
from gevent.lock import RLock

from tests.support.ports import PortBlock
from tests.support.scenario import PIECE, PIECES, REFUSALS, party
from tests.support.until import until
from tests.support.world import PartyState

FIRST_TONE, TONES = 400, 60


class Media:
    """The process of tests/support/media.py."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.media"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )

    def do(self, what: str, port: int, **args: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps({"what": what, "port": port, **args}).encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["ok"]

    def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.kill()
        self._process.wait()


class Telephones:
    """All lines of a world. `trunk` and `phones` are the switch's ports for the two kinds of callers."""

    def __init__(self, ports: PortBlock, trunk: int, phones: int) -> None:
        self.port = ports[10]
        self.trunk, self.phones = trunk, phones
        self._ports = ports
        self._next = 0
        self._serial = 0
        self._lines: dict[str, Line] = {}
        self._waiting: dict[str, Callable[[list[str]], None]] = {}
        self._places: dict[str, Telephone] = {}
        self._out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._out.bind(("127.0.0.1", 0))
        self.media = Media()
        self.folder = Path(tempfile.mkdtemp(prefix="fs-app-sipp-"))
        self._log = self.folder / "log"
        scenario = self.folder / "party.xml"
        scenario.write_text(party())
        with (self.folder / "screen").open("wb") as screen:
            self._sipp = subprocess.Popen(
                ["sipp", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(self.port), "-cp", str(ports[11])]
                + ["-mp", str(ports[12]), "-base_cseq", "100"]
                + ["-trace_logs", "-log_file", str(self._log), "-nostdin", "-default_behaviors", "none"]
                + ["-trace_err", "-error_file", str(self.folder / "errors"), "-buff_size", "4000000"]
                + (["-trace_msg", "-message_file", str(self.folder / "messages")] if _keep() else []),
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                env={**os.environ, "TERM": "dumb"},
                cwd=self.folder,
            )
        until(self._listening, 5, "sipp listens")
        self._reader = gevent.spawn(self._read)

    def _listening(self) -> bool:
        assert self._sipp.poll() is None, (self.folder / "screen").read_text()[-2000:]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return True
        return False

    # --- what a test asks for
    def caller(self, to: str, number: str | bytes, name: str | bytes) -> Line:
        """Somebody calls `to` through the trunk."""
        line = self._line(self._tone())
        line.dial(to, _from(number, name), self.trunk)
        return line

    def telephone(self, user: str, password: str, domain: str) -> Telephone:
        place = (
            f"phone-{user}"  # the same contact for the same user: a new telephone takes the old one's place
        )
        phone = Telephone(self, place, self._tone(), (user, password, domain))
        self._places[place] = phone
        return phone

    def person(self, number: str) -> Telephone:
        phone = Telephone(self, number, self._tone(), None)
        self._places[number] = phone
        return phone

    def stop(self) -> None:
        self._reader.kill()
        self._sipp.kill()
        self._sipp.wait()
        self.media.stop()
        self._out.close()

    # --- for lines
    def _tone(self) -> int:
        self._next += 1
        return FIRST_TONE + 50 * (self._next % TONES)

    def _line(self, tone: int, call_id: str = "") -> Line:
        self._serial += 1
        line = Line(self, call_id or f"{uuid.uuid4()}", self._ports[500 + 2 * (self._serial % 249)], tone)
        self._lines[line.sip_call_id] = line
        return line

    def tell(self, call_id: str, method: str, **headers: str | bytes | int) -> None:
        """One command to sipp, for the call with this Call-ID."""
        self._serial += 1
        lines: list[bytes] = [
            f"{method} sip:party@127.0.0.1:{self.port} SIP/2.0".encode(),
            f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-t{uuid.uuid4()}".encode(),
            b"From: <sip:test@127.0.0.1>;tag=test",
            b"To: <sip:party@127.0.0.1>",
            b"Call-ID: " + call_id.encode(),
            f"CSeq: {self._serial} {method}".encode(),
        ]
        for name, value in headers.items():
            text = value if isinstance(value, bytes) else str(value).encode()
            assert len(text) < 2000, "sipp would cut it"
            lines.append(b"X-" + name.replace("_", "-").title().encode() + b": " + text)
        lines += [b"Content-Length: 0", b"", b""]
        self._out.sendto(b"\r\n".join(lines), ("127.0.0.1", self.port))

    def wait_for(self, call_id: str, told: Callable[[list[str]], None]) -> None:
        """Have the events of a call that is no Line (a registration)."""
        self._waiting[call_id] = told

    def _read(self) -> None:
        until(self._log.exists, 30, "log of sipp", step=0.05)
        rest = b""
        with self._log.open("rb") as log:
            while True:
                data = log.read()
                if not data:
                    gevent.sleep(0.01)
                    continue
                *lines, rest = (rest + data).split(b"\n")
                for text in lines:
                    self._happened(text.decode("utf-8", "replace").strip("\r").split("|"))

    def _happened(self, words: list[str]) -> None:
        if len(words) < 2:
            return
        event, call_id, *more = words
        if event == "incoming":
            place = more[0].removeprefix("sip:").partition("@")[0].partition(";")[0]
            phone = self._places.get(place)
            if phone is None or phone.dead:
                self.tell(call_id, "XDEAF" if phone else "XREJECT404")
                return
            phone.rung(self._line(phone.tone_hz, call_id), more)
        elif event == "pinged":
            phone = self._places.get(more[0].removeprefix("sip:").partition("@")[0])
            if phone is not None and not phone.dead:
                self.tell(call_id, "XPONG")
        elif call_id in self._waiting:
            self._waiting[call_id](words)
        elif call_id in self._lines:
            self._lines[call_id].happened(event, more)


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
        line = self._all._line(self.tone_hz)
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


def _from(number: str | bytes, name: str | bytes) -> bytes:
    """A From header; what a test gives as bytes goes out as it is."""
    raw_number = number if isinstance(number, bytes) else number.encode()
    raw_name = name if isinstance(name, bytes) else name.replace("\\", "\\\\").replace('"', '\\"').encode()
    shown = b'"' + raw_name + b'" ' if raw_name else b""
    return shown + b"<sip:" + raw_number + (b"@" if raw_number else b"") + b"127.0.0.1>"


def _keep() -> bool:
    return bool(os.environ.get("KEEP_TEST_FOLDERS"))
