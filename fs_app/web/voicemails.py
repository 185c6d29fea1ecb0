"""Messages that callers left: the list, listening, and what is done about them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.listing import Wanted
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.privacy import access
from fs_app.voicemail import queries
from fs_app.voicemail.queries import Row
from fs_app.web import calls, text
from fs_app.web.access import needs
from fs_app.web.admin.common import Column, Filter, ListPage, as_csv, done, read, typed_number, wanted
from fs_app.web.context import the_app, who, zone
from fs_app.web.i18n import t

blueprint = Blueprint("voicemails", __name__, url_prefix="/voicemails")
PATH = "/voicemails"
FILTERS = ("box", "state")


@blueprint.get("")
@needs("voicemail.view")
def listing() -> str:
    asked = _asked()
    page, boxes = read(
        lambda account: (queries.listing(account, asked, _digits(asked)), queries.boxes(account))
    )
    identity = who()
    queues = [q for q in the_app().catalog.now.queues.values() if q.account == identity.account]
    return render_template(
        "voicemails/list.html",
        list=ListPage(PATH, asked, page, _filters(boxes), _columns()),
        may_delete=identity.may("recordings.delete"),
        may_work=identity.may("callbacks.work"),
        queues=sorted((q.name, q.id) for q in queues),
    )


@blueprint.get("/export.csv")
@needs("voicemail.view")
def export() -> Response:
    """The list, not the sound."""
    asked = replace(_asked(), page=None)
    page = read(lambda account: queries.listing(account, asked, _digits(asked)), timeout=60.0)
    where = zone()

    def cells(row: Row) -> tuple[object, ...]:
        left = text.moment(row.left_at, where).strftime("%Y-%m-%d %H:%M:%S")
        state = t(f"voicemail.state.{row.state}")
        return left, row.number, row.name, row.box or row.queue, round(row.duration_ms / 1000), state

    return as_csv("voicemails", [column.label for column in _columns()], page, cells)


@blueprint.get("/<voicemail>.wav")
@needs("voicemail.view")
def sound(voicemail: str) -> AnyResponse:
    """Who listens has heard it; that stands in the journal, and in the audit log like each listening."""
    row = _find(voicemail)
    answer = calls.audio(row.call, row.id, access.VOICEMAIL)
    the_app().voicemails.heard(who().account, row, who().name)
    return answer


@blueprint.post("/<voicemail>/heard")
@needs("voicemail.view")
def heard(voicemail: str) -> AnyResponse:
    the_app().voicemails.heard(who().account, _find(voicemail), who().name)
    return _back()


@blueprint.post("/<voicemail>/unheard")
@needs("voicemail.view")
def unheard(voicemail: str) -> AnyResponse:
    the_app().voicemails.unheard(who().account, _find(voicemail), who().name)
    return _back()


@blueprint.post("/<voicemail>/call-back")
@needs("callbacks.work")
def call_back(voicemail: str) -> AnyResponse:
    """On the list of callbacks of a queue, where its agents find it."""
    row, queue = _find(voicemail), typed_number("queue")
    try:
        if queue is None:
            raise NotFound("no queue")
        the_app().voicemails.call_back(who().account, row, queue, who().name)
    except (Conflict, Invalid, NotFound) as error:
        flash(t(error.key), "orange")
        return _back()
    return done(_address(), "voicemail.called_back")


def _back() -> AnyResponse:
    return redirect(_address(), 303)


def _address() -> str:
    """The list as it was."""
    query = request.form.get("back", "")[:500]
    plain = all(c.isalnum() or c in "=&%+-_." for c in query)
    return f"{PATH}?{query}" if query and plain else PATH


def _find(voicemail: str) -> Row:
    return read(lambda account: queries.one(account, voicemail))


def _asked() -> Wanted:
    return wanted(FILTERS, "left", descending=True)


def _digits(asked: Wanted) -> str:
    like_a_number = bool(asked.q) and all(c.isdigit() or c in "+ .-()/" for c in asked.q)
    return text.digits_sought(asked.q) if like_a_number else ""


def _filters(boxes: list[queries.Choice]) -> list[Filter]:
    offered = [("", t("admin.every")), *((str(b.id), b.label) for b in boxes)]
    states = [("", t("admin.every")), *((s, t(f"voicemail.state.{s}")) for s in ("NEW", "HEARD"))]
    return [Filter("box", t("voicemail.box"), offered), Filter("state", t("admin.state"), states)]


def _columns() -> list[Column]:
    return [
        Column("left", t("voicemail.left_at"), "left"),
        Column("number", t("calls.column.caller")),
        Column("name", t("calls.column.caller_name")),
        Column("box", t("voicemail.box"), "box"),
        Column("length", t("recordings.length"), "length", cls="num"),
        Column("state", t("admin.state")),
    ]
