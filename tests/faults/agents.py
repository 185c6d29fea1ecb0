"""Scripted agents: a page, a telephone, and habits drawn from a seed. They look at their page and do something."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore
from socketio import exceptions

from tests.faults.place import Place
from tests.faults.record import Record
from tests.support.program import DOMAIN, PASSWORD, AgentPage

STEP_S = 0.05
RETRY_S = 0.4
OPENING_S = 10.0
"""A page that has not shown a picture after this time is thrown away, as a person would open it anew."""

TROUBLE = (exceptions.SocketIOError, AssertionError, OSError, ValueError)
"""What a page runs into while the program is away. (`AgentPage` asserts where a test would want to know.)"""


class Agent:
    """`number` is his telephone's; `id` the program's. One greenlet."""

    def __init__(
        self, place: Place, record: Record, make_page: Callable[[str], AgentPage], agent: int, number: str, seed: int,
        dispositions: list[int], reason: int,
    ) -> None:  # fmt: skip
        self.id, self.number = agent, number
        self._place, self._record = place, record
        self._random = random.Random(f"agent {seed} {number}")
        self._dispositions, self._reason = dispositions, reason
        self._make_page = make_page
        self._opening = BoundedSemaphore(1)
        self.phone = place.world.phone(number, PASSWORD, DOMAIN)
        self.phone.register()
        self.page = self._open()
        self.present = True  # False: his browser is closed
        self.calm = False
        self._key: tuple[str, int] = ("", 0)
        self._todo: list[tuple[float, Callable[[], object]]] = []
        self._no_page_since = 0.0
        self._blank_since = 0.0
        self._see(self.page.picture)
        self._behave()
        self._greenlets = [gevent.spawn(self._live), gevent.spawn(self._stay_connected)]

    def stop(self) -> None:
        gevent.killall(self._greenlets)
        self.page.close()

    def _open(self) -> AgentPage:
        page = self._make_page(f"agent{self.number}")
        page.socket.reconnection = (
            False  # as the page's own script does, also after an orderly end of the program
        )
        page.socket.on("agent", self._see)
        page.socket.on("disconnect", lambda *_: self._blank())
        return page

    # --- what is done to him
    def close_page(self) -> None:
        self.present = False
        self.page.socket.disconnect()
        self._blank()

    def open_page(self, again: bool = False) -> None:
        """Connect once more; `again`: with a new login. Raises one of TROUBLE while the program is away."""
        with self._opening:
            if again:
                gevent.spawn(self.page.close)  # not waited for: one that hangs hangs here, too
                self.page = self._open()
                self._see(self.page.picture)
            elif not self.page.socket.connected:
                self.page.connect()
            self.present = True

    def power(self, on: bool) -> None:
        """Of his telephone. Raises AssertionError when it can't register."""
        if not on:
            self.phone.die()
            return
        self.phone = self._place.world.phone(self.number, PASSWORD, DOMAIN)
        self._behave()
        self.phone.register()

    # --- what he sees
    def _see(self, picture: dict[str, Any]) -> None:
        self.page.picture = picture
        self._blank_since = 0.0
        self._record.line(
            "pictures",
            agent=self.id,
            made=picture["at"] / 1000,
            state=picture["state"]["name"],
            registered=picture["phone"]["registered"],
            up=picture["switch"]["up"],
        )

    def _blank(self) -> None:
        self._blank_since = self._blank_since or time.time()
        self._record.line("pictures", agent=self.id, made=0.0, state="", registered=False, up=False)

    @property
    def state(self) -> str:
        return self.page.state

    @property
    def busy(self) -> str:
        """What he has not finished; empty when he could go home."""
        line = self.page.picture.get("lines") or []
        rests = self.state in ("IDLE", "UNAVAILABLE", "LOGGED_OUT")
        return (
            ""
            if rests and not line
            else f"agent {self.id} is {self.state}, lines {[x['state'] for x in line]}"
        )

    # --- what he does
    def _live(self) -> None:
        while True:
            gevent.sleep(STEP_S)
            if not self.present or not self.page.socket.connected:
                self._alone()
                continue
            self._no_page_since = 0.0
            state = self.page.picture["state"]
            key = (state["name"], state["since"])
            if key != self._key:
                self._key = key
                self._plan(state["name"])
            now = time.time()
            for due in [t for t in self._todo if t[0] <= now]:
                self._todo.remove(due)
                try:
                    due[1]()
                except TROUBLE:
                    self._todo.append((time.time() + 0.4, due[1]))  # the key is pressed again

    def _stay_connected(self) -> None:
        """With the same login, and when that is no good any more (he was deactivated for a while) with a new one."""
        failures = 0
        while True:
            gevent.sleep(RETRY_S)
            if not self.present or (self.page.socket.connected and not self._hangs):
                failures = 0
                continue
            failures += 1
            # The client's library can wait for ever for a program that ends while it connects.
            with contextlib.suppress(*TROUBLE, gevent.Timeout), gevent.Timeout(OPENING_S):
                self.open_page(again=failures % 8 == 0 or self._hangs)

    @property
    def _hangs(self) -> bool:
        return bool(self._blank_since) and time.time() - self._blank_since > OPENING_S

    def _alone(self) -> None:
        """Without a page: who talks for too long without seeing his screen puts the telephone down."""
        now = time.time()
        self._no_page_since = self._no_page_since or now
        if now - self._no_page_since > 6.0 and not getattr(self.phone, "dead", False):
            self._no_page_since = now
            self.phone.hang_up()

    def _in(self, low: float, high: float, act: Callable[[], object]) -> None:
        self._todo.append((time.time() + self._random.uniform(low, high), act))

    def _plan(self, state: str) -> None:
        self._todo.clear()
        chance = self._random.random()
        if state != "RINGING":
            self._behave()
        if state == "LOGGED_OUT":
            self._in(0.1, 0.5, self._log_in)
        elif state == "UNAVAILABLE":
            self._in(0.3, 3.0, lambda: self._do("agent.available"))
        elif state == "IDLE" and chance < 0.12 and not self.calm:
            reason = self._reason
            self._in(0.5, 3.0, lambda: self._do("agent.unavailable", reason=reason))
        elif state == "IDLE" and chance < 0.15 and not self.calm:
            self._in(0.5, 3.0, lambda: self._do("agent.log_out"))
        elif state == "RINGING" and chance < 0.06:
            self._in(0.1, 1.0, self._hang_up_line)
        elif state == "NO_ANSWER_DELAY" and chance < 0.3:
            self._in(0.1, 0.6, lambda: self._do("agent.end_delay"))
        elif state == "WRAP_UP":
            self._in(0.1, 1.2, self._qualify)
        elif state == "IN_CALL":
            self._converse(chance)

    def _converse(self, chance: float) -> None:
        end = self._random.uniform(0.6, 4.0)
        if self._random.random() < 0.25:
            hold = self._random.uniform(0.4, 1.5)
            self._in(hold, hold, lambda: self._key_of_line("hold"))
            back = hold + self._random.uniform(0.5, 2.0)
            end = back + self._random.uniform(1.0, 2.0)
            self._in(back, back, lambda: self._key_of_line("resume"))
        if self._random.random() < 0.2:
            self._in(0.2, end, self._qualify)
        if self._random.random() < 0.1:
            reason = self._reason
            self._in(0.2, end, lambda: self._do("agent.unavailable", reason=reason))
        if chance < 0.45:
            self._in(end, end, self.phone_down)
        elif chance < 0.8:
            self._in(end, end, self._hang_up_line)
        # else: the caller ends it, at the latest:
        self._in(12.0, 12.0, self.phone_down)

    def phone_down(self) -> None:
        if not getattr(self.phone, "dead", False):
            self.phone.hang_up()

    def _behave(self) -> None:
        """What his telephone does when it rings next."""
        chance = self._random.random()
        if self.calm or chance < 0.8:
            self.phone.answer_by_itself(round(self._random.uniform(0.05, 1.2), 2))
        elif chance < 0.88:
            self.phone.answer_by_itself(None)
        elif chance < 0.94:
            self.phone.reject_by_itself(486)
        else:
            self.phone.answer_by_itself(2.5)

    # --- requests
    def _do(self, event: str, **data: Any) -> bool:
        """Ask the program; whether it agreed. Refused is refused: the page has changed meanwhile."""
        answer = self.page.ask(event, **data)
        return bool(answer.get("ok"))

    def _log_in(self) -> None:
        self._do("agent.log_in")
        self._do("agent.available")

    def _hang_up_line(self) -> None:
        line = self.page.line
        if line.get("id"):
            self._do("line.hang_up", line=line["id"])

    def _key_of_line(self, key: str) -> None:
        line = self.page.line
        if line.get("id") and key in line.get("can", ()):
            self._do(f"line.{key}", line=line["id"])
        elif line.get("id") and key == "resume" and line.get("state") == "HELD":
            self._in(0.3, 0.3, lambda: self._key_of_line("resume"))

    def _qualify(self) -> None:
        work = self.page.picture.get("work") or {}
        if not work.get("call") or (work.get("disposition") and work.get("ended")):
            if self.state == "WRAP_UP":
                self._in(0.5, 0.5, self._qualify)
            return
        disposition = self._random.choice(self._dispositions)
        note = f"note {self._random.randrange(10**6)}"
        agreed = self._do("call.qualify", call=work["call"], disposition=disposition, note=note)
        if agreed:
            self._record.line("acks", agent=self.id, call=work["call"], disposition=disposition, note=note)
        elif self.state == "WRAP_UP":
            self._in(0.5, 0.5, self._qualify)
