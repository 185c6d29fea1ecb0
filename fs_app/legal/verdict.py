"""May this person be called now, by law? If not: what forbids it, and from when. Pure: no clock, no database.

Every rule is asked, so that all that forbids is said; allowed is what none of them forbids. The moment from which a
call is allowed is found by letting each rule name the first moment at which it would agree, and asking all of them
again there, until nobody moves it any further: each rule's own answer is exact, so is the common one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fs_app.hours.opening import is_open, zone_named
from fs_app.legal import rules as law
from fs_app.legal.rules import Kind, Purpose, Rule, Rules

HORIZON = timedelta(days=1200)
"""Further ahead nothing is promised."""

STEPS = 600
"""Two zones whose hours never meet would be asked for ever."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Yes:
    """A consent as the rules need it. Times UTC ms. `proof`: date, source and text are known."""

    given_at: int
    withdrawn_at: int | None = None
    proof: bool = True

    def counts(self, at_ms: float, proof: bool) -> bool:
        kept = self.withdrawn_at is None or at_ms < self.withdrawn_at
        return self.given_at <= at_ms and kept and (self.proof or not proof)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody who is to be called, and how. Times UTC ms.

    `zones`: all in which the number may be; a call must be allowed in each of them. `attempts`: calls made before,
    whoever answered. `opted_out`: the register in which the number stands, "": none. `register_at`: the date of the
    newest file of the register of his country, None: none was ever brought in. `blacklisted`: why he is on the
    account's own list, None: he is not; `blacklisted_until`: when that ends. `caller_id`: the number that he would
    see, "" hidden or not known. `ring_s`: how long it may ring, None: not decided yet.
    """

    country: str
    zones: tuple[str, ...]
    kind: Kind = Kind.MANUAL
    purpose: Purpose = Purpose.MARKETING
    attempts: tuple[int, ...] = ()
    refused_at: int | None = None
    abandoned_at: int | None = None
    consent: Yes | None = None
    opted_out: str = ""
    register_at: int | None = None
    blacklisted: str | None = None
    blacklisted_until: int | None = None
    caller_id: str = ""
    withheld: bool = False
    ring_s: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What one rule says. `key` and `params` are its sentence; `id` the rule's in the country's data ("" for what
    counts everywhere). `until`: from when it agrees; None: it does, or never will by itself."""

    rule: str
    ok: bool
    key: str
    params: Json = field(default_factory=dict)
    until: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`until`: the first moment at which nothing forbids it any more, None: it is allowed, or time alone mends nothing
    (within `HORIZON`)."""

    allowed: bool
    checks: tuple[Check, ...]
    until: datetime | None = None

    @property
    def why(self) -> tuple[Check, ...]:
        """What forbids it; what lasts longest first."""
        found = [check for check in self.checks if not check.ok]
        ever = datetime.max.replace(tzinfo=UTC)
        return tuple(sorted(found, key=lambda check: check.until or ever, reverse=True))


def verdict(facts: Facts, at: datetime, rules: Rules) -> Verdict:
    """`at` is an aware moment."""
    at = at.astimezone(UTC)
    zones = tuple(zone_named(name) for name in facts.zones)
    judges = list(_judges(facts, rules))
    checks = tuple(check for judge in judges if (check := judge(at, zones)) is not None)
    if all(check.ok for check in checks):
        return Verdict(True, checks)
    return Verdict(False, checks, _from_when(at, zones, judges))


def allowed(facts: Facts, at: datetime, rules: Rules) -> bool:
    """`verdict(…).allowed`, without looking for the moment from which on: for the many who are not called now."""
    at = at.astimezone(UTC)
    zones = tuple(zone_named(name) for name in facts.zones)
    found = (judge(at, zones) for judge in _judges(facts, rules))
    return all(check is None or check.ok for check in found)


Judge = Callable[[datetime, tuple[ZoneInfo, ...]], Check | None]
"""What a rule says of a moment; None: it is not in force then."""


def _from_when(at: datetime, zones: tuple[ZoneInfo, ...], judges: list[Judge]) -> datetime | None:
    moment = at
    for _ in range(STEPS):
        later = moment
        for judge in judges:
            check = judge(moment, zones)
            if check is None or check.ok:
                continue
            if check.until is None:
                return None
            later = max(later, check.until)
        if later == moment:
            return moment
        if later - at > HORIZON:
            return None
        moment = later
    return None


def _judges(facts: Facts, rules: Rules) -> Iterator[Judge]:
    yield lambda at, zones: _blacklist(facts, at)
    if facts.purpose is Purpose.MARKETING:
        yield lambda at, zones: _objection(facts, at)
        yield lambda at, zones: _opted_out(facts, rules, at, zones)
    for rule in rules.of(facts.purpose, facts.kind):
        if rule.name in ASKED:
            yield _judge(rule, facts)


def _judge(rule: Rule, facts: Facts) -> Judge:
    ask = ASKED[rule.name]

    def judged(at: datetime, zones: tuple[ZoneInfo, ...]) -> Check | None:
        if not zones:
            # Nobody knows what his clock shows: whatever asks for it says no.
            needs = rule.name in ("hours", "holidays", "silence") or rule.since or rule.before
            if needs:
                return Check(rule.name, False, "legal.no.zone", {}, None, rule.id)
        elif not in_force(rule, at, zones):
            return None
        ok, params, until = ask(rule, facts, at, zones)
        if not ok and rule.before is not None and zones:
            end = max(midnight(rule.before, zone) for zone in zones)
            until = end if until is None else min(until, end)
        key = ("legal.ok." if ok else "legal.no.") + params.pop("key", rule.name)
        return Check(rule.name, ok, key, params, None if ok else until, rule.id)

    return judged


def in_force(rule: Rule, at: datetime, zones: tuple[ZoneInfo, ...]) -> bool:
    """On somebody's calendar it is."""
    if rule.since is None and rule.before is None:
        return True
    dates = [at.astimezone(zone).date() for zone in zones]
    return any(
        (rule.since is None or rule.since <= d) and (rule.before is None or d < rule.before) for d in dates
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When this day begins there; where the clock leaves midnight out, with the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _ms(moment: datetime) -> float:
    return moment.timestamp() * 1000


def _moment(ms: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)


# --- what counts everywhere -----------------------------------------------------------------------------------------
def _blacklist(facts: Facts, at: datetime) -> Check:
    until = facts.blacklisted_until
    if facts.blacklisted is None or (until is not None and until <= _ms(at)):
        return Check("blacklist", True, "legal.ok.blacklist")
    reason = {"reason": facts.blacklisted or "—"}
    return Check("blacklist", False, "legal.no.blacklist", reason, None if until is None else _moment(until))


def _objection(facts: Facts, at: datetime) -> Check:
    """Who takes his consent back objects to being called (GDPR 7(3), 21(3))."""
    yes = facts.consent
    withdrawn = yes is not None and yes.withdrawn_at is not None and yes.withdrawn_at <= _ms(at)
    return Check("objection", not withdrawn, "legal.no.objection" if withdrawn else "legal.ok.objection")


def _opted_out(facts: Facts, rules: Rules, at: datetime, zones: tuple[ZoneInfo, ...]) -> Check:
    if not facts.opted_out:
        return Check("opted_out", True, "legal.ok.opted_out")
    params = {"register": facts.opted_out}
    if facts.consent is not None and facts.consent.counts(_ms(at), proof=True):
        registers = [r for r in rules.of(facts.purpose, facts.kind) if isinstance(r, law.OptOut)]
        here = [r for r in registers if zones and in_force(r, at, zones)]
        if here and all(r.lifted for r in here):
            return Check("opted_out", True, "legal.ok.opted_out_lifted", params)
    until = None
    yes = facts.consent
    if yes is not None and yes.given_at > _ms(at):
        until = _moment(yes.given_at)  # asked again there: whether it helps is said then
    return Check("opted_out", False, "legal.no.opted_out", params, until)


# --- what the rules of a country ask ----------------------------------------------------------------------------------
Answer = tuple[bool, Json, datetime | None]


def _hours(rule: law.Hours, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    latest: datetime | None = at
    shut = None
    for zone in zones:
        there = at.astimezone(zone)
        if rule.week.has(there.weekday(), there.hour * 60 + there.minute):
            continue
        until = is_open(rule.week, None, at, zone).until
        if shut is None or until is None or (latest is not None and until > latest):
            shut = zone
        latest = None if until is None or latest is None else max(latest, until)
    if shut is None:
        return True, {}, None
    return False, {"zone": shut.key, "now": f"{at.astimezone(shut):%H:%M}"}, latest


def _holidays(rule: law.Holidays, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    latest, shut = at, None
    for zone in zones:
        day = at.astimezone(zone).date()
        if day not in rule.days:
            continue
        while day in rule.days:
            day += timedelta(days=1)
        until = midnight(day, zone)
        if shut is None or until > latest:
            shut = zone
        latest = max(latest, until)
    if shut is None:
        return True, {}, None
    return False, {"zone": shut.key, "day": at.astimezone(shut).date().isoformat()}, latest


def _attempts(rule: law.Attempts, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    period = rule.days * 86_400_000
    counted = sorted(t for t in facts.attempts if t > _ms(at) - period)
    params = {"made": len(counted), "most": rule.most, "days": rule.days}
    if len(counted) < rule.most:
        return True, params, None
    if rule.most <= 0:
        return False, params, None
    return False, params, _moment(counted[len(counted) - rule.most] + period)


def _silence(rule: law.Silence, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    params: Json = {"days": rule.days}
    if facts.refused_at is None:
        return True, params, None
    refused = _moment(facts.refused_at)
    until = max(
        midnight(refused.astimezone(zone).date() + timedelta(days=rule.days + 1), zone) for zone in zones
    )
    return at >= until, params, until


def _consent(rule: law.ConsentNeeded, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    yes = facts.consent
    days = rule.valid_days * 86_400_000
    old = yes is not None and days and _ms(at) >= yes.given_at + days
    if yes is not None and not old and yes.counts(_ms(at), rule.proof):
        return True, {}, None
    if old:
        return False, {"key": "consent_old", "days": rule.valid_days}, None
    if yes is None or (yes.withdrawn_at is not None and yes.withdrawn_at <= max(_ms(at), yes.given_at)):
        return False, {}, None
    if rule.proof and not yes.proof:
        return False, {"key": "consent_proof"}, None
    return False, {}, _moment(yes.given_at)


def _register(rule: law.OptOut, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    """Whether the register is there and new enough; who stands in it is asked for every country."""
    params: Json = {"register": rule.register, "days": rule.most_age_days}
    if facts.register_at is None:
        return not rule.needed, {**params, "key": "register_missing"}, None
    age = (_ms(at) - facts.register_at) / 86_400_000
    if rule.most_age_days and age > rule.most_age_days:
        return not rule.needed, {**params, "key": "register_old", "age": int(age)}, None
    return True, {**params, "key": "register"}, None


def _caller_id(rule: law.CallerId, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    number = facts.caller_id
    if facts.withheld:
        return rule.withheld, {"key": "caller_id_hidden"} if not rule.withheld else {}, None
    if not number:
        known = not rule.only and not rule.never
        return known, {} if known else {"key": "caller_id_none"}, None
    good = (not rule.only or number.startswith(rule.only)) and not (
        rule.never and number.startswith(rule.never)
    )
    return good, {"number": number}, None


def _ring(rule: law.Ring, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    enough = facts.ring_s is None or facts.ring_s >= rule.least_s
    return enough, {"least": rule.least_s, "rings": facts.ring_s or 0}, None


def _abandoned(rule: law.Abandoned, facts: Facts, at: datetime, zones: tuple[ZoneInfo, ...]) -> Answer:
    params: Json = {"hours": rule.hours}
    if facts.abandoned_at is None:
        return True, params, None
    until = _moment(facts.abandoned_at + rule.hours * 3_600_000)
    return at >= until, params, until


ASKED: dict[str, Callable[..., Answer]] = {
    law.Hours.name: _hours,
    law.Holidays.name: _holidays,
    law.Attempts.name: _attempts,
    law.Silence.name: _silence,
    law.ConsentNeeded.name: _consent,
    law.OptOut.name: _register,
    law.CallerId.name: _caller_id,
    law.Ring.name: _ring,
    law.Abandoned.name: _abandoned,
}
"""Rules of which one asks before a call. The abandon rate is none of them."""
