"""What pages of lists say: states and actions with colour, icon and word, the fields of filters in the reader's
language."""

from __future__ import annotations

from typing import Any

from fs_app.agents.model import Agent
from fs_app.calllists.fields import OF_CHARACTERISTIC, asking
from fs_app.calllists.listing import agents_named
from fs_app.calllists.working import Restriction
from fs_app.contacts.filters import OPS, SEGMENT
from fs_app.contacts.model import Segment
from fs_app.queues.model import Disposition
from fs_app.web.admin.common import read
from fs_app.web.context import the_app
from fs_app.web.i18n import known, t

LOOKS = {
    "UNTREATED": ("teal", "note"),
    "CALLBACK": ("blue", "calendar"),
    "PERSONAL": ("purple", "user-check"),
    "REDIAL": ("amber", "refresh"),
    "SYSTEM": ("yellow", "clock"),
    "IN_CALL": ("blue", "phone-call"),
    "EXCLUDED": ("grey", "filter-off"),
    "COMPLETED": ("green", "circle-check"),
    "UNREACHABLE": ("orange", "phone-off"),
    "STOPPED": ("grey", "ban"),
    "WRONG": ("red", "alert-circle"),
    "BLACKLISTED": ("red", "shield-lock"),
}
"""State → (tone, icon): in the list's chart and in its pills."""

ACTION_LOOKS = {
    "add": "user-plus",
    "include": "plus",
    "exclude": "filter-off",
    "restrict": "filter",
    "recycle": "refresh",
    "assign": "user-check",
    "unassign": "user-off",
    "priority": "star",
    "shuffle": "arrows-exchange",
    "arrange": "arrows-sort",
    "natural": "sort-ascending",
    "empty": "trash",
    "delete": "trash",
}

RESTRICTION_ICONS = {"need": "check", "hold": "ban", "planner": "clock", "quota": "chart-bar"}

MOST_OPTIONS = 500


def restriction_words(one: Restriction) -> dict[str, Any]:
    return {"kind": one.kind, "icon": RESTRICTION_ICONS[one.kind], "name": one.name, "until": one.until}


def filter_facts() -> dict[str, Any]:
    """For static/lists/filter.js: fields with their kinds and choices, comparisons by kind."""
    now = the_app().clock.now_ms()

    def ask(account: int) -> dict[str, Any]:
        asked = asking(account, now)
        agents = [
            row[0]
            for row in Agent.select(Agent.id).where(Agent.account == account).limit(MOST_OPTIONS).tuples()
        ]
        chosen: dict[str, list[tuple[str, str]]] = {
            "agent": sorted(
                ((str(i), n) for i, n in agents_named(agents).items()), key=lambda one: one[1].casefold()
            ),
            "disposition": [
                (str(i), label)
                for i, label in Disposition.select(Disposition.id, Disposition.label)
                .where(Disposition.account == account)
                .order_by(Disposition.label)
                .limit(MOST_OPTIONS)
                .tuples()
            ],
        }
        chosen["last_agent"] = chosen["agent"]
        fields = [
            (
                one.name,
                one.label or field_label(one.name),
                one.kind,
                chosen.get(one.name) or [(str(v), option_label(str(v), words)) for v, words in one.options],
            )
            for one in asked.fields.every.values()
        ]
        conditions: list[Any] = [
            (f"{OF_CHARACTERISTIC}{i}", name, SEGMENT, []) for i, (name, _) in asked.characteristics.items()
        ]
        segments: list[Any] = [
            (f"segment.{i}", name, SEGMENT, [])
            for i, name in Segment.select(Segment.id, Segment.name).where(Segment.account == account).tuples()
        ]
        return {
            "fields": [*fields, *conditions, *segments],
            "ops": {kind: list(ops) for kind, ops in OPS.items()},
        }

    return read(ask)


def field_label(name: str) -> str:
    key = f"lists.field.{name}"
    return t(key) if known(key) else name.removeprefix("custom.")


def option_label(value: str, key: str) -> str:
    """What an option is called: by the key that it brings, by one of its own, or as it is."""
    if key and known(key):
        return t(key)
    own = f"lists.option.{value}"
    return t(own) if known(own) else key or value
