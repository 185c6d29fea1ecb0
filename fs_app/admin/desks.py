"""Telephones that belong to nobody, as the administrator keeps them (BA-151). Inside `Database.write`."""

from __future__ import annotations

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems
from fs_app.admin.people import NUMBER
from fs_app.agents.model import Agent, Phone
from fs_app.digest import a1_hash
from fs_app.errors import NotFound
from fs_app.queues.model import Queue

KIND = "desk_phone"


def add(actor: Actor, number: str, label: str, password: str) -> str:
    """A telephone with this number; answers the domain. Raises FormInvalid."""
    problems, account = Problems(), actor.account
    problems.text("label", label, 100)
    if not NUMBER.fullmatch(number):
        problems.add("number", "field.extension")
    elif (
        Agent.select().where(Agent.account == account, Agent.number == number).exists()
        or Phone.select().where(Phone.account == account, Phone.number == number).exists()
        or Queue.select().where(Queue.account == account, Queue.number == number).exists()
    ):
        problems.add("number", "error.number_used")
    problems.check()
    domain: str = Account.get_by_id(account).sip_domain
    ha1 = a1_hash(number, domain, password)
    made = Phone.create(account=account, number=number, label=label, sip_ha1=ha1, created_at=actor.now)
    audit.write(actor, "create", KIND, made.id, number, None, {"number": number, "label": label})
    return domain


def remove(actor: Actor, phone: int) -> str:
    """Answers its number. Raises NotFound."""
    row = Phone.get_or_none((Phone.account == actor.account) & (Phone.id == phone))
    if row is None:
        raise NotFound(f"telephone {phone}")
    number: str = row.number
    row.delete_instance()
    audit.write(actor, "delete", KIND, phone, number)
    return number
