"""How files of a source were read the last time, so that the next one needs no mapping.

Columns are remembered by their headings: the next file of the source may have them in another order, or some more.
`fingerprint` finds it for a file whose source nobody named. Pure, but for `find` and `keep` (inside `db.read` and
`db.write`).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from fs_app.imports.model import ImportMapping
from fs_app.imports.plan import Plan, as_json

Json = dict[str, Any]

MOST = 500
"""Of an account; the oldest are forgotten."""

SETTINGS = ("numbers", "duplicates", "blacklist", "filter", "list_filter")


def heading(text: str) -> str:
    """As it is compared: no accents, no capitals, no blanks around."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())[:100]


def fingerprint(headers: Sequence[str]) -> str:
    """The same for the same headings, in whatever order. "" for a file without."""
    names = sorted(filter(None, map(heading, headers)))
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "replace")).hexdigest() if names else ""


def keep(account: int, plan: Plan, headers: Sequence[str], now: int) -> None:
    """The mapping of this plan, by its source; without a source, by the headings alone."""
    names = [heading(h) for h in headers]
    often = Counter(names)
    columns = {
        names[c.column]: {"target": c.target, "kind": c.kind}
        for c in plan.columns
        if c.column < len(names) and names[c.column] and often[names[c.column]] == 1
    }
    print_ = fingerprint(headers)
    whole = as_json(plan)
    memo = [names[at] for at in plan.memo.columns if at < len(names)]
    settings = {
        **{name: whole[name] for name in SETTINGS},
        "memo": {"columns": memo, "separator": plan.memo.separator},
    }
    source = plan.source or f"#{print_[:60]}"
    if not columns:
        return
    values = {"fingerprint": print_, "columns": columns, "settings": settings, "used_at": now}
    mine = (ImportMapping.account == account) & (ImportMapping.source == source)
    if not ImportMapping.update(**values).where(mine).execute():
        ImportMapping.create(account=account, source=source, **values)
    old = (
        ImportMapping.select(ImportMapping.id)
        .where(ImportMapping.account == account)
        .order_by(ImportMapping.used_at.desc(), ImportMapping.id.desc())
        .offset(MOST)
        .limit(10_000)
    )
    ids = [row.id for row in old]
    if ids:
        ImportMapping.delete().where(ImportMapping.id.in_(ids)).execute()


def find(account: int, source: str, headers: Sequence[str]) -> Json | None:
    """{source, columns, settings} of the source, else of the last file with these headings."""
    rows = ImportMapping.select().where(ImportMapping.account == account)
    row = rows.where(ImportMapping.source == source).get_or_none() if source else None
    print_ = fingerprint(headers)
    if row is None and print_:
        row = rows.where(ImportMapping.fingerprint == print_).order_by(ImportMapping.used_at.desc()).first()
    if row is None:
        return None
    return {
        "source": "" if row.source.startswith("#") else row.source,
        "columns": row.columns,
        "settings": row.settings,
    }


def applied(remembered: Json, headers: Sequence[str]) -> Json:
    """The parts of a plan for a file with these headings."""
    names = [heading(h) for h in headers]
    columns, used = [], set()
    for at, name in enumerate(names):
        known = remembered["columns"].get(name)
        if known and known["target"] not in used:
            columns.append({"column": at, "target": known["target"], "kind": known["kind"]})
            if known["target"] not in ("", "memo"):
                used.add(known["target"])
    settings = dict(remembered["settings"])
    memo = settings.pop("memo", {})
    places = [names.index(name) for name in memo.get("columns", []) if name in names]
    return {
        "source": remembered["source"],
        "columns": columns,
        "memo": {"columns": places, "separator": memo.get("separator", " · ")},
        **settings,
    }


def sources(account: int) -> list[str]:
    """Names of the sources, the last used first."""
    rows = (
        ImportMapping.select(ImportMapping.source)
        .where(ImportMapping.account == account)
        .order_by(ImportMapping.used_at.desc())
        .limit(MOST)
    )
    return [row.source for row in rows if not row.source.startswith("#")]
