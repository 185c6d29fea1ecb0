"""The telephone directory (BA-100): everybody's entries, and each agent's own.

`read` is pure; all functions with SQL run inside `db.read` or `db.write`, and give plain dictionaries.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Expression

from fs_app.contacts import searching
from fs_app.contacts.fields import InvalidFields, cleaned, is_mail
from fs_app.contacts.model import Contact, ContactNumber, DirectoryEntry
from fs_app.contacts.numbers import e164, shown, spellings
from fs_app.errors import Conflict, Invalid, NotAllowed, NotFound

Json = dict[str, Any]

TEXTS = {"category": 100, "name": 200, "company": 200, "mail": 254}
"""Text fields and their longest text, in characters."""

NUMBERS = ("office", "mobile")
FIELDS = ("category", "name", "office", "mobile", "mail", "company")
"""In the order of the columns."""

PER_PAGE = 50
SHORT = range(2, 7)
"""Digits of a number that is dialled as it is: an extension, 112, 3639."""

MOST_OWN = 5_000
"""Private entries of one agent."""

LONGEST_SEARCH = 100
SHORTEST_FOR_CONTACTS = 3
"""Characters of a search that is asked of the contacts, too."""

MOST_CONTACTS = 10
"""Contacts that are shown below the directory's entries."""


class StaleEntry(Conflict):
    """Somebody else saved the entry first; `theirs` is what is in the database now."""

    key = "directory.error.stale"

    def __init__(self, theirs: Json) -> None:
        super().__init__(f"directory entry {theirs['id']} is at version {theirs['version']}")
        self.theirs = theirs


class PublicEntry(NotAllowed):
    """Everybody's entries are changed by those who may."""

    key = "directory.error.public"


