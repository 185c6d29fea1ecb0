"""Records of people who have become one: on each call list one of them stays to be called, and gets the numbers of the
others. Inside `Database.write`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fs_app.calllists.model import ListRecord
from fs_app.calllists.record import next_number
from fs_app.calllists.rows import record
from fs_app.calllists.state import DIALABLE, State, after
from fs_app.contacts.model import MOST_NUMBERS, ContactMerge, ContactNumber

SETTLED = frozenset({State.COMPLETED, State.STOPPED, State.BLACKLISTED})
"""Who is in one of these on a list is called for no other record of it. A number that was wrong or that nobody answered
says nothing of his other one."""

BUSY = frozenset({State.IN_CALL, State.EXCLUDED})
"""Who is in one of these is called for another record only where that was promised to him."""

PROMISED = frozenset({State.PERSONAL, State.CALLBACK})

STAYS = (State.PERSONAL, State.CALLBACK, State.REDIAL, State.SYSTEM, State.UNTREATED)
"""Of several that could be called the first of these: what was promised to him goes before what is left to do."""


@dataclass(slots=True)
class Kept:
    """What `keep_one` did: the records that it excluded, and the numbers that the ones that stay got of them."""

    excluded: list[int] = field(default_factory=list)
    lent: dict[int, list[str]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """For `ContactMerge.before`."""
        return {"excluded": self.excluded, "lent": {str(one): n for one, n in self.lent.items()}}

    @classmethod
    def of(cls, before: Mapping[str, Any]) -> Kept:
        """As `plain` wrote it."""
        lent = {int(one): list(n) for one, n in before.get("lent", {}).items()}
        return cls(list(before.get("excluded", [])), lent)


def keep_one(account: int, contact: int, moved: Collection[int]) -> Kept:
    """Of his records on the lists of those that have just been `moved` to him, or given back. What earlier merges did
    must have been given back before: it was no person's word."""
    mine = (ListRecord.account == account) & (ListRecord.contact == contact)
    lists = ListRecord.select(ListRecord.list).where(mine & ListRecord.id.in_(list(moved)))
    of_list: dict[int, list[Any]] = defaultdict(list)
    for row in ListRecord.select().where(mine & ListRecord.list.in_(lists)).order_by(ListRecord.id):
        of_list[row.list_id].append(row)
    numbers = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact == contact)
    his = {n for (n,) in numbers.tuples()}
    kept = Kept()
    for found in of_list.values():
        dialable = [row for row in found if row.state in DIALABLE]
        dialable.sort(key=lambda r: (STAYS.index(State(r.state)), -r.attempts, r.id))
        states = {State(row.state) for row in found}
        stays = not states & SETTLED and (not states & BUSY or bool(states & PROMISED))
        others = dialable[1 if stays else 0 :]
        for row in others:
            _happens(row, "excluded")
        kept.excluded += [row.id for row in others]
        if stays and others and (lent := _lend(dialable[0], others, his)):
            kept.lent[dialable[0].id] = lent
    return kept


def give_back(account: int, kept: Kept) -> None:
    """As it was before `keep_one`, but for what somebody has changed since."""
    mine = ListRecord.account == account
    excluded = ListRecord.id.in_(kept.excluded) & (ListRecord.state == State.EXCLUDED.value)
    for row in ListRecord.select().where(mine & excluded):
        _happens(row, "included")
    for row in ListRecord.select().where(mine & ListRecord.id.in_(list(kept.lent))):
        _take_away(row, kept.lent[row.id])


def standing(account: int, contacts: Iterable[int]) -> list[Any]:
    """Merges into these that were not taken back, the oldest first."""
    here = (ContactMerge.account == account) & ContactMerge.kept_id.in_(list(contacts))
    return list(
        ContactMerge.select().where(here & ContactMerge.undone_at.is_null()).order_by(ContactMerge.id)
    )


def reopen(account: int, merges: Iterable[Any]) -> list[int]:
    """What these merges did to records is given back; the records that they had excluded."""
    found: list[int] = []
    for row in merges:
        kept = Kept.of(row.before)
        give_back(account, kept)
        remember(row, Kept())
        found += kept.excluded
    return found


def remember(row: Any, kept: Kept) -> None:
    """The merge `row` has done this."""
    row.before = {**row.before, **kept.plain()}
    ContactMerge.update(before=row.before).where(ContactMerge.id == row.id).execute()


def keep_one_again(account: int, contact: int, records: Sequence[int]) -> None:
    """After one of several merges into him was taken back; the youngest that stands remembers what is done."""
    for row in standing(account, [contact])[-1:]:
        remember(row, keep_one(account, contact, records))


def _happens(row: Any, event: str) -> None:
    state, before = after(row.state, event, row.before)
    ListRecord.update(state=state.value, before=before.value if before is not None else None).where(
        ListRecord.id == row.id
    ).execute()


def _lend(row: Any, others: Sequence[Any], his: Collection[str]) -> list[str]:
    """The record gets the others' numbers that its person still has, to be tried when its own are wrong; which."""
    more = list(row.more or ())
    known = {row.number, *(str(one.get("n")) for one in more)}
    lent: list[str] = []
    for other in others:
        own = {"n": other.number, "kind": other.kind, "zone": other.zone, "wrong": other.number_wrong}
        for one in ({**own, "country": other.country}, *(other.more or ())):
            number = str(one.get("n") or "")
            if (
                number in his
                and number not in known
                and not one.get("wrong")
                and 1 + len(more) < MOST_NUMBERS
            ):
                more.append({**one, "attempts": 0})
                known.add(number)
                lent.append(number)
    if lent:
        ListRecord.update(more=more).where(ListRecord.id == row.id).execute()
    return lent


def _take_away(row: Any, lent: Collection[str]) -> None:
    """It has these numbers no more. When one of them is dialled by now, it has its own next one; where there is none it
    is WRONG, with the last of its own."""
    found = record(row.account_id, row.id)
    assert found is not None
    own = tuple(one for one in found.more if one.get("n") not in lent)
    columns: dict[str, Any] = {"more": own}
    if found.number in lent and found.state in DIALABLE:
        columns |= next_number(replace(found, more=own))
        if columns.get("number_wrong"):
            columns["state"], columns["before"] = after(found.state, "wrong", found.before)
            if own:
                last = own[-1]
                columns |= {"number": last["n"], "kind": last["kind"], "zone": last["zone"], "more": own[:-1]}
    columns["more"] = [one for one in columns["more"] if one.get("n") not in lent] or None
    ListRecord.update(columns).where(ListRecord.id == row.id).execute()
