"""What an agent did (BA-60), his figures (BA-140) and the day's messages; JSON and files, same session."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from fs_app.colleagues import rows as messages
from fs_app.errors import NotFound
from fs_app.history import figures, periods, queries
from fs_app.history.periods import Period
from fs_app.web import i18n, sheets, text
from fs_app.web.access import needs
from fs_app.web.agent_asking import fresh, whose
from fs_app.web.callcsv import TooMany
from fs_app.web.context import site, the_app, zone
from fs_app.web.i18n import t, t_or
from fs_app.web.text import page_number

blueprint = Blueprint("agent_history", __name__, url_prefix="/agent")

LONGEST_SEARCH = 100
EXPORT_TIMEOUT_S = 60.0
COLUMNS = (
    *("at", "direction", "number", "name", "company", "queue"),
    *("wait", "talk", "hold", "wrap_up", "disposition", "note"),
)


@blueprint.get("/history")
@needs("calls.view_own")
def history() -> Response:
    """`period` (periods.NAMES) with `since`, `until` for dates; `direction`, `q`, `page`."""
    identity, agent = whose()
    period = _period()
    wanted, number = _wanted(identity.account, agent, period), page_number(request.args.get("page", ""))
    rows, page, total = the_app().db.read(lambda: queries.page(wanted, number))
    listens = identity.may("recordings.listen_own")
    return fresh(
        jsonify(
            since=period.first.isoformat(),
            until=period.last.isoformat(),
            total=total,
            page=page,
            pages=max(1, -(-total // queries.PER_PAGE)),
            may_export=identity.may("calls.export"),
            list=[_shown(row, listens) for row in rows],
        )
    )


@blueprint.get("/history.<kind>")
@needs("calls.export")
def export(kind: str) -> Response:
    """The whole of what is filtered, as CSV or XLSX. Raises TooMany."""
    identity, agent = whose()
    if kind not in sheets.KINDS:
        raise NotFound(f"no export as {kind[:20]!r}")
    wanted = _wanted(identity.account, agent, _period())

    def ask() -> list[queries.Row]:
        n = queries.count(wanted)
        if n > queries.MOST_EXPORTED:
            raise TooMany(f"{n} calls", n=n, most=queries.MOST_EXPORTED)
        return queries.export(wanted)

    found, where, language = the_app().db.read(ask, timeout=EXPORT_TIMEOUT_S), zone(), i18n.language()
    heads = [t(f"desk.history.column.{name}") for name in COLUMNS]
    directions = {row: t(f"desk.history.{row}") for row in ("in", "out", "missed", "internal")}
    title = t("desk.module.history")

    def write() -> bytes:
        rows = (
            (
                text.moment(row.at, where),
                directions["missed" if row.missed else row.direction],
                text.phone(row.number, identity.country),
                row.name,
                row.company,
                row.queue,
                row.wait_ms // 1000,
                (row.talk_ms or 0) // 1000,
                row.hold_ms // 1000,
                row.wrap_up_ms // 1000,
                row.disposition,
                row.note,
            )
            for row in found
        )
        return sheets.as_csv(heads, rows, language) if kind == "csv" else sheets.as_xlsx(heads, rows, title)

    content = site().threads.run(write, timeout=EXPORT_TIMEOUT_S)
    day = text.moment(the_app().clock.now_ms(), where).strftime("%Y-%m-%d")
    return sheets.as_file(content, kind, f"history-{day}")


@blueprint.get("/statistics")
@needs("calls.view_own")
def statistics() -> Response:
    """Since the last login, of today, of this week and this month."""
    identity, agent = whose()
    account, now, where = identity.account, the_app().clock.now_ms(), zone()
    spans = {name: periods.named(name, now, where) for name in ("today", "week", "month")}
    first = min(span.since for span in spans.values())

    def ask() -> tuple[int | None, list[figures.Part]]:
        login = figures.logged_in_at(account, agent)
        return login, figures.parts_since(account, agent, min(first, login if login is not None else first))

    login, parts = the_app().db.read(ask)
    counted = {name: figures.figures(parts, span.since, span.until) for name, span in spans.items()}
    session = figures.figures(parts, login, now + 1) if login is not None else None
    return fresh(
        jsonify(
            session_since=login,
            session=asdict(session) if session is not None else None,
            **{name: asdict(value) for name, value in counted.items()},
        )
    )


@blueprint.get("/messages")
@needs("desk.use")
def written() -> Response:
    """What was written to him and by him today."""
    identity, agent = whose()
    since = periods.named("today", the_app().clock.now_ms(), zone()).since
    return fresh(jsonify(list=the_app().db.read(lambda: messages.of_day(identity.account, agent, since))))


def _period() -> Period:
    args = request.args
    return periods.named(
        args.get("period", ""), the_app().clock.now_ms(), zone(), args.get("since", ""), args.get("until", "")
    )


def _wanted(account: int, agent: int, period: Period) -> queries.Wanted:
    search = " ".join(request.args.get("q", "")[:LONGEST_SEARCH].replace("\0", " ").split())
    like_a_number = bool(search) and all(c.isdigit() or c in "+ .-()/" for c in search)
    direction = request.args.get("direction", "")
    return queries.Wanted(
        account,
        agent,
        period.since,
        period.until,
        direction if direction in queries.DIRECTIONS else "",
        search,
        text.digits_sought(search) if like_a_number else "",
    )


def _shown(row: queries.Row, listens: bool) -> dict[str, Any]:
    said = asdict(row)
    said["cause_text"] = t_or(f"desk.history.cause.{row.cause}", cause_said(row.cause)) if row.cause else ""
    said["recordings"] = list(row.recordings) if listens else []
    return said


def cause_said(cause: str) -> str:
    """As the time line of a call has it, for causes that mean nothing else to the agent."""
    return t_or(f"cause.{cause}", text.clipped(cause))
