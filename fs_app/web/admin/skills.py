"""Compétences: what agents can be good at, and a grid of who is how good."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import skills
from fs_app.admin.form import FormInvalid
from fs_app.admin.listing import Wanted
from fs_app.admin.skills import Grid, SkillNeeded, SkillRow
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
    typed,
    wanted,
    whole,
)
from fs_app.web.i18n import t

blueprint = Blueprint("admin_skills", __name__, url_prefix="/admin/skills")
PATH = "/admin/skills"
LEVEL = re.compile(r"agent-(\d{1,9})-skill-(\d{1,9})")


@blueprint.get("")
@needs("skills.manage")
def listing() -> str:
    return render_template("admin/skills.html", rows=read(skills.listing))


@blueprint.route("/new", methods=["GET", "POST"])
@needs("skills.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    return _edit(None)


@blueprint.route("/<int:skill>", methods=["GET", "POST"])
@needs("skills.manage")
def edit(skill: int) -> AnyResponse | str | tuple[str, int]:
    return _edit(read(lambda account: skills.get(account, skill)))


def _edit(row: SkillRow | None) -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(row, row.name if row else "", {})
    name = typed("name")
    try:
        change(lambda by: skills.save(by, row.id if row else None, name))
    except FormInvalid as error:
        return _form(row, name, problems_of(error)), 400
    return done(PATH, "admin.saved", name=name)


def _form(row: SkillRow | None, name: str, problems: dict[str, str]) -> str:
    return render_template("admin/skill.html", row=row, name=name, problems=problems)


@blueprint.get("/<int:skill>/archive")
@needs("skills.manage")
def ask_archive(skill: int) -> str:
    row = read(lambda account: skills.get(account, skill))
    title = t("admin.archive_it", name=row.name)
    if row.queues:
        says = [t("error.skill_needed", queues=", ".join(row.queues))]
        return confirm(title, says, "", PATH)
    says = [t("skills.archive.agents", n=row.agents)] if row.agents else []
    return confirm(title, [*says, t("skills.archive.keeps")], t("admin.archive"), PATH)


@blueprint.post("/<int:skill>/archive")
@needs("skills.manage")
def archive(skill: int) -> AnyResponse | tuple[str, int]:
    row = read(lambda account: skills.get(account, skill))
    try:
        change(lambda by: skills.set_active(by, skill, False))
    except SkillNeeded as error:
        says = [t(error.key, **error.params)]
        return confirm(t("admin.archive_it", name=row.name), says, "", PATH), error.status
    return done(PATH, "skills.archived", name=row.name)


@blueprint.post("/<int:skill>/restore")
@needs("skills.manage")
def restore(skill: int) -> AnyResponse:
    row = read(lambda account: skills.get(account, skill))
    change(lambda by: skills.set_active(by, skill, True))
    return done(PATH, "skills.restored", name=row.name)


# --- who is how good ------------------------------------------------------------------------------------------
@blueprint.get("/grid")
@needs("skills.manage")
def grid() -> str:
    return _grid({})


@blueprint.post("/grid")
@needs("skills.manage")
def save_grid() -> AnyResponse | tuple[str, int]:
    levels: dict[int, dict[int, int | None]] = {}
    for name, value in request.form.items():
        if (found := LEVEL.fullmatch(name)) is not None:
            levels.setdefault(int(found[1]), {})[int(found[2])] = whole(value) if value.strip() else 0
    try:
        changed = change(lambda by: skills.set_levels(by, levels))
    except FormInvalid as error:
        return _grid(problems_of(error)), 400
    back = request.full_path.rstrip("?")
    return done(back, "skills.grid_saved", n=changed) if changed else redirect(back, 303)


@blueprint.get("/grid/export.csv")
@needs("skills.manage")
def export() -> Response:
    asked = replace(_asked(), page=None)
    shown = read(lambda account: skills.grid(account, asked), timeout=60.0)
    heads = [t("people.name"), t("people.number"), *(skill.name for skill in shown.skills)]
    return as_csv(
        "skills",
        heads,
        shown.people,
        lambda r: (r.name, r.number, *(r.levels.get(skill.id, "") for skill in shown.skills)),
    )


def _grid(problems: dict[str, str]) -> str:
    asked = _asked()
    shown: Grid = read(lambda account: skills.grid(account, asked))
    choices = [("", t("admin.every")), *((str(skill.id), skill.name) for skill in shown.skills)]
    columns = [
        Column("name", t("people.name"), "name"),
        Column("number", t("people.number"), "number"),
        *(Column(f"skill-{skill.id}", skill.name, cls="level") for skill in shown.skills),
    ]
    return render_template(
        "admin/skill_grid.html",
        list=ListPage(
            f"{PATH}/grid", asked, shown.people, [Filter("skill", t("skills.has"), choices)], columns
        ),
        skills=shown.skills,
        problems=problems,
        typed_levels=request.form,
    )


def _asked() -> Wanted:
    return wanted(("skill",), "name")
