"""Where a person stands in the tables, by what the registry says of each. Inside `Database.read` and `.write`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from peewee import Cast, Expression, ModelSelect, fn

from fs_app.callbacks.model import Callback
from fs_app.calllists.model import ListAction, ListRecord
from fs_app.calls.model import Call, Recording
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Base, Json
from fs_app.errors import NotFound
from fs_app.privacy.erasing_journal import Owned
from fs_app.privacy.person import SHORTEST, Person, tidy_mails
from fs_app.privacy.registry import REGISTRY, Erase, Known, Whose

Tables = Mapping[str, type[Base]]
"""Name in the database → model, of all tables."""

MOST_CONTACTS = 200
"""Contacts that are one person: more of them are a mistake."""


class NobodyMeant(NotFound):
    """The contact is gone, or was never this account's."""

    key = "error.privacy_nobody"


def tables_of(models: Iterable[type[Base]]) -> dict[str, type[Base]]:
    return {model._meta.table_name: model for model in models}


def whole(account: int, country: str, contacts: Iterable[int], numbers: Iterable[str] = ()) -> Person:
    """The person behind these contacts: with their duplicates that were merged into them, all numbers that are theirs
    alone, all addresses. `numbers`: more of them (E.164). Raises NobodyMeant."""
    ids = _with_merged(account, list(contacts)[:MOST_CONTACTS])
    own = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact.in_(ids))
    found = {n for (n,) in own.tuples()} - shared(account, ids)
    found |= {n for n in numbers if n}
    mails = Contact.select(Contact.mail).where(Contact.id.in_(ids))
    person = Person(
        account, country, tuple(sorted(ids)), tuple(sorted(found)), tidy_mails(m for (m,) in mails.tuples())
    )
    if not person:
        raise NobodyMeant("nobody")
    return person


def shared(account: int, contacts: Iterable[int]) -> set[str]:
    """Numbers of these contacts that other people of the account have, too: a switchboard, a family."""
    ids = list(contacts)
    own = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact.in_(ids))
    others = ContactNumber.select(ContactNumber.number).where(
        ContactNumber.account == account,
        ContactNumber.number.in_(own),
        ContactNumber.contact.not_in(ids),
    )
    return {n for (n,) in others.tuples()}


def _with_merged(account: int, wanted: list[int]) -> set[int]:
    found: set[int] = set()
    fresh = set(wanted)
    while fresh and len(found) < MOST_CONTACTS:
        here = Contact.select(Contact.id).where(Contact.account == account, Contact.id.in_(list(fresh)))
        known = {c for (c,) in here.tuples()}
        found |= known
        merged = Contact.select(Contact.id).where(
            Contact.account == account, Contact.merged_into_id.in_(list(known))
        )
        fresh = {c for (c,) in merged.tuples()} - found
    return found


# --- where -----------------------------------------------------------------------------------------------------
def where(model: type[Base], known: Known, person: Person) -> Expression | None:
    """The rows of a table that are his; None: there is nothing to look for."""
    ways = [w for w in (_way(model, link, person) for link in known.links) if w is not None]
    if not ways:
        return None
    return _of_account(model, person.account) & reduce(or_, ways)


def calls_of(person: Person) -> ModelSelect:
    """The identifiers of his calls."""
    condition = where(Call, REGISTRY["call"], person)
    query = Call.select(Call.id)
    return query.where(condition) if condition is not None else query.where(Call.id == "")


def records_of(person: Person) -> ModelSelect:
    """The identifiers of his records on call lists."""
    condition = where(ListRecord, REGISTRY["list_record"], person)
    query = ListRecord.select(ListRecord.id)
    return query.where(condition) if condition is not None else query.where(ListRecord.id == 0)


def owned(person: Person) -> Owned:
    """His records and callbacks, by their identifiers."""
    condition = where(Callback, REGISTRY["callback"], person)
    # A callback that came from one of his calls may be somebody else's promise.
    mine = Callback.number.in_(person.spelled) | Callback.contact.in_(person.contacts)
    callbacks = Callback.select(Callback.id).where(condition, mine).tuples() if condition is not None else ()
    return Owned(
        frozenset(r for (r,) in records_of(person).tuples()), frozenset(str(c) for (c,) in callbacks)
    )


def _of_account(model: type[Base], account: int) -> Expression:
    fields = model._meta.fields
    if "account" in fields:
        return fields["account"] == account  # type: ignore[no-any-return]
    actions = ListAction.select(ListAction.id).where(ListAction.account == account)
    return fields["action"].in_(actions)  # type: ignore[no-any-return]


