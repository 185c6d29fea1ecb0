"""The tab Outgoing calls of a queue: how its agents work through the list of people to call, what follows a call that
reached nobody (four rules), and which callbacks may be promised (BA-110 … BA-113, HN-150)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fs_app.admin.queue_parts import Checking, Part
from fs_app.outbound.model import RetryRule
from fs_app.outbound.retry import DEFAULTS, RULED, Result, Rule
from fs_app.outbound.settings import (
    ATTEMPTS,
    BLANK,
    DELAY_S,
    LIMITS,
    MODES,
    STORED,
    Settings,
    settings_of,
    to_store,
)
from fs_app.queues.model import Disposition, DispositionSet, Queue

UNITS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
"""In which a delay is typed, in seconds."""


@dataclass(frozen=True, slots=True)
class RuleForm:
    """`delay` in `unit`s. None: what was typed is no number."""

    delay: int | None
    unit: str
    attempts: int | None
    disposition: int | None = None

    @property
    def delay_s(self) -> int | None:
        return None if self.delay is None else self.delay * UNITS.get(self.unit, 1)


def form_of(rule: Rule) -> RuleForm:
    """In the largest unit that holds it in whole numbers."""
    unit = next(u for u in reversed(UNITS) if rule.delay_s % UNITS[u] == 0 and (rule.delay_s or u == "s"))
    return RuleForm(rule.delay_s // UNITS[unit], unit, rule.attempts, rule.disposition)


def _blank_rules() -> dict[str, RuleForm]:
    return {str(result): form_of(DEFAULTS[result]) for result in RULED}


@dataclass(frozen=True, slots=True)
class OutboundForm:
    """What `outbound.settings.Settings` says, as it is typed."""

    modes: tuple[str, ...] = BLANK.modes
    preview_s: int | None = BLANK.preview_s
    automatic_s: int | None = BLANK.automatic_s
    may_skip: bool = BLANK.may_skip
    skip_reason: bool = BLANK.skip_reason
    inbound_first: bool = BLANK.inbound_first
    latest_days: int | None = BLANK.latest_days
    step_min: int | None = BLANK.step_min
    closed_hours: bool = BLANK.closed_hours
    most_personal: int | None = BLANK.most_personal
    own_only: bool = BLANK.own_only
    correct_hours: int | None = BLANK.correct_hours
    rules: Mapping[str, RuleForm] = field(default_factory=_blank_rules)


def load(account: int, queue: int) -> OutboundForm:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    settings, rules = settings_of(row.outbound), _blank_rules()
    for rule in RetryRule.select().where(RetryRule.owner == "queue", RetryRule.owner_id == queue):
        if rule.result in rules:
            rules[rule.result] = form_of(Rule(rule.delay_s, rule.attempts, rule.disposition_id))
    return OutboundForm(**{name: getattr(settings, name) for name in STORED}, rules=rules)


def check(checking: Checking, value: OutboundForm) -> None:
    problems = checking.problems
    for name, (least, most) in LIMITS.items():
        problems.number(name, getattr(value, name), least, most)
    if not value.modes or not set(value.modes) <= set(MODES):
        problems.add("modes", "field.needed")
    stored = Queue.get_or_none((Queue.id == checking.queue) & (Queue.account == checking.account))
    for name, rule in value.rules.items():
        problems.number(f"retry-{name}-attempts", rule.attempts, *ATTEMPTS)
        if rule.unit not in UNITS or rule.delay_s is None or not DELAY_S[0] <= rule.delay_s <= DELAY_S[1]:
            problems.add(f"retry-{name}-delay", "field.retry_delay")
        if rule.disposition is not None:
            _check_verdict(checking, stored, f"retry-{name}-disposition", rule.disposition)


def _check_verdict(checking: Checking, stored: Any, name: str, disposition: int) -> None:
    chosen = Disposition.get_or_none(
        (Disposition.id == disposition) & (Disposition.account == checking.account) & Disposition.active
    )
    if chosen is None:
        checking.problems.add(name, "field.choice")
    elif stored is not None and stored.disposition_set_id != chosen.set_id:
        checking.problems.add(name, "field.other_set")


def store(account: int, queue: int, value: OutboundForm) -> None:
    """A rule that is as it is by itself has no row."""
    settings = Settings(**{name: getattr(value, name) for name in STORED})
    Queue.update(outbound=to_store(settings)).where(Queue.id == queue, Queue.account == account).execute()
    rules = {
        Result(name): Rule(rule.delay_s or 0, rule.attempts or 0, rule.disposition)
        for name, rule in value.rules.items()
    }
    store_rules(account, queue, {name: rule for name, rule in rules.items() if rule != DEFAULTS[name]})


def store_rules(account: int, queue: int, rules: Mapping[Result, Rule]) -> None:
    RetryRule.delete().where(RetryRule.owner == "queue", RetryRule.owner_id == queue).execute()
    for result, rule in rules.items():
        row = {"account": account, "owner": "queue", "owner_id": queue, "result": str(result)}
        RetryRule.create(**row, **asdict(rule))


def described(account: int, value: OutboundForm) -> Mapping[str, Any]:
    labels = dict(
        Disposition.select(Disposition.id, Disposition.label).where(Disposition.account == account).tuples()
    )
    said: dict[str, Any] = {name: getattr(value, name) for name in STORED}
    said["modes"] = ", ".join(value.modes)
    for name, rule in value.rules.items():
        end = labels.get(rule.disposition or 0, "")
        said[f"retry_{name}"] = f"{rule.delay} {rule.unit} × {rule.attempts}{' → ' + end if end else ''}"
    return said


def offered(account: int) -> list[tuple[int, str]]:
    """(disposition, its group and name)."""
    rows = (
        Disposition.select(Disposition.id, DispositionSet.name, Disposition.label)
        .join(DispositionSet, on=(Disposition.set == DispositionSet.id))
        .where(Disposition.account == account, Disposition.active)
        .order_by(DispositionSet.name, Disposition.position, Disposition.id)
        .tuples()
    )
    return [(identifier, f"{group} · {label}") for identifier, group, label in rows]


PART = Part("outbound", OutboundForm(), load, check, store, described)
