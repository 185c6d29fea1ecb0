"""One person with one telephone: what it does by itself (`Habits`) and what it can be told to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import gevent

from fs_app.sim import causes, life
from fs_app.sim.channel import Channel
from fs_app.sim.events import now_us

if TYPE_CHECKING:
    from fs_app.sim.originate import Dialing
    from fs_app.sim.people import People


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person does without being asked. Seconds; None or 0 means never."""

    ring_after: float = 0.02
    answer_after: float | None = None  # after the first ring
    reject: int = 0  # SIP status, at once
    early_media: bool = False  # 183 with sound instead of 180
    patience: float | None = None  # a caller who is not with anybody gives up after so long
    talk: float | None = None  # hangs up so long after being connected with somebody
    hang_up_after: float | None = None  # hangs up so long after the answer
    digits: tuple[tuple[float, str], ...] = ()  # keys pressed so long after the answer
    comes_back: bool = True  # answers the re-INVITE after a restart of the switch


class Party:
    """One person with one telephone."""

    def __init__(self, people: People, kind: str, name: str, number: str, habits: Habits) -> None:
        self.people = people
        self.kind = kind  # caller, phone or person
        self.name = name
        self.number = number
        self.habits = habits
        self.id = people.next_id(kind)
        self.tone_hz = people.next_tone()
        self.state = "idle"
        self.cause = ""
        self.sip_call_id = ""
        self.caller_shown = ""
        self.digits_heard = ""
        self.dead = False
        self.mute = False  # says nothing
        self.ch: Channel | None = None
        self.dialing: Dialing | None = None
        self.user = self.domain = self.password = ""
        self.contact = ""
        self.user_variables: dict[str, str] = {}  # from the directory, for calls that this phone makes
        self._timers: list[gevent.Greenlet] = []
        self._patience: gevent.Greenlet | None = None

    @property
    def speaking(self) -> bool:
        return self.state == "talking" and not self.dead and not self.mute

    def say_nothing(self) -> None:
        self.mute = True
        if self.ch is not None:
            self.ch.hearing_changed()
            self.ch.poke()

    def new_call_id(self) -> str:
        self.sip_call_id = f"{self.people.random.getrandbits(64):016x}@127.0.0.1"
        return self.sip_call_id

    def later(self, seconds: float, act: object, *args: object) -> gevent.Greenlet:
        timer = gevent.spawn_later(max(0.0, seconds), act, *args)
        self._timers.append(timer)
        return timer

    def _stop_timers(self) -> None:
        for timer in self._timers:
            if timer is not gevent.getcurrent():
                timer.kill(block=False)
        self._timers.clear()
        self._patience = None

    # --- what the switch does to the telephone -------------------------------------------------------------
    def invited(self, ch: Channel, dialing: Dialing) -> None:
        """An INVITE arrives."""
        if self.dead:
            return
        if self.ch is not None and self.ch.up:
            self.later(0.01, life.far_hangup, ch, 486)
            return
        self.ch, self.dialing, self.cause = ch, dialing, ""
        self.caller_shown = ch.caller_number
        habits = self.habits
        if habits.reject:
            self.later(habits.ring_after, self._reject, ch, habits.reject)
        else:
            self.later(habits.ring_after, self._ring, ch)

    def _reject(self, ch: Channel, status: int) -> None:
        if ch.up and not ch.answered:
            self._ended(str(status))
            life.far_hangup(ch, status)

    def _ring(self, ch: Channel) -> None:
        if not ch.up or self.dialing is None or self.dead:
            return
        self.state = "ringing"
        if self.habits.early_media:
            self.dialing.early_media()
        else:
            self.dialing.ringing()
        if self.habits.answer_after is not None:
            self.later(self.habits.answer_after, self.answer)

    def switch_rings(self, ch: Channel) -> None:
        if self.state == "dialing":
            self.state = "ringing"

    def switch_answered(self, ch: Channel) -> None:
        """Our own call was answered by the switch."""
        self._talks(ch)

    def _talks(self, ch: Channel) -> None:
        self.state = "talking"
        ch.hearing_changed()
        habits = self.habits
        if habits.hang_up_after is not None:
            self.later(habits.hang_up_after, self.hang_up)
        for seconds, digits in habits.digits:
            self.later(seconds, self.press, digits)

    def switch_hung_up(self, ch: Channel, cause: str) -> None:
        if self.ch is ch and not self.dead:
            self._ended("bye" if ch.answered else str(causes.TO_SIP.get(cause, 480)))

    def connected(self, ch: Channel) -> None:
        """Somebody is at the other end."""
        if self._patience is not None:
            self._patience.kill(block=False)
            self._patience = None
        if self.habits.talk is not None and self.ch is ch:
            self.later(self.habits.talk, self._end_of_talk, ch, ch.bridged_us)

    def _end_of_talk(self, ch: Channel, bridged_us: int) -> None:
        if self.ch is ch and ch.partner is not None and ch.bridged_us == bridged_us:
            self.hang_up()

    def left(self, ch: Channel) -> None:
        """The other end went away; the leg may still be somewhere."""
        if self.ch is ch and ch.up:
            self.start_patience()

    def start_patience(self) -> None:
        if self.habits.patience is not None and self._patience is None:
            self._patience = self.later(self.habits.patience, self.hang_up)

    def heard_digits(self, digits: str) -> None:
        self.digits_heard += digits

    def _ended(self, cause: str) -> None:
        self._stop_timers()
        self.state = "ended" if self.kind == "caller" else "idle"
        self.cause = cause
        self.dialing = None
        if self.ch is not None:
            self.ch.hearing_changed()
        self.ch = None
        self.people.over(self)

    # --- what the person does -------------------------------------------------------------------------------
    def answer(self) -> None:
        if self.state == "ringing" and self.dialing is not None and self.ch is not None and not self.dead:
            ch = self.ch
            self.state = "talking"
            self.dialing.answered()
            if ch.up:
                self._talks(ch)

    def reject(self, status: int) -> None:
        if self.state == "ringing" and self.ch is not None and self.dialing is not None:
            self._reject(self.ch, status)

    def unreachable(self) -> None:
        """Nobody answers the INVITE."""
        self._ended("408")

    def hang_up(self) -> None:
        ch = self.ch
        if ch is None and self.state == "dialing":
            self._ended("own")
        if ch is None or self.dead:
            return
        if self.dialing is not None and not ch.answered:
            self._reject(ch, 480)
            return
        self._ended("own")
        life.far_hangup(ch)

    def press(self, digits: str) -> None:
        for digit in digits:
            gevent.sleep(0.1)
            ch = self.ch
            if ch is None or self.dead or not ch.up:
                return
            ch.core.digit(ch, digit, "RTP")
            gevent.sleep(0.1)

    def hold(self, held: bool) -> None:
        ch = self.ch
        if ch is None or not ch.answered or (self.state == "held") == held:
            return
        self.state = "held" if held else "talking"
        if held:
            ch.held_us = now_us()
        else:
            ch.hold_total_us += now_us() - ch.held_us
        other = ch.partner
        if other is not None:
            other.displaced = ch.core.globals.get("hold_music", "local_stream://moh") if held else ""
        ch.set_call_state("HELD" if held else "ACTIVE")
        ch.fire("CHANNEL_HOLD" if held else "CHANNEL_UNHOLD")
        ch.hearing_changed()

    def die(self) -> None:
        """Power cut. The switch notices by the missing audio."""
        self.dead = True
        self._stop_timers()
        ch = self.ch
        if ch is not None:
            ch.hearing_changed()
            limit = float(ch.core.globals["fsapp_media_timeout_s"])
            if ch.answered and limit > 0:
                gevent.spawn_later(limit, life.hangup, ch, "MEDIA_TIMEOUT")