def _way(model: type[Base], link: str, person: Person) -> Expression | None:
    how, _, name = link.partition(":")
    column = model._meta.fields[name]
    match how:
        case "contact":
            return column.in_(person.contacts) if person.contacts else None  # type: ignore[no-any-return]
        case "number":
            return _nobody_elses(model, column.in_(person.spelled), person) if person.spelled else None
        case "mail":
            return fn.LOWER(column).in_(person.mails) if person.mails else None  # type: ignore[no-any-return]
        case "more":
            ways = [_as_text(column).contains(n) for n in person.numbers]
            return _nobody_elses(model, reduce(or_, ways), person) if ways else None
        case "call":
            return column.in_(calls_of(person))  # type: ignore[no-any-return]
        case "record":
            return column.in_(records_of(person))  # type: ignore[no-any-return]
        case "text":
            return mentions(column, person)
    raise KeyError(link)


def _nobody_elses(model: type[Base], condition: Expression, person: Person) -> Expression:
    fields = model._meta.fields
    whose = fields.get("contact", fields.get("contact_id"))
    if whose is None:
        return condition
    free = whose.is_null()
    if person.contacts:
        free |= whose.in_(person.contacts)
    return condition & free


def mentions(column: Any, person: Person) -> Expression | None:
    """Texts that may be about him: Python looks closer (`Person.mentioned`). A number may be written with something
    between its digits, so the database looks for its last four in the ways in which people group them."""
    column = _as_text(column)
    ways = [column.contains(m) for m in person.mails]
    for end in person.ends:
        ways.append(column.contains(end[-4:]))
        for between in " .-/\u00a0":
            ways.append(column.contains(f"{end[-4:-2]}{between}{end[-2:]}"))
            ways.append(column.contains(f"{end[-4]}{between}{end[-3:]}"))
    return reduce(or_, ways) if ways else None


def _as_text(column: Any) -> Any:
    """A document as it is written: else what is looked for in it would be made a document first."""
    return Cast(column, "TEXT") if isinstance(column, Json) else column


# --- what there is ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Amount:
    """How many rows of one kind there are (`privacy.data.<kind>`), and what an erasure makes of them: gone, blanked
    (the figures stay), hashed, cleaned (his name is taken out), or kept (`why`)."""

    kind: str
    rows: int
    becomes: str
    why: str = ""


BECOMES = {
    Erase.DELETE: "gone",
    Erase.BLANK: "blanked",
    Erase.HASH: "hashed",
    Erase.CLEAN: "cleaned",
    Erase.KEEP: "kept",
}

QUIET = frozenset({"leg", "call_part", "contact_number", "contact_search", "legal_hold", "list_change"})
"""Tables whose rows are parts of others: they are not counted beside them."""


def amounts(tables: Tables, person: Person) -> list[Amount]:
    """What is known of him, table by table in the order of the registry."""
    found: dict[str, Amount] = {}
    for name, known in REGISTRY.items():
        model = tables.get(name)
        if model is None or known.whose is Whose.STAFF or name in QUIET or not known.kind:
            continue
        rows = len(matching(model, known, person)) if _looks_closer(known) else count(model, known, person)
        if rows:
            before = found.get(known.kind)
            becomes = BECOMES[known.erase] if known.blank or known.erase is not Erase.BLANK else "silenced"
            found[known.kind] = Amount(known.kind, rows + (before.rows if before else 0), becomes, known.why)
    kept = (Recording.kept == True) & Recording.deleted_at.is_null()  # noqa: E712
    recordings = Recording.select().where(Recording.call.in_(calls_of(person)), kept)
    held = recordings.count()
    if held:
        found["held"] = Amount("held", held, "kept", "privacy.why.held")
    return list(found.values())


def count(model: type[Base], known: Known, person: Person) -> int:
    condition = where(model, known, person)
    return 0 if condition is None else int(model.select().where(condition).count())


def _looks_closer(known: Known) -> bool:
    return any(link.startswith("text:") for link in known.links)


MOST_LOOKED_AT = 20_000


def matching(model: type[Base], known: Known, person: Person) -> list[dict[str, Any]]:
    """His rows, as they stand in the columns; those that only might mention him are looked at closely."""
    condition = where(model, known, person)
    if condition is None:
        return []
    rows = list(model.select().where(condition).limit(MOST_LOOKED_AT).dicts())
    if not _looks_closer(known):
        return rows
    certain = {
        link.partition(":")[2]: set(_values(link, person))
        for link in known.links
        if not link.startswith("text:")
    }
    texts = [link.partition(":")[2] for link in known.links if link.startswith("text:")]
    return [
        row
        for row in rows
        if any(row.get(column) in values for column, values in certain.items())
        or any(person.mentioned(_text(row.get(column))) for column in texts)
    ]


def _values(link: str, person: Person) -> Iterable[Any]:
    how = link.partition(":")[0]
    if how == "call":
        return [c for (c,) in calls_of(person).tuples()]
    return {"contact": person.contacts, "number": person.spelled, "mail": person.mails}.get(how, ())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return " | ".join(_text(v) for v in value.values())
    if isinstance(value, list):
        return " | ".join(map(_text, value))
    return ""


__all__ = ["SHORTEST", "Amount", "NobodyMeant", "amounts", "calls_of", "matching", "shared", "where", "whole"]
