"""The least program around a `Switch`: it keeps the facts, renews its lease and opens the door."""

from __future__ import annotations

import time
from typing import Any, TypeVar
from urllib.parse import urlsplit

import gevent

from fs_app import facts as f
from fs_app.errors import FsAppError
from fs_app.esl.link import Link
from fs_app.esl.outbound import OutboundServer
from fs_app.esl.pending import new_uuid
from fs_app.esl.switch import Switch
from fs_app.ports import Originate, OriginateResult
from tests.support.until import until
from tests.support.world import Party, Phone, World

F = TypeVar("F", bound=f.Fact)
LEASE_S = 3


class Program:
    """Facts in order of arrival, and short cuts for what many tests need."""

    def __init__(self, world: World) -> None:
        url = urlsplit(world.switch_url)
        self.world = world
        self.facts: list[f.Fact] = []
        self.link = Link(url.hostname or "", url.port or 0, url.password or "", self.facts.append)
        self.switch = Switch(self.link)
        self.door = OutboundServer("127.0.0.1", world.outbound_port, self.facts.append)
        self._lease: gevent.Greenlet | None = None

    def start(self) -> None:
        self.link.start()
        self.door.start()
        until(lambda: self.link.up, 10, "the link is up")
        self.hold_lease()

    def hold_lease(self) -> None:
        self.renew()
        self._lease = gevent.spawn(self._keep)

    def drop_lease(self) -> None:
        if self._lease is not None:
            self._lease.kill()
            self._lease = None
        self.switch.renew_lease(0).get(5)

    def renew(self) -> None:
        self.switch.renew_lease(int(time.time()) + LEASE_S).get(5)

    def _keep(self) -> None:
        while True:
            gevent.sleep(1)
            self.switch.renew_lease(int(time.time()) + LEASE_S)

    def stop(self) -> None:
        """Hang up every leg, wait until the switch is empty, then leave."""
        until(lambda: self.link.up, 20, "the link is up")
        until(self._empty, 10, "no leg is left", step=0.05)
        if self._lease is not None:
            self._lease.kill()
        self.door.stop()
        self.link.stop()

    def _empty(self) -> bool:
        """`show channels` lags: a leg that is a moment old may be missing there, so the facts count too."""
        ended = {x.leg for x in self.all(f.LegHungUp)}
        known = {x.leg for x in self.all(f.LegCreated)} - ended
        living = {leg for leg in known if self.switch.exists(leg).get(5)}
        for leg in living | set(self.switch.channel_ids().get(5)):
            self.switch.hangup(leg, "MANAGER_REQUEST")
        return not living and self.world.legs() == 0

    # --- facts
    def all(self, kind: type[F], leg: str = "", since: int = 0) -> list[F]:
        return [
            x for x in self.facts[since:] if isinstance(x, kind) and (not leg or getattr(x, "leg", "") == leg)
        ]

    def fact(self, kind: type[F], leg: str = "", timeout: float = 5.0, since: int = 0, **fields: Any) -> F:
        """The first fact of this kind with these fields, waiting for it."""

        def find() -> F | None:
            return next(
                (x for x in self.all(kind, leg, since) if all(getattr(x, k) == v for k, v in fields.items())),
                None,
            )

        what = f"{kind.__name__} of {leg or 'any leg'} {fields}; seen {self.story(leg, since)}"
        found = until(find, timeout, what)
        assert found is not None
        return found

    def story(self, leg: str, since: int = 0) -> list[str]:
        return [type(x).__name__ for x in self.all(f.LegFact, leg, since)]

    def mark(self) -> int:
        return len(self.facts)

    # --- calls
    def leg_of(self, party: Party, timeout: float = 5.0) -> str:
        """The leg of the party's call, by its Call-ID."""
        return self.fact(f.LegCreated, sip_call_id=until(lambda: party.sip_call_id, 5), timeout=timeout).leg

    def caller(self, to: str = "0100", **how: Any) -> tuple[Party, str]:
        """Somebody calls and waits at the door, answered."""
        party = self.world.call(to, **how)
        leg = self.leg_of(party)
        self.fact(f.Rang, leg)
        self.switch.answer(leg).get(5)
        self.fact(f.LegAnswered, leg)
        party.talking(5)
        return party, leg

    def dial(
        self, endpoint: str, *, ring_s: float = 10.0, then: str = "park", **variables: str
    ) -> tuple[str, Any]:
        """Originate: the leg's uuid and the pending result."""
        return self.originate(endpoint, ring_s, then, variables)

    def originate(
        self, endpoint: str, ring_s: float, then: str, variables: dict[str, str]
    ) -> tuple[str, Any]:
        leg = new_uuid()
        what = Originate(leg, endpoint, "+33199000000", "Acme", ring_s, then, variables=variables)
        return leg, self.switch.originate(what)

    def person(self, number: str, **variables: str) -> tuple[Phone, str]:
        """Somebody on the trunk who was called, has answered and is parked with `park_after_bridge`."""
        phone = self.world.person(number)
        phone.answer_by_itself(0.1)
        what = {"park_after_bridge": "true", **variables}
        leg, pending = self.originate(f"sofia/gateway/trunk/{number}", 10.0, "park", what)
        assert pending.get(10) == OriginateResult(answered=True)
        self.fact(f.LegParked, leg)
        return phone, leg

    def bridged(self, a: str, b: str) -> None:
        """Bridge two legs and wait until the switch says so."""
        since = self.mark()
        self.switch.bridge(a, b).get(5)
        until(
            lambda: any({x.leg, x.other} == {a, b} for x in self.all(f.LegsBridged, since=since)),
            5,
            f"bridge of {a} and {b}; seen {[type(x).__name__ for x in self.facts[since:]]}",
        )

    def gone(self, leg: str, timeout: float = 5.0) -> f.LegHungUp:
        return self.fact(f.LegHungUp, leg, timeout)

    def refused(self, pending: Any) -> FsAppError:
        """The error that a command ends with."""
        outcome: list[Any] = []
        pending.then(outcome.append)
        until(lambda: outcome, 10, "outcome")
        assert outcome[0].error is not None, f"no error but {outcome[0].value!r}"
        return outcome[0].error  # type: ignore[no-any-return]


def hear_each_other(a: Party, b: Party, timeout: float = 3.0) -> None:
    """Each hears the other's tone, and hardly anything else."""
    until(
        lambda: hears(a, b) and hears(b, a),
        timeout,
        f"a hears {a.hears([a.tone_hz, b.tone_hz])}, b hears {b.hears([a.tone_hz, b.tone_hz])}",
        step=0.1,
    )


def hears(ear: Party, mouth: Party, share: float = 0.2) -> bool:
    """Whether the tone of `mouth` reaches `ear`."""
    return ear.hears([mouth.tone_hz]).get(mouth.tone_hz, 0.0) > share


def hears_tone(ear: Party, hz: int, share: float = 0.5) -> bool:
    return ear.hears([hz]).get(hz, 0.0) > share
