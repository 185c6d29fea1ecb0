"""Ouverture des files: which queue works by which schedule and holidays; each is set on the queue's own page."""

from __future__ import annotations

from flask import Blueprint, render_template

from fs_app.admin import queue_closed
from fs_app.hours.opening import Opening
from fs_app.web.access import needs
from fs_app.web.admin.common import read
from fs_app.web.admin.queue_tabs.opening import known, now, until
from fs_app.web.context import the_app
from fs_app.web.i18n import t

LONGEST_MS = 3_600_000
"""The page is asked for again at least this often."""

blueprint = Blueprint("admin_opening", __name__, url_prefix="/admin/opening")


@blueprint.get("")
@needs("hours.manage")
def listing() -> str:
    (queues, weeks, calendars), ways = read(lambda account: (known(account), queue_closed.ways(account)))
    names = {q.id: q.name for q in queues}
    lines = [
        {
            "queue": q,
            "now": now(q, weeks, calendars),
            "schedule": weeks.get(q.schedule or 0),
            "holidays": calendars.get(q.holiday_set or 0),
            "onward": names.get(q.closed_queue or 0, ""),
            "then": t(f"opening.way.{ways[q.id]}"),
        }
        for q in queues
    ]
    next_ms = min([LONGEST_MS, *(left_ms(now(q, weeks, calendars)) for q in queues)])
    return render_template("admin/hours/openings.html", lines=lines, until=until, next_ms=next_ms)


def left_ms(opening: Opening) -> int:
    """Until the next change, and a moment more."""
    if opening.until is None:
        return LONGEST_MS
    return max(1000, round(opening.until.timestamp() * 1000) - the_app().clock.now_ms() + 500)
