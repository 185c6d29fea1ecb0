"""The tab Screen pop."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from fs_app.admin.queue_pop import PART, PopForm
from fs_app.contacts.fields import NAMES
from fs_app.queues.popping import METHODS, MODES, PLACES, TARGETS, WHENS, Mapped
from fs_app.web.admin.common import typed, typed_number
from fs_app.web.admin.queue_tabs.frame import Tab
from fs_app.web.admin.queue_tabs.secret import typed_secret
from fs_app.web.i18n import t

ROW = re.compile(r"map-(\d{1,4})-path")
MOST_ROWS = 60


def typed_form() -> PopForm:
    """A line without a path does not count."""
    rows = sorted(int(found[1]) for name in request.form if (found := ROW.fullmatch(name)))
    mapped = tuple(
        Mapped(typed(f"map-{row}-path", 300), typed(f"map-{row}-field", 30), typed(f"map-{row}-label", 100))
        for row in rows[:MOST_ROWS]
        if typed(f"map-{row}-path")
    )
    return PopForm(
        typed("pop_mode", 20),
        typed("pop_when", 20),
        typed("pop_url", 2000),
        typed("pop_target", 20),
        typed("lookup_url", 2000),
        typed("lookup_name", 100),
        typed("lookup_method", 10),
        typed_number("lookup_timeout_s"),
        typed_secret("lookup_secret"),
        mapped,
    )


def _shown(_offered: Any) -> dict[str, Any]:
    return {
        "example": "$.customer.name",
        "modes": [(mode, t(f"pop.mode.{mode}")) for mode in MODES],
        "whens": [(when, t(f"pop.when.{when}")) for when in WHENS],
        "targets": [(target, t(f"pop.target.{target}")) for target in TARGETS],
        "methods": [(method, method) for method in METHODS],
        "fields": [("", t("pop.map.more")), *((name, t(f"contact.{name}")) for name in NAMES)],
        "places": [(place, t(f"pop.place.{place}")) for place in PLACES],
    }


TAB = Tab(
    "pop",
    (
        *("pop_mode", "pop_when", "pop_url", "pop_target", "lookup_url", "lookup_name"),
        *("lookup_method", "lookup_timeout_s", "lookup_secret", "map"),
    ),
    PART,
    typed_form,
    shown=_shown,
)
