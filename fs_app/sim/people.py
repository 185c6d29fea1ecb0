"""The people outside: callers, registered phones, persons who can be dialled, and who answers which dial string."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import gevent

from fs_app.sim import incoming
from fs_app.sim.party import Habits, Party

if TYPE_CHECKING:
    from fs_app.sim.core import Core

GIVEN_UP_S = 20.0
"""An INVITE that nobody answers is repeated for half a minute: after 0.5 s, 1 s … the last after 16 s."""


@dataclass(slots=True)
class People:
    """Everybody, and who answers which dial string."""

    core: Core
    seed: int = 1
    phones: dict[tuple[str, str], Party] = field(default_factory=dict)
    by_contact: dict[str, Party] = field(default_factory=dict)
    persons: dict[str, Party] = field(default_factory=dict)
    all: dict[str, Party] = field(default_factory=dict)
    strangers: Habits = field(default_factory=lambda: Habits(reject=404))
    random: random.Random = field(init=False)
    _ids: itertools.count[int] = field(default_factory=itertools.count)
    _tones: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def next_id(self, kind: str) -> str:
        return f"{kind[0]}{next(self._ids)}"

    def next_tone(self) -> int:
        """300 … 3,000 Hz in steps of 50, each party another one as long as there are any."""
        self._tones += 1
        return 300 + 50 * ((self._tones - 1) * 7 % 55)

    def add(self, party: Party) -> Party:
        self.all[party.id] = party
        return party

    def caller(self, number: str, name: str, habits: Habits) -> Party:
        return self.add(Party(self, "caller", name, number, habits))

    def phone(self, user: str, domain: str, password: str, habits: Habits) -> Party:
        party = self.phones.get((user, domain))
        if party is None:
            party = self.add(Party(self, "phone", user, user, habits))
            party.user, party.domain = user, domain
            party.contact = f"sip:{user}@127.0.0.1:{20_000 + len(self.phones)}"
            self.phones[user, domain] = party
            self.by_contact[party.contact] = party
        party.password, party.habits = password, habits
        return party

    def person(self, number: str, habits: Habits) -> Party:
        party = self.persons.get(number)
        if party is None:
            party = self.persons[number] = self.add(Party(self, "person", number, number, habits))
        party.habits = habits
        return party

    def over(self, party: Party) -> None:
        """A call of this party ended: callers who were never asked about by a test must not pile up."""
        if party.kind == "caller":
            gevent.spawn_later(120.0, self.all.pop, party.id, None)

    def place_call(self, party: Party, to: str, again_s: float = 0.5) -> None:
        """The party dials: a leg comes into the switch. A dead one is asked again, as SIP does (RFC 3261, 17.1.1.2)."""
        party.state, party.cause = "dialing", ""
        if self.core.crashed:
            if again_s < GIVEN_UP_S:
                party.later(again_s, self.place_call, party, to, again_s * 2)
            else:
                party.unreachable()
            return
        trunk = party.kind != "phone"
        party.ch = incoming.incoming(self.core, party, to, trunk=trunk)
        party.start_patience()

    def find(self, endpoint: str) -> Party | str:
        """Who a dial string reaches, or the cause why nobody."""
        gateway = re.match(r"sofia/gateway/([^/]+)/(.*)", endpoint)
        if gateway:
            if gateway[1] not in self.core.gateways:
                return "INVALID_GATEWAY"
            return self._outside(gateway[2].partition(";")[0])
        phone = re.match(r"sofia/[^/]+/(?:sips?:)?([^@;]+)@([^;]+)", endpoint)
        if phone:
            party = self.by_contact.get(f"sip:{phone[1]}@{phone[2]}") or self.phones.get((phone[1], phone[2]))
            return party or Party(self, "person", phone[1], phone[1], Habits(reject=503))
        user = re.match(r"user/([^@]+)(?:@(.*))?", endpoint)
        if user:
            for (name, domain), _ in self.core.registrations.items():
                if name == user[1] and user[2] in (None, domain):
                    return self.phones[name, domain]
            return "USER_NOT_REGISTERED"
        return "CHAN_NOT_IMPLEMENTED"

    def _outside(self, number: str) -> Party:
        found = self.persons.get(number)
        if found is not None:
            return found
        return Party(self, "person", number, number, self._stranger())

    def _stranger(self) -> Habits:
        habits = self.strangers
        if habits.answer_after is not None and not habits.reject:
            return replace(habits, answer_after=habits.answer_after * self.random.uniform(0.5, 1.5))
        return habits
