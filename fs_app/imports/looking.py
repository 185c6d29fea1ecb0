"""What a person sees of a file before it is planned. In the child process: a hostile file may take all that it can."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from fs_app.imports.places import SOURCE
from fs_app.imports.reading import Dialect, Field, Told, guess, guesses, sample, sheets

Json = dict[str, Any]

LONGEST_CELL = 300


def preview(folder: Path, order: Json) -> Json:
    """Raises Unreadable, Invalid."""
    path = folder / SOURCE
    guessed = guess(path, order["name"])
    dialect = Dialect.of(order["dialect"]) if order.get("dialect") else guessed
    seen = sample(path, dialect)
    fields = [Field(**field) for field in order["fields"]]
    return {
        "dialect": dialect.to_json(),
        "guessed": guessed.to_json(),
        "sheets": sheets(path),
        "header": seen.header,
        "rows": [[cell[:LONGEST_CELL] for cell in row] for row in seen.rows],
        "total": seen.total,
        "exact": seen.exact,
        "strange": _strange(seen.told),
        "guesses": [asdict(match) for match in guesses(seen, fields, order["country"])],
    }


def _strange(told: Told) -> Json:
    return {"counts": told.counts, "places": told.places}
