"""The records of a list (HN-405, HN-430): searched and filtered, one by one, and as a file."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import IO, Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request, send_file, stream_with_context
from werkzeug.wrappers import Response as AnyResponse
from xlsxwriter import Workbook

from fs_app.calllists import listing
from fs_app.calllists.fields import asking
from fs_app.calllists.files import said_answers
from fs_app.calllists.listing import SORTS, Head, Line, Wanted
from fs_app.calllists.state import State
from fs_app.contacts.fields import InvalidFields
from fs_app.errors import Invalid, NotFound
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import read
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.i18n import language, t
from fs_app.web.lists import PATH, json_of, page, tally_of, the_list
from fs_app.web.lists_words import filter_facts, option_label
from fs_app.web.sheets import KINDS, LONGEST_CELL
from fs_app.web.text import page_number, whole_number

blueprint = Blueprint("lists_records", __name__, url_prefix=PATH)

MOST_XLSX = 200_000
"""More lines are for a CSV: a spreadsheet of this size is opened by nobody."""

COLUMNS = (
    "index",
    "state",
    "last_name",
    "first_name",
    "company",
    "city",
    "number",
    "others",
    "kind",
    "country",
    "zone",
    "attempts",
    "first_at",
    "last_at",
    "last_result",
    "verdict",
    "due_at",
    "owner",
    "last_agent",
    "priority",
    "memo",
    "imported_at",
    "guid",
    "reference",
    "mail",
    "postal_code",
    "answers",
    "code",
    "label",
    "detail_code",
    "detail_label",
)
"""What a file may hold, in this order; after them the account's own fields."""

CHOSEN = (
    "index",
    "state",
    "last_name",
    "first_name",
    "company",
    "number",
    "attempts",
    "last_at",
    "last_result",
    "verdict",
    "memo",
)
CUSTOM = "custom."
MOMENTS = frozenset({"first_at", "last_at", "due_at", "imported_at"})


class TooMany(Invalid):
    """More rows than a spreadsheet should have."""

    key = "lists.error.too_many"


# --- the list of records ------------------------------------------------------------------------------------
@blueprint.get("/<int:call_list>/records")
@needs("lists.view")
def records(call_list: int) -> str | tuple[str, int]:
    head = the_list(call_list)
    asked, chosen, problem = _asked(head)
    bare = not asked.q and asked.condition is None
    total = sum(tally_of(head).whole.of(s) for s in asked.states or tuple(State)) if bare else None
    country = who().country
    found = read(lambda account: listing.page(account, country, asked, total), 30.0)
    shown = page(
        "lists/records.html",
        head,
        "records",
        found=found,
        asked=asked,
        chosen=chosen,
        problem=problem,
        sorts=SORTS,
        states=tuple(State),
        saved=read(lambda account: listing.filters_of(account, call_list)),
        saved_id=request.args.get("saved", ""),
        facts=filter_facts(),
        link=partial(_link, asked),
        filtered=bool(asked.q or asked.states or chosen),
        result=lambda value: option_label(value, f"lists.result.{value}"),
    )
    return (shown, 400) if problem else shown


def _asked(head: Head) -> tuple[Wanted, Any, str]:
    """From the address: (what is wanted, the filter as it was asked for, what is wrong with it)."""
    args = request.args
    q = " ".join(args.get("q", "")[:100].replace("\0", " ").split())
    states = tuple(s for s in args.getlist("state")[:20] if s in set(State))
    saved, chosen, problem = whole_number(args.get("saved", "")), None, ""
    if saved is not None:
        chosen = read(lambda account: listing.filter_of(account, head.id, saved)).filter
    elif args.get("filter"):
        try:
            chosen = json_of(args["filter"])
        except Invalid:
            problem = t("filter.error.shape")
    condition = None
    if chosen is not None:
        now = the_app().clock.now_ms()
        try:
            condition = read(lambda account: asking(account, now).condition(chosen))
        except InvalidFields as error:
            place, key = next(iter(error.fields.items()))
            problem = t(key, place=place)
    sort = args.get("sort", "index")
    return (
        Wanted(
            head.id,
            q,
            states,
            condition,
            sort if sort in SORTS else "index",
            args.get("order") == "desc",
            page_number(args.get("page", "")),
        ),
        chosen,
        problem,
    )


