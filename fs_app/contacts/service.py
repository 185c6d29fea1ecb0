"""Contacts: find by number, save without overwriting anybody (BA-82), create from a call.

All functions with SQL run inside `db.read` or `db.write`; plain dictionaries come out.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from fs_app.accounts.model import Account, User
from fs_app.clock import Clock
from fs_app.contacts import custom, fields, own_fields, searching
from fs_app.contacts.custom import Own
from fs_app.contacts.model import MOST_NUMBERS, Contact, ContactNumber
from fs_app.contacts.numbers import e164, shown
from fs_app.db import Database
from fs_app.errors import Conflict, Invalid, NotFound

Json = dict[str, Any]


class Stale(Conflict):
    """Somebody else saved the contact first; `theirs` is what is in the database now."""

    key = "contact.error.stale"

    def __init__(self, theirs: Json) -> None:
        super().__init__(f"contact {theirs['id']} is at version {theirs['version']}")
        self.theirs = theirs


class Contacts:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def save(self, account: int, user: int, contact: int, version: int, given: object) -> Json:
        """Write the given fields of a contact that was read at `version`; answers it as it is now.

        Raises NotFound, InvalidFields, or Stale when it has another version by now.
        """
        country, known = self._db.read(lambda: (country_of(account), own_fields.of(account)))
        values, own = _read(given, country, known)
        now = self._clock.now_ms()
        return self._db.write(lambda: _save(account, user, contact, version, values, own, country, now))

    def create(self, account: int, user: int, given: object) -> Json:
        """Add a contact. Raises InvalidFields; one without any name and number is refused."""
        country, known = self._db.read(lambda: (country_of(account), own_fields.of(account)))
        values, own = _read(given, country, known)
        told = [values.texts.get(name) for name in ("last_name", "first_name", "company")]
        if not any(told) and not any(values.numbers.values()):
            raise fields.InvalidFields({"last_name": "contact.error.empty"})
        now = self._clock.now_ms()
        return self._db.write(lambda: _create(account, user, values, own, country, now))


def _read(given: object, country: str, known: list[Own]) -> tuple[fields.Values, dict[str, str]]:
    """(values of the fixed fields, texts of the account's own by name). Raises InvalidFields, Invalid."""
    if not isinstance(given, dict):
        raise Invalid("fields must be an object")
    names = {custom.filters_name(one.name): one.name for one in known}
    own = {names[n]: v for n, v in given.items() if n in names and isinstance(v, str)}
    fixed = {n: v for n, v in given.items() if not (n in names and isinstance(v, str))}
    return fields.read(fixed, country), own


# --- SQL: run by the database's threads only ---------------------------------------------------------------
def country_of(account: int) -> str:
    return str(Account.select(Account.country).where(Account.id == account).get().country)


def zone_of(account: int) -> ZoneInfo:
    return ZoneInfo(str(Account.select(Account.time_zone).where(Account.id == account).get().time_zone))


def by_id(account: int, contact: int, country: str) -> Json | None:
    """A contact of this account as a page shows it; None when there is none."""
    row = (
        Contact.select(Contact, User.id, User.name)
        .left_outer_join(User, on=(Contact.updated_by == User.id))
        .where((Contact.id == contact) & (Contact.account == account))
        .get_or_none()
    )
    return _shown(row, country) if row is not None else None


def by_number(account: int, number: str, country: str) -> Json | None:
    """The contact with this number; of several, the one who was changed last."""
    whole = e164(number, country)
    if whole is None:
        return None
    row = (
        Contact.select(Contact.id)
        .join(ContactNumber)
        .where((ContactNumber.account == account) & (ContactNumber.number == whole))
        .order_by(Contact.updated_at.desc(), Contact.id.desc())
        .first()
    )
    return by_id(account, row.id, country) if row is not None else None


def numbers_of(contact: int) -> list[str]:
    """All numbers of a contact, E.164."""
    query = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact == contact)
    return [row.number for row in query]


