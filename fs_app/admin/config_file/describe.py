"""The fields of the file as the tables of docs/config.md; a test compares."""

from __future__ import annotations

from typing import Any

from fs_app.accounts.permissions import PERMISSIONS
from fs_app.admin.config_file import schema
from fs_app.admin.config_file.shapes import Many, OneOf, Record, Shape, Table, Text, Whole, YesNo

PARTS: tuple[tuple[str, Record], ...] = (
    ("account", schema.ACCOUNT),
    ("skills: NAME", schema.SKILL),
    ("schedules: NAME", schema.SCHEDULE),
    ("holidays: NAME: a list of days", schema.HOLIDAY),
    ("dispositions: NAME: a list; children likewise", schema.DISPOSITION),
    ("reasons: a list", schema.REASON),
    ("profiles: NAME", schema.PROFILE),
    ("people: LOGIN", schema.PERSON),
    ("people: LOGIN: telephone", schema.TELEPHONE),
    ("queues: NAME", schema.QUEUE),
    ("queues: NAME: skills: NAME", schema.NEED),
    ("queues: NAME: capture_steps: a list", schema.STEP),
    ("queues: NAME: outbound", schema.OUTBOUND_WORK),
    ("queues: NAME: retry: busy, no_answer, machine, gave_up", schema.RETRY),
    ("numbers: NUMBER", schema.NUMBER),
)


def tables() -> str:
    """Markdown."""
    return "\n".join(_table(title, record) for title, record in PARTS)


def _table(title: str, record: Record) -> str:
    lines = [f"### {title}", "", "| field | holds | default |", "| --- | --- | --- |"]
    for f in record.fields:
        default = "" if f.needed else "only with passwords" if f.secret else _default(f.blank())
        lines.append(f"| `{f.name}` | {_holds(f.shape)} | {default} |")
    return "\n".join([*lines, ""])


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and value:
        return ", ".join(map(str, value))
    if isinstance(value, dict) and value:
        return "as in its own table"
    return "none" if value in ("", [], {}) else str(value)


def _holds(shape: Shape) -> str:
    match shape:
        case YesNo():
            return "true or false"
        case Whole():
            return f"{shape.least} to {shape.most}"
        case OneOf():
            return (
                "names of docs/permissions.md"
                if shape.values == tuple(PERMISSIONS)
                else ", ".join(value or "nothing" for value in shape.values)
            )
        case Many():
            return f"list: {_holds(shape.each)}"
        case Table():
            return f"name: {_holds(shape.each)}"
        case Record():
            return (
                ", ".join(f.name for f in shape.fields)
                if len(shape.fields) < 4
                else "fields, see its own table"
            )
        case Text():
            return "text"
    return "?"
