"""A wire between the program and the switch that a test can cut or fill with cotton wool."""

from __future__ import annotations

import contextlib
import socket

import gevent
from gevent.event import Event
from gevent.server import StreamServer


class Relay:
    """Listens on `port` and passes everything on to `target`, until told otherwise."""

    def __init__(self, port: int, target: tuple[str, int]) -> None:
        self._port, self._target = port, target
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._open = Event()
        self._open.set()
        self._losing = False
        self._server: StreamServer | None = None
        self.mend()

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.drop()

    def drop(self) -> None:
        """Close every connection; new ones are welcome."""
        self._losing = False
        for pair in list(self._pairs):
            for sock in pair:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def lose(self) -> None:
        """What the target says is lost from now on, until `drop`: a listener that is full, before it is dropped."""
        self._losing = True

    def blackhole(self) -> None:
        """Nothing passes, nobody is told."""
        self._open.clear()

    def mend(self) -> None:
        self._open.set()
        if self._server is None:
            self._server = StreamServer(("127.0.0.1", self._port), self._serve)
            self._server.start()

    def _serve(self, near: socket.socket, _address: object) -> None:
        try:
            far = socket.create_connection(self._target, 2.0)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        pair = (near, far)
        self._pairs.add(pair)
        ways = [gevent.spawn(self._pass_on, near, far), gevent.spawn(self._pass_on, far, near, True)]
        gevent.joinall(ways, count=1)
        for sock in pair:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        gevent.joinall(ways, timeout=1.0)
        gevent.killall(ways)
        for sock in pair:
            sock.close()
        self._pairs.discard(pair)

    def _pass_on(self, source: socket.socket, to: socket.socket, may_lose: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._open.wait()
                if not (may_lose and self._losing):
                    to.sendall(data)