def _shown(row: Contact, country: str) -> Json:
    by_kind: dict[str, list[str]] = {kind: [] for kind in fields.KINDS}
    rows = ContactNumber.select().where(ContactNumber.contact == row.id).order_by(ContactNumber.id)
    for number in rows:
        kind = number.kind if number.kind in by_kind else "other"
        by_kind[kind].append(shown(number.number, country))
    zone = zone_of(row.account_id)
    own = {
        custom.filters_name(one.name): custom.typed(one, row.custom.get(one.name), zone)
        for one in own_fields.of(row.account_id)
    }
    return {
        "id": row.id,
        "version": row.version,
        **{name: getattr(row, name) for name in fields.TEXTS},
        **own,
        **{kind: ", ".join(numbers) for kind, numbers in by_kind.items()},
        "updated_at": row.updated_at,
        "updated_by": row.updated_by.name if row.updated_by_id else "",
    }


def _save(
    account: int,
    user: int,
    contact: int,
    version: int,
    values: fields.Values,
    own: dict[str, str],
    country: str,
    now: int,
) -> Json:
    mine = (Contact.id == contact) & (Contact.account == account)
    changed = (
        Contact.update(
            {
                **_own_values(account, contact, own),
                **{getattr(Contact, name): text for name, text in values.texts.items()},
                Contact.version: Contact.version + 1,
                Contact.updated_at: now,
                Contact.updated_by: user,
            }
        )
        .where(mine & (Contact.version == version))
        .execute()
    )
    if not changed:
        theirs = by_id(account, contact, country)
        if theirs is None:
            raise NotFound(f"contact {contact}")
        raise Stale(theirs)
    _write_numbers(account, contact, values)
    written(account, contact, country)
    saved = by_id(account, contact, country)
    if saved is None:
        raise NotFound(f"contact {contact}")
    return saved


def _own_values(account: int, contact: int | None, own: dict[str, str]) -> dict[Any, Any]:
    """{the column: its values with those that were given}, nothing when none were. Raises InvalidFields."""
    if not own:
        return {}
    row = Contact.get_or_none((Contact.id == contact) & (Contact.account == account)) if contact else None
    before = row.custom if row is not None else {}
    found, errors = custom.read_all(own_fields.of(account), own, before, zone_of(account))
    if errors:
        raise fields.InvalidFields(errors)
    return {Contact.custom: found}


def _create(
    account: int, user: int, values: fields.Values, own: dict[str, str], country: str, now: int
) -> Json:
    found = _own_values(account, None, own).get(Contact.custom, {})
    row = Contact.create(
        account=account, created_at=now, updated_at=now, updated_by=user, custom=found, **values.texts
    )
    _write_numbers(account, row.id, values)
    written(account, row.id, country)
    made = by_id(account, row.id, country)
    if made is None:
        raise NotFound(f"contact {row.id}")
    return made


def written(account: int, contact: int, country: str) -> None:
    """What follows from a contact's columns and numbers is made right: what it is sorted and found by."""
    row = (
        Contact.select(Contact.last_name, Contact.first_name, Contact.company)
        .where(Contact.id == contact)
        .get()
    )
    key = searching.name_key(row.last_name, row.first_name, row.company)
    Contact.update(name_key=key).where(Contact.id == contact).execute()
    searching.reindex(account, [contact], country)


def _write_numbers(account: int, contact: int, values: fields.Values) -> None:
    """The numbers of the given kinds become the given ones; other kinds stay. Raises InvalidFields."""
    for kind in values.numbers:
        kinds = [kind] if kind != "other" else None  # "other" shows every kind that has no field of its own
        named = ContactNumber.kind.in_(kinds) if kinds else ContactNumber.kind.not_in(fields.KINDS[:-1])
        ContactNumber.delete().where((ContactNumber.contact == contact) & named).execute()
    kept = set(numbers_of(contact))
    for kind, numbers in values.numbers.items():
        for number in numbers:
            if number in kept:
                raise fields.InvalidFields({kind: "contact.error.number_twice"})
            last = ContactNumber.select(fn.MAX(ContactNumber.position)).where(
                ContactNumber.contact == contact
            )
            position = int(last.scalar() or 0) + 1
            if position > MOST_NUMBERS:
                raise fields.InvalidFields({kind: "contact.error.too_many_numbers"})
            ContactNumber.create(
                account=account, contact=contact, number=number, kind=kind, position=position
            )
