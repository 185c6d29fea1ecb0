"""The readable page of an export: one file of HTML, without scripts, that opens anywhere. Pure.

Everything in it comes from outside and is escaped; what changes the direction of a line is taken out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #d5dbe3;padding-bottom:.3rem}
table{border-collapse:collapse;width:100%;margin:.8rem 0 1.4rem;table-layout:fixed}
th{width:14rem;text-align:left;font-weight:600;color:#4a5666}th,td{vertical-align:top;padding:.15rem .5rem;
overflow-wrap:anywhere;white-space:pre-wrap}tr{border-bottom:1px solid #edf0f4}p.small{color:#5b6776}
"""
LONGEST = 20_000


def page(data: Mapping[str, Any]) -> Iterator[str]:
    """`data`: `language`, `title`, `lead`, `words` (identifier → what it is called), `zone`, `sections` [{name, rows,
    moments}], `sounds` [{name, at}], `no_sounds`."""
    words, zone = data["words"], ZoneInfo(data["zone"])
    yield (
        f'<!doctype html><html lang="{escape(data["language"])}"><head><meta charset="utf-8">'
        f"<title>{said(data['title'])}</title><style>{STYLE}</style></head><body>"
    )
    yield f"<h1>{said(data['title'])}</h1><p>{said(data['lead'])}</p>"
    for section in data["sections"]:
        yield f"<h2>{said(words.get(section['name'], section['name']))} ({len(section['rows'])})</h2>"
        for row in section["rows"]:
            yield table(row, set(section["moments"]), words, zone)
    if data["sounds"]:
        yield f"<h2>{said(words['sounds'])} ({len(data['sounds'])})</h2><ul>"
        for sound in data["sounds"]:
            yield f'<li><a href="{escape(sound["name"], quote=True)}">{said(sound["name"])}</a></li>'
        yield "</ul>"
    yield f'<p class="small">{said(data["foot"])}</p></body></html>'


def table(row: Mapping[str, Any], moments: set[str], words: Mapping[str, str], zone: ZoneInfo) -> str:
    lines = []
    for name, value in row.items():
        shown = moment(value, zone) if name in moments else plain(value, words)
        lines.append(f"<tr><th>{said(words.get(name, name))}</th><td>{said(shown)}</td></tr>")
    return f"<table>{''.join(lines)}</table>"


def moment(value: Any, zone: ZoneInfo) -> str:
    """UTC ms → the account's wall clock."""
    if not isinstance(value, int):
        return str(value)
    try:
        return datetime.fromtimestamp(value / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
    except (ValueError, OverflowError, OSError):
        return str(value)


def plain(value: Any, words: Mapping[str, str]) -> str:
    """A value as a line or several."""
    if isinstance(value, bool):
        return words.get("yes", "yes") if value else words.get("no", "no")
    if isinstance(value, dict):
        return "\n".join(f"{words.get(str(k), k)}: {plain(v, words)}" for k, v in value.items())
    if isinstance(value, list):
        return "\n".join(plain(v, words) for v in value)
    return str(value)


def said(text: object) -> str:
    """Escaped, and without what no page shows or what turns a line round."""
    return escape("".join(map(_visible, str(text)[:LONGEST])), quote=True)


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn") and char not in "\n\t\u00ad\u200d":
        return "\ufffd"
    return char
