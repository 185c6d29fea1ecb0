"""People who call: each does what his line of the plan says, whatever happens on the other side."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import gevent

from tests.faults import plan
from tests.faults.place import Look, Place, name_of
from tests.faults.record import Record
from tests.faults.witness import Witness

STEP_S = 0.2
EAR_S = 1.0
DEAF_S = 5.0
AT_THE_END_S = 18.0
"""In the calm after a round nobody waits longer than this, so that whoever is left after 30 s is stuck."""


@dataclass(slots=True)
class _Person:
    plan: plan.Caller
    party: Any
    dialled: float
    sip: str = ""
    answered: float = 0.0
    hung_up: float = 0.0
    talked_since: float = 0.0


class Callers:
    """`calm` is the moment since which nobody new comes, None during a round."""

    def __init__(self, place: Place, witness: Witness, record: Record) -> None:
        self._place, self._witness, self._record = place, witness, record
        self._here: list[_Person] = []
        self._ears = 0.0
        self.calm: float | None = None
        self.came = 0
        self._greenlets = [gevent.spawn(self._watch)]

    @property
    def left(self) -> list[str]:
        """Who is still on the line."""
        return [f"caller {p.plan.number} is on the line since {p.dialled:.3f}" for p in self._here]

    def come(self, callers: list[plan.Caller], begun: float) -> None:
        self._greenlets.append(gevent.spawn(self._come, callers, begun))

    def stop(self) -> None:
        gevent.killall(self._greenlets)

    def _come(self, callers: list[plan.Caller], begun: float) -> None:
        for one in callers:
            gevent.sleep(max(0.0, begun + one.at - time.time()))
            party = self._place.world.call(one.did, one.number)
            person = _Person(one, party, time.time(), sip=party.sip_call_id)
            self.came += 1
            self._here.append(person)
            self._tell(person, "dialled", did=one.did, sip=person.sip)
            if one.early is not None:
                gevent.spawn_later(one.early, self._hang_up, person)

    def _watch(self) -> None:
        while True:
            gevent.sleep(STEP_S)
            people = list(self._here)
            if not people:
                continue
            seen = self._place.look(p.party for p in people)
            ears = time.time() - self._ears >= EAR_S
            if ears:
                self._ears = time.time()
            for person in people:
                self._look(person, seen[name_of(person.party)], ears)

    def _look(self, person: _Person, look: Look, ears: bool) -> None:
        now = time.time()
        if not person.sip:  # the switch was dead when he dialled
            person.sip = person.party.sip_call_id
            if person.sip:
                self._tell(person, "reached", sip=person.sip)
        if look.state in ("ended", "idle"):
            self._here.remove(person)
            self._tell(person, "ended", cause=look.cause)
            return
        if look.state == "talking" and not person.answered:
            person.answered = now
            self._tell(person, "answered")
        if look.state == "talking" and ears:
            self._tell(person, "heard", sound=look.sound)
        leg = self._witness.story.by_sip.get(person.sip)
        if person.hung_up and now - person.hung_up > DEAF_S and (leg is None or leg.ended is not None):
            self._here.remove(
                person
            )  # he told a dead switch that he goes, and has put his telephone down long since
            self._tell(person, "ended", cause="own")
            return
        connected = leg is not None and leg.connected(now)
        person.talked_since = (person.talked_since or now) if connected else 0.0
        if connected:
            tired = now - person.talked_since > person.plan.talk
        else:
            since = person.dialled if self.calm is None else min(person.dialled, self.calm)
            tired = now - person.dialled > person.plan.patience or (
                self.calm is not None and now - max(since, self.calm) > AT_THE_END_S
            )
        if tired:
            self._hang_up(person)

    def _hang_up(self, person: _Person) -> None:
        if not person.hung_up and person in self._here:
            person.hung_up = time.time()
            self._tell(person, "hung_up")
            person.party.hang_up()

    def _tell(self, person: _Person, what: str, **more: Any) -> None:
        self._record.line("callers", number=person.plan.number, what=what, **more)
