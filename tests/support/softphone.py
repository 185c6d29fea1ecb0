"""A softphone that people really use: baresip, told what to do over its control port.

`sip.py` is for many telephones; this one is for seeing that a program with a will of its own gets on with the switch.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import socket
import struct
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import Any

from tests.support.ports import PortBlock
from tests.support.until import until

MODULES = Path("/usr/lib/baresip/modules")
CONFIG = """
sip_listen 127.0.0.1:{sip}
audio_player aubridge,ear
audio_source aufile,{folder}/tone.wav
audio_alert aubridge,bell
rtp_ports {rtp}-{rtp_last}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


def find_baresip() -> bool:
    return shutil.which("baresip") is not None and MODULES.is_dir()


class Softphone:
    """One baresip with one account: registers at once, answers by itself, says one tone."""

    tone_hz = 3500

    def __init__(self, ports: PortBlock, registrar: int, user: str, password: str, domain: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fs-app-baresip-"))
        self.events: list[dict[str, Any]] = []
        self._control = ports[30]
        self._buffer = b""
        self._tone()
        config = CONFIG.format(
            sip=ports[31],
            control=ports[30],
            rtp=ports[900],
            rtp_last=ports[950],
            folder=self.folder,
            modules=MODULES,
        )
        (self.folder / "config").write_text(config)
        (self.folder / "contacts").write_text("")
        (self.folder / "accounts").write_text(
            f'<sip:{user}@{domain}>;auth_user={user};auth_pass="{password}";outbound="sip:127.0.0.1:{registrar}"'
            ";regint=3600;answermode=auto;audio_codecs=pcma/8000/1\n"
        )
        with (self.folder / "out").open("wb") as out:
            self._process = subprocess.Popen(
                ["baresip", "-4", "-f", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self._link = until(self._connect, 5, "baresip's control port", step=0.1)

    def do(self, command: str, params: str = "") -> None:
        """`hold`, `resume`, `transfer`, `hangup`, `dial` … as in baresip's menu."""
        text = json.dumps({"command": command, "params": params}).encode()
        self._link.sendall(b"%d:%s," % (len(text), text))

    def saw(self, kind: str) -> bool:
        """True when an event of this type came (`REGISTER_OK`, `CALL_ESTABLISHED`, `TRANSFER_FAILED` …)."""
        self._link.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            self._buffer += self._link.recv(65536)
        while b":" in self._buffer:
            size, _, rest = self._buffer.partition(b":")
            if len(rest) <= int(size):
                break
            self.events.append(json.loads(rest[: int(size)]))
            self._buffer = rest[int(size) + 1 :]
        return any(event.get("type") == kind for event in self.events)

    def stop(self) -> None:
        self._link.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self) -> socket.socket | None:
        assert self._process.poll() is None, (self.folder / "out").read_text()[-1000:]
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", self._control), 1)
        return None

    def _tone(self) -> None:
        samples = [int(6000 * math.sin(2 * math.pi * self.tone_hz * n / 8000)) for n in range(8000)]
        with wave.open(str(self.folder / "tone.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(struct.pack("<8000h", *samples) * 120)
