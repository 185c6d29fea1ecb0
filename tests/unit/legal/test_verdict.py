"""The verdict: whatever the rules and the person, it never allows what any rule forbids, and its moment is exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.hours.opening import Range, Week
from fs_app.legal import presets
from fs_app.legal import rules as law
from fs_app.legal.rules import Kind, Purpose, Rules
from fs_app.legal.verdict import Facts, Yes, verdict
from tests.unit.legal.tables import ms

ALL_ZONES = sorted(available_timezones() - {"localtime", "Factory"})
MINUTE = timedelta(minutes=1)

moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))
CLOCK_CHANGES = [
    ("Europe/Paris", "2026-03-29T00:00"),
    ("Europe/Paris", "2026-10-25T00:00"),
    ("America/New_York", "2026-03-08T00:00"),
    ("America/New_York", "2026-11-01T00:00"),
    ("Australia/Lord_Howe", "2026-04-05T00:00"),
    ("Africa/Cairo", "2026-04-24T00:00"),
    ("America/Havana", "2026-11-01T00:00"),
    ("Asia/Beirut", "2026-03-29T00:00"),
]


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    ranges = []
    for weekday in draw(st.sets(st.integers(0, 6), max_size=7)):
        for _ in range(draw(st.integers(1, 2))):
            begin = draw(st.integers(0, 1439))
            end = draw(st.integers(1, 1440))
            if begin != end:
                ranges.append(Range(weekday, begin, end))
    return Week(0, "", tuple(ranges))


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


dates = st.dates(date(2025, 1, 1), date(2027, 12, 31))
stamps = st.integers(ms("2025-01-01T00:00"), ms("2027-12-01T00:00"))


@st.composite
def a_rule(draw: st.DrawFn, number: int) -> law.Rule:
    common = {
        "id": f"r{number}",
        "purposes": frozenset(draw(st.sets(st.sampled_from(Purpose), min_size=1))),
        "kinds": frozenset(draw(st.sets(st.sampled_from(Kind), min_size=3))),
        "since": draw(maybe(dates)),
        "before": draw(maybe(dates)),
    }
    match draw(st.integers(0, 7)):
        case 0 | 1:
            return law.Hours(week=draw(weeks()), **common)
        case 2:
            days = frozenset(draw(st.sets(dates, max_size=30)))
            return law.Holidays(country="FR", days=days, **common)
        case 3:
            return law.Attempts(most=draw(st.integers(1, 4)), days=draw(st.integers(1, 30)), **common)
        case 4:
            return law.Silence(days=draw(st.integers(1, 90)), **common)
        case 5:
            return law.ConsentNeeded(
                proof=draw(st.booleans()), valid_days=draw(st.sampled_from((0, 30))), **common
            )
        case 6:
            return law.CallerId(only=draw(st.sampled_from(((), ("+33162",)))), **common)
        case _:
            return law.Abandoned(hours=draw(st.integers(1, 100)), **common)


@st.composite
def a_law(draw: st.DrawFn) -> Rules:
    return Rules("FR", tuple(draw(a_rule(number)) for number in range(draw(st.integers(1, 5)))))


consents = st.builds(
    lambda given, lasts, proof: Yes(given, None if lasts is None else given + lasts, proof),
    stamps,
    maybe(st.integers(0, 10**10)),
    st.booleans(),
)

people = st.builds(
    Facts,
    country=st.just("FR"),
    zones=st.lists(st.sampled_from(ALL_ZONES), min_size=1, max_size=3).map(tuple),
    kind=st.sampled_from(Kind),
    purpose=st.sampled_from(Purpose),
    attempts=st.lists(stamps, max_size=6).map(tuple),
    refused_at=maybe(stamps),
    abandoned_at=maybe(stamps),
    consent=maybe(consents),
    opted_out=st.sampled_from(("", "", "", "TPS")),
    blacklisted=st.sampled_from((None, None, "asked")),
    blacklisted_until=maybe(stamps),
    caller_id=st.sampled_from(("", "+33162000000", "+33612345678")),
    withheld=st.booleans(),
)


# --- the same said in another way, rule by rule -----------------------------------------------------------------------
def forbids(rule: law.Rule, facts: Facts, at: datetime) -> bool:
    if facts.purpose not in rule.purposes or facts.kind not in rule.kinds:
        return False
    clocks = [at.astimezone(ZoneInfo(zone)) for zone in facts.zones]
    if not any((rule.since or date.min) <= clock.date() < (rule.before or date.max) for clock in clocks):
        return False
    now = at.timestamp() * 1000
    match rule:
        case law.Hours():
            return not all(_within(rule.week, clock) for clock in clocks)
        case law.Holidays():
            return any(clock.date() in rule.days for clock in clocks)
        case law.Attempts():
            return sum(now - t < rule.days * 86_400_000 for t in facts.attempts) >= rule.most
        case law.Silence():
            if facts.refused_at is None:
                return False
            refused = datetime.fromtimestamp(facts.refused_at / 1000, UTC)
            return any(
                clock.date() <= refused.astimezone(clock.tzinfo).date() + timedelta(days=rule.days)
                for clock in clocks
            )
        case law.ConsentNeeded():
            yes = facts.consent
            return (
                yes is None
                or yes.given_at > now
                or (yes.withdrawn_at is not None and now >= yes.withdrawn_at)
                or (rule.proof and not yes.proof)
                or bool(rule.valid_days and now - yes.given_at >= rule.valid_days * 86_400_000)
            )
        case law.CallerId():
            if facts.withheld:
                return True
            return bool(rule.only) and not facts.caller_id.startswith(rule.only)
        case law.Abandoned():
            return facts.abandoned_at is not None and now < facts.abandoned_at + rule.hours * 3_600_000
        case law.OptOut():
            return False  # not one that is needed
        case law.Ring():
            return facts.ring_s is not None and facts.ring_s < rule.least_s
        case law.AbandonRate():
            return False
    raise AssertionError(rule)


def _within(week: Week, clock: datetime) -> bool:
    minute, today = clock.hour * 60 + clock.minute, clock.weekday()
    return any(
        (r.weekday == today and r.begin <= minute and (minute < r.end or r.end <= r.begin))
        or (r.end <= r.begin and (r.weekday + 1) % 7 == today and minute < r.end)
        for r in week.ranges
    )


def forbidden(rules: Rules, facts: Facts, at: datetime) -> bool:
    now = at.timestamp() * 1000
    if facts.blacklisted is not None and (facts.blacklisted_until is None or now < facts.blacklisted_until):
        return True
    if facts.purpose is Purpose.MARKETING:
        if facts.opted_out:
            return True
        yes = facts.consent
        if yes is not None and yes.withdrawn_at is not None and yes.withdrawn_at <= now:
            return True
    return any(forbids(rule, facts, at) for rule in rules.rules)


@settings(max_examples=80, deadline=None)
@given(rules=a_law(), facts=people, at=moments)
def test_it_never_allows_what_any_rule_forbids_and_forbids_nothing_else(
    rules: Rules, facts: Facts, at: datetime
) -> None:
    assert verdict(facts, at, rules).allowed == (not forbidden(rules, facts, at))


@settings(max_examples=80, deadline=None)
@given(rules=a_law(), facts=people, at=moments)
def test_its_moment_is_the_first_one_that_is_allowed(rules: Rules, facts: Facts, at: datetime) -> None:
    found = verdict(facts, at, rules)
    if found.allowed:
        assert found.until is None
        return
    if found.until is None:
        # Nothing within the next days is allowed either.
        for hours in (1, 7, 24, 24 * 6 + 5, 24 * 40 + 11):
            assert forbidden(rules, facts, at + timedelta(hours=hours))
        return
    assert found.until > at
    assert not forbidden(rules, facts, found.until)
    assert verdict(facts, found.until, rules).allowed
    before = found.until - min(MINUTE, (found.until - at) / 2)
    assert forbidden(rules, facts, before)
    halfway = at + (found.until - at) / 2
    assert forbidden(rules, facts, halfway)


@pytest.mark.parametrize(("zone", "day"), CLOCK_CHANGES)
@pytest.mark.parametrize("country", ["FR", "CA"])
def test_through_both_changes_of_the_clocks(zone: str, day: str, country: str) -> None:
    """Each quarter of an hour of three days around it."""
    preset = presets.resolved(presets.all_of_them()[country].rules, country or "NL", 2026)
    facts = Facts(country, (zone,), consent=Yes(ms("2026-01-01T00:00")), caller_id="+33162000000")
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(days=1)
    for quarter in range(0, 3 * 96, 4):
        at = begin + quarter * timedelta(minutes=15)
        found = verdict(facts, at, preset)
        assert found.allowed == (not forbidden(preset, facts, at)), at
        if found.until is not None:
            assert not forbidden(preset, facts, found.until)
            assert forbidden(preset, facts, found.until - MINUTE)


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_a_range_of_three_hours_is_three_hours_on_a_day_of_23_and_of_25(day: str, length: int) -> None:
    week = Week(0, "", tuple(Range(weekday, 600, 780) for weekday in range(7)))
    rules = Rules("FR", (law.Hours(id="h", week=week),))
    zone = ZoneInfo("Europe/Paris")
    begin = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
    end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
    assert (end - begin) == timedelta(hours=length)
    minutes = [begin + n * timedelta(minutes=5) for n in range(length * 12)]
    allowed = [at for at in minutes if verdict(Facts("FR", ("Europe/Paris",)), at, rules).allowed]
    assert len(allowed) == 36
    assert f"{allowed[0].astimezone(zone):%H:%M}" == "10:00"


def test_a_night_range_goes_on_over_midnight_on_the_persons_clock() -> None:
    rules = Rules("FR", (law.Hours(id="h", week=Week(0, "", (Range(0, 22 * 60, 2 * 60),))),))
    for text, ok in (
        ("2026-11-23T21:59", False),
        ("2026-11-23T22:00", True),
        ("2026-11-24T01:59", True),
        ("2026-11-24T02:00", False),
        ("2026-11-24T23:00", False),
    ):
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
        assert verdict(Facts("FR", ("Asia/Tokyo",)), at, rules).allowed == ok, text


def test_a_number_that_may_be_in_several_zones_is_called_when_all_of_them_allow() -> None:
    france = presets.resolved(presets.of("FR").rules, "FR", 2026)
    facts = Facts("FR", ("Europe/Paris", "Indian/Reunion"), consent=Yes(0))
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10 o'clock in Paris, 13 in Réunion
    found = verdict(facts, at, france)
    assert not found.allowed
    assert found.until == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # 11 and 14
    assert verdict(facts, found.until, france).allowed


def test_zones_whose_hours_never_meet_are_never_called() -> None:
    rules = Rules("", (law.Hours(id="h", week=Week(0, "", tuple(Range(d, 600, 660) for d in range(7)))),))
    facts = Facts("", ("Europe/Paris", "Pacific/Auckland"))
    found = verdict(facts, datetime(2026, 11, 23, 9, 0, tzinfo=UTC), rules)
    assert not found.allowed and found.until is None


def test_a_holiday_is_one_where_the_person_is() -> None:
    france = presets.resolved(presets.of("FR").rules, "FR", 2026)
    at = datetime(
        2026, 11, 10, 23, 30, tzinfo=UTC
    )  # the 11th in Paris, half past seven on the 10th in Martinique
    paris = verdict(Facts("FR", ("Europe/Paris",), consent=Yes(0)), at, france)
    assert {c.rule for c in paris.why} == {"holidays", "hours"}
    assert verdict(Facts("FR", ("America/Martinique",), consent=Yes(0)), at, france).allowed
    later = datetime(2026, 11, 11, 15, 0, tzinfo=UTC)
    assert not verdict(Facts("FR", ("America/Martinique",), consent=Yes(0)), later, france).allowed


def test_who_is_nobody_knows_where_is_not_called_where_the_clock_counts() -> None:
    france = presets.resolved(presets.of("FR").rules, "FR", 2026)
    found = verdict(Facts("FR", (), consent=Yes(0)), datetime(2026, 11, 23, 10, 0, tzinfo=UTC), france)
    assert not found.allowed and found.until is None


def test_what_lasts_longest_is_said_first() -> None:
    france = presets.resolved(presets.of("FR").rules, "FR", 2026)
    at = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    facts = Facts("FR", ("Europe/Paris",), consent=Yes(0), refused_at=ms("2026-11-20T12:00"))
    found = verdict(facts, at, france)
    assert [c.rule for c in found.why] == ["silence", "hours"]
    assert found.until == datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
    assert verdict(replace(facts, blacklisted=""), at, france).why[0].rule == "blacklist"
