"""Segments: filters of contacts with a name, and how many contacts are in them now."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid, Stale
from fs_app.contacts import columns, own_fields, segments
from fs_app.contacts.fields import InvalidFields, cleaned
from fs_app.contacts.limits import TooSlow
from fs_app.contacts.segments import Row
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    actor,
    confirm,
    done,
    problems_of,
    read,
    theirs_beside,
    typed,
    typed_number,
)
from fs_app.web.contacts import words
from fs_app.web.context import the_app
from fs_app.web.i18n import t

blueprint = Blueprint("contact_segments", __name__, url_prefix="/contacts/segments")
PATH = "/contacts/segments"
MAY = "segments.manage"
LONGEST_FILTER = 200_000


@blueprint.get("")
@needs(MAY)
def index() -> str:
    now = the_app().clock.now_ms()
    rows = read(lambda account: segments.every(account, now))
    return render_template("contacts/segments.html", rows=rows, now=now)


@blueprint.route("/new", methods=["GET", "POST"])
@needs(MAY)
def new() -> AnyResponse | str | tuple[str, int]:
    return _edit(None)


@blueprint.route("/<int:segment>", methods=["GET", "POST"])
@needs(MAY)
def one(segment: int) -> AnyResponse | str | tuple[str, int]:
    now = the_app().clock.now_ms()
    return _edit(read(lambda account: segments.get(account, segment, now)))


@blueprint.get("/<int:segment>/count.json")
@needs(MAY)
def count(segment: int) -> Response:
    """{count, at, text}: counted now, unless that was done a moment ago; or {text}: why it can't be."""
    now = the_app().clock.now_ms()
    row = read(lambda account: segments.get(account, segment, now))
    if row.counted is None or row.stale(now):
        try:
            number = read(lambda account: segments.count(account, segment, now), timeout=30)
        except (InvalidFields, TooSlow) as error:
            key = next(iter(error.fields.values())) if isinstance(error, InvalidFields) else error.key
            return jsonify(count=None, text=t(key))
        by = actor()
        the_app().db.write(lambda: segments.counted(by.account, segment, number, now))
    else:
        number, now = row.counted, row.counted_at or now
    answer = jsonify(count=number, at=now, text=t("contacts.count", n=number))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<int:segment>/delete")
@needs(MAY)
def ask_delete(segment: int) -> str:
    now = the_app().clock.now_ms()
    row = read(lambda account: segments.get(account, segment, now))
    users = read(lambda account: segments.users_of(account, segment))
    says = [t("segments.delete_used", names=", ".join(users[:5]))] if users else [t("segments.delete_says")]
    button = "" if users else t("segments.delete")
    return confirm(t("segments.delete_ask", name=row.name), says, button, f"{PATH}/{segment}")


@blueprint.post("/<int:segment>/delete")
@needs(MAY)
def delete(segment: int) -> AnyResponse:
    by = actor()
    name = the_app().db.write(lambda: segments.delete(by, segment))
    return done(PATH, "segments.deleted", name=name)


def _edit(row: Row | None) -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        given = orjson.dumps(row.filter).decode() if row else request.args.get("filter", "")[:20_000]
        values = {
            "name": row.name if row else "",
            "description": row.description if row else "",
            "filter": given,
        }
        trouble = {"filter": t(row.trouble)} if row and row.trouble else {}
        return _form(row, values, trouble, row.version if row else 0)
    values = {
        "name": typed("name", 2 * segments.LONGEST_NAME),
        "description": cleaned(request.form.get("description", "")[:10_000], many_lines=True),
        "filter": request.form.get("filter", "")[:LONGEST_FILTER],
    }
    by, version = actor(), typed_number("version") or 0
    try:
        chosen: Any = orjson.loads(values["filter"] or "{}")
    except orjson.JSONDecodeError:
        return _form(row, values, {"filter": t("filter.error.shape")}, version), 400
    try:
        made = the_app().db.write(
            lambda: segments.save(
                by, row.id if row else None, values["name"], values["description"], chosen, version
            )
        )
    except FormInvalid as error:
        return _form(row, values, problems_of(error), version), 400
    except Stale as stale:
        problems = theirs_beside(stale.theirs, {**values, "filter": chosen})
        return _form(row, values, problems, stale.version, stale), 409
    return done(f"{PATH}/{made}", "admin.saved", name=values["name"])


def _form(
    row: Row | None,
    values: dict[str, Any],
    problems: dict[str, str],
    version: int,
    stale: Stale | None = None,
) -> str:
    now = the_app().clock.now_ms()

    def ask(account: int) -> tuple[Any, Any, Any]:
        return own_fields.of(account), columns.fields_of(account, now), segments.options(account)

    listed, fields, offered = read(ask)
    own = {one.name: one for one in listed}
    others = [pair for pair in offered if row is None or pair[0] != row.id]
    return render_template(
        "contacts/segment.html",
        row=row,
        values=values,
        problems=problems,
        version=version,
        stale=stale,
        builder=words.builder(fields.every.values(), others, own),
    )
