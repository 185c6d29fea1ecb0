"""May this number be called? One function for every way of calling somebody: click to dial, consultation, callbacks.

Asked when somebody wants to call, and again when the number is about to be dialled. From memory alone: never waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import Invalid, NotAllowed
from fs_app.hours.opening import Opening, is_open, zone_named
from fs_app.infos import QueueInfo
from fs_app.outgoing.blacklist import Blacklist
from fs_app.outgoing.settings import DEFAULT, Settings
from fs_app.outgoing.typed import read

DEAR = frozenset({PhoneNumberType.PREMIUM_RATE})
UNKNOWN_ZONE = "Etc/Unknown"


class Refusal(NotAllowed):
    """This number is not called. `key` and `params` say why, in the words of who asked."""

    key = "error.dial_refused"


class NotANumber(Invalid, Refusal):
    """What was typed can't be read as a number."""

    key = "error.dial_number"
    status = 400


class ShortNumber(Refusal):
    """A short number that the account does not allow."""

    key = "error.dial_short"


class Elsewhere(Refusal):
    """Not among the destinations that the account allows."""

    key = "error.dial_elsewhere"


class Barred(Refusal):
    """Among those that the account forbids."""

    key = "error.dial_barred"


class Premium(Refusal):
    """It costs more than a call, and the account does not want that."""

    key = "error.dial_premium"


class Blacklisted(Refusal):
    """On the list of those who are not to be called."""

    key = "error.dial_blacklisted"


class OutOfHours(Refusal):
    """Nobody is to be called there at this hour; `opens` is the person's wall clock."""

    key = "error.dial_hours"


class OutOfHoursForLong(Refusal):
    """As above, with no end within a year."""

    key = "error.dial_hours_never"


class ByLaw(Refusal):
    """The law of where he is forbids it (`fs_app.legal`); the key is that of what forbids it longest."""

    key = "error.dial_law"

    def __init__(self, text: str, key: str = "error.dial_law", **params: Any) -> None:
        super().__init__(text, **params)
        self.key = key


@dataclass(frozen=True, slots=True)
class Allowed:
    """`number`: E.164, or a short one as it is dialled. `extension`: to be dialled behind it, if the text named one."""

    number: str
    extension: str = ""
    short: bool = False


class Rules:
    def __init__(self, catalog: Catalog, clock: Clock, blacklist: Blacklist) -> None:
        self._catalog = catalog
        self._clock = clock
        self._blacklist = blacklist

    def check(self, account: int, text: str, queue_id: int | None = None) -> Allowed:
        """The number as it is to be dialled, for this queue (None: for none in particular). Raises Refusal."""
        queue = self._catalog.queue(queue_id)
        info = self._catalog.account(account)
        typed = read(text, info.country if info is not None else "FR")
        if not typed.number:
            raise NotANumber("no telephone number")
        settings = self._settings(account)
        if typed.short:
            country = info.country if info is not None else "FR"
            emergency = settings.emergency and phonenumbers.is_emergency_number(typed.number, country)
            if not emergency and typed.number not in settings.short:
                raise ShortNumber(f"short number {typed.number}", number=typed.number)
            if not emergency:
                self._not_blacklisted(account, typed.number, queue)
            return Allowed(typed.number, short=True)
        self._destination(settings, typed.number)
        self._not_blacklisted(account, typed.number, queue)
        if queue is not None:
            self._at_this_hour(typed.number, queue, info.time_zone if info is not None else "UTC")
        return Allowed(typed.number, typed.extension)

    def _settings(self, account: int) -> Settings:
        return self._catalog.now.outgoing.get(account, DEFAULT)

    @staticmethod
    def _destination(settings: Settings, number: str) -> None:
        if settings.only and not number.startswith(settings.only):
            raise Elsewhere(f"destination of {number}")
        if settings.barred and number.startswith(settings.barred):
            raise Barred(f"destination of {number}")
        if not settings.premium and phonenumbers.number_type(phonenumbers.parse(number)) in DEAR:
            raise Premium(f"premium number {number}")

    def _not_blacklisted(self, account: int, number: str, queue: QueueInfo | None) -> None:
        now = self._clock.now_ms()
        found = self._blacklist.find(account, number, queue.id if queue is not None else None, now)
        if found is not None:
            raise Blacklisted(f"{number} is not to be called", reason=found.reason or "—")

    def _at_this_hour(self, number: str, queue: QueueInfo, own_zone: str) -> None:
        """In all the time zones that the number may be in: where it can't be known the strictest counts."""
        if queue.customer_week is None and queue.customer_holidays is None:
            return
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        latest: tuple[str, Opening] | None = None
        for zone in zones_of(number, own_zone):
            found = is_open(queue.customer_week, queue.customer_holidays, now, zone_named(zone))
            if found.open:
                continue
            if found.until is None:
                raise OutOfHoursForLong(f"{number} is not to be called")
            if latest is None or latest[1].until is None or found.until > latest[1].until:
                latest = zone, found
        if latest is not None and latest[1].until is not None:
            there, until = (
                now.astimezone(zone_named(latest[0])),
                latest[1].until.astimezone(zone_named(latest[0])),
            )
            opens = f"{until:%H:%M}" if until.date() == there.date() else f"{until:%d/%m %H:%M}"
            raise OutOfHours(
                f"{number} is not to be called before {until}",
                now=f"{there:%H:%M}",
                opens=opens,
                zone=latest[0],
            )


def zones_of(number: str, otherwise: str) -> tuple[str, ...]:
    """The time zones in which this number (E.164) may ring; `otherwise` when nobody knows."""
    found = timezone.time_zones_for_number(phonenumbers.parse(number))
    known = tuple(zone for zone in found if zone != UNKNOWN_ZONE)
    return known or (otherwise,)
