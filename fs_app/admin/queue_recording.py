"""The tab Recording of a queue: what is recorded, what of it is kept, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.accounts.model import Account
from fs_app.admin.queue_parts import Checking, Part
from fs_app.queues.model import Disposition, DispositionSet, Queue
from fs_app.recordings import rules
from fs_app.recordings.model import KeptDisposition

LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class RecordingForm:
    """`days` 0: as long as the account keeps recordings; None: no number was typed. `kept`: the dispositions whose
    recordings stay, with the rule `dispositions`."""

    rule: str = rules.ALL
    days: int | None = 0
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Offered:
    """`account_days` is what holds where a queue says nothing of its own."""

    dispositions: list[Choice]
    account_days: int


def load(account: int, queue: int) -> RecordingForm:
    row = Queue.get((Queue.id == queue) & (Queue.account == account))
    chosen = KeptDisposition.select(KeptDisposition.disposition).where(KeptDisposition.queue == queue)
    return RecordingForm(row.record_rule, row.recording_days, tuple(sorted(d for (d,) in chosen.tuples())))


def offered(account: int) -> Offered:
    """Also archived dispositions: calls that were qualified with them may still be decided."""
    query = (
        Disposition.select(Disposition.id, DispositionSet.name, Disposition.label)
        .join(DispositionSet)
        .where(Disposition.account == account)
        .order_by(DispositionSet.name, Disposition.position, Disposition.id)
    )
    return Offered(
        [Choice(i, f"{name} · {label}") for i, name, label in query.tuples()],
        Account.get_by_id(account).recording_days,
    )


def check(checking: Checking, value: RecordingForm) -> None:
    if value.rule not in rules.RULES:
        checking.problems.add("record_rule", "field.choice")
    checking.problems.number("recording_days", value.days, 0, LONGEST_DAYS)
    known = {choice.id for choice in offered(checking.account).dispositions}
    if not set(value.kept) <= known:
        checking.problems.add("kept_dispositions", "field.choice")
    elif value.rule == rules.DISPOSITIONS and not value.kept:
        checking.problems.add("kept_dispositions", "field.no_disposition_kept")


def store(account: int, queue: int, value: RecordingForm) -> None:
    Queue.update(record_rule=value.rule, recording_days=value.days).where(
        Queue.id == queue, Queue.account == account
    ).execute()
    KeptDisposition.delete().where(
        KeptDisposition.queue == queue, KeptDisposition.account == account
    ).execute()
    for disposition in value.kept:
        KeptDisposition.create(account=account, queue=queue, disposition=disposition)


def described(account: int, value: RecordingForm) -> Mapping[str, Any]:
    names = Disposition.select(Disposition.label).where(Disposition.id.in_(value.kept))
    return {
        "record_rule": value.rule,
        "recording_days": value.days,
        "kept_dispositions": [label for (label,) in names.order_by(Disposition.label).tuples()],
    }


PART: Part[RecordingForm] = Part("recording", RecordingForm(), load, check, store, described)
