"""The tab Opening: schedule, holidays, and what happens while the queue is closed (HN-160, HN-161)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from fs_app.admin import queue_closed
from fs_app.admin.queue_closed import Closed
from fs_app.admin.queue_parts import Checking, Part
from fs_app.errors import NotFound
from fs_app.hours import service
from fs_app.hours.opening import Holidays, Opening, Week, is_open
from fs_app.hours.service import QueueOpening
from fs_app.web.admin.common import typed, typed_number
from fs_app.web.admin.hours import summary
from fs_app.web.admin.queue_tabs.frame import Tab
from fs_app.web.context import the_app, zone
from fs_app.web.i18n import t


def _blank() -> QueueOpening:
    """Always open; the id 0 is a queue that is not there yet."""
    return QueueOpening(0, "", "", True, None, None, "", "", None)


@dataclass(frozen=True, slots=True)
class OpeningForm:
    """With `closed.then` "queue" another queue takes the calls, and must be chosen."""

    opening: QueueOpening = field(default_factory=_blank)
    closed: Closed = field(default_factory=Closed)


def _load(account: int, queue: int) -> OpeningForm:
    found = next((q for q in service.queues(account) if q.id == queue), None)
    if found is None:
        raise NotFound(f"queue {queue}")
    return OpeningForm(found, queue_closed.load(account, queue))


def _check(checking: Checking, value: OpeningForm) -> None:
    opening = replace(value.opening, id=checking.queue or 0)
    queue_closed.check(checking, value.closed)
    if value.closed.then == "queue" and opening.closed_queue is None:
        checking.problems.add("closed_queue", "hours.wrong.choice")
    for name, key in service.wrong_opening(checking.account, opening).items():
        checking.problems.add(name, key)


def _store(account: int, queue: int, value: OpeningForm) -> None:
    service.save_opening(account, replace(value.opening, id=queue))
    queue_closed.store(account, queue, value.closed)


def _described(account: int, value: OpeningForm) -> Mapping[str, Any]:
    o, weeks, calendars = value.opening, service.weeks(account), service.calendars(account)
    names = {q.id: q.name for q in service.queues(account)}
    return {
        "schedule": weeks[o.schedule].name if o.schedule in weeks else "",
        "holiday_set": calendars[o.holiday_set].name if o.holiday_set in calendars else "",
        "closed_message": o.closed_message,
        "holiday_message": o.holiday_message,
        "closed_then": value.closed.then,
        "closed_number": value.closed.number,
        "closing_waiting": value.closed.waiting,
        "closed_queue": names.get(o.closed_queue or 0, ""),
    }


def _typed() -> OpeningForm:
    then = typed("closed_then")
    return OpeningForm(
        replace(
            _blank(),
            schedule=typed_number("schedule"),
            holiday_set=typed_number("holiday_set"),
            closed_message=typed("closed_message", 400),
            holiday_message=typed("holiday_message", 400),
            closed_queue=typed_number("closed_queue") if then == "queue" else None,
        ),
        Closed(
            then,
            typed("closed_number", 60) if then == "number" else "",
            typed("closing_waiting", 20) or "serve",
        ),
    )


Known = tuple[list[QueueOpening], dict[int, Week], dict[int, Holidays]]


def known(account: int) -> Known:
    return service.queues(account), service.weeks(account), service.calendars(account)


def now(opening: QueueOpening, weeks: Mapping[int, Week], calendars: Mapping[int, Holidays]) -> Opening:
    """Whether this queue is open at this moment."""
    at = datetime.fromtimestamp(the_app().clock.now_ms() / 1000, UTC)
    return is_open(weeks.get(opening.schedule or 0), calendars.get(opening.holiday_set or 0), at, zone())


def _shown(offered: Known) -> dict[str, Any]:
    queues, weeks, calendars = offered
    return {
        "weeks": [(w.id, w.name, summary(w)) for w in weeks.values()],
        "calendars": [(c.id, c.name) for c in calendars.values()],
        "ways": [(way, t(f"opening.way.{way}")) for way in queue_closed.WAYS],
        "waiting": [(way, t(f"opening.waiting.{way}")) for way in queue_closed.WAITING],
        "queues": [(q.id, q.name) for q in queues if q.active],
        "now": lambda opening: now(opening, weeks, calendars),
        "until": until,
    }


def until(opening: Opening) -> int:
    """UTC ms; only when there is a next change."""
    return round(opening.until.timestamp() * 1000) if opening.until else 0


PART = Part("opening", OpeningForm(), _load, _check, _store, _described)

TAB = Tab(
    "opening",
    (
        "schedule",
        "holiday_set",
        "closed_message",
        "holiday_message",
        "closed_then",
        "closed_queue",
        "closed_number",
        "closing_waiting",
    ),
    PART,
    _typed,
    known,
    _shown,
)
