"""An event socket that gives prepared answers: a switch for who only asks.

`HEALTHY` are those of a real FreeSWITCH 1.11.3 with this repository's configuration; places that depend on the
machine are `@NAME@` there. The contexts of the dialplan are today's of the repository, as FreeSWITCH shows them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from gevent.server import StreamServer

from fs_app.sim.config import read_globals

CONFIGURATION = Path(__file__).resolve().parents[2] / "freeswitch-conf"
HEALTHY = Path(__file__).resolve().parents[1] / "data" / "healthy-switch.json"


def healthy(**places: Any) -> dict[str, str]:
    """command → answer; `places` fill the `@NAME@`."""
    text = HEALTHY.read_text()
    for name, value in places.items():
        text = text.replace(f"@{name.upper()}@", str(value))
    answers: dict[str, str] = json.loads(text)
    variables = read_globals(CONFIGURATION / "vars.xml", {}, {})
    variables |= dict(line.split("=", 1) for line in answers["global_getvar"].splitlines())
    for name in ("fsapp", "trunk", "phones"):
        answers[f"xml_locate dialplan context name {name}"] = _context(name, variables)
    return answers


def _context(name: str, variables: Mapping[str, str]) -> str:
    """With the values of `$${…}`, which FreeSWITCH fills in when it reads the file."""
    for file in sorted((CONFIGURATION / "dialplan").glob("*.xml")):
        for context in ElementTree.parse(file).getroot().iter("context"):
            if context.get("name") == name:
                for element in context.iter():
                    for key, value in element.attrib.items():
                        element.set(key, re.sub(r"\$\$\{(\w+)\}", lambda m: variables.get(m[1], ""), value))
                return ElementTree.tostring(context, encoding="unicode")
    raise LookupError(name)


class AnsweringSocket:
    """`answers` may be changed while it listens. `strepoch` is the present, `late_s` off; a command without an answer
    is refused as FreeSWITCH refuses one that it does not know."""

    def __init__(self, answers: Mapping[str, str], password: str) -> None:
        self.answers = dict(answers)
        self.password = password
        self.late_s = 0.0
        self.greeting = "Content-Type: auth/request\n\n"
        self.deaf = False
        self.asked: list[str] = []
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def stop(self) -> None:
        self._server.stop(timeout=0)

    def _serve(self, sock: Any, _address: Any) -> None:
        with sock, sock.makefile("rwb") as file:
            file.write(self.greeting.encode())
            file.flush()
            while line := file.readline():
                command = line.decode().strip()
                if command and not self.deaf:
                    file.write(self._answer(command))
                    file.flush()

    def _answer(self, command: str) -> bytes:
        verb, _, rest = command.partition(" ")
        if verb == "auth":
            said = "+OK accepted" if rest == self.password else "-ERR invalid"
            return f"Content-Type: command/reply\nReply-Text: {said}\n\n".encode()
        self.asked.append(rest)
        body = self._api(rest).encode()
        return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)

    def _api(self, command: str) -> str:
        if command == "strepoch":
            return str(int(time.time() + self.late_s))
        name = command.partition(" ")[0]
        return self.answers.get(command, self.answers.get(name, f"-ERR {name} Command not found!\n"))
