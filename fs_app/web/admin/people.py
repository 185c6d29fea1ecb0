"""Agents et équipes: users, their roles, passwords and telephones (PW-20)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts import generated
from fs_app.accounts.model import LANGUAGES
from fs_app.accounts.permissions import ROLES
from fs_app.admin import people, profiles, queues, skills, use
from fs_app.admin.form import FormInvalid
from fs_app.admin.listing import Wanted
from fs_app.admin.people import Person, Stored
from fs_app.admin.profiles import LastAdmin, MoreThanOwn
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    Column,
    Filter,
    ListPage,
    as_csv,
    change,
    confirm,
    done,
    problems_of,
    read,
    set_active,
    state_filter,
    ticked,
    typed,
    typed_number,
    typed_numbers,
    wanted,
    whole,
    yes_no,
)
from fs_app.web.context import site, the_app, who
from fs_app.web.failures import said
from fs_app.web.i18n import t

blueprint = Blueprint("admin_people", __name__, url_prefix="/admin/people")
PATH = "/admin/people"
SKILL = re.compile(r"skill-(\d{1,9})")


@blueprint.get("")
@needs("people.manage")
def listing() -> str:
    asked = _asked()

    def ask(account: int) -> tuple[Any, list[queues.Choice]]:
        return people.listing(account, asked), queues.names(account)

    page, choices = read(ask)
    filters = [
        Filter(
            "role",
            t("admin.role"),
            [("", t("admin.every")), *((role, t(f"role.{role}")) for role in ROLES)],
        ),
        Filter("queue", t("admin.queue"), [("", t("admin.every")), *((str(c.id), c.label) for c in choices)]),
        state_filter(),
    ]
    return render_template("admin/people.html", list=ListPage(PATH, asked, page, filters, _columns()))


@blueprint.get("/export.csv")
@needs("people.manage")
def export() -> Response:
    asked = replace(_asked(), page=None)
    page = read(lambda account: people.listing(account, asked), timeout=60.0)
    heads = [c.label for c in _columns()] + [t("admin.active")]
    return as_csv(
        "people",
        heads,
        page,
        lambda r: (r.name, r.login, t(f"role.{r.role}"), r.number, r.queues, yes_no(r.active)),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs("people.manage")
def new() -> str | tuple[str, int]:
    if request.method == "GET":
        return _form(None, Person(), {})
    person, problems = _typed(), {}
    password = request.form.get("password", "") or generated.password()
    sip_password = generated.password()
    try:
        people.check_password(password)
    except FormInvalid as error:
        problems = problems_of(error)
    hashed = "" if problems else site().passwords.hash(password)
    try:
        if problems:
            read(lambda account: people.check(account, None, person))
            return _form(None, person, problems), 400
        user, telephone = change(lambda by: people.save(by, None, person, hashed, sip_password))
    except FormInvalid as error:
        return _form(None, person, {**problems, **problems_of(error)}), 400
    except MoreThanOwn as error:
        return _form(None, person, {"role": said(error)}), error.status
    return _secrets(user, web=password, sip=sip_password if telephone else "")


@blueprint.get("/<int:user>")
@needs("people.manage")
def edit(user: int) -> str:
    stored = read(lambda account: people.get(account, user))
    return _form(stored, stored.person, {})


@blueprint.post("/<int:user>")
@needs("people.manage")
def save(user: int) -> AnyResponse | str | tuple[str, int]:
    stored = read(lambda account: people.get(account, user))
    person, sip_password = _typed(), generated.password()
    try:
        _, telephone = change(lambda by: people.save(by, user, person, sip_password=sip_password))
    except FormInvalid as error:
        return _form(stored, person, problems_of(error)), 400
    except (LastAdmin, MoreThanOwn) as error:
        return _form(stored, person, {"role": said(error)}), error.status
    site().accounts.forget(user)
    if telephone:
        return _secrets(user, sip=sip_password)
    return done(PATH, "admin.saved", name=person.name)


@blueprint.post("/<int:user>/password")
@needs("people.manage")
def password(user: int) -> str | tuple[str, int]:
    stored = read(lambda account: people.get(account, user))
    chosen = request.form.get("password", "") or generated.password()
    try:
        people.check_password(chosen)
    except FormInvalid as error:
        return _form(stored, stored.person, problems_of(error)), 400
    hashed = site().passwords.hash(chosen)
    change(lambda by: people.set_password(by, user, hashed))
    if user != who().user:
        site().accounts.forget(user, ended=True)
    return _secrets(user, web=chosen)


@blueprint.post("/<int:user>/sip-password")
@needs("people.manage")
def sip_password(user: int) -> str:
    chosen = generated.password()
    change(lambda by: people.set_sip_password(by, user, chosen))
    return _secrets(user, sip=chosen)


@blueprint.get("/<int:user>/deactivate")
@needs("people.manage")
def ask_deactivate(user: int) -> str:
    stored = read(lambda account: people.get(account, user))
    person, agent = stored.person, stored.agent
    if user == who().user:
        return confirm(
            t("people.deactivate.title", name=person.name), [t("error.yourself")], "", f"{PATH}/{user}"
        )
    says = [t("people.deactivate.keeps")]
    if agent is not None:
        says.insert(0, t("people.deactivate.phone", number=person.number))
        if person.queues:
            says.insert(1, t("people.deactivate.queues", n=len(person.queues)))
        if use.in_call(the_app().live.calls.values(), agent):
            says.insert(0, t("people.deactivate.in_call"))
    return confirm(
        t("people.deactivate.title", name=person.name),
        says,
        t("people.deactivate"),
        f"{PATH}/{user}",
    )


@blueprint.post("/<int:user>/deactivate")
@needs("people.manage")
def deactivate(user: int) -> AnyResponse:
    response = _set_active(user, False)
    site().accounts.forget(user, ended=True)
    return response


@blueprint.post("/<int:user>/activate")
@needs("people.manage")
def activate(user: int) -> AnyResponse:
    return _set_active(user, True)


def _set_active(user: int, active: bool) -> AnyResponse:
    def named(account: int) -> str:
        return people.get(account, user).person.name

    said = "people.activated" if active else "people.deactivated"
    return set_active(PATH, said, user, named, people.set_active, active)


def _asked() -> Wanted:
    return wanted(("role", "queue", "state"), "name")


def _columns() -> list[Column]:
    return [
        Column("name", t("people.name"), "name"),
        Column("login", t("people.login"), "login"),
        Column("role", t("admin.role"), "role"),
        Column("number", t("people.number"), "number"),
        Column("queues", t("people.queues")),
    ]


def _typed() -> Person:
    return Person(
        login=request.form.get("login", "")[:200].strip(),
        name=typed("name"),
        role=typed("role"),
        language=typed("language"),
        number=typed("number").replace(" ", ""),
        queues=typed_numbers("queues"),
        permanent_line=ticked("permanent_line"),
        capacity_voice=typed_number("capacity_voice") if "capacity_voice" in request.form else 1,
        supervised=typed_numbers("supervised"),
        profile=typed_number("profile"),
        skills=tuple(
            (int(found[1]), whole(value) if value.strip() else 0)
            for name, value in request.form.items()
            if (found := SKILL.fullmatch(name))
        ),
    )


def _form(stored: Stored | None, person: Person, problems: dict[str, str]) -> str:
    choices, offered, known = read(
        lambda account: (queues.names(account), profiles.choices(account), skills.choices(account))
    )
    levels = dict(person.skills)
    return render_template(
        "admin/person.html",
        stored=stored,
        person=person,
        problems=problems,
        queues=choices,
        profiles=[
            ("", t("people.no_profile")),
            *((str(each.id), f"{each.name} ({t('role.' + each.role)})") for each in offered),
        ],
        skills=[skill for skill in known if skill.active or levels.get(skill.id)],
        levels=levels,
        roles=[(role, t(f"role.{role}")) for role in ROLES],
        languages=[
            ("", t("people.language_of_account")),
            *((code, t(f"language.name.{code}")) for code in LANGUAGES if code),
        ],
        oneself=stored is not None and stored.id == who().user,
    )


def _secrets(user: int, web: str = "", sip: str = "") -> str:
    """Shown in this answer and nowhere else: the program keeps digests only."""
    stored = read(lambda account: people.get(account, user))
    info = the_app().catalog.account(who().account)
    return render_template(
        "admin/secrets.html",
        stored=stored,
        web=web,
        sip=sip,
        account=who().account_slug,
        domain=info.sip_domain if info else "",
    )
