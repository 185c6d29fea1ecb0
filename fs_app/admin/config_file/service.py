"""Export and load of a configuration: `Database` and `Clock` in, text and changes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from peewee import IntegrityError

from fs_app.accounts import generated
from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.admin.config_file import document
from fs_app.admin.config_file.checks import check
from fs_app.admin.config_file.document import Document, Parsed
from fs_app.admin.config_file.plan import SECRETS, Change, changes, tables
from fs_app.admin.config_file.reading import normal, read
from fs_app.admin.config_file.shapes import Problem
from fs_app.admin.config_file.writing import Passwords, Secret, Writer
from fs_app.admin.profiles import LastAdmin
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import Invalid, NotFound
from fs_app.queues.model import Did


class FileInvalid(Invalid):
    """`problems`: all that is wrong with a file, by line."""

    key = "error.config_file"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems", n=len(problems))
        self.problems = sorted(problems, key=lambda p: (p.line, p.path))


class NoSuchAccount(NotFound):
    key = "error.no_such_account"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was (or with a dry run would be) changed, and the passwords that were made for it."""

    slug: str
    created: bool
    changes: list[Change]
    secrets: list[Secret] = field(default_factory=list)


class _TakenBack(Exception):
    """Ends the transaction of a dry run."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("dry run")
        self.outcome = outcome


def export(db: Database, slug: str, with_passwords: bool = False) -> str:
    """The file of an account. Raises NoSuchAccount."""

    def work() -> Document:
        row = Account.get_or_none(Account.slug == slug)
        if row is None:
            raise NoSuchAccount(f"account {slug}", slug=slug, known=_slugs() or "–")
        return read(row.id)

    found = db.read(work, timeout=60.0)
    return document.write(found if with_passwords else _open(found))


def _slugs() -> str:
    return ", ".join(sorted(slug for (slug,) in Account.select(Account.slug).tuples()))


def load(
    db: Database,
    clock: Clock,
    text: str,
    hashed: Callable[[str], str],
    *,
    dry_run: bool = False,
    create: bool = False,
    name: str = "fs-app config load",
) -> Outcome:
    """Make the account what the file says, all of it or nothing. `create`: also one that is not there yet.

    What is not in the file is deactivated, or deleted where nothing uses it. `hashed` makes the hash of a password: it
    takes 0.1 s, so those of new people are made before the database is asked. Raises FileInvalid, NoSuchAccount.
    """
    parsed = document.parse(text)
    if parsed.problems:
        raise FileInvalid(parsed.problems)
    wanted = normal(parsed.document)
    slug = wanted["account"]["slug"]

    def known() -> set[str] | None:
        row = Account.get_or_none(Account.slug == slug)
        return None if row is None else set(read(row.id)["people"])

    there = db.read(known, timeout=60.0)
    if there is None and not create:
        raise NoSuchAccount(f"account {slug}", slug=slug, known=db.read(_slugs) or "–")
    passwords = _passwords(wanted, there or set(), "" if dry_run else None, hashed)

    def work() -> Outcome:
        done = _work(parsed, wanted, clock.now_ms(), passwords, name)
        if dry_run:
            raise _TakenBack(done)
        return done

    try:
        return db.write(work, timeout=120.0)
    except _TakenBack as taken:
        return taken.outcome
    except LastAdmin as error:
        raise FileInvalid(
            [Problem(parsed.lines.get(("people",), 0), "people", "config.wrong.no_admin")]
        ) from error
    except IntegrityError as error:
        raise FileInvalid([Problem(0, "", "config.wrong.conflict", {"what": str(error)[:200]})]) from error


def _work(parsed: Parsed, wanted: Document, now: int, passwords: Passwords, name: str) -> Outcome:
    slug, of = wanted["account"]["slug"], dict(wanted["account"])
    row = Account.get_or_none(Account.slug == slug)
    created = row is None
    domain = Account.get_or_none((Account.sip_domain == of["sip_domain"]) & (Account.slug != slug))
    if domain is not None:
        parsed.wrong(("account", "sip_domain"), "config.wrong.domain_taken", value=of["sip_domain"])
    check(parsed, None if row is None else read(row.id))
    for number in wanted["numbers"]:
        did = Did.get_or_none(Did.number == number)
        if did is not None and (row is None or did.account_id != row.id):
            parsed.wrong(("numbers", number), "field.did_elsewhere")
    if parsed.problems:
        raise FileInvalid(parsed.problems)
    if row is None:
        row = Account.create(created_at=now, **of)
    plan = changes(read(row.id), wanted)
    writer = Writer(Actor(row.id, None, name, now), tables(wanted), passwords)
    writer.write(plan)
    if plan or created:
        Account.update(config_version=Account.config_version + 1).where(Account.id == row.id).execute()
    return Outcome(slug, created, writer.done, writer.secrets)


def _passwords(
    wanted: Document, there: set[str], instead: str | None, hashed: Callable[[str], str]
) -> Passwords:
    """`instead`: of a dry run, which makes none."""
    people: dict[str, tuple[str, str]] = {}
    for login, person in wanted["people"].items():
        if login not in there and "password_hash" not in person:
            password = generated.password() if instead is None else instead
            people[login] = (password, hashed(password) if instead is None else "-")
    return Passwords(people, {login: generated.password() for login in wanted["people"]} | _left(there))


def _left(there: set[str]) -> dict[str, str]:
    """Telephones of people who are not in the file need one, too, when the domain changes."""
    return {login: generated.password() for login in there}


def _open(found: Any) -> Any:
    """Without secrets."""
    if isinstance(found, dict):
        return {name: _open(value) for name, value in found.items() if name not in SECRETS}
    return [_open(value) for value in found] if isinstance(found, list) else found
