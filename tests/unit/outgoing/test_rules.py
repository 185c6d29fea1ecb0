"""Who may be called: destinations, the blacklist, the hours of the person called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.clock import FakeClock
from fs_app.hours.opening import HolidayDay, Holidays, Range, Week
from fs_app.infos import AccountInfo, Picture
from fs_app.outgoing import rules as r
from fs_app.outgoing.blacklist import VERDICT, Blacklist, Blocked
from fs_app.outgoing.settings import Settings, of_row, prefix, words
from tests.unit.core.world import ACCOUNT, OTHER_QUEUE, QUEUE, queue_info

MARIE = "+33612345678"
OFFICE_HOURS = Week(1, "office", tuple(Range(day, 9 * 60, 19 * 60) for day in range(5)))


class Place:
    def __init__(
        self, settings: Settings | None = None, now: str = "2026-03-11 14:00", **queue: object
    ) -> None:
        at = datetime.fromisoformat(now).replace(tzinfo=UTC)
        self.clock = FakeClock(int(at.timestamp() * 1000))
        self.catalog = Catalog(None, Bus())  # type: ignore[arg-type]
        self.catalog.now = Picture(
            accounts={
                ACCOUNT: AccountInfo(ACCOUNT, "demo", "Demo", "fr", "Europe/Paris", "FR", "demo.example")
            },
            queues={QUEUE: queue_info(**queue), OTHER_QUEUE: replace(queue_info(), id=OTHER_QUEUE)},
            outgoing={ACCOUNT: settings} if settings else {},
        )
        self.blacklist = Blacklist()
        self.rules = r.Rules(self.catalog, self.clock, self.blacklist)

    def check(self, text: str, queue: int | None = QUEUE) -> str:
        return self.rules.check(ACCOUNT, text, queue).number

    def why(self, text: str, queue: int | None = QUEUE) -> str:
        """The key of the refusal; "" when it is allowed."""
        try:
            self.check(text, queue)
        except r.Refusal as refusal:
            return refusal.key.removeprefix("error.dial_")
        return ""


@pytest.mark.parametrize(
    ("settings", "text", "why"),
    [
        (Settings(), "06 12 34 56 78", ""),
        (Settings(), "nobody", "number"),
        (Settings(), "112", ""),
        (Settings(), "15", ""),
        (Settings(emergency=False), "112", "short"),
        (Settings(), "3635", "short"),
        (Settings(short=frozenset({"3635"})), "36 35", ""),
        (Settings(), "0892 70 12 39", "premium"),
        (Settings(premium=True), "0892 70 12 39", ""),
        (Settings(), "+44 909 8790000", "premium"),
        (Settings(only=("+33", "+32")), "+32 470 12 34 56", ""),
        (Settings(only=("+33", "+32")), "+1 212 555 0123", "elsewhere"),
        (Settings(barred=("+338", "+88")), "08 00 12 34 56", "barred"),
        (Settings(barred=("+338",)), "07 12 34 56 78", ""),
        (Settings(only=("+33",), barred=("+337",)), "07 12 34 56 78", "barred"),
    ],
)
def test_destinations(settings: Settings, text: str, why: str) -> None:
    assert Place(settings).why(text) == why


def test_emergency_services_can_be_called_whatever_else_is_forbidden() -> None:
    place = Place(Settings(only=("+1",), barred=("+3",)), customer_week=Week(1, "never", ()))
    place.blacklist.add(ACCOUNT, Blocked(1, "112"))
    assert place.check("112") == "112"


def test_who_is_on_the_blacklist_is_not_called() -> None:
    place = Place()
    place.blacklist.load(ACCOUNT, [Blocked(1, MARIE, reason="Opposition")])
    with pytest.raises(r.Blacklisted) as refused:
        place.check("06 12 34 56 78")
    assert refused.value.params == {"reason": "Opposition"}
    assert place.why("06 12 34 56 79") == ""
    place.blacklist.remove(ACCOUNT, MARIE, 1)
    assert place.why(MARIE) == ""


def test_an_entry_of_one_queue_one_that_is_over_and_one_of_another_account() -> None:
    place = Place()
    now = place.clock.now_ms()
    place.blacklist.add(ACCOUNT, Blocked(1, MARIE, queue=OTHER_QUEUE))
    place.blacklist.add(ACCOUNT, Blocked(2, MARIE, expires_at=now - 1))
    place.blacklist.add(ACCOUNT + 1, Blocked(3, MARIE))
    assert place.why(MARIE) == ""
    assert place.why(MARIE, OTHER_QUEUE) == "blacklisted"
    place.blacklist.add(ACCOUNT, Blocked(4, MARIE, expires_at=now + 60_000))
    assert place.why(MARIE) == "blacklisted"
    place.clock.advance(61)
    assert place.why(MARIE) == ""


def test_what_he_asked_for_himself_counts_without_the_accounts_list() -> None:
    place = Place()
    place.blacklist.load(ACCOUNT, [Blocked(1, MARIE, reason="Concurrent", source="import")])
    assert place.blacklist.find(ACCOUNT, MARIE, None, 0, objections_only=True) is None
    place.blacklist.add(ACCOUNT, Blocked(2, MARIE, reason="Plus jamais", source=VERDICT))
    found = place.blacklist.find(ACCOUNT, MARIE, None, 0, objections_only=True)
    assert found is not None and found.reason == "Plus jamais"


def test_a_beginning_forbids_all_numbers_that_have_it() -> None:
    place = Place()
    place.blacklist.add(ACCOUNT, Blocked(1, "+336123", prefix=True))
    assert place.why(MARIE) == "blacklisted"
    assert place.why("+33612445678") == ""
    place.blacklist.remove(ACCOUNT, "+336123", 1)
    assert place.why(MARIE) == ""


def test_a_long_list_costs_no_time() -> None:
    place = Place()
    place.blacklist.load(ACCOUNT, (Blocked(n, f"+336{n:08}") for n in range(50_000)))
    assert place.why("+33600049999") == "blacklisted"
    assert place.why("+33600050000") == ""


@pytest.mark.parametrize(
    ("now", "number", "why"),
    [
        ("2026-03-11 08:30", MARIE, ""),  # half past nine in Paris
        ("2026-03-11 07:30", MARIE, "hours"),
        ("2026-03-11 17:59", MARIE, ""),
        ("2026-03-11 18:00", MARIE, "hours"),
        ("2026-03-14 12:00", MARIE, "hours"),  # Saturday
        ("2026-03-11 12:30", "+12125551234", "hours"),  # half past eight in New York
        ("2026-03-11 13:30", "+12125551234", ""),
        ("2026-03-11 13:30", "+18005551234", "hours"),  # somewhere in America: everywhere counts
        ("2026-03-11 19:30", "+18005551234", "hours"),
        ("2026-03-11 06:00", "+262692123456", ""),  # Réunion and Mayotte: ten and nine o'clock
        ("2026-03-11 05:30", "+262692123456", "hours"),  # half past nine and half past eight
        ("2026-07-08 07:30", MARIE, ""),  # summer
    ],
)
def test_the_hours_are_those_of_the_person_called(now: str, number: str, why: str) -> None:
    assert Place(now=now, customer_week=OFFICE_HOURS).why(number) == why


def test_the_refusal_says_what_time_it_is_there_and_from_when_on() -> None:
    place = Place(now="2026-03-11 12:30", customer_week=OFFICE_HOURS)
    with pytest.raises(r.OutOfHours) as refused:
        place.check("+12125551234")
    assert refused.value.params == {"now": "08:30", "opens": "09:00", "zone": "America/New_York"}
    place = Place(now="2026-03-13 20:00", customer_week=OFFICE_HOURS)
    with pytest.raises(r.OutOfHours) as refused:
        place.check(MARIE)
    assert refused.value.params == {"now": "21:00", "opens": "16/03 09:00", "zone": "Europe/Paris"}


def test_no_calls_on_holidays_and_none_at_all_without_hours() -> None:
    armistice = Holidays(1, "fr", (HolidayDay(1, "Armistice", None, 11, 11),))
    assert Place(now="2026-11-11 10:00", customer_holidays=armistice).why(MARIE) == "hours"
    assert Place(now="2026-11-12 10:00", customer_holidays=armistice).why(MARIE) == ""
    assert Place(customer_week=Week(1, "never", ())).why(MARIE) == "hours_never"


def test_a_number_of_nowhere_is_called_by_the_hours_of_the_account() -> None:
    assert r.zones_of("+881612345678", "Europe/Paris") == ("Europe/Paris",)


def test_a_list_of_beginnings_as_people_type_it() -> None:
    assert words("+33, 0032\n+44;+1 ") == ["+33", "0032", "+44", "+1"]
    assert [prefix(w) for w in ("+33", "0032", "+1(900)", "33", "08", "+", "++3", "+0", "abc")] == [
        "+33", "+32", "+1900", None, None, None, None, None, None,
    ]  # fmt: skip
    found = of_row(True, "3635 x 15", "+33 nonsense", "", False, True)
    assert (found.short, found.only, found.withheld) == (frozenset({"3635", "15"}), ("+33",), True)