def _link(asked: Wanted, path: str = "records", **changes: Any) -> str:
    """The address of this selection with another order, page or as a file."""
    values: list[tuple[str, str]] = [("state", s) for s in asked.states]
    plain = {
        "q": asked.q,
        "saved": request.args.get("saved", ""),
        "filter": "" if request.args.get("saved") else request.args.get("filter", ""),
        "sort": asked.sort if asked.sort != "index" else "",
        "order": "desc" if asked.descending else "",
        "page": "",
        **{name: str(value) for name, value in changes.items()},
    }
    values += [(name, value) for name, value in plain.items() if value]
    address = f"{PATH}/{asked.list}/{path}"
    return f"{address}?{urlencode(values)}" if values else address


# --- one record ---------------------------------------------------------------------------------------------
@blueprint.get("/<int:call_list>/records/<int:list_record>")
@needs("lists.view")
def one(call_list: int, list_record: int) -> str:
    """Everything that is known of it, and what keeps it from being called now."""
    head = the_list(call_list)
    found = read(lambda account: listing.line(account, call_list, list_record))
    chosen = {"field": "index", "op": "is", "value": found.record.index}
    return page(
        "lists/record.html",
        head,
        "records",
        line=found,
        record=found.record,
        only=orjson.dumps(chosen).decode(),
        result=option_label(found.record.last_result, f"lists.result.{found.record.last_result}"),
        history=sorted(found.record.attempt_times, reverse=True),
        may_act=who().may("lists.act"),
    )


# --- a file -------------------------------------------------------------------------------------------------
@blueprint.get("/<int:call_list>/export")
@needs("lists.export")
def ask_export(call_list: int) -> str:
    """Which columns, and of how many records."""
    head = the_list(call_list)
    asked, chosen, _ = _asked(head)
    country = who().country
    n = read(lambda account: listing.number_of(account, country, asked), 60.0)
    return page(
        "lists/export.html",
        head,
        "records",
        n=n,
        most_xlsx=MOST_XLSX,
        columns=[(name, column_words(name)) for name in (*COLUMNS, *_own_columns())],
        ticked=CHOSEN,
        back=_link(asked),
        kept=[
            (name, value)
            for name, value in request.args.items(multi=True)
            if name in ("q", "state", "saved", "filter")
        ],
        chosen=chosen,
    )


