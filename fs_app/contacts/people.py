"""Whole contacts, as their own page shows and saves them: every column, up to nine numbers, the account's own fields.

`read` is pure; the others run inside `Database.read` or `write`. (An agent's record of a call: `service.py`.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from fs_app.accounts.model import User
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import CallList, ListRecord
from fs_app.calls.model import Call
from fs_app.contacts import custom, fields, own_fields
from fs_app.contacts.custom import Own
from fs_app.contacts.fields import InvalidFields, cleaned, is_mail
from fs_app.contacts.model import MOST_NUMBERS, Contact, ContactNumber, new_guid
from fs_app.contacts.numbers import e164, shown
from fs_app.contacts.service import written
from fs_app.errors import Conflict, NotFound
from fs_app.privacy import holds

Json = dict[str, Any]

TEXTS = {"title": fields.COLUMNS["title"], **fields.COLUMNS}
"""Columns of text and their longest text, in the order of the page."""

LINES = fields.MANY_LINES
_GUID = re.compile(r"[0-9a-f]{32}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


class StaleContact(Conflict):
    """Somebody else saved the contact first; `theirs` is the contact as it is now (`detail`)."""

    key = "contact.error.stale"

    def __init__(self, theirs: Json) -> None:
        super().__init__(f"contact {theirs['id']} is at version {theirs['version']}")
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Number:
    """`number` is E.164."""

    number: str
    kind: str = "mobile"
    time_zone: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """Clean values of everything that a contact has."""

    texts: dict[str, str] = field(default_factory=dict)
    numbers: tuple[Number, ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)


def read(
    texts: Mapping[str, str],
    numbers: Sequence[Mapping[str, Any]],
    own: Mapping[str, str],
    known: Sequence[Own],
    country: str,
    zone: ZoneInfo,
    before: Mapping[str, Any] | None = None,
) -> Whole:
    """From a page. `numbers`: {number, kind, time_zone, wrong} in their order, empty ones are left out; `own`: texts by
    the name of the field; `before`: the contact's `custom` as it is. Raises InvalidFields naming everything wrong."""
    errors: dict[str, str] = {}
    clean: dict[str, str] = {}
    for name, most in TEXTS.items():
        text = cleaned(str(texts.get(name, ""))[: most + 200], many_lines=name in LINES)
        clean[name] = text
        if len(text) > most:
            errors[name] = "contact.error.too_long"
    if clean["mail"] and "mail" not in errors and not is_mail(clean["mail"]):
        errors["mail"] = "contact.error.mail"
    clean["country"] = clean["country"].upper()
    if clean["country"] and clean["country"] not in phonenumbers.SUPPORTED_REGIONS:
        errors["country"] = "contact.error.country"
    if clean["language"] and not _LANGUAGE.fullmatch(clean["language"]):
        errors["language"] = "contact.error.language"
    listed = _numbers(numbers, clean["country"] or country, country, errors)
    values, wrong = custom.read_all(known, own, before or {}, zone)
    errors |= wrong
    if not errors and not any(clean[n] for n in ("last_name", "first_name", "company")) and not listed:
        errors["last_name"] = "contact.error.empty"
    if errors:
        raise InvalidFields(errors)
    return Whole(clean, tuple(listed), values)


def _numbers(
    given: Sequence[Mapping[str, Any]], first: str, second: str, errors: dict[str, str]
) -> list[Number]:
    """A number without country is one of the contact's country, else of the account's."""
    found: list[Number] = []
    for place, one in enumerate(given):
        text = cleaned(str(one.get("number", ""))[:100])
        if not text:
            continue
        whole = e164(text, first) or e164(text, second)
        zone = str(one.get("time_zone", ""))
        kind = one.get("kind") if one.get("kind") in fields.KINDS else "other"
        if whole is None:
            errors[f"number.{place}"] = "contact.error.number"
        elif any(n.number == whole for n in found):
            errors[f"number.{place}"] = "contact.error.number_twice"
        elif zone and zone not in available_timezones():
            errors[f"number.{place}"] = "contact.error.time_zone"
        elif len(found) == MOST_NUMBERS:
            errors[f"number.{place}"] = "contact.error.too_many_numbers"
        else:
            found.append(Number(whole, str(kind), zone, bool(one.get("wrong"))))
    return found


# --- SQL ----------------------------------------------------------------------------------------------------------
def survivor(account: int, contact: int) -> int:
    """The contact itself, or the one that it was merged into. Raises NotFound."""
    for _ in range(20):
        row = Contact.get_or_none((Contact.id == contact) & (Contact.account == account))
        if row is None:
            break
        if row.merged_into_id is None:
            return int(row.id)
        contact = row.merged_into_id
    raise NotFound(f"contact {contact}")


