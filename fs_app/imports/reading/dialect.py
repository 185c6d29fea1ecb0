"""How a file is written: found out by `guess`, corrected by a person, kept with the import as JSON. Pure."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fs_app.errors import Invalid

FORMATS = ("csv", "xlsx", "xls", "ods")

ENCODINGS = (
    "utf-8",
    "cp1252",
    "utf-16-le",
    "utf-16-be",
    "utf-32-le",
    "utf-32-be",
    "iso-8859-15",
    "cp850",
    "mac_roman",
    "iso-8859-2",
    "cp1250",
    "cp1251",
)
"""What a person may choose from, the usual ones first."""

DELIMITERS = (";", ",", "\t", "|", ":", "^", "~", "\x1f", "¦", "§", "#", "&", " ")
"""What a person is offered; any other single character will do as well."""

MOST_SKIPPED = 10_000
MOST_HEADERS = 5
MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Dialect:
    """`delimiter` "": one column. `quote` "": quotes are letters. `escape`: what takes the next letter as it is, or "".

    `skip`: rows before the header (titles, blank lines), as many as an editor or spreadsheet shows.
    `header`: rows that the names of the columns take, 0 when there are none.
    """

    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ";"
    quote: str = '"'
    escape: str = ""
    sheet: str = ""
    header: int = 1
    skip: int = 0

    @property
    def is_text(self) -> bool:
        return self.format == "csv"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, said: Any) -> Dialect:
        """From JSON that anybody may have sent. Raises Invalid, with the field."""
        if not isinstance(said, Mapping):
            raise Invalid("no dialect", field="dialect")
        known = cls()
        values: dict[str, Any] = {}
        for name, least in (("header", MOST_HEADERS), ("skip", MOST_SKIPPED)):
            value = said.get(name, getattr(known, name))
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= least:
                raise Invalid(f"{name} out of bounds", field=name)
            values[name] = value
        for name in ("format", "encoding", "delimiter", "quote", "escape", "sheet"):
            value = said.get(name, getattr(known, name))
            if not isinstance(value, str) or len(value) > MOST_NAME:
                raise Invalid(f"{name} is no text", field=name)
            values[name] = value
        dialect = cls(**values)
        wrong = _wrong(dialect)
        if wrong:
            raise Invalid(f"{wrong} is not possible", field=wrong)
        return dialect


def _wrong(dialect: Dialect) -> str:
    """The first field that can't be what it is."""
    if dialect.format not in FORMATS:
        return "format"
    if dialect.encoding not in ENCODINGS or not _is_codec(dialect.encoding):
        return "encoding"
    for name in ("delimiter", "quote", "escape"):
        value = getattr(dialect, name)
        if len(value) > 1 or value in ("\r", "\n", "\0", "\ufeff"):
            return name
    if dialect.delimiter and dialect.delimiter in (dialect.quote, dialect.escape):
        return "delimiter"
    if dialect.quote and dialect.quote == dialect.escape:
        return "escape"
    return ""


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
