"""The list of contacts: search over everything, filter, columns, order, export (HN-430)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.contacts import columns, filter_sql, filters, listing, own_fields, segments, table
from fs_app.contacts.custom import Own
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.limits import TooSlow, within
from fs_app.errors import NotFound
from fs_app.web.access import needs
from fs_app.web.contacts import asked as asked_for
from fs_app.web.contacts import exporting, words
from fs_app.web.contacts.asked import COOKIE, Asked, link
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t

blueprint = Blueprint("contacts", __name__, url_prefix="/contacts")
PATH = "/contacts"
MAY = "contacts.browse"

SEARCH_MS = 5_000
"""A list that takes longer is given up, and the page says what to do."""


@blueprint.get("")
@needs(MAY)
def index() -> AnyResponse:
    asked = asked_for.read(request.args, request.cookies.get(COOKIE, ""))
    account, now = who().account, the_app().clock.now_ms()

    def ask() -> dict[str, Any]:
        own = own_fields.of(account)
        fields = columns.fields_of(account, now)
        chosen = table.chosen(asked.columns, own)
        offered = segments.options(account)
        trouble, page, rows = "", None, []
        try:
            with within(SEARCH_MS):
                page = listing.page(wanted(asked, fields, account))
                rows = table.rows(account, page.ids, chosen)
        except InvalidFields as error:
            trouble = next(iter(error.fields.values()))
        except TooSlow:
            trouble = TooSlow.key
        nobody = page is not None and not page.total and not asked.filtered
        return {
            "own": own,
            "fields": fields,
            "chosen": chosen,
            "segments": offered,
            "trouble": trouble,
            "page": page,
            "rows": rows,
            "nobody": nobody,
        }

    told = the_app().db.read(ask, timeout=2 * SEARCH_MS / 1000)
    own = {one.name: one for one in told["own"]}
    response = make_response(
        render_template(
            "contacts/list.html",
            asked=asked,
            page=told["page"],
            nobody=told["nobody"],
            trouble=t(told["trouble"]) if told["trouble"] else "",
            columns=[(name, words.column(name, own), table.SORTED.get(name, "")) for name in told["chosen"]],
            offered=[
                (name, words.column(name, own), name in told["chosen"])
                for name in table.offered(own.values())
            ],
            rows=[
                (row["id"], [words.cell(row, name, own) for name in told["chosen"]]) for row in told["rows"]
            ],
            segments=told["segments"],
            builder=words.builder(told["fields"].every.values(), told["segments"], own),
            link=lambda **changes: link(PATH, asked, **changes),
            export=lambda kind: link(f"{PATH}/export.{kind}", asked, page=1, sort="name", order="asc"),
            put=link("/lists/add", asked, page=1, sort="name", order="asc", columns=""),
            cap=listing.CAP,
        )
    )
    if "columns" in request.args:
        response.set_cookie(
            COOKIE, ",".join(told["chosen"]), max_age=365 * 86_400, samesite="Lax", httponly=True, path=PATH
        )
    return response


def wanted(asked: Asked, fields: filters.Fields, account: int) -> listing.Wanted:
    """What the address asks of the database. Raises InvalidFields. Inside `Database.read`."""
    given = asked.given
    if given is None or len(asked.filter) > asked_for.LONGEST_FILTER:
        raise InvalidFields({"": "filter.error.shape" if given is None else "filter.error.too_big"})
    condition = filter_sql.where(filters.parse(given, fields), fields) if asked.filter else None
    if asked.segment:
        part = filters.parse({"field": f"segment.{asked.segment}", "op": "is"}, fields)
        inside = filter_sql.where(part, fields)
        condition = inside if condition is None else condition & inside
    return listing.Wanted(
        account,
        fields.country,
        asked.q,
        condition,
        sort=asked.sort,
        descending=asked.order == "desc",
        page=asked.page,
    )


@blueprint.get("/export.<kind>")
@needs("contacts.export")
def export(kind: str) -> AnyResponse:
    """CSV as it is read from the database, however many; XLSX when it is whole."""
    if kind not in ("csv", "xlsx"):
        raise NotFound("no such kind of file")
    asked = asked_for.read(request.args, "")
    account, now = who().account, the_app().clock.now_ms()
    chosen_by_hand = "columns" in request.args

    def ask() -> tuple[list[Own], listing.Wanted]:
        fields = columns.fields_of(account, now)
        return own_fields.of(account), wanted(asked, fields, account)

    listed, what = the_app().db.read(ask)
    own = {one.name: one for one in listed}
    names = (
        table.chosen(asked.columns, listed)
        if chosen_by_hand
        else (*table.EXPORTED, *(f"custom.{one.name}" for one in listed))
    )
    names = tuple(n for name in names for n in (("last_name", "first_name") if name == "name" else (name,)))
    heads = [words.column(name, own) for name in dict.fromkeys(names)]
    return exporting.respond(kind, account, what, list(dict.fromkeys(names)), heads, own)