class TooManyOwn(Invalid):
    """An agent's own directory is no database of customers."""

    key = "directory.error.too_many"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. `agent`: whose private entries he sees (None: nobody's); `edits_public`: he may change those of all."""

    account: int
    user: int
    country: str
    agent: int | None = None
    edits_public: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """Clean values of one entry; every field."""

    category: str = ""
    name: str = ""
    office: str = ""
    mobile: str = ""
    mail: str = ""
    company: str = ""


def read(given: object, country: str) -> Values:
    """Values from outside. Raises InvalidFields naming every wrong field at once (identifiers of sentences)."""
    if not isinstance(given, dict):
        raise Invalid("fields must be an object")
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, value in given.items():
        if name not in FIELDS or not isinstance(value, str):
            raise Invalid(f"no such field: {str(name)[:50]}")
        text = cleaned(value[:20_000])
        if name in NUMBERS:
            number = number_of(text, country)
            values[name] = number or ""
            if text and number is None:
                errors[name] = "contact.error.number"
            continue
        values[name] = text
        if len(text) > TEXTS[name]:
            errors[name] = "contact.error.too_long"
        elif name == "mail" and text and not is_mail(text):
            errors[name] = "contact.error.mail"
    if not errors and not (values.get("name") or values.get("company")):
        errors["name"] = "directory.error.name"
    if not errors and not any(values.get(name) for name in (*NUMBERS, "mail")):
        errors["office"] = "directory.error.number"
    if errors:
        raise InvalidFields(errors)
    return Values(**values)


def number_of(text: str, country: str) -> str | None:
    """E.164, or a short number as it is; None when it is neither."""
    digits = text.replace(" ", "").replace(".", "")
    if len(digits) in SHORT and digits.isascii() and digits.isdigit():
        return digits
    return e164(text, country)


def folded(*texts: str) -> str:
    """As it is searched: without accents and capitals."""
    letters = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def digits_of(numbers: Sequence[str], country: str) -> str:
    """Every number in the ways in which it is typed, digits alone: `33612345678 0612345678`."""
    ways = {
        "".join(c for c in way if c.isdigit()) for n in numbers if n for way in spellings(n, country) | {n}
    }
    return " ".join(sorted(way for way in ways if way))


# --- SQL --------------------------------------------------------------------------------------------------------
def visible(reader: Reader) -> Expression:
    """Everybody's entries and his own."""
    seen = DirectoryEntry.owner.is_null()
    if reader.agent is not None:
        seen |= DirectoryEntry.owner == reader.agent
    return (DirectoryEntry.account == reader.account) & seen


def matching(query: str) -> Expression | None:
    """Every word stands somewhere in it; a search that is a number, in its digits. None: everything matches."""
    text = query.replace("\0", " ").strip()[:LONGEST_SEARCH]
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    if digits and all(c.isdigit() or c in "+ .-()/" for c in text):
        return DirectoryEntry.digits.contains(digits)
    found: Expression | None = None
    for word in folded(text).split():
        here = DirectoryEntry.folded.contains(word)
        found = here if found is None else found & here
    return found


def search(reader: Reader, query: str, which: str = "", page: int = 1, size: int = PER_PAGE) -> Json:
    """{total, page, pages, list}, by name. `which`: "", "public" or "own"."""
    where = visible(reader)
    if which == "public":
        where &= DirectoryEntry.owner.is_null()
    elif which == "own":
        where &= DirectoryEntry.owner.is_null(False)
    match = matching(query)
    if match is not None:
        where &= match
    rows = DirectoryEntry.select().where(where)
    total = rows.count()
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    rows = rows.order_by(DirectoryEntry.folded, DirectoryEntry.id).paginate(number, size)
    return {
        "total": total,
        "page": number,
        "pages": pages,
        "list": [seen(row, reader) for row in rows],
        "contacts": contacts_found(reader, query) if not which and number == 1 else [],
    }


def contacts_found(reader: Reader, query: str) -> list[Json]:
    """The account's contacts that the same search finds, a few: {id, name, company, numbers}. They are changed where
    contacts are, not here."""
    if len(query.strip()) < SHORTEST_FOR_CONTACTS:
        return []
    ids = searching.search(reader.account, query, reader.country, MOST_CONTACTS)
    rows = Contact.select().where((Contact.account == reader.account) & Contact.id.in_(ids or [0]))
    found = [
        {
            "id": row.id,
            "name": " ".join(filter(None, (row.first_name, row.last_name))) or row.company,
            "company": row.company if row.first_name or row.last_name else "",
            "numbers": [],
        }
        for row in rows.order_by(Contact.name_key, Contact.id)
    ]
    by_id = {one["id"]: one for one in found}
    numbers = ContactNumber.select(ContactNumber.contact, ContactNumber.number)
    for contact, number in (
        numbers.where(ContactNumber.contact.in_(ids or [0]))
        .order_by(ContactNumber.contact, ContactNumber.position)
        .tuples()
    ):
        if contact in by_id:
            by_id[contact]["numbers"].append(number)
    return found


def get(reader: Reader, entry: int) -> Json:
    """Raises NotFound."""
    return seen(_row(reader, entry), reader)


def create(reader: Reader, values: Values, public: bool, now: int) -> Json:
    """Add an entry. Raises PublicEntry, TooManyOwn."""
    if public and not reader.edits_public:
        raise PublicEntry(f"user {reader.user}")
    if not public and reader.agent is None:
        raise Invalid("only agents have a directory of their own")
    mine = (DirectoryEntry.account == reader.account) & (DirectoryEntry.owner == reader.agent)
    if not public and DirectoryEntry.select().where(mine).count() >= MOST_OWN:
        raise TooManyOwn(f"agent {reader.agent}", most=MOST_OWN)
    row = insert(reader, values, None if public else reader.agent, now)
    return seen(row, reader)


def insert(reader: Reader, values: Values, owner: int | None, now: int, brought_by: int | None = None) -> Any:
    """The row itself, whoever asked for it."""
    return DirectoryEntry.create(
        account=reader.account,
        owner=owner,
        created_at=now,
        updated_at=now,
        updated_by=reader.user,
        brought_by=brought_by,
        **_columns(values, reader.country),
    )


def save(reader: Reader, entry: int, version: int, values: Values, now: int) -> Json:
    """Write an entry that was read at `version`. Raises NotFound, PublicEntry, StaleEntry."""
    _changeable(reader, entry)
    changed = (
        DirectoryEntry.update(
            version=DirectoryEntry.version + 1,
            updated_at=now,
            updated_by=reader.user,
            **_columns(values, reader.country),
        )
        .where(visible(reader) & (DirectoryEntry.id == entry) & (DirectoryEntry.version == version))
        .execute()
    )
    row = _row(reader, entry)
    if not changed:
        raise StaleEntry(seen(row, reader))
    return seen(row, reader)


def delete(reader: Reader, entry: int, version: int) -> None:
    """Raises NotFound, PublicEntry, StaleEntry when it was changed since."""
    row = _changeable(reader, entry)
    if row.version != version:
        raise StaleEntry(seen(row, reader))
    DirectoryEntry.delete().where(visible(reader) & (DirectoryEntry.id == entry)).execute()


def seen(row: Any, reader: Reader) -> Json:
    """An entry as a page shows it."""
    numbers = {name: getattr(row, name) for name in NUMBERS}
    return {
        "id": row.id,
        "version": row.version,
        "public": row.owner_id is None,
        "may_edit": row.owner_id is not None or reader.edits_public,
        **{name: getattr(row, name) for name in TEXTS},
        **{name: shown(number, reader.country) if number else "" for name, number in numbers.items()},
        "call": {name: number for name, number in numbers.items() if number},
    }


def _columns(values: Values, country: str) -> Json:
    return {
        **{name: getattr(values, name) for name in FIELDS},
        "folded": folded(values.name, values.company, values.category, values.mail),
        "digits": digits_of((values.office, values.mobile), country),
    }


def _row(reader: Reader, entry: int) -> Any:
    row = DirectoryEntry.get_or_none(visible(reader) & (DirectoryEntry.id == entry))
    if row is None:
        raise NotFound(f"directory entry {entry}")
    return row


def _changeable(reader: Reader, entry: int) -> Any:
    row = _row(reader, entry)
    if row.owner_id is None and not reader.edits_public:
        raise PublicEntry(f"user {reader.user}")
    return row
