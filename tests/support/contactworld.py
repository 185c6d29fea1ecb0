"""Contacts beyond those of the desk: a duplicate, one with everything, fields of the account's own, segments."""

from __future__ import annotations

from fs_app.accounts.model import Account
from fs_app.contacts import searching
from fs_app.contacts.model import Contact, ContactField, ContactNumber, Segment
from fs_app.contacts.service import written

HOSTILE = '=HYPERLINK("http://evil.example","x")<b>\u202e'


def write(account: int, now: int) -> None:
    country = str(Account.get_by_id(account).country)
    of = {"account": account, "created_at": now}
    ContactField.create(name="contract", label="N° de contrat", kind="TEXT", position=1, **of)
    choices = ["Essentiel", "Confort", "Premium"]
    ContactField.create(name="plan", label="Formule", kind="CHOICE", choices=choices, position=2, **of)
    ContactField.create(name="due", label="Échéance", kind="DATE", position=3, **of)
    ContactField.create(name="vip", label="Client prioritaire", kind="FLAG", position=4, **of)
    old = ContactField.create(name="fax", label="Télécopie", kind="TEXT", position=5, **of)
    ContactField.update(active=False).where(ContactField.id == old.id).execute()
    full = Contact.create(
        updated_at=now,
        title="Mme",
        last_name="Garçon",
        first_name="Élodie",
        company="Oscorp",
        mail="elodie.garcon@example.org",
        address="12 rue des Lilas\nBâtiment B",
        postal_code="42000",
        city="Saint-Étienne",
        reference="C-000123",
        custom={"contract": "AB-77", "plan": "Confort", "due": "2026-12-31", "vip": True},
        **of,
    )
    for position, (number, kind) in enumerate(
        (("+33612345679", "mobile"), ("+33477000001", "office"), ("+32470123456", "other")), 1
    ):
        ContactNumber.create(account=account, contact=full, number=number, kind=kind, position=position)
    again = Contact.create(
        updated_at=now, last_name="GARCON", first_name="Elodie", company="oscorp", custom={}, **of
    )
    ContactNumber.create(account=account, contact=again, number="+33612345679")
    hostile = Contact.create(
        updated_at=now, last_name=HOSTILE, company="<script>alert(1)</script>", custom={}, **of
    )
    for row in Contact.select().where(Contact.account == account):
        written(account, row.id, country)
    Segment.create(
        name="Loire", filter={"field": "postal_code", "op": "begins", "value": "42"}, updated_at=now, **of
    )
    Segment.create(name="Hors Loire", filter={"field": "segment.1", "op": "is_not"}, updated_at=now, **of)
    assert hostile.id in searching.search(account, "hyperlink", country)
