"""The least program that home and lease can be proven with: it can be killed and frozen without regret.

`python -m tests.real.stand_in ESL_PORT PASSWORD OUTBOUND_PORT MODE LOG`: renews the lease every second, opens the door
for calls, and does with each what MODE says:

ring    leaves it ringing          greet   answers and plays a greeting (30 s, 350 Hz)
queue   answers and plays music without end (300 Hz)    quiet   answers and is silent

SIGUSR1 closes the oldest session. With `+takeback` it first sends home every leg that is neither bridged nor in a
conference. Each line of LOG is `time event uuid`; a session is kept open until its other side ends it.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from tests.support.rawesl import EslError, RawEsl

LEASE_S = 3
GREETING = "tone_stream://%(1000,0,350);loops=30"
MUSIC = "tone_stream://%(1000,0,300);loops=-1"


class StandIn:
    def __init__(self, esl_port: int, password: str, door: int, mode: str, log: Path) -> None:
        self._esl_port, self._password, self._door = esl_port, password, door
        self._mode, _, self._extra = mode.partition("+")
        self._log = log.open("a", buffering=1)
        self._lock = threading.Lock()
        self._link: RawEsl | None = None
        self._sessions: list[socket.socket] = []
        signal.signal(signal.SIGUSR1, lambda *_: self._sessions.pop(0).shutdown(socket.SHUT_RDWR))

    def run(self) -> None:
        server = socket.create_server(("127.0.0.1", self._door), backlog=200)
        threading.Thread(target=self._open_door, args=(server,), daemon=True).start()
        if self._extra == "takeback":
            self._renew()
            self._take_back()
        self._say("ready", "-")
        while True:
            self._renew()
            time.sleep(1)

    def _renew(self) -> None:
        with contextlib.suppress(EslError, OSError):
            self._api(f"global_setvar fsapp_lease={int(time.time()) + LEASE_S}")

    def _take_back(self) -> None:
        for row in self._api("show channels").splitlines():
            leg = row.partition(",")[0]
            if leg.count("-") == 4:
                bond = self._api(f"uuid_getvar {leg} signal_bond")
                place = self._api(f"uuid_getvar {leg} current_application")
                if bond == "_undef_" and place != "conference":
                    self._say("takeback", leg)
                    self._api(f"uuid_transfer {leg} home XML fsapp")

    def _open_door(self, server: socket.socket) -> None:
        while True:
            session, _ = server.accept()
            threading.Thread(target=self._serve, args=(session,), daemon=True).start()

    def _serve(self, session: socket.socket) -> None:
        with contextlib.suppress(OSError):
            session.sendall(b"connect\n\n")
            head = b""
            while b"\n\n" not in head:
                data = session.recv(65536)
                if not data:
                    return
                head += data
            names = dict(
                line.split(": ", 1) for line in head.decode("utf-8", "replace").split("\n") if ": " in line
            )
            leg = names.get("Unique-ID")
            if leg is None:  # the leg died between ringing and answering
                return
            self._sessions.append(session)
            self._say("rang", leg)
            with contextlib.suppress(EslError):
                self._welcome(leg)
            while session.recv(65536):
                pass
            self._say("closed", leg)

    def _welcome(self, leg: str) -> None:
        if self._mode == "ring":
            return
        self._execute(leg, "answer", "")
        if self._mode == "greet":
            self._execute(leg, "playback", GREETING)
        elif self._mode == "queue":
            self._execute(leg, "playback", MUSIC)

    def _execute(self, leg: str, app: str, arg: str) -> None:
        with self._lock:
            self._connected().command(
                f"sendmsg {leg}\ncall-command: execute\nexecute-app-name: {app}\nexecute-app-arg: {arg}"
            )

    def _api(self, text: str) -> str:
        with self._lock:
            try:
                return self._connected().api(text)
            except (EslError, OSError):
                self._link = None
                raise

    def _connected(self) -> RawEsl:
        if self._link is None:
            self._link = RawEsl("127.0.0.1", self._esl_port, self._password)
        return self._link

    def _say(self, event: str, leg: str) -> None:
        self._log.write(f"{time.time():.3f} {event} {leg}\n")


if __name__ == "__main__":
    _, esl_port, password, door, mode, log = sys.argv
    StandIn(int(esl_port), password, int(door), mode, Path(log)).run()
