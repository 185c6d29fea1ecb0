"""Where the names of the columns are: in the first line, below titles, in two lines, or nowhere. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fs_app.imports.reading.shapes import TYPED, main_shape, shape_of
from fs_app.imports.reading.vocabulary import is_known

Row = Sequence[str]

LOOKED_AT = 60
LONGEST = 80
"""Characters of a column's name; what is longer is a sentence."""


def find(rows: Sequence[Row]) -> tuple[int, int]:
    """(rows before the header, rows of the header). `rows`: the first of the file, blank ones included."""
    rows = rows[:LOOKED_AT]
    widths = Counter(_filled(row) for row in rows if _filled(row))
    if not widths:
        return 0, 0
    typical = _typical(widths)
    start = next((at for at, row in enumerate(rows) if _begins(row, typical)), None)
    if start is None:
        return 0, 0
    # A line of group titles over the names ("Adresse", empty, "Téléphones") has fewer cells than the data.
    if (
        start > 0
        and start + 1 < len(rows)
        and _is_header(rows, start)
        and _is_group(rows[start - 1], typical)
    ):
        return start - 1, 2
    if not _is_header(rows, start):
        return start, 0
    return start, 2 if _is_second(rows, start + 1) else 1


def names(rows: Sequence[Row], width: int) -> list[str]:
    """One name for each column, no two alike; several header rows are read from above. `(C)` has none in the file."""
    filled: list[list[str]] = []
    for at, row in enumerate(rows):
        cells = [*row, *[""] * (width - len(row))][: max(width, len(row))]
        filled.append(_spread(cells) if at < len(rows) - 1 else list(cells))
    found: list[str] = []
    used: Counter[str] = Counter()
    for column in range(width):
        parts: list[str] = []
        for cells in filled:
            part = " ".join(cells[column].split())[:LONGEST]
            if part and part not in parts:
                parts.append(part)
        name = " ".join(parts) or f"({letters(column)})"
        used[name] += 1
        while used[name] > 1 or name in found:
            name = f"{' '.join(parts) or letters(column)} ({used[name]})"
            used[name] += 1
        found.append(name)
    return found


def letters(column: int) -> str:
    """As a spreadsheet counts: A, B … Z, AA."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _begins(row: Row, typical: int) -> bool:
    """Whether the table can begin with this row: full enough, or with few names but real ones."""
    filled = _filled(row)
    if filled >= _enough(typical):
        return True
    known = sum(is_known(cell) for cell in row if cell.strip())
    return filled >= 2 and len(row) >= typical and known * 2 > filled


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell.strip())


def _typical(widths: Counter[int]) -> int:
    """Cells that the rows of the table have: many rows have about as many, titles have one or two."""
    return max(widths, key=lambda width: (widths[width] * min(width, 12), width))


def _enough(typical: int) -> int:
    return 1 if typical == 1 else max(2, (typical * 6 + 9) // 10)


def _is_header(rows: Sequence[Row], at: int) -> bool:
    cells = [cell.strip() for cell in rows[at]]
    said = [cell for cell in cells if cell]
    if not said or any(len(cell) > LONGEST for cell in said):
        return False
    shapes = [shape_of(cell) for cell in said]
    known = sum(is_known(cell) for cell in said)
    if any(shape in ("mail", "telephone", "date") for shape in shapes) and known * 2 < len(said):
        return False
    if known * 3 >= len(said) and known >= 1:
        return True
    if sum(shape in TYPED for shape in shapes) * 3 > len(said):
        return False
    below = [row for row in rows[at + 1 :] if _filled(row)]
    if not below:
        return known > 0
    differ = alike = 0
    for column, cell in enumerate(cells):
        if not cell:
            continue
        shape, share = main_shape(row[column] for row in below if column < len(row))
        if shape in TYPED and share >= 0.6:
            differ += shape_of(cell) not in TYPED
            alike += shape_of(cell) == shape
    if differ or alike:
        return differ > alike
    return known > 0 or _stands_alone(cells, below)


def _stands_alone(cells: Sequence[str], below: Sequence[Row]) -> bool:
    """All is text: names of columns occur once, and are shorter than what is below on the whole."""
    said = [cell for cell in cells if cell]
    if len(said) < 2 or len(set(said)) < len(said) or len(below) < 3:
        return False
    return any(
        len({row[column] for row in below if column < len(row)}) * 2 <= len(below)
        and all(row[column] != cells[column] for row in below if column < len(row))
        for column in range(len(cells))
        if cells[column]
    )


def _is_group(row: Row, typical: int) -> bool:
    """A line of titles over groups of columns: at least two, none of them data."""
    said = [cell for cell in row if cell.strip()]
    return len(row) >= typical and 2 <= len(said) < typical and all(shape_of(c) == "text" for c in said)


def _is_second(rows: Sequence[Row], at: int) -> bool:
    if at + 1 >= len(rows):
        return False
    above, row = rows[at - 1], rows[at]
    said = [cell for cell in row if cell.strip()]
    if len(said) < 2 or any(shape_of(cell) in TYPED or len(cell) > LONGEST for cell in said):
        return False
    known = sum(is_known(cell) for cell in said)
    gaps = sum(1 for cell in above if not cell.strip())
    below = [r for r in rows[at + 1 :] if _filled(r)]
    typed = any(main_shape(r[c] for r in below if c < len(r))[0] in TYPED for c in range(len(row)))
    return typed and known * 2 >= len(said) and (gaps > 0 or known == len(said))


def _spread(cells: Sequence[str]) -> list[str]:
    """A title over several columns stands in the first of them."""
    found, last = [], ""
    for cell in cells:
        last = cell.strip() or last
        found.append(last)
    return found
