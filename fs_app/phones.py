"""Which telephones are registered, and what to dial to reach them."""

from __future__ import annotations

from fs_app.bus import Bus
from fs_app.events import PhoneState
from fs_app.facts import PhoneRegistered, PhoneUnregistered, Registration


class Phones:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._contacts: dict[tuple[str, str], str] = {}
        self._silent: set[tuple[str, str]] = set()

    def contact(self, user: str, domain: str) -> str | None:
        """The registered contact as a dial string, None when the phone is not registered or has gone silent."""
        return None if (user, domain) in self._silent else self._contacts.get((user, domain))

    def silent(self, user: str, domain: str) -> None:
        """It was called and did not even ring: without power or network, whatever its registration says. Not to be
        dialled again until it registers anew, or `perhaps_back`."""
        if (user, domain) in self._contacts and (user, domain) not in self._silent:
            self._silent.add((user, domain))
            self._bus.publish(PhoneState(user, domain, False))

    def perhaps_back(self, user: str, domain: str) -> None:
        """Worth another try."""
        if (user, domain) in self._silent:
            self._silent.discard((user, domain))
            if (user, domain) in self._contacts:
                self._bus.publish(PhoneState(user, domain, True))

    def on_registered(self, fact: PhoneRegistered) -> None:
        self._set(fact.user, fact.domain, fact.contact)
        self.perhaps_back(fact.user, fact.domain)

    def on_unregistered(self, fact: PhoneUnregistered) -> None:
        key = (fact.user, fact.domain)
        # A phone that moved to a new address drops its old contact afterwards: the new one stays.
        if key in self._contacts and fact.contact in ("", self._contacts[key]):
            del self._contacts[key]
            self._bus.publish(PhoneState(fact.user, fact.domain, False))

    def compare(self, registrations: list[Registration]) -> None:
        """Make it equal to what the switch lists."""
        listed = {(r.user, r.domain): r.contact for r in registrations}
        for key in [k for k in self._contacts if k not in listed]:
            del self._contacts[key]
            self._bus.publish(PhoneState(*key, False))
        for (user, domain), contact in listed.items():
            self._set(user, domain, contact)

    def _set(self, user: str, domain: str, contact: str) -> None:
        known = self._contacts.get((user, domain))
        self._contacts[user, domain] = contact
        if known is None:
            self._bus.publish(PhoneState(user, domain, True))
