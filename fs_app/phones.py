"""Which telephones are registered, and what to dial to reach them."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.bus import Bus
from fs_app.events import PhoneState
from fs_app.facts import PhoneRegistered, PhoneUnregistered, Registration


@dataclass(frozen=True, slots=True)
class Instead:
    """Where somebody is reached who does not work on the telephone with his own number: the registered telephone of
    `user` in the same domain, or a number outside by its dial string."""

    user: str = ""
    endpoint: str = ""


class Phones:
    """Everybody asks for people by their own numbers (`user`, `domain`); where they work today is known here alone."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._contacts: dict[tuple[str, str], str] = {}
        self._silent: set[tuple[str, str]] = set()
        self._instead: dict[tuple[str, str], Instead] = {}
        self._fresh: set[tuple[str, str]] = set()  # registered since the last comparison

    def contact(self, user: str, domain: str) -> str | None:
        """What to dial to reach him; None when that telephone is not registered or has gone silent."""
        place = self._instead.get((user, domain))
        if place is not None and place.endpoint:
            return place.endpoint
        return self.registered(*self._real(user, domain))

    def registered(self, user: str, domain: str) -> str | None:
        """The contact of this very telephone, whoever works on it."""
        return None if (user, domain) in self._silent else self._contacts.get((user, domain))

    def works_at(self, user: str, domain: str, place: Instead | None) -> None:
        """From now on he is reached there; None: on the telephone with his own number."""
        if self._instead.get((user, domain)) == place:
            return
        if place is None:
            del self._instead[user, domain]
        else:
            self._instead[user, domain] = place
        self._bus.publish(PhoneState(user, domain, self.contact(user, domain) is not None))

    def who_works_at(self, user: str, domain: str) -> list[str]:
        """The numbers of the others who are reached on this telephone."""
        return [own for (own, d), place in self._instead.items() if d == domain and place.user == user]

    def _real(self, user: str, domain: str) -> tuple[str, str]:
        place = self._instead.get((user, domain))
        return (place.user, domain) if place is not None and place.user else (user, domain)

    def _tell(self, user: str, domain: str, registered: bool) -> None:
        for name in (user, *self.who_works_at(user, domain)):
            self._bus.publish(PhoneState(name, domain, registered))

    def silent(self, user: str, domain: str) -> None:
        """He was called and it did not even ring: without power or network, whatever its registration says. Not to be
        dialled again until it registers anew, or `perhaps_back`."""
        place, key = self._instead.get((user, domain)), self._real(user, domain)
        if place is not None and place.endpoint:
            return  # a number outside was called: that says nothing of his telephone here
        if key in self._contacts and key not in self._silent:
            self._silent.add(key)
            self._tell(*key, registered=False)

    def perhaps_back(self, user: str, domain: str) -> None:
        """Worth another try."""
        self._back(*self._real(user, domain))

    def _back(self, user: str, domain: str) -> None:
        if (user, domain) in self._silent:
            self._silent.discard((user, domain))
            if (user, domain) in self._contacts:
                self._tell(user, domain, registered=True)

    def on_registered(self, fact: PhoneRegistered) -> None:
        self._fresh.add((fact.user, fact.domain))
        self._set(fact.user, fact.domain, fact.contact)
        self._back(fact.user, fact.domain)

    def on_unregistered(self, fact: PhoneUnregistered) -> None:
        key = (fact.user, fact.domain)
        # A phone that moved to a new address drops its old contact afterwards: the new one stays.
        if key in self._contacts and fact.contact in ("", self._contacts[key]):
            del self._contacts[key]
            self._tell(*key, registered=False)

    def forget(self, user: str, domain: str) -> None:
        """This telephone is on its way to another place; where it was nobody answers."""
        if self._contacts.pop((user, domain), None) is not None:
            self._tell(user, domain, registered=False)

    def compare(self, registrations: list[Registration]) -> None:
        """Make it equal to what the switch lists. The list lags behind the events by up to a second: of a telephone
        that has registered since the last comparison the next one decides."""
        fresh, self._fresh = self._fresh, set()
        listed = {(r.user, r.domain): r.contact for r in registrations}
        listed = {key: contact for key, contact in listed.items() if key not in fresh}
        for key in [k for k in self._contacts if k not in listed and k not in fresh]:
            del self._contacts[key]
            self._tell(*key, registered=False)
        for (user, domain), contact in listed.items():
            self._set(user, domain, contact)

    def _set(self, user: str, domain: str, contact: str) -> None:
        known = self._contacts.get((user, domain))
        self._contacts[user, domain] = contact
        if known is None:
            self._tell(user, domain, registered=True)
