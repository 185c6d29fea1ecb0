"""What stands between the cells, found in the beginning of a text. Pure.

A delimiter that splits (nearly) all lines into equally many cells is right; clevercsv decides where several do, as in
prices with a comma between semicolons.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

COMMON = (";", "\t", ",", "|", "\x1f", "^", "~", "¦", "§", ":", "#")
WEAK = ":#"
"""Stand in times, addresses and places as well: they delimit only where nothing else does."""

MOST_LINES = 60
MOST_CHARACTERS = 16_000
UNSURE = 0.9

_ESCAPED = re.compile(r'\\"(?=[^;,\t|\r\n])')
_SEP = re.compile(r'"?sep=(.)"?\s*$', re.I)


@dataclass(frozen=True, slots=True)
class Found:
    delimiter: str
    quote: str
    escape: str
    skip: int
    """1 when the first line says nothing but the delimiter, as Excel has it (`sep=;`)."""


def delimiter_of(text: str) -> Found:
    """`text`: whole lines from the beginning of the file."""
    first = text.partition("\n")[0]
    said = _SEP.match(first.strip("\r"))
    if said is not None:
        return Found(said.group(1), '"', "", 1)
    if _SEP.match(first.replace("\t", "|").strip("\r")):
        return Found("\t", '"', "", 1)
    quote = _quote(text)
    escape = "\\" if _ESCAPED.search(text) and quote == '"' else ""
    scores = {d: _score(text, d, quote, escape) for d in COMMON if d in text}
    good = [d for d, (share, cells) in scores.items() if share >= UNSURE and cells > 1]
    good = [d for d in good if d not in WEAK] or good
    if len(good) == 1 and (good[0] not in WEAK or scores[good[0]][1] > 2):
        return Found(good[0], quote, escape, 0)
    if len(good) > 1:
        return Found(_asked(text, good) or _most_cells(good, scores), quote, escape, 0)
    likely = [d for d, (share, cells) in scores.items() if share >= 0.5 and cells > 1 and d not in WEAK]
    if likely:
        return Found(max(likely, key=lambda d: (scores[d][0], scores[d][1])), quote, escape, 0)
    return Found("", quote, escape, 0)


def _quote(text: str) -> str:
    """The double quote; the single one only where whole cells stand in it and none in the other."""
    if '"' not in text:
        single = len(re.findall(r"(?:^|[;,\t|])'[^'\n]*'(?=$|[;,\t|\r])", text, re.M))
        lines = text.count("\n") + 1
        if single >= max(4, lines):
            return "'"
    return '"'


def _score(text: str, delimiter: str, quote: str, escape: str) -> tuple[float, int]:
    """(share of the lines with as many cells as most have, that many)."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, escapechar=escape or None
    )
    counts: Counter[int] = Counter()
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                counts[len(row)] += 1
    except csv.Error:
        return 0.0, 1
    if not counts:
        return 0.0, 1
    cells, times = max(counts.items(), key=lambda c: (c[1], c[0]))
    if cells == 1 and len(counts) > 1:
        # A title and a remark beside few lines of data.
        more = {c: t for c, t in counts.items() if c > 1}
        cells, times = max(more.items(), key=lambda c: (c[1], c[0]))
    return times / sum(counts.values()), cells


def _asked(text: str, among: list[str]) -> str:
    from clevercsv import Detector  # it builds tables of all letters first: only for who needs it

    sample = "\n".join(text.splitlines()[:MOST_LINES])[:MOST_CHARACTERS]
    try:
        dialect = Detector().detect(sample, delimiters=among)
    except Exception:  # noqa: BLE001 - a detector that fails has no opinion
        return ""
    return dialect.delimiter if dialect is not None and dialect.delimiter in among else ""


def _most_cells(good: list[str], scores: dict[str, tuple[float, int]]) -> str:
    return max(good, key=lambda d: (scores[d][1], -COMMON.index(d)))
