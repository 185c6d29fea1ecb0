"""Everybody's ears and mouths: one process that speaks RTP for all parties of a test world.

Each party is a UDP port. It says one tone (G.711 A-law, 20 ms packets) and remembers what it heard during the last
minute, so that a test can ask who hears whom. A process of its own, because a busy test must not make silence.

Run as `python -m tests.support.media`; one JSON object a line on stdin, one answer a line on stdout.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import selectors
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

FRAME_S = 0.02
SAMPLES = 160
KEPT_S = 60.0
PCMA, TELEPHONE_EVENT = 8, 101
SILENT_RMS = 60.0


def alaw_table() -> list[int]:
    """Linear value of each A-law byte (ITU-T G.711)."""
    table = []
    for byte in range(256):
        value = byte ^ 0x55
        sign, segment, mantissa = value & 0x80, (value >> 4) & 7, value & 15
        linear = (mantissa << 4) + 8 if segment == 0 else ((mantissa << 4) + 0x108) << (segment - 1)
        table.append(linear if sign else -linear)
    return table


LINEAR = alaw_table()
_SORTED = sorted((linear, byte) for byte, linear in enumerate(LINEAR))


def to_alaw(samples: Iterable[float]) -> bytes:
    """Nearest A-law byte of each sample; slow, for the one frame that is said again and again."""
    return bytes(min(_SORTED, key=lambda pair: abs(pair[0] - sample))[1] for sample in samples)


def tone_frame(hertz: int, level: float = 6000.0) -> bytes:
    """20 ms of a tone. A multiple of 50 Hz fits a whole number of times, so the frame repeats without a click."""
    assert hertz % 50 == 0, "tones are multiples of 50 Hz"
    return to_alaw(level * math.sin(2 * math.pi * hertz * n / 8000) for n in range(SAMPLES))


def shares(samples: Sequence[int], tones: Sequence[int]) -> dict[int, float]:
    """Share of the whole energy at each tone (Goertzel)."""
    energy = sum(s * s for s in samples)
    if not samples or energy / len(samples) < SILENT_RMS**2:
        return {}
    result = {}
    for hertz in tones:
        factor = 2 * math.cos(2 * math.pi * hertz / 8000)
        before = now = 0.0
        for sample in samples:
            before, now = now, sample + factor * now - before
        power = now * now + before * before - factor * now * before
        result[hertz] = round(2 * power / (len(samples) * energy), 4)
    return result


class Party:
    """One UDP port with a mouth and two ears."""

    def __init__(self, port: int, hertz: int) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind(("127.0.0.1", port))
        self.frame = tone_frame(hertz) if hertz else b"\xd5" * SAMPLES
        self.to: tuple[str, int] | None = None
        self.heard: deque[tuple[float, bytes]] = deque()
        self.digits: deque[str] = deque()
        self.sequence, self.stamp, self.ssrc = 1, 0, int.from_bytes(os.urandom(4), "big")
        self._key: list[bytes] = []

    def listen(self) -> None:
        now = time.monotonic()
        while True:
            try:
                data = self.sock.recv(2048)
            except BlockingIOError:
                break
            except OSError:
                continue
            if len(data) > 12 and data[1] & 0x7F == PCMA:
                self.heard.append((now, data[12:]))
        while self.heard and self.heard[0][0] < now - KEPT_S:
            self.heard.popleft()

    def speak(self) -> None:
        """One packet: the tone, or a piece of a key (RFC 4733)."""
        self.stamp += SAMPLES
        if self.to is None:
            return
        if not self._key and self.digits:
            self._key = key_packets(self.digits.popleft())
            self._key_stamp, self._marker = self.stamp, 0x80
        if self._key:
            payload = self._key.pop(0)
            if payload:
                kind, stamp = self._marker | TELEPHONE_EVENT, self._key_stamp
                self._marker = 0
            else:
                payload, kind, stamp = self.frame, PCMA, self.stamp
        else:
            payload, kind, stamp = self.frame, PCMA, self.stamp
        head = struct.pack("!BBHII", 0x80, kind, self.sequence & 0xFFFF, stamp & 0xFFFFFFFF, self.ssrc)
        self.sequence += 1
        with contextlib.suppress(OSError):
            self.sock.sendto(head + payload, self.to)

    def samples(self, seconds: float, ago: float = 0.0) -> list[int]:
        end = time.monotonic() - ago
        return [LINEAR[b] for at, payload in self.heard if end - seconds <= at <= end for b in payload]


def key_packets(digit: str) -> list[bytes]:
    """100 ms of a key, its end three times, then 100 ms of voice (empty packets)."""
    event = "0123456789*#ABCD".index(digit.upper())
    down = [struct.pack("!BBH", event, 10, SAMPLES * n) for n in range(1, 6)]
    up = [struct.pack("!BBH", event, 0x80 | 10, SAMPLES * 5)] * 3
    return down + up + [b""] * 5


class Room:
    """All parties; carries out the commands."""

    def __init__(self) -> None:
        self.parties: dict[int, Party] = {}
        self.selector = selectors.DefaultSelector()

    def do(self, what: str, port: int = 0, **args: Any) -> Any:
        if what == "open":
            party = self.parties[port] = Party(port, args["hertz"])
            self.selector.register(party.sock, selectors.EVENT_READ, party)
            return True
        party = self.parties[port]
        if what == "to":
            party.to = (args["host"], args["rtp"]) if args.get("rtp") else None
        elif what == "silence":
            party.frame = b"\xd5" * SAMPLES
        elif what == "keys":
            party.digits.extend(args["digits"])
        elif what == "hears":
            return shares(party.samples(args["seconds"]), args["tones"])
        elif what == "history":
            return self.history(party, args["tones"], args["seconds"], args["step"])
        elif what == "close":
            self.selector.unregister(party.sock)
            party.sock.close()
            del self.parties[port]
        return True

    @staticmethod
    def history(party: Party, tones: list[int], seconds: float, step: float) -> list[Any]:
        """Pieces of `step` seconds, oldest first: the loudest tone, 0 = other sound, None = silence."""
        now, result = time.monotonic(), []
        count = round(seconds / step)
        pieces: list[list[int]] = [[] for _ in range(count)]
        for at, payload in party.heard:
            index = int((at - (now - seconds)) / step)
            if 0 <= index < count:
                pieces[index].extend(LINEAR[b] for b in payload)
        for piece in pieces:
            found = shares(piece, tones)
            if not found:
                result.append(None)
            else:
                best = max(found, key=lambda t: found[t], default=0)
                result.append(best if found.get(best, 0) > 0.5 else 0)
        return result


def main() -> None:
    room = Room()
    commands = sys.stdin.fileno()
    os.set_blocking(commands, False)
    room.selector.register(commands, selectors.EVENT_READ, None)
    pending = b""
    tick = time.monotonic()
    while True:
        for key, _ in room.selector.select(max(0.0, tick - time.monotonic())):
            if key.data is not None:
                key.data.listen()
                continue
            data = os.read(commands, 65536)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                try:
                    answer = {"ok": room.do(**json.loads(line))}
                except Exception as error:  # noqa: BLE001 - the test is told, and fails
                    answer = {"error": repr(error)}
                sys.stdout.write(json.dumps(answer) + "\n")
                sys.stdout.flush()
        now = time.monotonic()
        if now >= tick:
            for party in list(room.parties.values()):
                party.speak()
            tick = max(tick + FRAME_S, now - 0.2)


if __name__ == "__main__":
    main()
