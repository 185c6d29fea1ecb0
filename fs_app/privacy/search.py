"""Who may be meant by a number, an address, a name or a reference. Inside `Database.read`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fs_app.callbacks.model import Callback
from fs_app.calllists.model import ListRecord
from fs_app.calls.model import Call
from fs_app.contacts import searching
from fs_app.contacts.directory import folded
from fs_app.contacts.model import Contact, ContactNumber, DirectoryEntry
from fs_app.legal.model import Consent
from fs_app.messaging.model import Message
from fs_app.outgoing.model import DncEntry
from fs_app.privacy.model import LegalHold
from fs_app.privacy.person import Person, whole_number
from fs_app.voicemail.model import Voicemail

MOST = 50
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """`contact` None: numbers and addresses that are nobody's contact. `hold`: why nothing of him may be deleted."""

    contact: int | None
    name: str
    company: str
    numbers: tuple[str, ...]
    mail: str
    reference: str = ""
    hold: str = ""
    calls: int = 0


def candidates(account: int, text: str, country: str) -> list[Candidate]:
    """Contacts first, then numbers without one."""
    text = " ".join(text.replace("\0", " ").split())[:200]
    if len(text) < SHORTEST:
        return []
    number = whole_number(text, country)
    ids = set(searching.search(account, text, country, MOST))
    exact = (Contact.reference == text) | (Contact.mail == text)
    ids |= {
        c for (c,) in Contact.select(Contact.id).where(Contact.account == account, exact).limit(MOST).tuples()
    }
    if number:
        known = ContactNumber.select(ContactNumber.contact).where(
            ContactNumber.account == account, ContactNumber.number == number
        )
        ids |= {c for (c,) in known.limit(MOST).tuples()}
    found = _contacts(account, sorted(ids)[:MOST])
    met = {n for one in found for n in one.numbers}
    loose = {number} if number else _named(account, text, country)
    mails = (
        {text.lower()}
        if "@" in text and not any(one.mail.lower() == text.lower() for one in found)
        else set()
    )
    for one in sorted(loose - met):
        trace = _trace(account, country, (one,), ())
        if trace is not None:
            found.append(trace)
    for mail in mails:
        trace = _trace(account, country, (), (mail,))
        if trace is not None:
            found.append(trace)
    return found


def _contacts(account: int, ids: list[int]) -> list[Candidate]:
    numbers: dict[int, list[str]] = {}
    rows = ContactNumber.select(ContactNumber.contact, ContactNumber.number).where(
        ContactNumber.contact.in_(ids)
    )
    for contact, number in rows.order_by(ContactNumber.position).tuples():
        numbers.setdefault(contact, []).append(number)
    holds = dict(
        LegalHold.select(LegalHold.contact, LegalHold.reason).where(LegalHold.contact.in_(ids)).tuples()
    )
    people = Contact.select().where(
        Contact.account == account, Contact.id.in_(ids), Contact.merged_into_id.is_null()
    )
    return [
        Candidate(
            one.id,
            " ".join(filter(None, (one.first_name, one.last_name))),
            one.company,
            tuple(numbers.get(one.id, ())),
            one.mail,
            one.reference,
            holds.get(one.id, ""),
        )
        for one in people.order_by(Contact.name_key, Contact.id)
    ]


def _named(account: int, text: str, country: str) -> set[str]:
    """Numbers of directory entries and of callers that have this name and belong to no contact."""
    found: set[str] = set()
    entries = DirectoryEntry.select(DirectoryEntry.office, DirectoryEntry.mobile).where(
        DirectoryEntry.account == account, DirectoryEntry.folded.contains(folded(text))
    )
    for row in entries.limit(MOST).tuples():
        found |= set(filter(None, row))
    callbacks = Callback.select(Callback.number).where(
        Callback.account == account, Callback.contact.is_null(), Callback.name.contains(text)
    )
    calls = Call.select(Call.caller_number).where(
        Call.account == account, Call.contact.is_null(), Call.caller_name.contains(text)
    )
    for query in (callbacks, calls.order_by(Call.started_at.desc())):
        found |= {whole_number(n, country) for (n,) in query.limit(MOST).tuples()}
    return found - {""}


def _trace(account: int, country: str, numbers: tuple[str, ...], mails: tuple[str, ...]) -> Candidate | None:
    """Something is known of them, though no contact is."""
    person = Person(account, country, (), numbers, mails)
    spelled = person.spelled
    calls = 0
    there = False
    if numbers:
        calls = (
            Call.select()
            .where(Call.account == account, Call.contact.is_null(), Call.caller_number.in_(spelled))
            .count()
        )
        there = calls > 0 or any(
            model.select().where(model.account == account, column.in_(spelled)).exists()
            for model, column in (
                (Callback, Callback.number),
                (Voicemail, Voicemail.number),
                (Message, Message.recipient),
                (ListRecord, ListRecord.number),
                (Consent, Consent.number),
                (DncEntry, DncEntry.number),
                (DirectoryEntry, DirectoryEntry.office),
                (DirectoryEntry, DirectoryEntry.mobile),
            )
        )
    for mail in mails:
        there = (
            there or Message.select().where(Message.account == account, Message.recipient == mail).exists()
        )
        there = there or Consent.select().where(Consent.account == account, Consent.mail == mail).exists()
        there = there or (
            DirectoryEntry.select()
            .where(DirectoryEntry.account == account, DirectoryEntry.mail == mail)
            .exists()
        )
    if not there:
        return None
    name = _directory_name(account, numbers, mails)
    return Candidate(None, name, "", numbers, mails[0] if mails else "", calls=calls)


def _directory_name(account: int, numbers: Iterable[str], mails: Iterable[str]) -> str:
    entry = DirectoryEntry.get_or_none(
        (DirectoryEntry.account == account)
        & (
            DirectoryEntry.office.in_(list(numbers))
            | DirectoryEntry.mobile.in_(list(numbers))
            | DirectoryEntry.mail.in_(list(mails))
        )
    )
    return str(entry.name) if entry is not None else ""


def names(account: int, person: Person) -> list[str]:
    """What he is called: his contacts' names and companies, else the directory's."""
    found: list[str] = []
    people = Contact.select(Contact.first_name, Contact.last_name, Contact.company).where(
        Contact.account == account, Contact.id.in_(person.contacts), Contact.merged_into_id.is_null()
    )
    for first, last, company in people.order_by(Contact.id).tuples():
        found += [" ".join(filter(None, (first, last))), last, company]
    if not found:
        found.append(_directory_name(account, person.numbers, person.mails))
    return list(dict.fromkeys(filter(None, found)))


def hold(account: int, person: Person) -> str:
    """Why nothing of him may be deleted; "" when it may."""
    rows = LegalHold.select(LegalHold.reason).where(
        LegalHold.account == account, LegalHold.contact.in_(person.contacts)
    )
    return next((str(reason) for (reason,) in rows.tuples()), "")
