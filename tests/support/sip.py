"""Telephones of the outside world: sipp speaks SIP for all of them, `media.py` is their ears and mouths.

One sipp process carries every line of a test world: it is told what to do by datagrams that look like SIP with methods
that SIP does not have, and tells what happened in a log (`scenario.py`). So 25 callers cost two processes, and
each of them still does what its test says, when its test says it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from gevent.lock import RLock

from tests.support.line import Line
from tests.support.ports import PortBlock
from tests.support.scenario import party
from tests.support.telephone import Telephone
from tests.support.until import until

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
        line = self.line(self._tone())
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

    def line(self, tone: int, call_id: str = "") -> Line:
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
            phone.rung(self.line(phone.tone_hz, call_id), more)
        elif event == "pinged":
            phone = self._places.get(more[0].removeprefix("sip:").partition("@")[0])
            if phone is not None and not phone.dead:
                self.tell(call_id, "XPONG")
        elif call_id in self._waiting:
            self._waiting[call_id](words)
        elif call_id in self._lines:
            self._lines[call_id].happened(event, more)


def _from(number: str | bytes, name: str | bytes) -> bytes:
    """A From header; what a test gives as bytes goes out as it is."""
    raw_number = number if isinstance(number, bytes) else number.encode()
    raw_name = name if isinstance(name, bytes) else name.replace("\\", "\\\\").replace('"', '\\"').encode()
    shown = b'"' + raw_name + b'" ' if raw_name else b""
    return shown + b"<sip:" + raw_number + (b"@" if raw_number else b"") + b"127.0.0.1>"


def _keep() -> bool:
    return bool(os.environ.get("KEEP_TEST_FOLDERS"))
