"""A demonstration account: one queue, a voice menu, two agents, a supervisor, an administrator, callers who keep
calling.

Passwords are random and shown once. An account that exists already is left as it is, or given new passwords.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from fs_app.accounts.model import Account, User, UserSession
from fs_app.accounts.passwords import Passwords
from fs_app.agents.model import Agent, NotReadyReason
from fs_app.clock import Clock
from fs_app.config import Settings
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.service import written
from fs_app.db import Database
from fs_app.directory.snapshot import a1_hash
from fs_app.hours.model import Schedule, ScheduleRange
from fs_app.ivr import welcome
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue, QueueMember
from fs_app.voicemail.model import VoicemailBox

SLUG = "demo"
DOMAIN = "demo.fs-app.local"
DID = "+33185090000"
OPENS, CLOSES = 7 * 60, 22 * 60
"""Minutes of the day: every day, so that the demonstration is alive."""

MENU_DID = "+33185090001"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str
    role: str
    number: str = ""


PEOPLE = (
    Person("amina", "Amina Bel", "agent", "1001"),
    Person("bruno", "Bruno Roy", "agent", "1002"),
    Person("sophie", "Sophie Martin", "supervisor"),
    Person("admin", "Administration", "admin"),
)
REASONS = (("pause", "Pause"), ("lunch", "Déjeuner"), ("training", "Formation"))
DISPOSITIONS = (
    ("sale", "Vente", "positive"),
    ("quote", "Devis envoyé", "argued"),
    ("callback", "À rappeler", "argued"),
    ("refusal", "Refus", "argued"),
    ("customer", "Déjà client", "not_argued"),
    ("machine", "Répondeur", "not_argued"),
    ("wrong", "Faux numéro", "not_argued"),
)
CONTACTS = (
    ("Dupont", "Jean", "Oscorp", "+33612345678"),
    ("Garnier", "Claire", "", "+33698765432"),
    ("Lopez", "María", "Alimentos del Sur", "+34612345678"),
    ("Smith", "Emma", "Northwind", "+447700900123"),
)


@dataclass(slots=True)
class Credentials:
    """What is printed once: web logins and, for telephones, (number, password)."""

    account: str = SLUG
    web: list[tuple[str, str, str]] = field(default_factory=list)  # login, password, role
    phones: list[tuple[str, str]] = field(default_factory=list)


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def sim_options() -> list[str]:
    """What the simulated switch is told: callers who keep calling, telephones that answer by themselves."""
    phones = [f"--demo-phone={p.number}@{DOMAIN}" for p in PEOPLE if p.number]
    known = [f"--demo-caller={number}" for *_, number in CONTACTS]
    return [
        f"--demo={DID}",
        f"--demo={MENU_DID}",
        *phones,
        *known,
        "--per-hour=90",
        "--most-callers=8",
        "--talk=60",
    ]


def prepare(settings: Settings, clock: Clock, renew: bool = False) -> Credentials | None:
    """Open the database for a moment and make the account in it; `renew`: new passwords when it is there already.

    None when nothing was changed. Raises ConfigError.
    """
    db = Database(settings.database, settings.migrations_dir)
    db.open()
    try:
        return create(db, clock) or (new_passwords(db) if renew else None)
    finally:
        db.close()


def create(db: Database, clock: Clock) -> Credentials | None:
    """Make the account; None when it is there already. Raises DatabaseBusy."""
    if db.read(lambda: Account.select().where(Account.slug == SLUG).exists()):
        return None
    shown, hashes = _draw()
    db.write(lambda: _write(clock.now_ms(), hashes, dict(shown.phones)))
    return shown


def new_passwords(db: Database) -> Credentials:
    """For everybody and every telephone of the account, which exists. Raises DatabaseBusy."""
    shown, hashes = _draw()
    db.write(lambda: _replace(hashes, dict(shown.phones)))
    return shown


def _draw() -> tuple[Credentials, dict[str, str]]:
    """What is shown, and what is kept of the web passwords: login → hash."""
    shown = Credentials()
    passwords = Passwords()
    hashes = {}
    for person in PEOPLE:
        password = _password()
        shown.web.append((person.login, password, person.role))
        hashes[person.login] = passwords.hash(password)
    passwords.stop()
    shown.phones = [(p.number, _password()) for p in PEOPLE if p.number]
    return shown, hashes


def _replace(hashes: dict[str, str], phones: dict[str, str]) -> None:
    account = Account.get(Account.slug == SLUG)
    for login, kept in hashes.items():
        User.update(password_hash=kept).where(User.account == account, User.login == login).execute()
    for number, password in phones.items():
        ha1 = a1_hash(number, DOMAIN, password)
        Agent.update(sip_ha1=ha1).where(Agent.account == account, Agent.number == number).execute()
    users = User.select(User.id).where(User.account == account)
    # The old passwords open nothing any more, nor do the logins made with them.
    UserSession.delete().where(UserSession.user.in_(users)).execute()


def _write(now: int, hashes: dict[str, str], phones: dict[str, str]) -> None:
    account = Account.create(slug=SLUG, name="Centre Lumière", sip_domain=DOMAIN, created_at=now)
    sets = DispositionSet.create(account=account, name="Commercial")
    for i, (code, label, category) in enumerate(DISPOSITIONS):
        Disposition.create(
            account=account,
            set=sets,
            code=code,
            label=label,
            category=category,
            position=i,
            effect={"callback": "callback", "machine": "machine"}.get(code, ""),
        )
    for i, (code, label) in enumerate(REASONS):
        NotReadyReason.create(account=account, code=code, label=label, position=i)
    queue = Queue.create(
        account=account,
        name="Commercial",
        number="700",
        greeting="shipped:greeting",
        music="shipped:music/serene",
        disposition_set=sets,
        created_at=now,
    )
    Did.create(account=account, number=DID, label="Numéro principal", queue=queue)
    _write_menu(account, queue, now)
    for person in PEOPLE:
        user = User.create(
            account=account,
            login=person.login,
            name=person.name,
            password_hash=hashes[person.login],
            role=person.role,
            created_at=now,
        )
        if person.number:
            ha1 = a1_hash(person.number, DOMAIN, phones[person.number])
            agent = Agent.create(
                account=account, user=user, number=person.number, sip_ha1=ha1, created_at=now
            )
            QueueMember.create(account=account, queue=queue, agent=agent)
    for last, first, company, number in CONTACTS:
        contact = Contact.create(
            account=account,
            last_name=last,
            first_name=first,
            company=company,
            created_at=now,
            updated_at=now,
        )
        ContactNumber.create(account=account, contact=contact, number=number, kind="mobile")
        written(account.id, contact.id, account.country)


def _write_menu(account: Account, queue: Queue, now: int) -> None:
    """One that is published, behind a number of its own."""
    box = VoicemailBox.create(account=account, name="Messages", created_at=now)
    hours = Schedule.create(account=account, name="Accueil", created_at=now)
    for day in range(7):
        ScheduleRange.create(account=account, schedule=hours, weekday=day, begin=OPENS, end=CLOSES)
    graph = welcome.menu(sales=queue.id, support=queue.id, box=box.id, hours=hours.id)
    flow = Flow.create(
        account=account, name="Accueil", draft=graph, published=1, created_at=now, updated_at=now
    )
    FlowVersion.create(account=account, flow=flow, number=1, graph=graph, published_at=now)
    Did.create(account=account, number=MENU_DID, label="Menu vocal", flow=flow)
