"""The administrator's pages: one module per area, each with `blueprint`; what stands in the menu is in `menu.py`."""

from __future__ import annotations

from flask import Blueprint

from fs_app.web.admin import (
    audit,
    boxes,
    displays,
    dispositions,
    flows,
    holidays,
    hours,
    message_providers,
    message_templates,
    messages,
    numbers,
    opening,
    people,
    people_import,
    phones,
    profiles,
    queue_try,
    queues,
    reasons,
    skills,
    sounds,
    sounds_heard,
    sounds_lists,
    sounds_made,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    people.blueprint,
    people_import.blueprint,
    profiles.blueprint,
    queues.blueprint,
    queue_try.blueprint,
    *flows.BLUEPRINTS,
    skills.blueprint,
    dispositions.blueprint,
    reasons.blueprint,
    numbers.blueprint,
    hours.blueprint,
    holidays.blueprint,
    opening.blueprint,
    boxes.blueprint,
    messages.blueprint,
    message_templates.blueprint,
    message_providers.blueprint,
    displays.blueprint,
    phones.blueprint,
    sounds.blueprint,
    sounds_heard.blueprint,
    sounds_lists.blueprint,
    sounds_made.blueprint,
    audit.blueprint,
)
