"""Users and their telephones: list, add, change, deactivate. All inside `Database.read` or `write`."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from peewee import JOIN, fn

from fs_app.accounts.model import LANGUAGES, Account, Profile, User, UserSession
from fs_app.accounts.permissions import ROLES
from fs_app.accounts.profiles import granted
from fs_app.admin import audit, skills, supervised
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.admin.profiles import not_more_than_own, permissions_of, somebody_keeps_the_keys
from fs_app.agents.model import Agent, Phone
from fs_app.digest import a1_hash
from fs_app.errors import NotAllowed
from fs_app.queues.model import Queue, QueueMember

LOGIN = re.compile(r"[^\s|/\\]{1,100}")
NUMBER = re.compile(r"[0-9*#]{2,16}")
SHORTEST_PASSWORD = 10


class Yourself(NotAllowed):
    """Nobody locks himself out."""

    key = "error.yourself"
    status = 409


class NoTelephone(NotAllowed):
    """This person has no telephone."""

    key = "error.no_telephone"
    status = 409


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    login: str
    name: str
    role: str
    language: str
    active: bool
    agent: int | None
    number: str
    queues: str


@dataclass(frozen=True, slots=True)
class Person:
    """What can be changed. Empty `number`: no telephone; `queues`: identifiers; `skills`: (skill, level), 0 for none;
    of skills those that are not named stay."""

    login: str = ""
    name: str = ""
    role: str = "agent"
    language: str = ""
    number: str = ""
    queues: tuple[int, ...] = ()
    profile: int | None = None
    skills: tuple[tuple[int, int | None], ...] = ()
    supervised: tuple[int, ...] = ()  # queues that a supervisor is given; empty: all
    permanent_line: bool = False
    capacity_voice: int | None = 1


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    active: bool
    agent: int | None
    person: Person


SORTS = {
    "name": fn.LOWER(User.name),
    "login": fn.LOWER(User.login),
    "role": User.role,
    "number": Agent.number,
}


def listing(account: int, wanted: Wanted) -> Page[PersonRow]:
    """Filters: role, queue, state (empty: the active ones; `inactive`, `all`)."""
    query = (
        User.select(
            User.id, User.login, User.name, User.role, User.language, User.active, Agent.id, Agent.number
        )
        .join(Agent, JOIN.LEFT_OUTER, on=((Agent.user == User.id) & Agent.active))
        .where(User.account == account)
    )
    if wanted.q:
        sought = like(wanted.q)
        query = query.where(
            User.name.contains(sought) | User.login.contains(sought) | Agent.number.contains(sought)
        )
    if role := wanted.filter("role"):
        query = query.where(User.role == role)
    if (queue := wanted.number("queue")) is not None:
        members = QueueMember.select(QueueMember.agent).where(
            (QueueMember.queue == queue) & (QueueMember.account == account)
        )
        query = query.where(Agent.id.in_(members))
    state = wanted.filter("state")
    if state != "all":
        query = query.where(User.active == (state != "inactive"))
    names: dict[int, list[str]] = {}
    for agent, name in (
        QueueMember.select(QueueMember.agent, Queue.name)
        .join(Queue)
        .where(QueueMember.account == account, Queue.active)
        .order_by(Queue.name)
        .tuples()
    ):
        names.setdefault(agent, []).append(name)

    def row(values: Any) -> PersonRow:
        user, login, name, role, language, active, agent, number = values
        queues = ", ".join(names.get(agent, ()))
        return PersonRow(user, login, name, role, language, active, agent, number or "", queues)

    return page_of(query.tuples(), wanted, SORTS, "name", row)


def get(account: int, user: int) -> Stored:
    """Raises NotFound."""
    row = find(User, account, user)
    agent = Agent.get_or_none((Agent.user == user) & Agent.active)
    queues = (
        tuple(q for (q,) in QueueMember.select(QueueMember.queue).where(QueueMember.agent == agent).tuples())
        if agent
        else ()
    )
    number = agent.number if agent else ""
    levels = tuple(sorted(skills.levels_of(account, agent.id).items())) if agent else ()
    person = Person(
        row.login,
        row.name,
        row.role,
        row.language,
        number,
        queues,
        row.profile_id,
        levels,
        supervised.of(user),
        permanent_line=agent.permanent_line if agent else False,
        capacity_voice=agent.capacity_voice if agent else 1,
    )
    return Stored(row.id, row.active, agent.id if agent else None, person)


def save(
    actor: Actor, user: int | None, person: Person, password_hash: str = "", sip_password: str = ""
) -> tuple[int, bool]:
    """Add (`user` None; then `password_hash` is needed) or change; the identifier, and whether `sip_password` was used.

    A telephone's password is bound to its number: with a new number it changes, too. Raises FormInvalid, NotFound,
    LastAdmin, MoreThanOwn.
    """
    check(actor.account, user, person)
    before = get(actor.account, user) if user is not None else None
    denied = Profile.get_by_id(person.profile).denied if person.profile else ()
    had = permissions_of(user) if user is not None else frozenset()
    not_more_than_own(actor, granted(person.role, denied) - had)
    values = {
        "login": person.login,
        "name": person.name,
        "role": person.role,
        "language": person.language,
        "profile": person.profile,
    }
    if before is None:
        row = User.create(
            account=actor.account, password_hash=password_hash, created_at=actor.now, **values
        ).id
    else:
        row = before.id
        User.update(**values).where(User.id == row).execute()
        somebody_keeps_the_keys(actor.account)
    used = _save_telephone(actor, row, person, sip_password)
    supervised.save(actor.account, row, person.supervised)
    audit.write(
        actor,
        "update" if before else "create",
        "user",
        row,
        person.name,
        _described(actor.account, before.person) if before else None,
        _described(actor.account, get(actor.account, row).person),
    )
    return row, used


def set_active(actor: Actor, user: int, active: bool) -> None:
    """Into the bin or out of it; his history, calls and recordings stay. Raises NotFound, Yourself, LastAdmin."""
    row = find(User, actor.account, user)
    if row.active == active:
        return
    if not active:
        if user == actor.user:
            raise Yourself("nobody deactivates himself")
        end_sessions(user, actor.now)
    else:
        not_more_than_own(actor, permissions_of(user))
    User.update(active=active).where(User.id == user).execute()
    somebody_keeps_the_keys(actor.account)
    audit.write(actor, "activate" if active else "deactivate", "user", user, row.name)


def set_password(actor: Actor, user: int, password_hash: str) -> str:
    """Also ends the sessions that were begun with the old one; the person's login. Raises NotFound,
    MoreThanOwn."""
    row = find(User, actor.account, user)
    not_more_than_own(actor, permissions_of(user))  # his password is all he may
    User.update(password_hash=password_hash).where(User.id == user).execute()
    if user != actor.user:
        end_sessions(user, actor.now)
    audit.write(actor, "password", "user", user, row.name)
    return str(row.login)


def set_sip_password(actor: Actor, user: int, password: str) -> tuple[str, str]:
    """The telephone's number and domain. Raises NotFound, NoTelephone."""
    row = find(User, actor.account, user)
    agent = Agent.get_or_none((Agent.user == user) & Agent.active)
    if agent is None:
        raise NoTelephone(f"user {user}")
    domain = Account.get_by_id(actor.account).sip_domain
    Agent.update(sip_ha1=a1_hash(agent.number, domain, password)).where(Agent.id == agent.id).execute()
    audit.write(actor, "sip_password", "user", user, row.name)
    return agent.number, domain


