"""Contacts that may be the same person: found, laid side by side, made one, and taken apart again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.contacts import merging, own_fields, table, unmerging
from fs_app.contacts.custom import Own
from fs_app.contacts.limits import TooSlow, within
from fs_app.contacts.merging import MOST_AT_ONCE, WAYS, Changed
from fs_app.contacts.model import MOST_NUMBERS
from fs_app.contacts.people import TEXTS, name_of
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, done, read, typed_number
from fs_app.web.contacts import words
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t

blueprint = Blueprint("contact_duplicates", __name__, url_prefix="/contacts")
PATH = "/contacts/duplicates"
MAY = "contacts.merge"
FIND_MS = 8_000
WRITE_S = 60.0


@blueprint.get("/duplicates")
@needs(MAY)
def index() -> str:
    way = request.args.get("by", "number")
    way = way if way in WAYS else "number"
    now = the_app().clock.now_ms()

    def ask(account: int) -> dict[str, Any]:
        trouble, more = "", False
        groups: list[merging.Group] = []
        try:
            with within(FIND_MS):
                groups, more = merging.duplicates(account, way)
        except TooSlow:
            trouble = TooSlow.key
        ids = [one for group in groups for one in group.ids]
        rows = {row["id"]: row for row in table.rows(account, ids, ())}
        return {
            "groups": groups,
            "more": more,
            "people": rows,
            "trouble": trouble,
            "merges": unmerging.latest(account, now),
        }

    told = read(ask, timeout=30)
    shown = {
        number: (words.cell(row, "name", {}) or row["company"], words.cell(row, "number.1", {}), row["city"])
        for number, row in told["people"].items()
    }
    return render_template(
        "contacts/duplicates.html",
        way=way,
        ways=WAYS,
        groups=told["groups"],
        more=told["more"],
        people=shown,
        trouble=t(told["trouble"]) if told["trouble"] else "",
        merges=told["merges"],
        most=MOST_AT_ONCE,
        days=unmerging.UNDO_DAYS,
    )


@blueprint.get("/merge")
@needs(MAY)
def look() -> str | tuple[str, int]:
    asked = request.args.getlist("id") or request.args.get("ids", "").split(",")
    ids = [int(one) for one in asked if one.isascii() and one.isdigit() and len(one) <= 9]
    return _page(ids)


@blueprint.post("/merge")
@needs(MAY)
def merge() -> AnyResponse | str | tuple[str, int]:
    versions: dict[int, int] = {}
    for pair in request.form.getlist("contact")[: 2 * MOST_AT_ONCE]:
        number, _, version = pair.partition(":")
        if all(p.isascii() and p.isdigit() and len(p) <= 9 for p in (number, version)):
            versions[int(number)] = int(version)
    kept = typed_number("kept") or 0
    take: dict[str, int] = {}
    for key, value in request.form.items():
        if key.startswith("take.") and value.isascii() and value.isdigit() and len(value) <= 9:
            take[key.removeprefix("take.")] = int(value)
    numbers = request.form.getlist("number")[:100]
    if len(dict.fromkeys(numbers)) > MOST_NUMBERS:
        return _page(list(versions), t("contacts.merge.error.numbers", most=MOST_NUMBERS)), 400
    by, country = actor(), who().country
    try:
        the_app().db.write(lambda: merging.merge(by, kept, versions, take, numbers, country), timeout=WRITE_S)
    except Changed as error:
        return _page(list(versions), t(error.key)), 409
    the_app().lists.changed(by.account)
    return done(f"/contacts/{kept}", "contacts.merge.done", n=len(versions))


@blueprint.post("/merges/<int:contact_merge>/undo")
@needs(MAY)
def undo(contact_merge: int) -> AnyResponse:
    by, country = actor(), who().country
    back = the_app().db.write(lambda: unmerging.undo(by, contact_merge, country), timeout=WRITE_S)
    the_app().lists.changed(by.account)
    return done(PATH, "contacts.merge.undone", n=len(back))


def _page(ids: list[int], trouble: str = "") -> str:
    def ask(account: int) -> tuple[list[Any], list[Own], list[Any], dict[int, dict[str, int]]]:
        rows = merging.chosen(account, ids)
        found = [row.id for row in rows]
        stakes = {one: merging.stakes(account, one) for one in found}
        return rows, own_fields.of(account, True), merging.numbers_of(found), stakes

    rows, listed, numbers, stakes = read(ask)
    own = {one.name: one for one in listed}
    # The one with most behind it, and changed last, is proposed.
    best = max(rows, key=lambda row: (sum(stakes[row.id].values()), row.updated_at)).id
    ordered = sorted(rows, key=lambda row: row.id != best)
    names = [name for name in TEXTS if any(getattr(row, name) for row in rows)]
    names += [f"custom.{one}" for one in own if any(one in row.custom for row in rows)]
    lines = []
    for name in names:
        cells = [words.said(_value(row, name), name, own) for row in ordered]
        first = next((i for i, cell in enumerate(cells) if cell), 0)
        lines.append((name, words.column(name, own), cells, first, len({c for c in cells if c}) > 1))
    seen: dict[str, str] = {}
    for row in numbers:
        seen.setdefault(row.number, row.kind)
    return render_template(
        "contacts/merge.html",
        rows=[(row, name_of(row) or t("contacts.nameless"), stakes[row.id]) for row in ordered],
        lines=lines,
        numbers=list(seen.items()),
        most_numbers=MOST_NUMBERS,
        trouble=trouble,
        days=unmerging.UNDO_DAYS,
    )


def _value(row: Any, name: str) -> Any:
    if name.startswith("custom."):
        return row.custom.get(name.removeprefix("custom."))
    return getattr(row, name)
