"""A fake event socket on a free loopback port, told what to do by the test."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import orjson
from gevent.server import StreamServer

CORE = "c0de0000-0000-4000-8000-000000000001"


def frame(content_type: str, body: bytes = b"", **headers: str) -> bytes:
    """One frame as FreeSWITCH writes it."""
    lines = [f"Content-Type: {content_type}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\n".join(lines).encode() + b"\n\n" + body


def reply(text: str) -> bytes:
    return frame("command/reply", **{"Reply-Text": text})


def api_reply(text: str) -> bytes:
    return (
        frame("api/response", text.encode()) if text else b"Content-Type: api/response\nContent-Length: 0\n\n"
    )


def event(name: str, **values: Any) -> bytes:
    """A JSON event; underscores in names of values become dashes except after `variable_`."""
    fields = {"Event-Name": name, "Event-Date-Timestamp": "1795283101152252"}
    for key, value in values.items():
        fields[key if key.startswith(("variable_", "_")) else key.replace("_", "-")] = value
    body = orjson.dumps(fields)
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(body), body)


class Client:
    """One accepted connection."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock
        self.commands: list[str] = []
        self.subscribed = False

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.close()


class FakeSwitch:
    """Logs everybody in with the password `right`, answers api commands by `answers`, keeps what was sent.

    `answers` maps the beginning of an api command to its reply, or to a function `(command, client) -> bytes | None`;
    None answers nothing. `on_command` sees every command first and may answer itself (bytes) or let it be (None).
    """

    def __init__(self) -> None:
        self.core = CORE
        self.greets = True
        self.silent = False
        self.clients: list[Client] = []
        self.accepted = 0
        self.on_command: Callable[[str, Client], bytes | None] = lambda _command, _client: None
        self.answers: dict[str, str | Callable[[str, Client], bytes | None]] = {}
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    @property
    def events(self) -> Client:
        """The connection that has subscribed last."""
        return [client for client in self.clients if client.subscribed][-1]

    @property
    def commands(self) -> list[str]:
        """All that was sent on any connection, without the pings."""
        return [one for client in self.clients for one in client.commands if "strepoch" not in one]

    def drop_all(self) -> None:
        for client in self.clients:
            client.close()

    def stop(self) -> None:
        self._server.stop(timeout=0)
        self.drop_all()

    def _serve(self, sock: Any, _address: Any) -> None:
        self.accepted += 1
        client = Client(sock)
        self.clients.append(client)
        with contextlib.suppress(OSError):
            if self.greets:
                client.send(frame("auth/request"))
            self._talk(client)
        if not self.silent:
            client.close()

    def _talk(self, client: Client) -> None:
        buffer = b""
        while data := client.sock.recv(65536):
            buffer += data
            while b"\n\n" in buffer:
                block, _, buffer = buffer.partition(b"\n\n")
                command = block.decode()
                length = [line for line in command.split("\n") if line.startswith("content-length: ")]
                if length:
                    size = int(length[0].split(" ")[1])
                    while len(buffer) < size:
                        buffer += client.sock.recv(65536)
                    command, buffer = command + "\n\n" + buffer[:size].decode(), buffer[size:]
                client.commands.append(command)
                if self.silent:
                    continue
                answer = self.on_command(command, client)
                if answer is None:
                    answer = self._answer(command, client)
                if answer:
                    client.send(answer)

    def _answer(self, command: str, client: Client) -> bytes | None:
        if command.startswith("auth "):
            return reply("+OK accepted" if command == "auth right" else "-ERR invalid")
        if command.startswith("event "):
            client.subscribed = True
            return reply("+OK event listener enabled json")
        if command.startswith("bgapi "):
            return reply("+OK Job-UUID: " + command.rpartition("Job-UUID: ")[2])
        if command == "api global_getvar core_uuid":
            return api_reply(self.core)
        if command == "api strepoch":
            return api_reply("1795283119")
        for start, answer in self.answers.items():
            if command.startswith("api " + start):
                return answer(command, client) if callable(answer) else api_reply(answer)
        return reply("+OK") if command.startswith("sendmsg") else api_reply("+OK\n")
