"""Recordings: the list with its filters, what is kept, what is deleted, how much of the disk they take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import format_decimal
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.listing import Page, Wanted
from fs_app.calls import queries as calls
from fs_app.errors import Invalid
from fs_app.recordings import queries, service
from fs_app.recordings.queries import STATES, Range, Row
from fs_app.web import given, i18n, text
from fs_app.web.access import needs
from fs_app.web.admin.common import Column, Filter, ListPage, actor, as_csv, done, read, wanted, whole
from fs_app.web.callfilter import days_in_address
from fs_app.web.context import the_app, who, zone
from fs_app.web.i18n import t, t_or

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")
PATH = "/recordings"

FILTERS = ("queue", "agent", "disposition", "state", "since", "until", "shortest", "longest")


@blueprint.get("")
@needs("recordings.listen_all")
def listing() -> str:
    asked, only = _asked(), given.queues()
    page, use, offered = read(
        lambda account: (
            queries.listing(account, asked, _range(asked), only),
            queries.use(account),
            calls.choices(account),
        )
    )
    identity = who()
    shown = ListPage(PATH, asked, page, _filters(offered), _columns())
    return render_template(
        "recordings/list.html",
        list=shown,
        values=dict(asked.filters),
        use=use,
        use_text=size(use.bytes),
        disk=the_app().disk_report(),
        size=size,
        said=said,
        may_download=identity.may("recordings.download"),
        may_keep=identity.may("recordings.keep"),
        may_delete=identity.may("recordings.delete"),
        may_manage=identity.may("recordings.manage"),
    )


@blueprint.get("/export.csv")
@needs("recordings.listen_all")
def export() -> Response:
    """The list, not the sound."""
    asked, only = replace(_asked(), page=None), given.queues()
    page: Page[Row] = read(lambda account: queries.listing(account, asked, _range(asked), only), timeout=60.0)
    where = zone()

    def cells(row: Row) -> tuple[object, ...]:
        return (
            text.moment(row.started_at, where).strftime("%Y-%m-%d %H:%M:%S"),
            row.number,
            row.name,
            row.queue,
            row.agent,
            row.disposition,
            round(row.duration_ms / 1000),
            said(row),
        )

    return as_csv("recordings", [column.label for column in _columns()], page, cells)


@blueprint.post("/<recording>/keep")
@needs("recordings.keep")
def keep(recording: str) -> AnyResponse:
    _find(recording)
    return _done(lambda by: service.keep(by, recording, True), "recordings.now_kept")


@blueprint.post("/<recording>/release")
@needs("recordings.keep")
def release(recording: str) -> AnyResponse:
    _find(recording)
    return _done(lambda by: service.keep(by, recording, False), "recordings.now_released")


@blueprint.get("/<recording>/delete")
@needs("recordings.delete")
def ask_delete(recording: str) -> str:
    return _ask(_find(recording), "")


@blueprint.post("/<recording>/delete")
@needs("recordings.delete")
def delete(recording: str) -> AnyResponse | str | tuple[str, int]:
    """Written down with its reason; the file goes at once when the disk lets it, else with the next run."""
    found, by = _find(recording), actor()
    reason = request.form.get("reason", "")[: 2 * service.LONGEST_REASON]
    try:
        the_app().db.write(lambda: service.ask_delete(by, recording, reason))
    except Invalid:
        return _ask(found, t("field.needed")), 400
    the_app().disposal.remove()
    after = _find(recording)
    if after.delete_trouble:
        return done(PATH, "recordings.not_deleted", why=after.delete_trouble)
    return done(PATH, "recordings.now_deleted")


@blueprint.post("/retention")
@needs("recordings.manage")
def retention() -> AnyResponse:
    by, days = actor(), whole(request.form.get("recording_days", ""))
    the_app().db.write(lambda: service.set_days(by, days))
    return done(PATH, "recordings.days_saved")


def size(number: int) -> str:
    """Bytes as people read them."""
    for unit, step in (("gb", 1024**3), ("mb", 1024**2)):
        if number >= step:
            return t(f"size.{unit}", size=format_decimal(round(number / step, 1)))
    return t("size.kb", size=format_decimal(-(-number // 1024)))


def said(row: Any) -> str:
    """In one sentence what has become of it; '' when it is simply there."""
    if row.deleted_at is not None:
        key = f"recordings.deleted.{row.delete_why or 'person'}"
        at = text.date_time(row.deleted_at, zone(), i18n.language())
        return t_or(
            key, key, at=at, by=text.clipped(row.delete_by, 60), reason=text.clipped(row.delete_reason, 200)
        )
    if row.delete_asked_at is not None:
        trouble = text.clipped(row.delete_trouble, 120)
        return t("recordings.stuck", why=trouble) if trouble else t("recordings.going")
    parts = []
    if row.problem:
        parts.append(t_or(f"recording.problem.{row.problem}", row.problem))
    if row.kept:
        parts.append(t("recordings.kept_by", by=text.clipped(row.kept_by, 60)))
    return " ".join(parts)


def _done(work: Any, key: str) -> AnyResponse:
    by = actor()
    the_app().db.write(lambda: work(by))
    back = request.form.get("back", "")
    call = back.removeprefix("/calls/")
    here = back.startswith("/calls/") and all(c.isalnum() or c in "-_" for c in call)
    return done(back if here else PATH, key)


def _find(recording: str) -> Row:
    """Raises NotFound when it is none of what this person is given."""
    only = given.queues()
    return read(lambda account: queries.one(account, recording, only))


def _ask(row: Row, problem: str) -> str:
    return render_template(
        "recordings/delete.html",
        row=row,
        problems={"reason": problem} if problem else {},
        reason=request.form.get("reason", "")[: service.LONGEST_REASON],
        size=size(row.bytes),
        refused=row.kept or row.delete_asked_at is not None or row.ended_at is None,
        said=said(row),
    )


def _asked() -> Wanted:
    return wanted(FILTERS, "started", descending=True)


def _range(asked: Wanted) -> Range:
    like_a_number = bool(asked.q) and all(c.isdigit() or c in "+ .-()/" for c in asked.q)
    return Range(
        *days_in_address(dict(asked.filters), zone()),
        whole(asked.filter("shortest")),
        whole(asked.filter("longest")),
        text.digits_sought(asked.q) if like_a_number else "",
    )


def _filters(offered: calls.Choices) -> list[Filter]:
    def choices(name: str, label: str, found: list[calls.Choice]) -> Filter:
        return Filter(name, label, [("", t("admin.every")), *((str(c.id), c.label) for c in found)])

    states = [("", t("admin.every")), *((state, t(f"recordings.state.{state}")) for state in STATES)]
    return [
        choices("queue", t("calls.column.queue"), offered.queues),
        choices("agent", t("calls.column.agent"), offered.agents),
        choices("disposition", t("calls.column.disposition"), offered.dispositions),
        Filter("state", t("admin.state"), states),
    ]


def _columns() -> list[Column]:
    return [
        Column("started", t("calls.column.started"), "started"),
        Column("number", t("calls.column.caller"), "number"),
        Column("name", t("calls.column.caller_name")),
        Column("queue", t("calls.column.queue"), "queue"),
        Column("agent", t("calls.column.agent"), "agent"),
        Column("disposition", t("calls.column.disposition")),
        Column("length", t("recordings.length"), "length", cls="num"),
        Column("sound", t("call.recording")),
    ]
