"""A new account with its first administrator and what a centre needs on its first day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import available_timezones

from fs_app.accounts import generated
from fs_app.accounts.model import Account
from fs_app.accounts.passwords import Passwords
from fs_app.admin import audit, people
from fs_app.admin.audit import Actor
from fs_app.admin.people import Person
from fs_app.agents.model import NotReadyReason
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import Conflict, Invalid
from fs_app.queues.model import Disposition, DispositionSet

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?")

REASONS = {
    "fr": ("Pause", "Déjeuner", "Formation", "Réunion"),
    "en": ("Break", "Lunch", "Training", "Meeting"),
    "es": ("Pausa", "Comida", "Formación", "Reunión"),
}
REASON_CODES = ("pause", "lunch", "training", "meeting")

DISPOSITIONS = {
    "fr": ("Standard", "Vente", "Rendez-vous", "À rappeler", "Refus", "Sans réponse", "Faux numéro"),
    "en": ("Standard", "Sale", "Appointment", "Call back", "Refusal", "No answer", "Wrong number"),
    "es": ("Estándar", "Venta", "Cita", "Volver a llamar", "Rechazo", "Sin respuesta", "Número erróneo"),
}
DISPOSITION_CODES = (
    ("sale", "positive"),
    ("appointment", "positive"),
    ("callback", "argued"),
    ("refusal", "argued"),
    ("no_answer", "not_argued"),
    ("wrong", "not_argued"),
)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """`domain` empty: `SLUG.fs-app.local`."""

    slug: str
    name: str
    admin: str
    language: str = "fr"
    country: str = "FR"
    time_zone: str = "Europe/Paris"
    domain: str = ""


def create_account(db: Database, clock: Clock, wanted: NewAccount) -> str:
    """Make it; the administrator's password, kept nowhere. Raises Invalid and Conflict in words."""
    _check(wanted)
    password = generated.password()
    passwords = Passwords()
    hashed = passwords.hash(password)
    passwords.stop()
    db.write(lambda: _write(clock.now_ms(), wanted, hashed))
    return password


def _check(wanted: NewAccount) -> None:
    if not SLUG.fullmatch(wanted.slug):
        raise Invalid("the account's short name has small letters, digits and hyphens only", field="slug")
    if not wanted.name.strip() or len(wanted.name) > 200 or not wanted.name.isprintable():
        raise Invalid("the account needs a name of 200 characters at most", field="name")
    if not people.LOGIN.fullmatch(wanted.admin):
        raise Invalid("the administrator's login has no spaces and no slashes", field="admin")
    if wanted.language not in REASONS:
        raise Invalid(f"the language is one of {', '.join(REASONS)}", field="language")
    if not re.fullmatch(r"[A-Z]{2}", wanted.country):
        raise Invalid("the country has two capital letters, as FR", field="country")
    if wanted.time_zone not in available_timezones():
        raise Invalid(f"there is no time zone {wanted.time_zone!r}", field="time_zone")
    if wanted.domain and not DOMAIN.fullmatch(wanted.domain):
        raise Invalid("the SIP domain has small letters, digits, dots and hyphens only", field="domain")


def _write(now: int, wanted: NewAccount, hashed: str) -> None:
    domain = wanted.domain or f"{wanted.slug}.fs-app.local"
    if Account.select().where(Account.slug == wanted.slug).exists():
        raise Conflict(f"there is an account {wanted.slug} already")
    if Account.select().where(Account.sip_domain == domain).exists():
        raise Conflict(f"another account has the SIP domain {domain} already")
    account = Account.create(
        slug=wanted.slug,
        name=wanted.name.strip(),
        language=wanted.language,
        country=wanted.country,
        time_zone=wanted.time_zone,
        sip_domain=domain,
        created_at=now,
    )
    by = Actor(account.id, None, "fs-app account create", now)
    audit.write(by, "create", "account", account.id, account.name)
    people.save(by, None, Person(login=wanted.admin, name=wanted.admin, role="admin"), hashed)
    for position, (code, label) in enumerate(zip(REASON_CODES, REASONS[wanted.language], strict=True)):
        NotReadyReason.create(account=account, code=code, label=label, position=position)
    set_name, *labels = DISPOSITIONS[wanted.language]
    chosen = DispositionSet.create(account=account, name=set_name)
    for position, ((code, category), label) in enumerate(zip(DISPOSITION_CODES, labels, strict=True)):
        Disposition.create(
            account=account,
            set=chosen,
            code=code,
            label=label,
            category=category,
            position=position,
            effect="callback" if code == "callback" else "",
        )
