"""Reading what customers call a file: any delimiter, any encoding, any spreadsheet. Pure: no database, no pages.

`guess(path, name)` says how a file is to be read (`Dialect`, which a person may correct), `sample(path, dialect)` shows
its beginning, `rows(path, dialect)` gives every line of data as clean text, `guesses(sample, fields)` says what the
columns seem to be. What can't be read raises `Unreadable`, whose key is a sentence of the catalogues.

Nothing here is fast enough for the program's loop, and a hostile spreadsheet may take all the memory that it can get:
in a child process, after `limits.confine()`.
"""

from fs_app.imports.reading.dialect import FORMATS, Dialect
from fs_app.imports.reading.guesses import Field, Match, guesses
from fs_app.imports.reading.looking import Sample, guess, rows, sample, sheets
from fs_app.imports.reading.words import Told, Unreadable

__all__ = [
    "FORMATS",
    "Dialect",
    "Field",
    "Match",
    "Sample",
    "Told",
    "Unreadable",
    "guess",
    "guesses",
    "rows",
    "sample",
    "sheets",
]