def check_password(password: str) -> None:
    """For one that an administrator typed. Raises FormInvalid."""
    problems = Problems()
    if len(password) < SHORTEST_PASSWORD:
        problems.add("password", "field.password_short", least=SHORTEST_PASSWORD)
    problems.text("password", password, 1000)
    problems.check()


def end_sessions(user: int, now: int) -> None:
    UserSession.update(revoked_at=now).where(
        UserSession.user == user, UserSession.revoked_at.is_null()
    ).execute()


def check(account: int, user: int | None, person: Person) -> None:
    """Raises FormInvalid."""
    problems = Problems()
    problems.text("name", person.name, 200)
    problems.text("login", person.login, 100)
    if not LOGIN.fullmatch(person.login):
        problems.add("login", "field.login")
    same = User.select().where(User.account == account, User.id != (user or 0))
    # SQLite lowers ASCII only: the rest is compared here
    if any(other.login.casefold() == person.login.casefold() for other in same):
        problems.add("login", "field.login_taken")
    if person.role not in ROLES:
        problems.add("role", "field.choice")
    if person.language not in LANGUAGES:
        problems.add("language", "field.choice")
    if person.profile is not None:
        profile = Profile.get_or_none((Profile.id == person.profile) & (Profile.account == account))
        if profile is None:
            problems.add("profile", "field.choice")
        elif profile.role != person.role:
            problems.add("profile", "field.profile_role")
    skills.check_levels(account, dict(person.skills), problems)
    if person.number:
        _check_number(account, user, person.number, problems)
        problems.number("capacity_voice", person.capacity_voice, 0, 1)
    elif person.queues:
        problems.add("number", "field.number_for_queues")
    known = {q for (q,) in Queue.select(Queue.id).where(Queue.account == account).tuples()}
    if not set(person.queues) <= known:
        problems.add("queues", "field.choice")
    if not set(person.supervised) <= known:
        problems.add("supervised", "field.choice")
    problems.check()


