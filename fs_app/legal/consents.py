"""Who said yes, and took it back. All inside `Database.read` or `write`; times UTC ms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import Expression, chunked

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.legal.model import Consent
from fs_app.legal.rules import Purpose
from fs_app.legal.verdict import Yes

CHANNELS = ("web", "telephone", "mail", "letter", "paper", "shop", "other")
MOST_TEXT = 4000
AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Row:
    """As a page shows it."""

    id: int
    contact: int | None
    number: str
    mail: str
    purpose: str
    given_at: int
    source: str
    text: str
    channel: str
    created_at: int
    created_by: str
    withdrawn_at: int | None
    withdrawn_by: str
    withdrawn_how: str

    @property
    def proven(self) -> bool:
        return bool(self.source and self.text)


@dataclass(frozen=True, slots=True)
class Typed:
    """`given_at` None: it could not be read."""

    number: str = ""
    mail: str = ""
    purpose: str = Purpose.MARKETING.value
    given_at: int | None = None
    source: str = ""
    text: str = ""
    channel: str = ""


def of_contact(account: int, contact: int) -> list[Row]:
    """His, and those of his numbers, the newest first."""
    numbers = [
        n
        for (n,) in ContactNumber.select(ContactNumber.number)
        .where(ContactNumber.contact == contact)
        .tuples()
    ]
    mine: Any = Consent.contact == contact
    if numbers:
        mine |= Consent.number.in_(numbers)
    rows = (
        Consent.select()
        .where(Consent.account == account, mine)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
    )
    return [_row(row) for row in rows]


def _row(row: Any) -> Row:
    return Row(
        row.id,
        row.contact_id,
        row.number,
        row.mail,
        row.purpose,
        row.given_at,
        row.source,
        row.text,
        row.channel,
        row.created_at,
        row.created_by,
        row.withdrawn_at,
        row.withdrawn_by,
        row.withdrawn_how,
    )


def add(by: Actor, contact: int, typed: Typed) -> int:
    """Raises NotFound, FormInvalid."""
    find(Contact, by.account, contact)
    problems = Problems()
    numbers = {
        n
        for (n,) in ContactNumber.select(ContactNumber.number)
        .where(ContactNumber.contact == contact)
        .tuples()
    }
    if typed.number not in numbers | {""}:
        problems.add("number", "field.choice")
    if typed.given_at is None or not 631_152_000_000 <= typed.given_at <= by.now + 60_000:
        problems.add("given_at", "consent.wrong.date")
    if typed.purpose not in {p.value for p in Purpose}:
        problems.add("purpose", "field.choice")
    if typed.channel not in CHANNELS:
        problems.add("channel", "field.choice")
    problems.text("source", typed.source, 200)
    if not typed.text.strip():
        problems.add("text", "field.needed")
    elif len(typed.text) > MOST_TEXT:
        problems.add("text", "field.too_long", most=MOST_TEXT)
    problems.check()
    row = Consent.create(
        account=by.account,
        contact=contact,
        number=typed.number,
        mail=typed.mail,
        purpose=typed.purpose,
        given_at=typed.given_at,
        source=typed.source,
        text=typed.text.replace("\0", "").strip(),
        channel=typed.channel,
        created_at=by.now,
        created_by=by.name[:200],
    )
    audit.write(by, "create", "consent", row.id, typed.number, None, _told(typed))
    return int(row.id)


def _told(typed: Typed) -> dict[str, Any]:
    return {
        "number": typed.number,
        "purpose": typed.purpose,
        "given_at": typed.given_at,
        "source": typed.source,
        "channel": typed.channel,
    }


def withdraw(by: Actor, contact: int, purpose: str, how: str) -> int:
    """All that he said yes to for this purpose, also by one of his numbers, ends now; how many. Raises NotFound."""
    find(Contact, by.account, contact)
    rows = [r.id for r in of_contact(by.account, contact) if r.withdrawn_at is None and r.purpose == purpose]
    for some in chunked(rows, AT_ONCE):
        Consent.update(withdrawn_at=by.now, withdrawn_by=by.name[:200], withdrawn_how=how[:200]).where(
            Consent.id.in_(some)
        ).execute()
    if rows:
        audit.write(by, "withdraw", "consent", contact, how[:200], None, {"consents": len(rows)})
    return len(rows)


def bring(account: int, rows: Iterable[dict[str, Any]], now_ms: int, by: str, import_id: int | None) -> int:
    """Those of an import (inside its transaction): each has contact, number, given_at, and may have source, text,
    channel, purpose. What an earlier import brought just so is not there twice. How many are new."""
    made = 0
    for given in rows:
        same: Expression = (
            (Consent.account == account)
            & (Consent.number == given.get("number", ""))
            & (Consent.given_at == given["given_at"])
            & (Consent.source == str(given.get("source", ""))[:200])
        )
        if Consent.select(Consent.id).where(same).first() is not None:
            continue
        Consent.create(
            account=account,
            contact=given.get("contact"),
            number=given.get("number", ""),
            mail=given.get("mail", ""),
            purpose=given.get("purpose") or Purpose.MARKETING.value,
            given_at=given["given_at"],
            source=str(given.get("source", ""))[:200],
            text=str(given.get("text", ""))[:MOST_TEXT],
            channel=given.get("channel") if given.get("channel") in CHANNELS else "other",
            created_at=now_ms,
            created_by=by[:200],
            import_id=import_id,
        )
        made += 1
    return made


def answers(account: int, purpose: str, people: Sequence[tuple[str, int | None]]) -> dict[str, Yes]:
    """Number → what its owner said last, for (number, contact) pairs. A consent of a contact without a number counts
    for all of his."""
    found: dict[str, list[Any]] = {}
    numbers = sorted({number for number, _ in people if number})
    contacts = sorted({contact for _, contact in people if contact is not None})
    of_contact: dict[int, list[Any]] = {}
    columns = (
        Consent.number,
        Consent.contact,
        Consent.given_at,
        Consent.withdrawn_at,
        Consent.source,
        Consent.text,
    )
    mine = (Consent.account == account) & (Consent.purpose == purpose)
    for some in chunked(numbers, AT_ONCE):
        rows = Consent.select(*columns).where(mine, Consent.number.in_(some))
        for row in rows.tuples():
            found.setdefault(row[0], []).append(row)
    for some in chunked(contacts, AT_ONCE):
        rows = Consent.select(*columns).where(mine, Consent.number == "", Consent.contact.in_(some))
        for row in rows.tuples():
            of_contact.setdefault(row[1], []).append(row)
    said = {}
    for number, contact in people:
        rows = [*found.get(number, ()), *(of_contact.get(contact, ()) if contact is not None else ())]
        if rows:
            said[number] = last_word(rows)
    return said


def last_word(rows: Sequence[Sequence[Any]]) -> Yes:
    """Of several what counts: the newest one, and no withdrawal after it. A proven one before one that is not."""
    withdrawn = [row[3] for row in rows if row[3] is not None]
    newest = max(rows, key=lambda row: (row[3] is None, bool(row[4] and row[5]), row[2]))
    given = int(newest[2])
    ends = [w for w in withdrawn if w >= given] if newest[3] is None else [newest[3]]
    return Yes(given, min(ends) if ends else None, bool(newest[4] and newest[5]))
