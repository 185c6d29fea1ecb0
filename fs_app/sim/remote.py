"""People of the simulated switch as objects, over its control channel."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

import gevent
import orjson
from gevent.lock import RLock


class Control:
    """A connection of the control channel: one JSON question, one JSON answer."""

    def __init__(self, port: int, password: str, timeout: float = 10.0) -> None:
        self._lock = RLock()
        self._buffer = b""
        self._sock = socket.create_connection(("127.0.0.1", port), timeout)
        self._frame()
        self._sock.sendall(f"auth {password}\n\n".encode())
        if b"+OK" not in self._frame()[0]:
            raise ConnectionError("the simulated switch refuses the password")
        self.ask(do="legs")

    def ask(self, **request: Any) -> dict[str, Any]:
        """Raises AssertionError with the switch's own words when it refuses."""
        answer = orjson.loads(self.api("sim " + orjson.dumps(request).decode()))
        assert answer.pop("ok"), answer.get("error")
        return dict(answer)

    def api(self, command: str) -> str:
        with self._lock:
            self._sock.sendall(f"api {command}\n\n".encode())
            return self._frame()[1].decode("utf-8", "replace")

    def _frame(self) -> tuple[bytes, bytes]:
        while (end := self._buffer.find(b"\n\n")) < 0:
            self._more()
        head = self._buffer[:end]
        self._buffer = self._buffer[end + 2 :]
        size = 0
        for line in head.split(b"\n"):
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        while len(self._buffer) < size:
            self._more()
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return head, body

    def _more(self) -> None:
        data = self._sock.recv(65536)
        if not data:
            raise ConnectionError("the simulated switch closed the control connection")
        self._buffer += data

    def close(self) -> None:
        self._sock.close()


PATIENCE = 1.0
"""Whoever shares the machine with others waits this many times as long for what a party is to do."""


def _wait(condition: Callable[[], bool], timeout: float, what: Callable[[], str]) -> None:
    end = time.monotonic() + timeout * PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {timeout} s: {what()}"
        gevent.sleep(0.01)


class SimParty:
    """A person with one telephone: a caller, a phone or somebody who can be called."""

    def __init__(self, control: Control, picture: dict[str, Any]) -> None:
        self._control = control
        self.id: str = picture["party"]
        self.tone_hz: int = picture["tone_hz"]

    def _do(self, verb: str, **more: Any) -> dict[str, Any]:
        return self._control.ask(do=verb, party=self.id, **more)

    def look(self) -> dict[str, Any]:
        """Everything that the simulator knows of this person."""
        return self._do("look")

    @property
    def state(self) -> str:
        return str(self.look()["state"])

    @property
    def cause(self) -> str:
        return str(self.look()["cause"])

    @property
    def sip_call_id(self) -> str:
        return str(self.look()["sip_call_id"])

    @property
    def leg(self) -> str:
        """The switch's uuid of the current call; '' without one."""
        return str(self.look()["leg"])

    @property
    def digits_heard(self) -> str:
        return str(self.look()["digits_heard"])

    def hang_up(self) -> None:
        self._do("hang_up")

    def press(self, digits: str) -> None:
        self._do("press", digits=digits)

    def say_nothing(self) -> None:
        self._do("say_nothing")

    def talking(self, timeout: float = 10.0) -> None:
        _wait(lambda: self.state in ("talking", "held"), timeout, lambda: f"answer ({self.look()})")

    def ended(self, timeout: float = 10.0) -> str:
        _wait(lambda: self.state in ("ended", "idle"), timeout, lambda: f"end of the call ({self.look()})")
        return self.cause

    def hears(self, tones_hz: Sequence[int], seconds: float = 0.4) -> dict[int, float]:
        heard = self._do("hears")
        if not heard["tones"] and not heard["sound"]:
            return {}
        return {hz: float(heard["tones"].get(str(hz), 0.0)) for hz in tones_hz}

    def sound(self, seconds: float = 0.4) -> bool:
        heard = self._do("hears")
        return bool(heard["tones"] or heard["sound"])

    def behave(self, **habits: Any) -> None:
        """Change what this person does without being asked (party.Habits)."""
        self._do("habits", habits=habits)


class SimPhone(SimParty):
    """A telephone that registers, rings and dials."""

    def register(self, timeout: float = 5.0) -> None:
        self._do("register")

    def unregister(self) -> None:
        self._do("unregister")

    def ringing(self, timeout: float = 10.0) -> None:
        _wait(lambda: self.state == "ringing", timeout, lambda: f"ringing ({self.look()})")

    @property
    def caller_shown(self) -> str:
        return str(self.look()["caller_shown"])

    def answer(self) -> None:
        self._do("answer")

    def reject(self, status: int = 486) -> None:
        self._do("reject", status=status)

    def answer_by_itself(self, after_s: float | None = 0.0) -> None:
        self.behave(answer_after=after_s, reject=0)

    def reject_by_itself(self, status: int = 486) -> None:
        self.behave(reject=status)

    def dial(self, number: str) -> None:
        self._do("dial", to=number)

    def hold(self) -> None:
        self._do("hold", held=True)

    def unhold(self) -> None:
        self._do("hold", held=False)

    def transfer(self, number: str) -> None:
        """REFER, which the profiles refuse (`disable-transfer`): nothing happens."""
        self._do("look")

    def die(self) -> None:
        self._do("die")
