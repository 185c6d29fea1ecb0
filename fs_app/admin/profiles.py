"""Profiles: named sets of permissions and options that people are given. All inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import fn

from fs_app.accounts.model import Profile, User
from fs_app.accounts.permissions import ROLES
from fs_app.accounts.profiles import (
    KEEPS_THE_KEYS,
    NO_PROFILE,
    AgentOptions,
    granted,
    of_role,
    options_of,
    plain,
    to_store,
)
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find, still
from fs_app.errors import Conflict, NotAllowed


class LastAdmin(NotAllowed):
    """Without somebody who manages people nobody could mend anything any more."""

    key = "error.last_admin"
    status = 409


class MoreThanOwn(NotAllowed):
    """Nobody gives what he does not have."""

    key = "error.more_than_own"


class ProfileInUse(Conflict):
    """People have this profile."""

    key = "error.profile_in_use"


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """`allowed`: permissions that stay on; those that the role does not have do not count."""

    name: str = ""
    role: str = "agent"
    allowed: frozenset[str] = frozenset()
    options: AgentOptions = NO_PROFILE


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    form: ProfileForm
    people: tuple[str, ...]

    @property
    def off(self) -> int:
        """How many permissions of the role are switched off."""
        return len(granted(self.form.role, ()) - self.form.allowed)


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    name: str
    role: str


def listing(account: int) -> list[Stored]:
    """By role and name."""
    people: dict[int, list[str]] = {}
    for profile, name in (
        User.select(User.profile, User.name)
        .where(User.account == account, User.profile.is_null(False))
        .order_by(fn.LOWER(User.name))
        .tuples()
    ):
        people.setdefault(profile, []).append(name)
    rows = Profile.select().where(Profile.account == account).order_by(fn.LOWER(Profile.name))
    found = [Stored(row.id, _form(row), tuple(people.get(row.id, ()))) for row in rows]
    return sorted(found, key=lambda each: ROLES.index(each.form.role))


def choices(account: int) -> list[Choice]:
    return [Choice(each.id, each.form.name, each.form.role) for each in listing(account)]


def get(account: int, profile: int) -> Stored:
    """Raises NotFound."""
    find(Profile, account, profile)
    return next(each for each in listing(account) if each.id == profile)


def save(actor: Actor, profile: int | None, form: ProfileForm, seen: str = "") -> int:
    """Add or change; who has it may and may not at his next click. `seen`: the mark of what was shown. Raises
    FormInvalid, NotFound, LastAdmin, MoreThanOwn, Stale."""
    before = get(actor.account, profile) if profile is not None else None
    if before is not None:
        still(f"profile {profile}", seen, described(before.form))
    problems = Problems()
    problems.text("name", form.name, 100)
    for other in Profile.select().where(Profile.account == actor.account, Profile.id != (profile or 0)):
        if other.name.casefold() == form.name.casefold():
            problems.add("name", "field.profile_taken")
    if form.role not in ROLES:
        problems.add("role", "field.choice")
    elif before is not None and before.people and before.form.role != form.role:
        problems.add("role", "field.profile_role_used", n=len(before.people))
    problems.check()
    was = before.form.allowed if before else frozenset()
    not_more_than_own(actor, (form.allowed & granted(form.role, ())) - was)
    values = {
        "name": form.name,
        "role": form.role,
        "denied": [permission for permission in of_role(form.role) if permission not in form.allowed],
        "options": to_store(form.options),
    }
    if before is None:
        row = Profile.create(account=actor.account, created_at=actor.now, **values).id
        audit.write(actor, "create", "profile", row, form.name, None, described(form))
        return row  # type: ignore[no-any-return]
    Profile.update(**values).where(Profile.id == before.id).execute()
    somebody_keeps_the_keys(actor.account)
    audit.write(actor, "update", "profile", before.id, form.name, described(before.form), described(form))
    return before.id


def delete(actor: Actor, profile: int) -> None:
    """Only one that nobody has. Raises NotFound, ProfileInUse."""
    row = get(actor.account, profile)
    if row.people:
        raise ProfileInUse(f"profile {profile}", n=len(row.people), people=", ".join(row.people[:10]))
    Profile.delete().where(Profile.id == profile).execute()
    audit.write(actor, "delete", "profile", profile, row.form.name, described(row.form))


# --- who may what ---------------------------------------------------------------------------------------------
def permissions_of(user: int) -> frozenset[str]:
    """What this person may do."""
    row = User.get_by_id(user)
    return granted(row.role, row.profile.denied if row.profile_id else ())


def not_more_than_own(actor: Actor, given: Collection[str]) -> None:
    """Raises MoreThanOwn. The command line may give everything."""
    if actor.user is not None and (more := set(given) - permissions_of(actor.user)):
        raise MoreThanOwn(f"user {actor.user} gives {', '.join(sorted(more))}")


def somebody_keeps_the_keys(account: int) -> None:
    """Raises LastAdmin when no active person of the account may manage people any more."""
    people = User.select().where(User.account == account, User.active)
    if not any(KEEPS_THE_KEYS in permissions_of(person.id) for person in people if person.role == "admin"):
        raise LastAdmin(f"account {account}")


def _form(row: Any) -> ProfileForm:
    return ProfileForm(row.name, row.role, granted(row.role, row.denied), options_of(row.options))


def described(form: ProfileForm) -> dict[str, Any]:
    """As the audit log says it."""
    denied = [permission for permission in of_role(form.role) if permission not in form.allowed]
    return {"name": form.name, "role": form.role, "denied": denied, **plain(form.options)}
