"""The switch as a whole: its legs, its variables, who listens, and its crash and return."""

from __future__ import annotations

import time
import uuid as uuids
from collections.abc import Callable

import gevent
from gevent.event import Event as Signal

from fs_app.sim import (
    api_channel,
    api_control,
    api_sound,
    api_switch,
    apps_call,
    apps_sound,
    demo,
    dialplan,
    hearing,
    life,
    media,
    rooms,
    scheduler,
    server,
    wire,
)
from fs_app.sim.cdr import Cdrs
from fs_app.sim.channel import Channel
from fs_app.sim.config import Settings
from fs_app.sim.events import Event, Stamper, now_us
from fs_app.sim.faults import Faults
from fs_app.sim.party import Party
from fs_app.sim.people import People
from fs_app.sim.session import Session

HEARTBEAT_S = 20.0


class Core:
    """One simulated FreeSWITCH."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.password = settings.password
        self.globals: dict[str, str] = dict(settings.globals)
        self.sounds_dir = self.globals.get("sounds_dir", "")
        self.gateways = {"trunk"}
        self.apps = {**apps_call.APPS, **apps_sound.APPS}
        self.apis = {**api_switch.APIS, **api_channel.APIS, **api_sound.APIS, "sim": api_control.control}
        self.channels: dict[str, Channel] = {}
        self.registrations: dict[tuple[str, str], tuple[Party, float]] = {}
        self.spying: dict[str, Channel] = {}
        self.rooms = rooms.Rooms()
        self.schedule = scheduler.Scheduler(self)
        self.inbound: list[Session] = []
        self.sessions: list[Session] = []
        self._interest: dict[str, bool] = {}
        self.crashed = False
        self.paused = False
        self.lost: list[tuple[Channel, str]] = []  # legs of before a crash and their partners' uuids
        self.sessions_made = 0
        self.started = time.monotonic()
        self.cdr = Cdrs(settings.cdr_folder)
        self.stamper = Stamper(str(uuids.uuid4()))
        self.globals["core_uuid"] = self.stamper.core_uuid
        self.people = People(self, settings.seed)
        self.faults = Faults(self, settings.seed)
        self.reload()
        self.server = server.Server(self, settings.host, settings.port)
        self.demo = demo.Demo(self)
        self.heart = gevent.spawn(self._beat)

    def reload(self) -> None:
        """Read the dialplan (again)."""
        self.dialplan = dialplan.Dialplan(self.expand, self._run_inline)
        for path in self.settings.dialplan_files:
            self.dialplan.load(path, self.globals)

    def later(self, seconds: float, act: Callable[..., object], *args: object) -> None:
        gevent.spawn_later(seconds, act, *args)

    def until_stopped(self) -> Signal:
        """An event to set when the process shall end."""
        return Signal()

    # --- legs --------------------------------------------------------------------------------------------------
    def add(self, ch: Channel) -> None:
        self.sessions_made += 1
        self.channels[ch.uuid] = ch

    def forget(self, ch: Channel) -> None:
        self.channels.pop(ch.uuid, None)
        hook = ch.variables.get("api_hangup_hook")
        if hook:
            name, _, argument = hook.partition(" ")
            self.api(name, argument)

    def digit(self, ch: Channel, digit: str, source: str, duration: int = 2000) -> None:
        """A key of the far end arrives."""
        ch.fire("DTMF", {"DTMF-Digit": digit, "DTMF-Duration": str(duration), "DTMF-Source": source})
        ch.digits.append(digit)
        if ch.partner is not None and ch.partner.party is not None:
            ch.partner.party.heard_digits(digit)
        ch.poke()

    def spies(self) -> list[Channel]:
        return list(self.spying.values()) if self.spying else []

    def record(self, ch: Channel, path: str, stereo: bool | None = None) -> bool:
        """Start a recording; False when it can't be written."""
        if path in ch.recordings:
            return True
        try:
            recording = media.Recording(ch, path, hearing.recorded, self.settings.recording_most_s, stereo)
        except OSError:
            return False
        ch.recordings[path] = recording
        ch.fire("RECORD_START", {"Record-File-Path": path})
        ch.fire("MEDIA_BUG_START", {"Media-Bug-Function": "session_record", "Media-Bug-Target": path})
        return True

    def ring_door(self, ch: Channel, host: str, port: int) -> Session | None:
        return server.ring(self, ch, host, port)

    # --- text --------------------------------------------------------------------------------------------------
    def expand(self, text: str, ch: Channel) -> str:
        def variable(name: str) -> str:
            return ch.variables.get(name) or self._attribute(ch, name) or self.globals.get(name, "")

        return dialplan.expand(text, variable, self.api)

    @staticmethod
    def _attribute(ch: Channel, name: str) -> str:
        getter = dialplan.FIELDS.get(name)
        if name == "destination_number":
            return ch.destination
        return getter(ch) if getter else ""

    def _run_inline(self, ch: Channel, app: str, data: str) -> None:
        life.execute(ch, app, data)

    def api(self, name: str, argument: str) -> str:
        function = self.apis.get(name.lower())
        if function is None:
            return f"-ERR {name} Command not found!\n"
        return str(function(self, argument.strip()))

    def background(self, job: str, command: str) -> None:
        """Run an api command on a greenlet of its own and tell its end."""
        name, _, argument = command.partition(" ")
        answer = self.api(name, argument)
        if self.crashed or not self.listens("BACKGROUND_JOB"):
            return
        headers = self.stamper.headers("BACKGROUND_JOB", now_us())
        headers |= {"Job-UUID": job, "Job-Command": name}
        if argument:
            headers["Job-Command-Arg"] = argument
        self.deliver(Event("BACKGROUND_JOB", headers, body=answer))

    def channel_data(self, ch: Channel) -> bytes:
        """The reply to `connect`: the channel as plain headers."""
        headers = self.stamper.headers("CHANNEL_DATA", now_us())
        headers |= ch.profile("Channel-") | ch.headers()
        tail = b"Content-Type: command/reply\nReply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n"
        return wire.plain_body(headers)[:-1] + ch.variables.plain + tail

    # --- listeners ---------------------------------------------------------------------------------------------
    def session_begins(self, session: Session) -> None:
        self.sessions.append(session)
        if session.leg is None:
            self.inbound.append(session)

    def session_over(self, session: Session) -> None:
        """A connection ended. A leg parked under an outbound session's control is set free by the end of any."""
        if session in self.sessions:
            self.sessions.remove(session)
        if session in self.inbound:
            self.inbound.remove(session)
        self.subscriptions_changed()
        ch = session.leg
        if ch is not None and not self.crashed:
            ch.sessions -= 1
            ch.controlled = False
            ch.poke()

    def subscriptions_changed(self) -> None:
        self._interest.clear()

    def listens(self, name: str, subclass: str = "", leg: str = "") -> bool:
        """Whether anybody wants such an event: nothing is built otherwise."""
        if any(session.my_events for session in self.sessions):
            return True
        key = f"{name} {subclass}"
        known = self._interest.get(key)
        if known is None:
            known = any(session.wants(name, subclass, leg) for session in self.sessions)
            self._interest[key] = known
        return known

    def deliver(self, event: Event) -> None:
        for one in self.faults.event(event):
            for session in list(self.sessions):
                if session.wants(one.name, one.subclass, one.leg):
                    session.deliver(one)

    def fire(self, name: str, headers: dict[str, str], subclass: str = "") -> None:
        """An event that belongs to no leg."""
        if self.listens(name, subclass):
            self.deliver(
                Event(name, self.stamper.headers(name, now_us(), subclass) | headers, subclass=subclass)
            )

    def _beat(self) -> None:
        while True:
            gevent.sleep(HEARTBEAT_S)
            if not self.crashed:
                self.fire("HEARTBEAT", self.heartbeat())

    def heartbeat(self) -> dict[str, str]:
        up_ms = round((time.monotonic() - self.started) * 1000)
        return {
            "Event-Info": "System Ready",
            "Up-Time": f"0 years, 0 days, 0 hours, 0 minutes, {up_ms // 1000} seconds, 0 milliseconds, 0 microseconds",
            "FreeSWITCH-Version": "1.11.3-sim",
            "Uptime-msec": str(up_ms),
            "Session-Count": str(len(self.channels)),
            "Max-Sessions": "2000",
            "Session-Per-Sec": "100",
            "Session-Since-Startup": str(self.sessions_made),
            "Idle-CPU": "90.000000",
            "Heartbeat-Interval": str(int(HEARTBEAT_S)),
        }

    @property
    def uptime_s(self) -> float:
        return time.monotonic() - self.started
