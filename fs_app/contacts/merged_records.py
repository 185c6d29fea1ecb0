"""Records of people who have become one: on each call list one of them stays to be called. Inside `Database.write`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from fs_app.calllists.model import ListRecord
from fs_app.calllists.state import DIALABLE, State, after

SETTLED = frozenset({State.COMPLETED, State.STOPPED, State.BLACKLISTED})
"""Who is in one of these on a list is called for no other record of it. A number that was wrong or that nobody answered
says nothing of his other one."""

BUSY = frozenset({State.IN_CALL, State.EXCLUDED})
"""Who is in one of these is called for another record only where that was promised to him."""

PROMISED = frozenset({State.PERSONAL, State.CALLBACK})

STAYS = (State.PERSONAL, State.CALLBACK, State.REDIAL, State.SYSTEM, State.UNTREATED)
"""Of several that could be called the first of these: what was promised to him goes before what is left to do."""


def keep_one(account: int, contact: int, moved: Collection[int]) -> list[int]:
    """Of his records on the lists of those that have just been `moved` to him, or given back; the ids of those that are
    excluded. What earlier merges excluded must have been given back before: it was no person's word."""
    mine = (ListRecord.account == account) & (ListRecord.contact == contact)
    lists = ListRecord.select(ListRecord.list).where(mine & ListRecord.id.in_(list(moved)))
    of_list: dict[int, list[Any]] = defaultdict(list)
    for row in ListRecord.select().where(mine & ListRecord.list.in_(lists)).order_by(ListRecord.id):
        of_list[row.list_id].append(row)
    excluded: list[int] = []
    for rows in of_list.values():
        open_ones = sorted(
            (r for r in rows if r.state in DIALABLE), key=lambda r: (_rank(r), -r.attempts, r.id)
        )
        found = {State(row.state) for row in rows}
        stays = not found & SETTLED and (not found & BUSY or bool(found & PROMISED))
        for row in open_ones[1 if stays else 0 :]:
            state, before = after(row.state, "excluded", row.before)
            ListRecord.update(state=state.value, before=before.value if before is not None else None).where(
                ListRecord.id == row.id
            ).execute()
            excluded.append(row.id)
    return excluded


def give_back(account: int, records: Collection[int]) -> None:
    """Those that `keep_one` excluded and that nobody has changed since."""
    mine = (ListRecord.account == account) & ListRecord.id.in_(list(records))
    for row in ListRecord.select().where(mine & (ListRecord.state == State.EXCLUDED.value)):
        state, before = after(row.state, "included", row.before)
        ListRecord.update(state=state.value, before=before.value if before is not None else None).where(
            ListRecord.id == row.id
        ).execute()


def _rank(row: Any) -> int:
    return STAYS.index(State(row.state))