def detail(account: int, contact: int, country: str) -> Json:
    """Everything of a contact: columns, `numbers` [{number, shown, kind, time_zone, wrong}], `custom`. Raises
    NotFound, also for one that was merged into another."""
    row = (
        Contact.select(Contact, User)
        .left_outer_join(User, on=(Contact.updated_by == User.id))
        .where((Contact.id == contact) & (Contact.account == account) & Contact.merged_into_id.is_null())
        .get_or_none()
    )
    if row is None:
        raise NotFound(f"contact {contact}")
    rows = ContactNumber.select().where(ContactNumber.contact == contact)
    numbers = [
        {
            "number": one.number,
            "shown": shown(one.number, country),
            "kind": one.kind,
            "time_zone": one.time_zone,
            "wrong": one.wrong_at is not None,
        }
        for one in rows.order_by(ContactNumber.position, ContactNumber.id)
    ]
    return {
        "id": row.id,
        "guid": row.guid,
        "version": row.version,
        **{name: getattr(row, name) for name in TEXTS},
        "numbers": numbers,
        "custom": row.custom,
        "name": name_of(row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "updated_by": row.updated_by.name if row.updated_by_id else "",
        "import_id": row.import_id,
    }


def name_of(row: Any) -> str:
    """First and last name, or the company; "" for who has neither."""
    return " ".join(filter(None, (row.first_name, row.last_name))) or str(row.company)


def create(by: Actor, whole: Whole, country: str, guid: str = "") -> int:
    """The new contact's id. With the `guid` of one that is there already (a form sent twice) it is that one."""
    given = guid if _GUID.fullmatch(guid) else new_guid()
    there = Contact.get_or_none(Contact.guid == given)
    if there is not None and there.account_id == by.account:
        return int(there.id)
    row = Contact.create(
        guid=given if there is None else new_guid(),
        account=by.account,
        created_at=by.now,
        updated_at=by.now,
        updated_by=by.user,
        custom=whole.custom,
        **whole.texts,
    )
    _write_numbers(by, row.id, whole.numbers)
    written(by.account, row.id, country)
    return int(row.id)


def save(by: Actor, contact: int, version: int, whole: Whole, country: str) -> None:
    """Write a contact that was read at `version`. Raises NotFound, StaleContact."""
    mine = (Contact.id == contact) & (Contact.account == by.account) & Contact.merged_into_id.is_null()
    changed = (
        Contact.update(
            **whole.texts,
            custom=whole.custom,
            version=Contact.version + 1,
            updated_at=by.now,
            updated_by=by.user,
        )
        .where(mine & (Contact.version == version))
        .execute()
    )
    if not changed:
        raise StaleContact(detail(by.account, contact, country))
    _write_numbers(by, contact, whole.numbers)
    written(by.account, contact, country)


def _write_numbers(by: Actor, contact: int, numbers: Sequence[Number]) -> None:
    """The contact has these, in this order; what is known of a number that stays is kept."""
    here = ContactNumber.contact == contact
    wanted = {one.number for one in numbers}
    there = {row.number: row for row in ContactNumber.select().where(here)}
    gone = [row.id for number, row in there.items() if number not in wanted]
    if gone:
        ContactNumber.delete().where(ContactNumber.id.in_(gone)).execute()
    for position, one in enumerate(numbers, 1):
        values = {"kind": one.kind, "position": position, "time_zone": one.time_zone}
        row = there.get(one.number)
        if row is None:
            since = by.now if one.wrong else None
            ContactNumber.create(
                account=by.account, contact=contact, number=one.number, wrong_at=since, **values
            )
            continue
        since = (row.wrong_at or by.now) if one.wrong else None
        ContactNumber.update(wrong_at=since, **values).where(ContactNumber.id == row.id).execute()


@dataclass(frozen=True, slots=True)
class Lost:
    """What hangs on a contact: how many calls and callbacks lose their name, how many lists their person."""

    name: str
    calls: int
    callbacks: int
    records: int


def at_stake(account: int, contact: int) -> Lost:
    """Raises NotFound."""
    row = Contact.get_or_none((Contact.id == contact) & (Contact.account == account))
    if row is None:
        raise NotFound(f"contact {contact}")
    return Lost(
        name_of(row),
        Call.select().where((Call.account == account) & (Call.contact == contact)).count(),
        Callback.select().where((Callback.account == account) & (Callback.contact == contact)).count(),
        ListRecord.select().where((ListRecord.account == account) & (ListRecord.contact == contact)).count(),
    )


def delete(by: Actor, contact: int) -> str:
    """The contact is gone; calls, callbacks and records of lists stay, with their numbers. Raises NotFound,
    holds.Held."""
    name = at_stake(by.account, contact).name
    holds.check(by.account, contact)
    merged = Contact.select(Contact.id).where(
        (Contact.account == by.account) & (Contact.merged_into_id == contact)
    )
    for one in [row.id for row in merged]:
        Contact.delete().where(Contact.id == one).execute()
    Contact.delete().where((Contact.id == contact) & (Contact.account == by.account)).execute()
    audit.write(by, "delete", "contact", contact, name)
    return name


def lists_of(account: int, contact: int, most: int = 100) -> list[Json]:
    """The records of call lists that are this contact's, the latest call first."""
    rows = (
        ListRecord.select(ListRecord, CallList)
        .join(CallList, on=(ListRecord.list == CallList.id))
        .where((ListRecord.account == account) & (ListRecord.contact == contact))
        .order_by(ListRecord.last_at.desc(), ListRecord.id.desc())
        .limit(most)
    )
    return [
        {
            "id": row.id,
            "list": row.list_id,
            "name": row.list.name,
            "index": row.index,
            "number": row.number,
            "state": row.state,
            "attempts": row.attempts,
            "last_at": row.last_at,
            "last_result": row.last_result,
            "due_at": row.due_at,
        }
        for row in rows
    ]


def known_fields(account: int) -> list[Own]:
    """The account's own fields that pages show."""
    return own_fields.of(account)
