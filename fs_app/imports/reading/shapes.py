"""What a cell looks like: number, mail, date, postal code… by its letters alone. Pure and quick."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAIL = re.compile(r"[^@\s,;:<>]{1,64}@[^@\s,;:<>]+\.[A-Za-z\u00a1-\uffff]{2,24}")
DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2}))"
    r"(?:[T ,]+\d{1,2}(?::|h)\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
TIME = re.compile(r"\d{1,2}(?::|h)\d{2}(?::\d{2})?")
NUMERIC = re.compile(r"[-+]?(?:\d+(?:[ \u00a0\u202f.,']\d{3})*|\d*)(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?[€$£%]?")
TELEPHONE = re.compile(r"(?:tel\s?:?\s?)?\+?\(?\d[\d\s().\-/\u00a0\u202f\u2010-\u2015]{6,22}\d", re.I)
DIGITS = re.compile(r"\d")
LETTER = re.compile(r"[^\W\d_]")
WEB = re.compile(r"(?:https?://|www\.)\S+", re.I)


def shape_of(cell: str) -> str:
    """`empty`, `mail`, `date`, `time`, `telephone`, `number`, `web`, `code` (letters and digits), `text`."""
    cell = cell.strip()
    if not cell:
        return "empty"
    if len(cell) > 300:
        return "text"
    if "@" in cell and MAIL.fullmatch(cell):
        return "mail"
    if DIGITS.search(cell) is None:
        return "web" if WEB.match(cell) else "text"
    if DATE.fullmatch(cell):
        return "date"
    if TIME.fullmatch(cell):
        return "time"
    digits = sum(c.isdigit() for c in cell)
    if 8 <= digits <= 15 and TELEPHONE.fullmatch(cell):
        return "telephone"
    if NUMERIC.fullmatch(cell):
        return "number"
    if WEB.match(cell):
        return "web"
    return "code" if LETTER.search(cell) and digits * 3 >= len(cell) else "text"


TYPED = frozenset(("mail", "date", "time", "telephone", "number"))


def main_shape(cells: Iterable[str]) -> tuple[str, float]:
    """(the shape that most of the cells with something in them have, its share)."""
    counts: dict[str, int] = {}
    for cell in cells:
        shape = shape_of(cell)
        if shape != "empty":
            counts[shape] = counts.get(shape, 0) + 1
    if not counts:
        return "empty", 1.0
    best = max(counts, key=lambda shape: counts[shape])
    return best, counts[best] / sum(counts.values())
