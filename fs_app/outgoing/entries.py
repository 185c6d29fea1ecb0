"""Rows of numbers that must not be called (inside `Database.read` and `.write`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import chunked

from fs_app.outgoing.blacklist import OBJECTIONS, Blocked
from fs_app.outgoing.forgotten import SALT
from fs_app.outgoing.model import DncEntry
from fs_app.privacy.model import PrivacySecret

AT_ONCE = 200
"""Rows of one statement: a database takes so many values."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants to be on the list. `queue` None: for all of them; `expires_at` UTC ms, None: never."""

    number: str
    prefix: bool = False
    queue: int | None = None
    reason: str = ""
    expires_at: int | None = None
    call_list: int | None = None

    @property
    def key(self) -> tuple[str, bool, int | None, int | None]:
        """There is one entry for each."""
        return self.number, self.prefix, self.queue, self.call_list


COLUMNS = (
    DncEntry.id,
    DncEntry.number,
    DncEntry.prefix,
    DncEntry.queue,
    DncEntry.reason,
    DncEntry.expires_at,
    DncEntry.list_id,
    DncEntry.source,
)


def everything() -> dict[int, list[Blocked]]:
    """All accounts', for the memory."""
    found: dict[int, list[Blocked]] = defaultdict(list)
    for account, *values in DncEntry.select(DncEntry.account, *COLUMNS).tuples().iterator():
        found[account].append(Blocked(*values))
    for account, salt in PrivacySecret.select(PrivacySecret.account, PrivacySecret.salt).tuples():
        found[account].append(Blocked(0, SALT, reason=salt))
    return found


def of_account(account: int) -> list[Blocked]:
    """One account's, for a process of its own."""
    rows = DncEntry.select(*COLUMNS).where(DncEntry.account == account).tuples()
    secret = PrivacySecret.select(PrivacySecret.salt).where(PrivacySecret.account == account).tuples()
    salts = [Blocked(0, SALT, reason=salt) for (salt,) in secret]
    return [*(Blocked(*values) for values in rows.iterator()), *salts]


def put(
    account: int, entries: Iterable[Entry], source: str, by: str, now_ms: int
) -> tuple[list[Blocked], int]:
    """Make them, renew those that are there already: what is in force now, and how many are new."""
    wanted = {entry.key: entry for entry in entries}
    there = _there(account, [number for number, *_ in wanted])
    new = []
    for key, entry in wanted.items():
        row, _ = there.get(key, (None, ""))
        if row is None:
            new.append(_values(account, entry, source, by, now_ms))
        else:
            DncEntry.update(reason=entry.reason, expires_at=entry.expires_at, created_by=by).where(
                DncEntry.id == row
            ).execute()
            kept = DncEntry.source.in_(list(OBJECTIONS))  # what he asked for himself stays his word
            DncEntry.update(source=source).where(DncEntry.id == row, ~kept).execute()
    for some in chunked(new, AT_ONCE):
        DncEntry.insert_many(some).execute()
    known = _there(account, [number for number, *_ in wanted])
    return [
        Blocked(
            known[e.key][0],
            e.number,
            e.prefix,
            e.queue,
            e.reason,
            e.expires_at,
            e.call_list,
            known[e.key][1],
        )
        for e in wanted.values()
    ], len(new)


def _there(
    account: int, numbers: Sequence[str]
) -> dict[tuple[str, bool, int | None, int | None], tuple[int, str]]:
    """Their key → identifier and source."""
    found = {}
    for some in chunked(numbers, AT_ONCE):
        rows = DncEntry.select(
            DncEntry.id, DncEntry.number, DncEntry.prefix, DncEntry.queue, DncEntry.list_id, DncEntry.source
        ).where(DncEntry.account == account, DncEntry.number.in_(some))
        for identifier, number, prefix, queue, call_list, source in rows.tuples():
            found[number, bool(prefix), queue, call_list] = identifier, source
    return found


def _values(account: int, entry: Entry, source: str, by: str, now_ms: int) -> dict[str, Any]:
    return {
        "account": account,
        "number": entry.number,
        "prefix": entry.prefix,
        "queue": entry.queue,
        "list_id": entry.call_list,
        "reason": entry.reason,
        "expires_at": entry.expires_at,
        "source": source,
        "created_at": now_ms,
        "created_by": by,
    }
