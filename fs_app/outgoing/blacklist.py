"""Numbers that must not be called (liste noire), in memory: one look-up per number, however long the list is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fs_app.outgoing.forgotten import SALT, forgotten


@dataclass(frozen=True, slots=True)
class Blocked:
    """An entry. `queue` None: for all of them; `call_list` not None: for that list alone; `expires_at` UTC ms, None:
    never. `source`: of `outgoing.model.DncEntry`."""

    id: int
    number: str
    prefix: bool = False
    queue: int | None = None
    reason: str = ""
    expires_at: int | None = None
    call_list: int | None = None
    source: str = ""


VERDICT, ERASED = "verdict", "erased"
OBJECTIONS = frozenset({VERDICT, ERASED})
"""Sources of entries that the person himself asked for: he told an agent, or had himself erased. They count for lists
that do without the account's blacklist, too (GDPR 21)."""


class Blacklist:
    """The entries of all accounts. Whoever changes the table says so here, after the database has it."""

    def __init__(self) -> None:
        self._exact: dict[int, dict[str, tuple[Blocked, ...]]] = defaultdict(dict)
        self._beginnings: dict[int, dict[str, tuple[Blocked, ...]]] = defaultdict(dict)
        self._longest: dict[int, int] = {}
        self._salts: dict[int, str] = {}  # of accounts that have erased somebody

    def load(self, account: int, entries: Iterable[Blocked]) -> None:
        """All of this account, anew."""
        self._exact[account] = {}
        self._beginnings[account] = {}
        self._longest[account] = 0
        for entry in entries:
            self.add(account, entry)

    def add(self, account: int, entry: Blocked) -> None:
        if entry.number == SALT:
            self._salts[account] = entry.reason
            return
        kept = self._beginnings[account] if entry.prefix else self._exact[account]
        others = tuple(e for e in kept.get(entry.number, ()) if e.id != entry.id)
        kept[entry.number] = (*others, entry)
        if entry.prefix:
            self._longest[account] = max(self._longest.get(account, 0), len(entry.number))

    def remove(self, account: int, number: str, entry: int) -> None:
        for kept in (self._exact[account], self._beginnings[account]):
            left = tuple(e for e in kept.get(number, ()) if e.id != entry)
            if left:
                kept[number] = left
            else:
                kept.pop(number, None)

    def find(
        self,
        account: int,
        number: str,
        queue: int | None,
        now_ms: int,
        call_list: int | None = None,
        objections_only: bool = False,
    ) -> Blocked | None:
        """The entry that forbids calling `number` (E.164) for this queue and list; of several the one that lasts
        longest."""
        found = list(self._exact[account].get(number, ())) if account in self._exact else []
        if account in self._salts:
            found += self._exact[account].get(forgotten(self._salts[account], number), ())
        beginnings = self._beginnings.get(account)
        if beginnings:
            for length in range(1, min(len(number), self._longest.get(account, 0)) + 1):
                found += beginnings.get(number[:length], ())
        in_force = [
            e
            for e in found
            if e.queue in (None, queue)
            and e.call_list in (None, call_list)
            and (e.expires_at is None or e.expires_at > now_ms)
            and (e.source in OBJECTIONS or not objections_only)
        ]
        return max(in_force, key=lambda e: (e.expires_at is None, e.expires_at or 0), default=None)
