"""The account's own fields of contacts (HN-404)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid, Stale
from fs_app.contacts import custom, own_fields
from fs_app.contacts.custom import Own
from fs_app.contacts.fields import cleaned
from fs_app.errors import NotFound
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, done, problems_of, read, theirs_beside, typed, typed_number
from fs_app.web.context import the_app
from fs_app.web.i18n import t

blueprint = Blueprint("contact_fields", __name__, url_prefix="/contacts/fields")
PATH = "/contacts/fields"
MAY = "contact_fields.manage"


@blueprint.get("")
@needs(MAY)
def index() -> str:
    rows = read(lambda account: own_fields.of(account, True))
    return render_template("contacts/fields.html", rows=rows)


@blueprint.route("/new", methods=["GET", "POST"])
@needs(MAY)
def new() -> AnyResponse | str | tuple[str, int]:
    return _edit(None)


@blueprint.route("/<int:contact_field>", methods=["GET", "POST"])
@needs(MAY)
def one(contact_field: int) -> AnyResponse | str | tuple[str, int]:
    return _edit(read(lambda account: own_fields.get(account, contact_field)))


@blueprint.post("/<int:contact_field>/<way>")
@needs(MAY)
def steer(contact_field: int, way: str) -> AnyResponse:
    """Up, down, put aside, taken back."""
    by = actor()
    if way in ("up", "down"):
        label = read(lambda account: own_fields.get(account, contact_field)).label
        the_app().db.write(lambda: own_fields.move(by, contact_field, way == "up"))
        return done(PATH, "contacts.fields.moved", name=label)
    if way in ("activate", "deactivate"):
        label = the_app().db.write(lambda: own_fields.set_active(by, contact_field, way == "activate"))
        said = "contacts.fields.activated" if way == "activate" else "contacts.fields.deactivated"
        return done(PATH, said, name=label)
    raise NotFound("no such thing to do with a field")


def _edit(row: Own | None) -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        values = {
            "label": row.label if row else "",
            "kind": row.kind if row else "TEXT",
            "choices": "\n".join(row.choices) if row else "",
        }
        return _form(row, values, {}, row.version if row else 0)
    choices = cleaned(request.form.get("choices", "")[:60_000], many_lines=True)
    values = {"label": typed("label", 400), "kind": typed("kind", 20), "choices": choices}
    by, version = actor(), typed_number("version") or 0
    listed = [" ".join(line.split()) for line in choices.split("\n")]
    try:
        saved = the_app().db.write(
            lambda: own_fields.save(
                by, row.id if row else None, values["label"], values["kind"], listed, version
            ),
            timeout=60,
        )
    except FormInvalid as error:
        return _form(row, values, problems_of(error), version), 400
    except Stale as stale:
        offered = [choice for choice in listed if choice] if values["kind"] == "CHOICE" else []
        problems = theirs_beside(stale.theirs, {**values, "choices": offered})
        if "kind" in problems:
            kind = t(f"contacts.fields.kind.{stale.theirs['kind']}")
            problems["kind"] = t("desk.directory.theirs", value=kind)
        return _form(row, values, problems, stale.version, stale), 409
    return done(PATH, "admin.saved", name=saved.label)


def _form(
    row: Own | None,
    values: dict[str, Any],
    problems: dict[str, str],
    version: int,
    stale: Stale | None = None,
) -> str:
    return render_template(
        "contacts/field.html",
        row=row,
        values=values,
        problems=problems,
        version=version,
        stale=stale,
        kinds=[(kind, t(f"contacts.fields.kind.{kind}")) for kind in custom.KINDS],
        used=read(lambda account: own_fields.filled(account, row.name), timeout=30) if row else False,
        most=custom.MOST_CHOICES,
    )