@blueprint.get("/<int:call_list>/export.<kind>")
@needs("lists.export")
def export(call_list: int, kind: str) -> AnyResponse:
    """No cell is a formula; lines are read as they are sent, a million of them too."""
    head = the_list(call_list)
    if kind not in KINDS:
        raise NotFound(f"kind {kind[:20]}")
    asked, _, problem = _asked(head)
    if problem:
        raise Invalid(problem, field="filter")
    offered = (*COLUMNS, *_own_columns())
    names = [name for name in request.args.getlist("column")[:300] if name in offered] or list(CHOSEN)
    day = text.moment(the_app().clock.now_ms(), zone()).strftime("%Y-%m-%d")
    file = f"{_file_name(head.name)}-{day}.{kind}"
    heads = [column_words(name) for name in names]
    rows = _rows(who().account, who().country, asked, names)
    if kind == "xlsx":
        country = who().country
        n = read(lambda account: listing.number_of(account, country, asked), 60.0)
        if n > MOST_XLSX:
            raise TooMany(f"{n} rows", n=n, most=MOST_XLSX)
        return _as_xlsx(heads, rows, file)
    lines = _as_csv(heads, rows, language())
    response = Response(stream_with_context(lines), mimetype=KINDS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _file_name(name: str) -> str:
    """Letters and digits of a list's name: nothing that a path or a header could take for more."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)
    return "-".join(filter(None, kept.split("-")))[:40] or "list"


def _own_columns() -> list[str]:
    now = the_app().clock.now_ms()
    fields = read(lambda account: asking(account, now).fields.every)
    return [name for name in fields if name.startswith(CUSTOM)]


def column_words(name: str) -> str:
    return name.removeprefix(CUSTOM) if name.startswith(CUSTOM) else t(f"lists.column.{name}")


def _rows(account: int, country: str, asked: Wanted, names: Sequence[str]) -> Iterator[list[object]]:
    db, here, after = the_app().db, zone(), -1
    words = {str(s): t(f"lists.state.{s}") for s in State}

    def more(after: int) -> list[Line]:
        return db.read(lambda: listing.piece(account, country, asked, after), timeout=60.0)

    while found := more(after):
        for line in found:
            yield [_cell(line, name, words, here) for name in names]
        after = found[-1].record.index


def _cell(line: Line, name: str, words: dict[str, str], here: Any) -> object:
    one, contact, file = line.record, line.contact, line.file
    if name in MOMENTS:
        at = getattr(one, name)
        return text.moment(at, here) if at else ""
    match name:
        case "state":
            return words[one.state]
        case "last_result":
            return option_label(one.last_result, f"lists.result.{one.last_result}") if one.last_result else ""
        case "others":
            return " ".join(str(other.get("n") or "") for other in one.more)
        case "kind":
            return option_label(one.kind, f"lists.kind.{one.kind}") if one.kind else ""
        case "owner" | "last_agent" | "verdict":
            return getattr(line, name)
        case "answers":
            return _answers(file.get("answers"))
        case "code" | "label" | "detail_code" | "detail_label":
            return file.get(name) or ""
    if name.startswith(CUSTOM):
        value = (contact.get("custom") or {}).get(name.removeprefix(CUSTOM))
        return "" if value is None else value
    if name in ("number", "country", "zone", "index", "attempts", "priority", "memo"):
        return getattr(one, name)
    return contact.get(name) or ""


def _answers(answers: Any) -> str:
    return said_answers(answers)[:LONGEST_CELL]


def _as_csv(heads: Sequence[str], rows: Iterator[list[object]], lang: str) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if lang == "en" else ";", lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow([text.csv_cell(head) for head in heads])
    for n, row in enumerate(rows, 1):
        writer.writerow([text.csv_cell(_said(cell)) for cell in row])
        if n % 500 == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _said(cell: object) -> object:
    return cell.strftime("%Y-%m-%d %H:%M:%S") if isinstance(cell, datetime) else cell


def _as_xlsx(heads: Sequence[str], rows: Iterator[list[object]], name: str) -> AnyResponse:
    """Line by line into a temporary file, in a thread."""
    file: IO[bytes] = tempfile.TemporaryFile(prefix="fs-app-list-")  # noqa: SIM115 - closed with the answer
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(file, options)
    sheet = book.add_worksheet("1")
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, text.harmless(head))

    def write(begin: int, some: list[list[object]]) -> None:
        for at, row in enumerate(some, begin):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell.replace(tzinfo=None), moments)
                elif isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(at, column, cell)
                else:
                    sheet.write_string(at, column, text.harmless(str(cell))[:LONGEST_CELL])

    some: list[list[object]] = []
    at = 1
    for row in rows:
        some.append(row)
        if len(some) >= 500:
            site().threads.run(write, at, some)
            at, some = at + len(some), []
    site().threads.run(write, at, some)
    site().threads.run(book.close, timeout=120.0)
    file.seek(0)
    response = send_file(file, mimetype=KINDS["xlsx"], as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response
