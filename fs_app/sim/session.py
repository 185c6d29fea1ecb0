"""One connection of the event socket: what it subscribed to, and its commands.

The same for connections that came in (`auth` first) and for outbound sessions (`connect` first, tied to a leg).
"""

from __future__ import annotations

import uuid as uuids
from collections import deque
from typing import TYPE_CHECKING

import gevent
from gevent import socket as sockets
from gevent.event import Event as Signal

from fs_app.sim import causes, wire
from fs_app.sim.events import KNOWN, Event
from fs_app.sim.life import Execute, Hangup

if TYPE_CHECKING:
    from fs_app.sim.channel import Channel
    from fs_app.sim.core import Core

#: FreeSWITCH drops a listener that lost 500 events on a full queue of 100,000 (mod_event_socket.c).
MOST_QUEUED = 100_000


class Session:
    """One connection. `leg` is the channel of an outbound session, None for an inbound link."""

    def __init__(self, core: Core, sock: sockets.socket, leg: Channel | None = None) -> None:
        self.core = core
        self.leg = leg
        self.names: set[str] = set()
        self.subclasses: set[str] = set()
        self.all_events = False
        self.kind = "plain"
        self.filters: dict[str, set[str]] = {}
        self.my_events = ""
        self.authed = leg is not None
        self.control = False
        self.connected = False
        self.finished = False
        self.linger_s: float | None = None
        self._sock = sock
        self._out: deque[bytes] = deque()
        self._ready = Signal()
        self._reader = wire.CommandReader()
        self._closing = False

    # --- life of the connection -------------------------------------------------------------------------------
    def serve(self) -> None:
        """Until the other side leaves or we close."""
        writer = gevent.spawn(self._write)
        if self.leg is None:
            self.send(wire.AUTH_REQUEST)
        try:
            while not self._closing:
                data = self._sock.recv(65536)
                if not data:
                    break
                self.core.faults.hold(self)
                for command in self._reader.feed(data):
                    self._handle(command)
        except (OSError, wire.TooLong):
            pass
        finally:
            self.close()
            writer.join(1.0)
            writer.kill(block=False)
            self._sock.close()

    def close(self) -> None:
        """Send what is queued, then close."""
        if self.finished:
            return
        self.finished = True
        self._closing = True
        self._ready.set()
        self.core.session_over(self)

    def abort(self) -> None:
        """Close at once, as a cut cable does."""
        self._out.clear()
        self.close()
        try:
            self._sock.shutdown(sockets.SHUT_RDWR)
        except OSError:
            return

    def send(self, data: bytes) -> None:
        if len(self._out) < MOST_QUEUED:
            self._out.append(data)
            self._ready.set()
        else:
            self.abort()

    def _write(self) -> None:
        while True:
            if not self._out:
                if self._closing:
                    break
                self._ready.clear()
                self._ready.wait()
                continue
            self.core.faults.hold(self)
            data = b"".join(self._out)
            self._out.clear()
            try:
                self._sock.sendall(data)
            except OSError:
                break
        try:
            self._sock.shutdown(sockets.SHUT_RDWR)
        except OSError:
            return

    # --- events -----------------------------------------------------------------------------------------------
    def wants(self, name: str, subclass: str, leg: str) -> bool:
        if self.finished or (self.my_events and leg != self.my_events):
            return False
        if self.all_events or bool(self.my_events):
            return True
        if name == "CUSTOM":
            return subclass in self.subclasses
        return name in self.names

    def deliver(self, event: Event) -> None:
        if self.filters and not any(
            event.headers.get(name) in wanted for name, wanted in self.filters.items()
        ):
            return
        self.send(event.frame(self.kind))

    # --- commands ---------------------------------------------------------------------------------------------
    def _handle(self, command: wire.Command) -> None:
        delay = self.core.faults.reply_delay_s
        if delay and not self.control:
            gevent.sleep(delay)
        if not self.authed:
            if command.verb == "auth":
                if command.rest == self.core.password:
                    self.authed = True
                    self.send(wire.reply("+OK accepted"))
                else:
                    self.send(wire.reply("-ERR invalid"))
                    self.send(wire.disconnect_notice())
                    self.close()
            elif command.verb == "exit":
                self._exit(command)
            else:
                self.send(wire.reply("-ERR command not found"))
            return
        handler = _COMMANDS.get(command.verb)
        if handler is None:
            self.send(wire.reply("-ERR command not found"))
        else:
            handler(self, command)

    def _connect(self, command: wire.Command) -> None:
        if self.leg is None or self.connected:
            self.send(wire.reply("-ERR command not found" if self.leg is None else "-ERR Already connected"))
            return
        self.send(self.core.channel_data(self.leg))
        self.connected = True
        self.leg.poke()

    def _event(self, command: wire.Command) -> None:
        words = command.rest.split()
        if words and words[0].lower() in ("plain", "json", "xml"):
            self.kind = "json" if words.pop(0).lower() == "json" else "plain"
        custom = False
        for word in words:
            upper = word.upper()
            if upper == "ALL":
                self.all_events = True
            elif upper == "CUSTOM":
                custom = True
            elif custom:
                self.subclasses.add(word)
            elif upper in KNOWN:
                self.names.add(upper)
        if not words:
            self.send(wire.reply("-ERR no keywords supplied"))
            return
        self.core.subscriptions_changed()
        self.send(wire.reply(f"+OK event listener enabled {self.kind}"))

    def _nixevent(self, command: wire.Command) -> None:
        for word in command.rest.split():
            self.names.discard(word.upper())
            self.subclasses.discard(word)
        self.core.subscriptions_changed()
        self.send(wire.reply("+OK events nixed"))

    def _noevents(self, command: wire.Command) -> None:
        self.names.clear()
        self.subclasses.clear()
        self.all_events = False
        self.core.subscriptions_changed()
        self.send(wire.reply("+OK no longer listening for events"))

    def _filter(self, command: wire.Command) -> None:
        name, _, value = command.rest.partition(" ")
        if name == "delete":
            if value.strip() == "all":
                self.filters.clear()
            else:
                self.filters.pop(value.split(" ")[0], None)
            self.send(wire.reply(f"+OK filter deleted. [{value}][]"))
        else:
            self.filters.setdefault(name, set()).add(value)
            self.send(wire.reply(f"+OK filter added. [{name}]=[{value}]"))

    def _myevents(self, command: wire.Command) -> None:
        if self.leg is None:
            self.send(wire.reply("-ERR invalid uuid"))
            return
        self.kind = "json" if "json" in command.rest else "plain"
        self.my_events = self.leg.uuid
        self.core.subscriptions_changed()
        self.send(wire.reply("+OK Events Enabled"))

    def _linger(self, command: wire.Command) -> None:
        seconds = command.rest.strip()
        self.linger_s = float(seconds) if seconds.isdigit() else -1.0
        self.send(wire.reply(f"+OK will linger {seconds} seconds" if seconds else "+OK will linger"))

    def _ok(self, command: wire.Command) -> None:
        text = {"divert_events": "+OK events diverted", "resume": "+OK", "nolinger": "+OK will not linger"}
        if command.verb == "log":
            level = command.rest or "7"
            self.send(wire.reply(f"+OK log level {level} [{level}]"))
        elif command.verb == "nolog":
            self.send(wire.reply("+OK no longer logging"))
        elif self.leg is None:
            self.send(wire.reply("-ERR not controlling a session."))
        else:
            self.send(wire.reply(text[command.verb]))

    def _exit(self, command: wire.Command) -> None:
        self.send(wire.reply("+OK bye"))
        self.send(wire.disconnect_notice(self.leg.uuid if self.leg else ""))
        self.close()

    def _api(self, command: wire.Command) -> None:
        name, _, argument = command.rest.partition(" ")
        if name == "sim":
            self.control = True
        self.send(wire.api_response(self.core.api(name, argument)))

    def _bgapi(self, command: wire.Command) -> None:
        job = command.headers.get("job-uuid") or str(uuids.uuid4())
        self.send(wire.reply(f"+OK Job-UUID: {job}", Job_UUID=job))
        gevent.spawn(self.core.background, job, command.rest)

    def _sendmsg(self, command: wire.Command) -> None:
        leg = command.rest.split(" ")[0] if command.rest else (self.leg.uuid if self.leg else "")
        ch = self.core.channels.get(leg)
        if ch is None or not ch.up:
            self.send(wire.reply(f"-ERR invalid session id [{leg}]"))
            return
        headers = command.headers
        kind = headers.get("call-command", "")
        if kind == "execute":
            data = headers.get("execute-app-arg", "") or command.body
            ch.private.append(
                Execute(
                    headers.get("execute-app-name", ""),
                    data,
                    headers.get("event-uuid", ""),
                    headers.get("event-lock", "") == "true",
                    loops=int(headers["loops"]) if headers.get("loops", "").lstrip("-").isdigit() else 1,
                )
            )
            ch.poke()
        elif kind == "hangup":
            ch.private.append(Hangup(causes.parse(headers.get("hangup-cause", "NORMAL_CLEARING"))))
            ch.poke()
        self.send(wire.reply("+OK"))


_COMMANDS = {
    "connect": Session._connect, "event": Session._event, "nixevent": Session._nixevent,
    "noevents": Session._noevents, "filter": Session._filter, "myevents": Session._myevents,
    "linger": Session._linger, "nolinger": Session._ok, "divert_events": Session._ok, "resume": Session._ok,
    "log": Session._ok, "nolog": Session._ok, "exit": Session._exit, "api": Session._api,
    "bgapi": Session._bgapi, "sendmsg": Session._sendmsg,
}  # fmt: skip
