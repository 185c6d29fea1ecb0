"""Profils: named sets of permissions, switched off within the bounds of a role, with options of agents."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.permissions import ROLES
from fs_app.accounts.profiles import MODES, MODULES, SETS, AgentOptions, granted, of_role
from fs_app.admin import profiles
from fs_app.admin.form import FormInvalid, Stale, mark
from fs_app.admin.profiles import LastAdmin, MoreThanOwn, ProfileForm, Stored
from fs_app.web.access import needs
from fs_app.web.admin.audit import saved_beside
from fs_app.web.admin.common import change, confirm, done, problems_of, read, ticked, typed
from fs_app.web.context import who
from fs_app.web.failures import said
from fs_app.web.i18n import t

blueprint = Blueprint("admin_profiles", __name__, url_prefix="/admin/profiles")
PATH = "/admin/profiles"


@blueprint.get("")
@needs("profiles.manage")
def listing() -> str:
    return render_template("admin/profiles.html", rows=read(profiles.listing))


@blueprint.route("/new", methods=["GET", "POST"])
@needs("profiles.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(None, ProfileForm(allowed=granted("agent", ())), {})
    return _save(None)


@blueprint.route("/<int:profile>", methods=["GET", "POST"])
@needs("profiles.manage")
def edit(profile: int) -> AnyResponse | str | tuple[str, int]:
    stored = read(lambda account: profiles.get(account, profile))
    if request.method == "GET":
        return _form(stored, stored.form, {})
    return _save(stored)


@blueprint.get("/<int:profile>/delete")
@needs("profiles.manage")
def ask_delete(profile: int) -> str:
    stored = read(lambda account: profiles.get(account, profile))
    title = t("profiles.delete.title", name=stored.form.name)
    if stored.people:
        people = ", ".join(stored.people[:10])
        return confirm(title, [t("profiles.delete.used", n=len(stored.people), people=people)], "", PATH)
    return confirm(title, [t("profiles.delete.unused")], t("profiles.delete"), PATH)


@blueprint.post("/<int:profile>/delete")
@needs("profiles.manage")
def delete(profile: int) -> AnyResponse:
    stored = read(lambda account: profiles.get(account, profile))
    change(lambda by: profiles.delete(by, profile))
    return done(PATH, "profiles.deleted", name=stored.form.name)


def _save(stored: Stored | None) -> AnyResponse | str | tuple[str, int]:
    form, seen = _typed(), typed("seen", 40)
    try:
        change(lambda by: profiles.save(by, stored.id if stored else None, form, seen))
    except FormInvalid as error:
        return _form(stored, form, problems_of(error), seen), 400
    except (LastAdmin, MoreThanOwn) as error:
        return _form(stored, form, {"role": said(error)}, seen), error.status
    except Stale as stale:
        return _form(stored, form, saved_beside(stale, profiles.described(form)), stale=stale), 409
    return done(PATH, "admin.saved", name=form.name)


def _typed() -> ProfileForm:
    role = typed("role")
    return ProfileForm(
        typed("name"),
        role,
        frozenset(request.form.getlist(f"allow-{role}")) & granted(role, ()),
        _typed_options(),
    )


def _typed_options() -> AgentOptions:
    """The page asks which modules are there, kept is which are not. A form without the sets leaves them."""
    flags: dict[str, Any] = {
        f.name: ticked(f"option-{f.name}") for f in fields(AgentOptions) if f.name not in SETS
    }
    if request.form.get("sets") != "1":
        return AgentOptions(**flags)
    shown, modes = request.form.getlist("module"), request.form.getlist("mode")
    return AgentOptions(
        **flags,
        modules_off=tuple(name for name in MODULES if name not in shown),
        modes=tuple(name for name in MODES if name in modes),
    )


def _form(
    stored: Stored | None,
    form: ProfileForm,
    problems: dict[str, str],
    seen: str = "",
    stale: Stale | None = None,
) -> str:
    fixed = stored is not None and bool(stored.people)  # who has it has its role
    roles = [stored.form.role] if stored and fixed else list(ROLES)
    own = who()
    return render_template(
        "admin/profile.html",
        stored=stored,
        form=form,
        problems=problems,
        seen=seen or (mark(profiles.described(stored.form)) if stored else ""),
        stale=stale,
        roles=[(role, t(f"role.{role}")) for role in roles],
        permissions=[
            (
                role,
                [
                    (name, t(f"permission.{name}"), own.may(name) or name in form.allowed)
                    for name in of_role(role)
                ],
                form.allowed if role == form.role else granted(role, own.denied),
            )
            for role in roles
        ],
        options=[
            (f.name, t(f"profiles.option.{f.name}"), getattr(form.options, f.name))
            for f in fields(AgentOptions)
            if f.name not in SETS
        ],
        modules=[(name, t(f"desk.module.{name}"), name not in form.options.modules_off) for name in MODULES],
        modes=[(name, t(f"profiles.mode.{name}"), name in form.options.modes) for name in MODES],
    )
