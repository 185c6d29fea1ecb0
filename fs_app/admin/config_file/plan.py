"""What a file would change: two documents beside each other. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.config_file.document import Document

SECRETS = ("password_hash", "sip_ha1")

KINDS = (
    "account",
    "skills",
    "schedules",
    "holidays",
    "sets",
    "dispositions",
    "reasons",
    "profiles",
    "people",
    "queues",
    "numbers",
)
"""In the order in which they are written: what is referred to comes first."""

Tables = dict[str, dict[str, dict[str, Any]]]
"""kind → key → values."""


@dataclass(frozen=True, slots=True)
class Change:
    """`action`: add, change, deactivate (it is not in the file and stays for history), delete, keep (not in the file,
    but something that stays uses it). `fields`: name, before, after."""

    kind: str
    key: str
    action: str
    fields: tuple[tuple[str, Any, Any], ...] = ()


def tables(document: Document, other: Document | None = None) -> Tables:
    """Each thing by its key, the ordered ones with their `position`.

    With `other` (the file) what is archived and not in it is left out: the positions are of what both have.
    """
    found: Tables = {kind: {} for kind in KINDS}
    found["account"] = {"": {k: v for k, v in document["account"].items() if k != "slug"}}
    for kind in ("skills", "schedules", "profiles", "people", "queues", "numbers"):
        found[kind] = dict(document[kind])
    found["holidays"] = {name: {"days": days} for name, days in document["holidays"].items()}
    found["reasons"] = _ordered(document["reasons"], other["reasons"] if other is not None else None)
    for name, top in document["dispositions"].items():
        found["sets"][name] = {}
        there = None if other is None else other["dispositions"].get(name, [])
        everything = None if there is None else {d["code"] for t in there for d in (t, *t["children"])}
        for code, values in _ordered(top, there, everything).items():
            children = values.pop("children")
            found["dispositions"][f"{name}/{code}"] = {**values, "parent": ""}
            for child, of in _ordered(children, there, everything).items():
                found["dispositions"][f"{name}/{child}"] = {**of, "parent": code}
    return found


def _ordered(
    rows: list[dict[str, Any]], other: list[dict[str, Any]] | None, codes: set[str] | None = None
) -> dict[str, dict[str, Any]]:
    if other is not None:
        known = {row["code"] for row in other} if codes is None else codes
        rows = [row for row in rows if row["active"] or row["code"] in known]
    return {row["code"]: {**row, "position": at} for at, row in enumerate(rows)}


def changes(now: Document, wanted: Document) -> list[Change]:
    """In the order of the kinds, within them as in the file. What is not in it and archived already is not told."""
    old, new = tables(now, wanted), tables(wanted)
    found = []
    for kind in KINDS:
        for key, values in new[kind].items():
            before = old[kind].get(key)
            if before is None:
                found.append(Change(kind, key, "add", _fields({}, values)))
            elif fields := _fields(before, values):
                found.append(Change(kind, key, "change", fields))
        for key, values in old[kind].items():
            if key not in new[kind] and values.get("active", True):
                found.append(Change(kind, key, "deactivate" if "active" in values else "delete"))
    return found


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    """A secret that the file does not have stays as it is."""
    found = []
    for name, value in after.items():
        was = before.get(name)
        if isinstance(value, dict) and isinstance(was, dict) and name == "telephone":
            found += [(f"{name}.{n}", b, a) for n, b, a in _telephone(was, value)]
        elif value != was:
            found.append((name, was, value))
    return tuple(found)


def _telephone(was: Mapping[str, Any], value: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    if not value:  # no telephone any more: it stays, deactivated
        return [("active", True, False)] if was.get("active") else []
    return [(name, was.get(name), new) for name, new in value.items() if was.get(name) != new]


def said(name: str, value: Any) -> Any:
    """A value for people: no secrets."""
    if name.split(".")[-1] in SECRETS:
        return "…" if value else ""
    if isinstance(value, dict):
        return {key: said(key, each) for key, each in value.items() if key not in SECRETS}
    return value
