"""A merge of contacts that is taken back (HN-404). Inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.contacts.merged_records import keep_one_again, reopen, standing
from fs_app.contacts.merging import MOVED, Json
from fs_app.contacts.model import MOST_NUMBERS, Contact, ContactMerge, ContactNumber
from fs_app.contacts.people import TEXTS, name_of
from fs_app.contacts.service import written
from fs_app.errors import Conflict, NotFound

UNDO_DAYS = 30
UNDO_MS = UNDO_DAYS * 24 * 3600 * 1000


class TooLate(Conflict):
    """The merge can't be taken back any more."""

    key = "contacts.merge.error.too_late"


def latest(account: int, now: int, most: int = 50) -> list[Json]:
    """Merges that may still be taken back, the latest first: {id, kept, name, n, at, by, undone_at}."""
    rows = (
        ContactMerge.select()
        .where((ContactMerge.account == account) & (ContactMerge.at > now - UNDO_MS))
        .order_by(ContactMerge.at.desc(), ContactMerge.id.desc())
        .limit(most)
    )
    found = []
    for row in rows:
        kept = Contact.get_or_none((Contact.account == account) & (Contact.id == row.kept_id))
        found.append(
            {
                "id": row.id,
                "kept": row.kept_id,
                "name": name_of(kept) if kept is not None else "",
                "n": len(row.before["rows"]),
                "at": row.at,
                "by": row.by_name,
                "undone_at": row.undone_at,
                "may": row.undone_at is None and kept is not None and kept.merged_into_id is None,
            }
        )
    return found


def undo(by: Actor, merge_id: int, country: str) -> list[int]:
    """Everybody is there again, with what was his; what was changed since in the one that was kept stays in it. The ids
    that are back. Raises NotFound, TooLate."""
    row = ContactMerge.get_or_none((ContactMerge.id == merge_id) & (ContactMerge.account == by.account))
    if row is None:
        raise NotFound(f"merge {merge_id}")
    kept = Contact.get_or_none((Contact.id == row.kept_id) & (Contact.account == by.account))
    claimed = (
        ContactMerge.update(undone_at=by.now)
        .where((ContactMerge.id == merge_id) & ContactMerge.undone_at.is_null())
        .execute()
    )
    old = by.now - row.at > UNDO_MS
    if not claimed or old or kept is None or kept.merged_into_id is not None:
        raise TooLate(f"merge {merge_id}")
    reopened = reopen(by.account, [row, *standing(by.account, [row.kept_id])])
    images, after = row.before["rows"], row.before["after"]
    losts = [int(one) for one in images if int(one) != row.kept_id]
    back = {
        c.id for c in Contact.select().where((Contact.merged_into_id == row.kept_id) & Contact.id.in_(losts))
    }
    for name, model in MOVED:
        for one, ids in row.before["moved"].get(name, {}).items():
            if int(one) in back:
                model.update(contact=int(one)).where(
                    model.id.in_(ids) & (model.contact == row.kept_id)
                ).execute()
    mine = images[str(row.kept_id)]
    values = {name: mine[name] for name in TEXTS if getattr(kept, name) == after[name]}
    custom = dict(kept.custom)
    for name in {*mine["custom"], *after["custom"]}:
        if custom.get(name) == after["custom"].get(name):
            custom.pop(name, None)
            if name in mine["custom"]:
                custom[name] = mine["custom"][name]
    Contact.update(
        **values, custom=custom, version=Contact.version + 1, updated_at=by.now, updated_by=by.user
    ).where(Contact.id == kept.id).execute()
    Contact.update(merged_into_id=None, version=Contact.version + 1).where(
        Contact.id.in_(sorted(back))
    ).execute()
    _numbers_back(by, kept.id, mine, {one: images[str(one)] for one in back}, set(row.before["numbers"]))
    for one in (row.kept_id, *back):
        keep_one_again(by.account, one, reopened)
    for one in (kept.id, *sorted(back)):
        written(by.account, one, country)
    audit.write(
        by, "unmerge", "contact", kept.id, name_of(kept), None, {"back": ", ".join(map(str, sorted(back)))}
    )
    return sorted(back)


def _numbers_back(by: Actor, kept: int, mine: Json, others: Mapping[int, Json], had: set[str]) -> None:
    """Everybody has his numbers again; the kept one also those that he got since, of his own those that he still has
    or that the merge took away."""
    now = {row.number for row in ContactNumber.select().where(ContactNumber.contact == kept)}
    own = {one["number"] for one in mine["numbers"]}
    theirs = {one["number"] for image in others.values() for one in image["numbers"]}
    gone = (now & theirs) - own
    if gone:
        ContactNumber.delete().where(
            (ContactNumber.contact == kept) & ContactNumber.number.in_(sorted(gone))
        ).execute()
    stays = now - gone
    missing = [one for one in mine["numbers"] if one["number"] not in stays and one["number"] not in had]
    _add(by, kept, missing, len(stays))
    for contact, image in others.items():
        _add(by, contact, image["numbers"], 0)


def _add(by: Actor, contact: int, numbers: Sequence[Json], there: int) -> None:
    for position, one in enumerate(numbers, there + 1):
        if position <= MOST_NUMBERS:
            ContactNumber.create(account=by.account, contact=contact, **{**one, "position": position})