def _check_number(account: int, user: int | None, number: str, problems: Problems) -> None:
    if not NUMBER.fullmatch(number):
        problems.add("number", "field.extension")
        return
    other = (
        Agent.select(Agent, User)
        .join(User)
        .where(Agent.account == account, Agent.number == number, Agent.user != (user or 0))
        .first()
    )
    if other is not None:
        key = "field.extension_taken" if other.user.active else "field.extension_bin"
        problems.add("number", key, name=other.user.name)
    elif (queue := Queue.get_or_none((Queue.account == account) & (Queue.number == number))) is not None:
        problems.add("number", "field.extension_queue", name=queue.name)
    elif Phone.get_or_none((Phone.account == account) & (Phone.number == number)) is not None:
        problems.add("number", "error.number_used")


def _save_telephone(actor: Actor, user: int, person: Person, sip_password: str) -> bool:
    agent = Agent.get_or_none((Agent.user == user) & (Agent.account == actor.account))
    if not person.number:
        if agent is not None:
            Agent.update(active=False).where(Agent.id == agent.id).execute()
        return False
    renewed = agent is None or not agent.active or agent.number != person.number
    values: dict[str, Any] = {
        "number": person.number,
        "active": True,
        "permanent_line": person.permanent_line,
        "capacity_voice": person.capacity_voice,
    }
    if renewed:
        domain = Account.get_by_id(actor.account).sip_domain
        values["sip_ha1"] = a1_hash(person.number, domain, sip_password)
    if agent is None:
        agent = Agent.create(account=actor.account, user=user, created_at=actor.now, **values)
    else:
        Agent.update(**values).where(Agent.id == agent.id).execute()
    _save_queues(actor.account, agent.id, person.queues)
    skills.store_levels(actor.account, agent.id, dict(person.skills))
    return renewed


def _save_queues(account: int, agent: int, queues: tuple[int, ...]) -> None:
    QueueMember.delete().where(QueueMember.agent == agent, QueueMember.queue.not_in(queues)).execute()
    there = {q for (q,) in QueueMember.select(QueueMember.queue).where(QueueMember.agent == agent).tuples()}
    for queue in queues:
        if queue not in there:
            QueueMember.create(account=account, queue=queue, agent=agent)


def _described(account: int, person: Person) -> dict[str, Any]:
    queues = Queue.select(Queue.name).where(Queue.id.in_(person.queues)).order_by(Queue.name).tuples()
    profile = Profile.get_or_none(Profile.id == person.profile)
    return {
        **asdict(person),
        "queues": [name for (name,) in queues],
        "profile": profile.name if profile else "",
        "skills": skills.described(account, dict(person.skills)),
        "supervised": supervised.names(person.supervised),
    }
