"""The kinds of data that have a retention of their own, and how long each is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.errors import Invalid
from fs_app.privacy.model import RetentionRule

CALLS = "calls"
CALLBACKS = "callbacks"
VOICEMAILS = "voicemails"
MESSAGES = "messages"
NOTES = "notes"
CONTACTS = "contacts"
RECORDS = "records"
IMPORTS = "imports"
REFUSED = "refused"
EXPORTS = "exports"
ACCESS = "access"
AUDIT = "audit"

DEFAULTS: dict[str, int] = {
    CALLS: 0,
    CALLBACKS: 0,
    VOICEMAILS: 0,
    MESSAGES: 0,
    NOTES: 0,
    CONTACTS: 0,
    RECORDS: 0,
    IMPORTS: 30,
    REFUSED: 30,
    EXPORTS: 7,
    ACCESS: 0,
    AUDIT: 0,
}
"""Kind → days, 0: until somebody deletes it. What people may miss goes only when somebody has said so; copies that
imports and exports leave behind go by themselves. Recordings have days of their own (`Account.recording_days`)."""

ADVISED: dict[str, int] = {
    CALLS: 1095,
    CALLBACKS: 365,
    VOICEMAILS: 180,
    MESSAGES: 1095,
    NOTES: 180,
    CONTACTS: 1095,
    RECORDS: 1095,
    IMPORTS: 30,
    REFUSED: 30,
    EXPORTS: 7,
    ACCESS: 365,
    AUDIT: 1095,
}
"""What is usual. Prospects: three years after the last contact (CNIL, référentiel « gestion commerciale », 2022)."""

MOST_DAYS = 3650
NEVER_FOR_EVER = frozenset({EXPORTS})
"""Kinds that can't be kept for ever."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How it goes with one kind. `default`: nobody has chosen `days`."""

    kind: str
    days: int
    default: bool
    advised: int
    last_at: int | None
    last_count: int
    total: int


def days(account: int, kind: str) -> int:
    """Inside `Database.read`."""
    row = RetentionRule.get_or_none((RetentionRule.account == account) & (RetentionRule.kind == kind))
    return DEFAULTS[kind] if row is None or row.days is None else int(row.days)


def listing(account: int) -> list[Kept]:
    rows = {r.kind: r for r in RetentionRule.select().where(RetentionRule.account == account)}
    found = []
    for kind, default in DEFAULTS.items():
        row = rows.get(kind)
        chosen = row.days if row is not None else None
        found.append(
            Kept(
                kind,
                default if chosen is None else chosen,
                chosen is None,
                ADVISED[kind],
                row.last_at if row is not None else None,
                row.last_count if row is not None else 0,
                row.total if row is not None else 0,
            )
        )
    return found


def save(by: Actor, wanted: dict[str, int]) -> None:
    """Raises Invalid for the first kind that can't be kept so long. Inside `Database.write`."""
    before = {kept.kind: kept.days for kept in listing(by.account)}
    for kind, value in wanted.items():
        if kind not in DEFAULTS or not 0 <= value <= MOST_DAYS or (value == 0 and kind in NEVER_FOR_EVER):
            raise Invalid(f"days of {kind}", field=kind)
    after = before | wanted
    for kind, value in wanted.items():
        if value != before[kind]:
            RetentionRule.insert(account=by.account, kind=kind, days=value).on_conflict(
                conflict_target=[RetentionRule.account, RetentionRule.kind],
                update={RetentionRule.days: value},
            ).execute()
    audit.write(by, "update", "retention", by.account, "", before, after)


def mark(chosen: Mapping[str, int]) -> str:
    """What a page has shown, in one word: who saves says whether it is still so."""
    return " ".join(f"{kind}={value}" for kind, value in sorted(chosen.items()))


def went(account: int, kind: str, count: int, now: int) -> None:
    """A run is over. Inside `Database.write`."""
    RetentionRule.insert(account=account, kind=kind, last_at=now, last_count=count, total=count).on_conflict(
        conflict_target=[RetentionRule.account, RetentionRule.kind],
        update={
            RetentionRule.last_at: now,
            RetentionRule.last_count: count,
            RetentionRule.total: RetentionRule.total + count,
        },
    ).execute()


def zone_and_name(account: int) -> tuple[str, str]:
    row = Account.get_by_id(account)
    return str(row.time_zone), str(row.name)
