"""Messages: what was sent, what waits, what failed; sending again and cancelling."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import queues
from fs_app.admin.listing import Page, Wanted
from fs_app.messaging import log, templates
from fs_app.messaging.log import Line
from fs_app.messaging.state import CHANNELS, STATES
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import Column, Filter, ListPage, actor, as_csv, done, read, wanted
from fs_app.web.admin.message_parts import WORDS, channel_words, state_words, why_words
from fs_app.web.callfilter import days_in_address
from fs_app.web.context import the_app, zone
from fs_app.web.i18n import t

blueprint = Blueprint("admin_messages", __name__, url_prefix="/admin/messages")
PATH = "/admin/messages"
FILTERS = ("state", "channel", "queue", "template", "since", "until")


@blueprint.get("")
@needs("messages.manage")
def listing() -> str:
    asked = _asked()
    days = days_in_address(dict(asked.filters), zone())
    page, offered, texts = read(
        lambda account: (
            log.listing(account, asked, *days),
            queues.names(account),
            templates.listing(account),
        )
    )
    every = ("", t("admin.every"))
    filters = [
        Filter("state", t("admin.state"), [every, *((s, state_words(s)) for s in STATES)]),
        Filter("channel", t("messages.channel"), [every, *((c, channel_words(c)) for c in CHANNELS)]),
        Filter("queue", t("admin.queue"), [every, *((str(q.id), q.label) for q in offered)]),
        Filter("template", t("messages.template"), [every, *((str(x.id), x.form.name) for x in texts)]),
    ]
    shown = ListPage(PATH, asked, page, filters, _columns())
    return render_template("admin/messages/log.html", list=shown, values=dict(asked.filters), **WORDS)


@blueprint.get("/export.csv")
@needs("messages.manage")
def export() -> Response:
    asked, where = replace(_asked(), page=None), zone()
    days = days_in_address(dict(asked.filters), where)
    page: Page[Line] = read(lambda account: log.listing(account, asked, *days), timeout=60.0)

    def at(ms: int | None) -> str:
        return text.moment(ms, where).strftime("%Y-%m-%d %H:%M:%S") if ms is not None else ""

    def cells(line: Line) -> tuple[object, ...]:
        return (
            at(line.created_at),
            channel_words(line.channel),
            line.recipient,
            line.template,
            line.queue,
            state_words(line.state),
            why_words(line.why, line.detail),
            at(line.ended_at),
            line.tries,
            line.provider,
            line.call,
        )

    heads = [c.label for c in _columns()]
    more = [t(f"messages.{name}") for name in ("why", "ended", "tries", "provider", "call")]
    return as_csv("messages", [*heads, *more], page, cells)


@blueprint.get("/<int:message>")
@needs("messages.manage")
def one(message: int) -> str:
    line = read(lambda account: log.one(account, message))
    return render_template("admin/messages/message.html", line=line, **WORDS)


@blueprint.post("/<int:message>/cancel")
@needs("messages.manage")
def cancel(message: int) -> AnyResponse:
    by = actor()
    the_app().db.write(lambda: log.cancel(by, message))
    return done(f"{PATH}/{message}", "messages.now_cancelled")


@blueprint.post("/<int:message>/resend")
@needs("messages.manage")
def resend(message: int) -> AnyResponse:
    by = actor()
    made = the_app().db.write(lambda: log.resend(by, message))
    return done(f"{PATH}/{made}", "messages.now_waiting")


def _asked() -> Wanted:
    return wanted(FILTERS, "created", descending=True)


def _columns() -> list[Column]:
    return [
        Column("created", t("messages.wanted"), "created"),
        Column("channel", t("messages.channel")),
        Column("recipient", t("messages.recipient"), "recipient"),
        Column("template", t("messages.template"), "template"),
        Column("queue", t("admin.queue")),
        Column("state", t("admin.state"), "state"),
    ]
