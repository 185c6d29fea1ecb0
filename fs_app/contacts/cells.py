"""Text from outside, made harmless for pages, logs and spreadsheets; the one place that knows formulas. Pure."""

from __future__ import annotations

import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")

_KEPT_CONTROLS = {"\n", "\t"}
_FORMATS_ALLOWED = {"\u00ad", "\u200d"}  # soft hyphen, joiner: letters of some scripts need it


def harmless(text: str) -> str:
    """Without controls that change how the rest of the line is read (bidirectional, zero width, escape)."""
    return text if text.isprintable() else "".join(_visible(c) for c in text)


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc" and char not in _KEPT_CONTROLS:
        return "\ufffd"
    if category in ("Cf", "Cs", "Zl", "Zp") and char not in _FORMATS_ALLOWED:
        return "\ufffd"
    return char


def csv_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it.

    Source: OWASP, "CSV Injection". Controls are taken out, line breaks become spaces.
    """
    text = " ".join(harmless(str(value)).split()) if value is not None else ""
    return f"'{text}" if text[:1] in FORMULA_STARTS else text
