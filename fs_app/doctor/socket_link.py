"""One conversation with an event socket, every word with a deadline: for who only wants to look."""

from __future__ import annotations

import socket
import time

from fs_app.errors import AuthRefused, CommandTimeout, LinkLost, ProtocolError
from fs_app.esl import commands, wire

CONNECT_S = 3.0
ANSWER_S = 4.0


class Conversation:
    """An authenticated connection. Raises LinkLost (nobody listens), CommandTimeout (nobody answers), ProtocolError
    (somebody else listens), AuthRefused (with `acl` in its params when the address is refused)."""

    def __init__(self, host: str, port: int, password: str) -> None:
        try:
            self._sock = socket.create_connection((host, port), CONNECT_S)
        except TimeoutError as error:
            raise CommandTimeout(f"no connection within {CONNECT_S:.0f} s") from error
        except OSError as error:
            raise LinkLost(error.strerror or str(error)) from error
        self._parser = wire.Parser()
        self._frames: list[wire.Frame] = []
        try:
            self._greeting()
            self._authenticate(password)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._sock.close()

    def ask(self, *words: str) -> str:
        """The answer to an api command, stripped."""
        self._sock.sendall(wire.encode(commands.api(*words)))
        return self._frame("api/response").text.strip()

    def _greeting(self) -> None:
        frame = self._frame("")
        if frame.content_type == "text/rude-rejection":
            raise AuthRefused("the access list refuses our address", acl=True)
        if frame.content_type != "auth/request":
            raise ProtocolError(f"greeting of another kind: {frame.content_type[:60]}")

    def _authenticate(self, password: str) -> None:
        self._sock.sendall(wire.encode(commands.auth(password)))
        reply = self._frame("command/reply").reply
        if not reply.startswith("+OK"):
            raise AuthRefused(reply[:100], acl=False)

    def _frame(self, kind: str) -> wire.Frame:
        """The next frame; of another kind than wanted (a notice between) it is passed over."""
        end = time.monotonic() + ANSWER_S
        while True:
            while self._frames:
                frame = self._frames.pop(0)
                if not kind or frame.content_type == kind:
                    return frame
                if frame.content_type == "text/disconnect-notice":
                    raise LinkLost("the switch ended the connection")
            left = end - time.monotonic()
            if left <= 0:
                raise CommandTimeout(f"no answer within {ANSWER_S:.0f} s")
            self._sock.settimeout(left)
            try:
                data = self._sock.recv(65536)
            except TimeoutError as error:
                raise CommandTimeout(f"no answer within {ANSWER_S:.0f} s") from error
            except OSError as error:
                raise LinkLost(error.strerror or str(error)) from error
            for item in self._parser.receive_data(data):
                if isinstance(item, wire.Closed):
                    raise LinkLost("the connection was closed")
                self._frames.append(item)
