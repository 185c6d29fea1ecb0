"""What is said of a file: why it can't be read, and what was strange in one that can."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fs_app.errors import Invalid

REASONS = (
    "empty",
    "no_rows",
    "missing",
    "password",
    "broken_sheet",
    "cut_off",
    "bomb",
    "too_heavy",
    "too_large",
    "too_many_cells",
    "too_wide",
    "no_such_sheet",
    "xlsb",
    "html",
    "old_xml",
    "apple_numbers",
    "compressed",
    "document",
    "pdf",
    "picture",
    "binary",
    "line_too_long",
)
"""Each is a sentence: `import.unreadable.REASON`."""

MOST_PLACES = 100
"""Lines that are remembered of each strangeness; all are counted."""


class Unreadable(Invalid):
    """The file as a whole can't be read; `key` is the sentence, `params` fill it."""

    key = "import.unreadable.binary"

    def __init__(self, reason: str, **params: Any) -> None:
        super().__init__(reason, **params)
        self.reason = reason
        self.key = f"import.unreadable.{reason}"


STRANGE = {
    "unbalanced": "import.told.unbalanced",
    "too_long": "import.told.too_long",
    "ragged": "import.told.ragged",
}
"""What `Told` counts → its sentence, with `n`."""


@dataclass(slots=True)
class Told:
    """What was strange while the rows were read. Lines count as in an editor, 1 is the first.

    `unbalanced`: an opening quote that nothing closes was taken as a letter of its cell. `too_long`: a cell was cut.
    `ragged`: a row has more cells than there are columns. Sentences: STRANGE.
    """

    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)

    def add(self, what: str, line: int, times: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + times
        places = self.places.setdefault(what, [])
        if len(places) < MOST_PLACES:
            places.append(line)
