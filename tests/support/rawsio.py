"""A Socket.IO client as small as can be (Engine.IO 4 over WebSocket), to see exactly what the server sends.

Source: https://socket.io/docs/v4/socket-io-protocol/ and https://socket.io/docs/v4/engine-io-protocol/
"""

from __future__ import annotations

import contextlib
from typing import Any

import gevent
import orjson
import simple_websocket
from gevent.event import AsyncResult

from tests.support.until import until


class RawSocketIO:
    """Connects at once; `refusal` is what the server said when it did not want us. Pings are answered."""

    def __init__(self, port: int, cookie: str = "", auth: Any = None, origin: str | None = None) -> None:
        headers = {"Cookie": cookie} if cookie else {}
        if origin is not None:
            headers["Origin"] = origin
        self.events: list[tuple[str, Any]] = []
        self.refusal: Any = None
        self.connected = False
        self.closed = False
        self._acks: dict[int, AsyncResult[Any]] = {}
        self._next = 0
        self._ws = simple_websocket.Client(
            f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket", headers=headers
        )
        self._ws.send("40" + (orjson.dumps(auth).decode() if auth is not None else ""))
        self._reader = gevent.spawn(self._read)

    def settled(self) -> RawSocketIO:
        """Wait until the server has accepted or refused."""
        until(lambda: self.connected or self.refusal is not None or self.closed, what="an answer to connect")
        return self

    def ask(self, event: str, *data: Any, timeout: float = 5.0) -> Any:
        """Emit and wait for the acknowledgement."""
        self._next += 1
        answer = self._acks[self._next] = AsyncResult()
        self._ws.send(f"42{self._next}" + orjson.dumps([event, *data]).decode())
        return answer.get(timeout=timeout)

    def raw(self, text: str) -> None:
        self._ws.send(text)

    def of(self, event: str) -> list[Any]:
        """The objects of all events of this name so far."""
        return [data for name, data in self.events if name == event]

    def close(self) -> None:
        self._reader.kill(block=False)
        if not self.closed:
            self.closed = True
            with contextlib.suppress(simple_websocket.ConnectionClosed):
                self._ws.close()

    def _read(self) -> None:
        try:
            while True:
                message = self._ws.receive()
                if message is not None:
                    self._take(message)
        except simple_websocket.ConnectionClosed:
            self.closed = True

    def _take(self, message: str) -> None:
        if message == "2":
            self._ws.send("3")
        elif message.startswith("40"):
            self.connected = True
        elif message.startswith("44"):
            self.refusal = orjson.loads(message[2:])
        elif message.startswith("42"):
            name, *data = orjson.loads(message[2:])
            self.events.append((name, data[0] if data else None))
        elif message.startswith("43"):
            number, _, rest = message[2:].partition("[")
            self._acks.pop(int(number)).set(orjson.loads("[" + rest)[0])
        elif message.startswith("41"):
            self.connected = False
