"""Imports in the words of the reader: what the service says as JSON, with the sentences of its keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import phonenumbers
from babel import Locale

from fs_app.contacts.directory import folded
from fs_app.contacts.filters import OPS, SEGMENT
from fs_app.imports.plan import Problem
from fs_app.web import text
from fs_app.web.i18n import known, language, t, t_or

Json = dict[str, Any]

LONGEST_CELL = 200
"""Characters of a cell that a page shows."""

SHOWN_COLUMNS = 1000

OFFERED = {
    kind: [op for op in ops if op not in ("in", "between")] for kind, ops in OPS.items() if kind != SEGMENT
}
"""What the wizard's filters offer by the kind of a field: comparisons with one value."""


def said(key: str, params: Mapping[str, Any]) -> str:
    """A key of the engine as a sentence; values in it that are keys themselves (a target, a reason) are said, too."""
    if not known(key):
        return key
    return t(key, **{name: _value(name, value) for name, value in params.items()})


def _value(name: str, value: object) -> object:
    if name == "target" and isinstance(value, str):
        return target(value)
    return text.clipped(value, 80) if isinstance(value, str) else value


def target(name: str) -> str:
    """Where a column goes, in words; a field of the account's own keeps its name."""
    kind, _, rest = name.partition(".")
    if kind == "number" and rest.isdigit():
        return t("wizard.target.number", place=rest)
    key = f"wizard.target.{name.replace('.', '_') or 'none'}"
    return t(key) if known(key) else rest or name


def job_told(job: Json, names: Mapping[str, Mapping[int, str]] | None = None) -> Json:
    """A job as pages and the API get it. `names`: of lists and files (offered.names)."""
    told = {**job, "file": text.harmless(job["file"]), "name": text.harmless(job["name"])}
    if job["error"]:
        error = job["error"]
        told["error"] = {"key": error["key"], "text": said(error["key"], error["params"] or {})}
    told["refused_reasons"] = reasons_told(job["counts"].get("refused") or {})
    if names is not None:
        for name, column in (("lists", "call_list"), ("files", "contact_file")):
            told[f"{column}_name"] = names[name].get(job[column], "") if job[column] is not None else ""
    return told


def reasons_told(counts: Mapping[str, int]) -> list[Json]:
    """Why lines were refused, the most frequent first: [{reason, text, n}]."""
    rows = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"reason": reason, "text": t_or(f"wizard.reason.{reason}", reason), "n": n} for reason, n in rows]


def problems_told(problems: Iterable[Problem]) -> list[Json]:
    """What is wrong with a plan: [{place, key, text}]."""
    return [{"place": p.place, "key": p.key, "text": said(p.key, p.params)} for p in problems]


def preview_told(seen: Json) -> Json:
    """The beginning of a file, its cells clipped, the reasons of the guesses in words."""
    return {
        **seen,
        "header": _cells(seen["header"]),
        "rows": [_cells(row) for row in seen["rows"]],
        "guesses": [{**guess, "text": said(f"import.match.{guess['why']}", {})} for guess in seen["guesses"]],
    }


def checked_told(checked: Json) -> Json:
    """A dry run: counts, why lines would be refused, the first lines with their verdicts."""
    return {
        "counts": checked["counts"],
        "lines": [_line_told(one) for one in checked["lines"]],
        "refused_reasons": reasons_told(checked["counts"].get("refused") or {}),
    }


def _line_told(line: Json) -> Json:
    """A line with its verdict; `text`: why it is left out, or which of its values are."""
    taken = "values" in line
    dropped = [text.clipped(name, 40) for name in line.get("dropped") or []]
    says = t("wizard.dropped", n=len(dropped), columns=", ".join(dropped)) if dropped else ""
    return {
        "line": line["line"],
        "cells": _cells(line["cells"]),
        "outcome": line["outcome"],
        "text": says if taken else said(line["key"], line.get("params") or {}),
        "record": line.get("record"),
        "blacklisted": bool(line.get("blacklisted")),
    }


def _cells(cells: Iterable[object]) -> list[str]:
    return [text.clipped(str(cell), LONGEST_CELL) for cell in list(cells)[:SHOWN_COLUMNS]]


def countries() -> list[list[str]]:
    """[code, name] of every country with a plan of numbers, by name in the reader's language."""
    return [list(pair) for pair in _countries(language())]


@cache
def _countries(lang: str) -> tuple[tuple[str, str], ...]:
    names = Locale(lang).territories
    pairs = [(code, f"{names.get(code, code)} (+{phonenumbers.country_code_for_region(code)})")
             for code in phonenumbers.SUPPORTED_REGIONS]  # fmt: skip
    return tuple(sorted(pairs, key=lambda pair: folded(pair[1])))
