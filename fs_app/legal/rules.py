"""The law of a country as data: what each rule says, for whom, since when, and where it comes from. Pure.

A rule counts for the purposes and the ways of dialling that it names, on the dates from `since` to before `before` (on
the called person's calendar). What it asks is in its class; `verdict` compares it with a person and a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from fs_app.hours.opening import Week


class Kind(StrEnum):
    """How it is dialled."""

    MANUAL = "MANUAL"  # an agent typed or clicked the number
    PREVIEW = "PREVIEW"  # he saw the record first
    PROGRESSIVE = "PROGRESSIVE"
    PREDICTIVE = "PREDICTIVE"
    ROBOT = "ROBOT"  # nobody of ours speaks


AUTOMATIC = frozenset({Kind.PROGRESSIVE, Kind.PREDICTIVE, Kind.ROBOT})


class Purpose(StrEnum):
    MARKETING = "marketing"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Source:
    """`law` and `article` in the words of the country; `url` its address; `in_force` ISO date."""

    law: str = ""
    article: str = ""
    url: str = ""
    in_force: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`id` is unique in its country. `note`: language → what one should know (where we chose the stricter reading)."""

    name: ClassVar[str] = ""
    id: str
    purposes: frozenset[Purpose] = frozenset({Purpose.MARKETING})
    kinds: frozenset[Kind] = frozenset(Kind)
    since: date | None = None
    before: date | None = None
    source: Source = Source()
    note: Mapping[str, str] = field(default_factory=dict)

    def meant_for(self, purpose: Purpose, kind: Kind) -> bool:
        return purpose in self.purposes and kind in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Rule):
    """Only within these ranges, on the person's own clock."""

    name = "hours"
    week: Week


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays(Rule):
    """Not on public holidays of `country` (and of its `regions`: where one can't see who lives in which, all count).

    `days`: their dates, put in by `presets.resolved`.
    """

    name = "holidays"
    country: str
    regions: tuple[str, ...] = ()
    days: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts(Rule):
    """At most so many calls within any `days` × 24 hours, answered or not."""

    name = "attempts"
    most: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Rule):
    """After a refusal no call on the same day and on `days` whole days after it."""

    name = "silence"
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentNeeded(Rule):
    """Only who said yes before; with `proof`: date, source and text are known. A yes is worth `valid_days` (0: until
    it is taken back)."""

    name = "consent"
    proof: bool = True
    valid_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut(Rule):
    """The register of those who want no calls. A number that stands in a register of the account is never called for
    marketing; with `lifted` a proven consent goes before. With `needed` nobody is called before the register has been
    brought in, and when the file is older than `most_age_days` (0: no limit)."""

    name = "opt_out"
    register: str
    most_age_days: int = 30
    needed: bool = False
    lifted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId(Rule):
    """Which numbers may be shown: those that begin like one of `only` (empty: any) and like none of `never`; hidden
    ones if `withheld`."""

    name = "caller_id"
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(Rule):
    """It rings at least so long before one gives up."""

    name = "ring"
    least_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned(Rule):
    """Who picked up and found nobody is not called again for `hours` (BY-22)."""

    name = "abandoned"
    hours: int = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonRate(Rule):
    """At most `percent` of the calls answered by persons find no agent within `within_s` of `clock` ("answer", or
    "greeting": the end of what the person says first), measured per campaign over `days` (1: each 24 hours); a
    `message` is played then. Data for pacing and the evidence report (BY-21); it forbids no single call."""

    name = "abandon_rate"
    percent: float
    days: int
    within_s: float = 2.0
    clock: str = "answer"
    message: bool = True


NAMES: Mapping[str, type[Rule]] = {
    rule.name: rule
    for rule in (
        Hours,
        Holidays,
        Attempts,
        Silence,
        ConsentNeeded,
        OptOut,
        CallerId,
        Ring,
        Abandoned,
        AbandonRate,
    )
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force for people of one country, for one account."""

    country: str
    rules: tuple[Rule, ...] = ()

    def of(self, purpose: Purpose, kind: Kind) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.meant_for(purpose, kind))

    def least_ring_s(self, purpose: Purpose, kind: Kind) -> int:
        """How long it must ring; 0: nothing is said."""
        return max((r.least_s for r in self.of(purpose, kind) if isinstance(r, Ring)), default=0)

    def abandon_rate(self, purpose: Purpose, kind: Kind) -> AbandonRate | None:
        """The strictest that counts, for pacing and the report (BY-21)."""
        found = [r for r in self.of(purpose, kind) if isinstance(r, AbandonRate)]
        return min(found, key=lambda r: r.percent, default=None)

    def counted_days(self) -> int:
        """Of how many days earlier calls must be known, so that every rule counts them all; 0: none counts."""
        days = [r.days for r in self.rules if isinstance(r, Attempts)]
        days += [r.days + 1 for r in self.rules if isinstance(r, Silence)]
        days += [-(-r.hours // 24) for r in self.rules if isinstance(r, Abandoned)]
        return max(days, default=0)

    def with_days(self, days: Mapping[str, frozenset[date]]) -> Rules:
        """`days`: id of a rule of holidays → their dates."""
        return replace(
            self,
            rules=tuple(
                replace(r, days=days[r.id]) if isinstance(r, Holidays) and r.id in days else r
                for r in self.rules
            ),
        )


def ids(rules: Rules) -> dict[str, Rule]:
    return {rule.id: rule for rule in rules.rules}


Written = dict[str, Any]
"""A rule as the files and the table have it (`writing`)."""
