"""What the administrator's pages share: who asks, what was typed, changes that are in force at once, lists."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import structlog
from flask import Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid
from fs_app.admin.listing import MOST_EXPORTED, Page, Wanted
from fs_app.errors import DatabaseBusy
from fs_app.web import i18n, text
from fs_app.web.callcsv import TooMany
from fs_app.web.context import the_app, who, zone
from fs_app.web.text import page_number, whole_number

T = TypeVar("T")
log = structlog.get_logger(__name__)

LONGEST_SEARCH = 100
Options = Sequence[tuple[str, str]]


# --- changes ------------------------------------------------------------------------------------------------
def actor() -> Actor:
    identity = who()
    return Actor(
        identity.account, identity.user, identity.name, the_app().clock.now_ms(), request.remote_addr or ""
    )


def change(work: Callable[[Actor], T]) -> T:
    """Do it in one transaction; calls, telephones and agents' pages know it when this returns."""
    by = actor()
    result = the_app().db.write(lambda: work(by))
    in_force()
    return result


def in_force() -> None:
    """The calls' picture of the configuration anew."""
    try:
        the_app().catalog.reload()
    except DatabaseBusy as error:
        # It is written; the picture follows with the next change or start.
        log.warning("configuration not reloaded", error=str(error))
        flash(i18n.t("admin.not_in_force"), "orange")


def read(work: Callable[[int], T], timeout: float = 10.0) -> T:
    """Ask the database, for the visitor's account."""
    account = who().account
    return the_app().db.read(lambda: work(account), timeout=timeout)


def problems_of(error: FormInvalid) -> dict[str, str]:
    """Field → sentence in the reader's language."""
    return {field: i18n.t(key, **params) for field, (key, params) in error.problems.items()}


def theirs_beside(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, str]:
    """Field → what somebody else saved there, when it is not what stands in the form. What no line can tell is only
    said to be otherwise: the page links to it."""
    return {name: _now_is(value) for name, value in theirs.items() if value != mine.get(name)}


def _now_is(value: Any) -> str:
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    if isinstance(value, dict | list | tuple):
        return i18n.t("admin.otherwise")
    said = yes_no(value) if isinstance(value, bool) else text.clipped(str(value or ""), 200)
    return i18n.t("desk.directory.theirs", value=said or "–")


def done(path: str, key: str, **params: Any) -> AnyResponse:
    """Back to a page that says what was done."""
    flash(i18n.t(key, **params), "green")
    return redirect(path, 303)


def set_active(
    path: str,
    said: str,
    identifier: int,
    named: Callable[[int], str],
    work: Callable[[Actor, int, bool], object],
    active: bool,
) -> AnyResponse:
    """(De)activate an object of this account: `named(account)` is what it is called, or raises NotFound; `said` is the
    catalogue's sentence about it. Then to its page, or to the list that it has left."""
    name = read(named)
    change(lambda by: work(by, identifier, active))
    return done(f"{path}/{identifier}" if active else path, said, name=name)


# --- what was typed -----------------------------------------------------------------------------------------
def typed(name: str, most: int = 500) -> str:
    """One line, without the spaces around it."""
    return " ".join(request.form.get(name, "")[:most].split())


def whole(value: str) -> int | None:
    """A whole number of at most nine digits."""
    return whole_number(value.strip())


def typed_number(name: str) -> int | None:
    return whole(request.form.get(name, ""))


def typed_numbers(name: str) -> tuple[int, ...]:
    values = [v for v in request.form.getlist(name) if v.isascii() and v.isdigit() and len(v) <= 9]
    return tuple(sorted({int(v) for v in values}))


def ticked(name: str) -> bool:
    return request.form.get(name) == "1"


# --- lists --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Filter:
    """`options`: value, label; the empty value comes first."""

    name: str
    label: str
    options: Options


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the page and of the export; `sort` empty: not sortable."""

    name: str
    label: str
    sort: str = ""
    cls: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """What `admin/list.html` shows."""

    path: str
    wanted: Wanted
    page: Page[Any]
    filters: Sequence[Filter]
    columns: Sequence[Column]

    @property
    def filtered(self) -> bool:
        return bool(self.wanted.q or any(value for _, value in self.wanted.filters))

    def link(self, **changes: Any) -> str:
        """The address of this list with another order or page."""
        return address(self.path, replace(self.wanted, **changes))

    @property
    def export(self) -> str:
        return address(f"{self.path}/export.csv", replace(self.wanted, page=1))


def wanted(names: Iterable[str], default: str, descending: bool = False) -> Wanted:
    """From the address; what makes no sense in it is ignored."""
    args = request.args
    return Wanted(
        q=" ".join(args.get("q", "")[:LONGEST_SEARCH].replace("\0", " ").split()),
        filters=tuple((name, args.get(name, "")[:40].replace("\0", "")) for name in names),
        sort=args.get("sort", default)[:20],
        descending=args["order"] == "desc" if "order" in args else descending,
        page=page_number(args.get("page", "")),
    )


def newest_first(names: Iterable[str]) -> Wanted:
    """The same of a log, which has no order but that of time."""
    return replace(wanted(names, "id"), sort="id", descending=request.args.get("order") != "asc")


def address(path: str, what: Wanted) -> str:
    values = {"q": what.q, **dict(what.filters), "sort": what.sort}
    if what.descending:
        values["order"] = "desc"
    elif "order" in request.args or values["sort"] == "id":
        values["order"] = "asc"
    if what.page and what.page > 1:
        values["page"] = str(what.page)
    shown = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(shown)}" if shown else path


def as_csv(
    name: str, heads: Sequence[str], page: Page[Any], cells: Callable[[Any], Iterable[object]]
) -> Response:
    """A file for spreadsheets, as the calls' (callcsv.py). Raises TooMany."""
    if page.total > MOST_EXPORTED:
        raise TooMany(f"{page.total} rows", n=page.total, most=MOST_EXPORTED)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if i18n.language() == "en" else ";", lineterminator="\r\n")
    writer.writerow([text.csv_cell(head) for head in heads])
    for row in page.rows:
        writer.writerow([text.csv_cell(cell) for cell in cells(row)])
    day = text.moment(the_app().clock.now_ms(), zone()).strftime("%Y-%m-%d")
    response = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def state_filter() -> Filter:
    """Active (the default), deactivated, all."""
    return Filter(
        "state",
        i18n.t("admin.state"),
        [(value, i18n.t(f"admin.state.{value or 'active'}")) for value in ("", "inactive", "all")],
    )


def yes_no(value: bool) -> str:
    return i18n.t("admin.yes") if value else i18n.t("admin.no")


# --- pages --------------------------------------------------------------------------------------------------
def confirm(title: str, sentences: Sequence[str], button: str, back: str, danger: bool = True) -> str:
    """Says what will be lost and how many, and asks."""
    return render_template(
        "admin/confirm.html", title=title, sentences=sentences, button=button, back=back, danger=danger
    )
