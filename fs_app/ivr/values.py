"""Is this value one that a param may have? Each check returns the name of what is wrong (`flow.problem.<name>` in the
catalogues), or None. A value comes from a browser or a file: it may be anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from fs_app.ivr import template
from fs_app.ivr.conditions import TESTS, WITHOUT_VALUE
from fs_app.ivr.mapping import is_path
from fs_app.ivr.spec import (
    DIGITS,
    MOST_ENTRIES,
    MOST_LABEL,
    MOST_PROMPTS,
    REFERENCES,
    Param,
    ParamKind,
    shipped_name,
    sound_id,
)

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}")
OURS = {"host", "content-length", "transfer-encoding", "connection", "content-type", "upgrade", "expect"}
"""Headers that the sender of the request sets."""

PHONE = re.compile(r"\+?[0-9 ().\-/]{2,30}")
MOST_VALUE = 500

Wrong = str | None


def wrong(param: Param, value: Any) -> Wrong:
    """What is wrong with a value that is there (not None)."""
    if param.kind in REFERENCES:
        return None if type(value) is int and 0 < value < 2**53 else "not_chosen"
    return CHECKS[param.kind](param, value)


def empty(param: Param, value: Any) -> bool:
    """Whether a required param has nothing yet."""
    return value is None or value in ("", [], {})


def texts(value: Any) -> Iterable[str]:
    """Every text inside a value."""
    left = [value]
    while left:
        here = left.pop()
        if isinstance(here, str):
            yield here
        elif isinstance(here, dict):
            left += [*here.keys(), *here.values()]
        elif isinstance(here, list):
            left += here


def clean(text: str, lines: bool = False) -> bool:
    """Without control characters and halves of characters."""
    return all(c.isprintable() or (lines and c in "\n\r\t") for c in text)


# --- plain values -----------------------------------------------------------------------------------------------
def _integer(param: Param, value: Any) -> Wrong:
    if type(value) is not int:
        return "not_a_number"
    low = param.least is not None and value < param.least
    high = param.most is not None and value > param.most
    return "out_of_range" if low or high else None


def _flag(param: Param, value: Any) -> Wrong:
    return None if isinstance(value, bool) else "wrong_type"


def _choice(param: Param, value: Any) -> Wrong:
    return None if isinstance(value, str) and value in param.choices else "not_chosen"


def _line(value: Any, most: int) -> Wrong:
    if not isinstance(value, str):
        return "wrong_type"
    if len(value) > most:
        return "too_long"
    return None if clean(value) else "control_characters"


def _text(param: Param, value: Any) -> Wrong:
    return _line(value, param.most or MOST_VALUE)


def _template(param: Param, value: Any) -> Wrong:
    return _filled(value, param.most or MOST_VALUE)


def _filled(value: Any, most: int) -> Wrong:
    if not isinstance(value, str):
        return "wrong_type"
    if len(value) > most:
        return "too_long"
    if not clean(value, lines=True):
        return "control_characters"
    return "template" if template.malformed(value) else None


def _variable(param: Param, value: Any) -> Wrong:
    if value == "" and not param.required:
        return None
    if not template.is_name(value):
        return "variable_name"
    return None if template.may_be_set(value) else "variable_ours"


def _phone(param: Param, value: Any) -> Wrong:
    found = _template(param, value)
    if found or value == "" or template.names(value):
        return found
    return None if PHONE.fullmatch(value) and sum(c.isdigit() for c in value) <= 20 else "phone"


def _url(param: Param, value: Any) -> Wrong:
    """The place that is asked is fixed: variables stand behind the host only."""
    found = _template(param, value)
    if found or value == "":
        return found
    try:
        parts = urlsplit(template.PLACE.sub("x", value))
        host, fixed = parts.hostname, urlsplit(value).netloc
        _ = parts.port
    except ValueError:
        return "url"
    if parts.scheme not in ("http", "https") or not host or "{" in fixed or "@" in fixed:
        return "url"
    return None if value.isprintable() and " " not in template.PLACE.sub("", value) else "url"


# --- lists ------------------------------------------------------------------------------------------------------
def _prompts(param: Param, value: Any) -> Wrong:
    if not isinstance(value, list):
        return "wrong_type"
    if len(value) > MOST_PROMPTS:
        return "too_many"
    named = all(sound_id(prompt) is not None or shipped_name(prompt) is not None for prompt in value)
    return None if named else "prompt_name"


def _keys(param: Param, value: Any) -> Wrong:
    if not isinstance(value, dict):
        return "wrong_type"
    if any(len(key) != 1 or key not in DIGITS for key in value):
        return "keys"
    return next((found for label in value.values() if (found := _line(label, MOST_LABEL))), None)


def _languages(param: Param, value: Any) -> Wrong:
    if not isinstance(value, list) or not all(isinstance(language, str) for language in value):
        return "wrong_type"
    if any(language not in param.choices for language in value):
        return "not_chosen"
    return "twice" if len(set(value)) < len(value) else None


def _entries(one: Callable[[dict[str, Any]], Wrong]) -> Callable[[Param, Any], Wrong]:
    def check(param: Param, value: Any) -> Wrong:
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            return "wrong_type"
        if len(value) > (param.most or MOST_ENTRIES):
            return "too_many"
        return next((found for entry in value if (found := one(entry))), None)

    return check


def _condition(entry: dict[str, Any]) -> Wrong:
    if not template.is_name(entry.get("variable")):
        return "variable_name"
    test = entry.get("test")
    if not isinstance(test, str) or test not in TESTS:
        return "not_chosen"
    return None if test in WITHOUT_VALUE else _filled(entry.get("value", ""), MOST_VALUE)


def _assignment(entry: dict[str, Any]) -> Wrong:
    return _settable(entry.get("variable")) or _filled(entry.get("value", ""), MOST_VALUE)


def _mapped(entry: dict[str, Any]) -> Wrong:
    return _settable(entry.get("variable")) or (None if is_path(entry.get("path")) else "path")


def _header(entry: dict[str, Any]) -> Wrong:
    name = entry.get("name")
    if not isinstance(name, str) or not HEADER.fullmatch(name) or name.lower() in OURS:
        return "header"
    found = _line(entry.get("value"), 2 * MOST_VALUE) or _filled(entry.get("value"), 2 * MOST_VALUE)
    return found or (None if str(entry["value"]).isascii() else "header")


def _settable(name: Any) -> Wrong:
    if not template.is_name(name):
        return "variable_name"
    return None if template.may_be_set(name) else "variable_ours"


CHECKS: dict[ParamKind, Callable[[Param, Any], Wrong]] = {
    ParamKind.TEXT: _text,
    ParamKind.INTEGER: _integer,
    ParamKind.FLAG: _flag,
    ParamKind.CHOICE: _choice,
    ParamKind.PROMPTS: _prompts,
    ParamKind.KEYS: _keys,
    ParamKind.VARIABLE: _variable,
    ParamKind.TEMPLATE: _template,
    ParamKind.PHONE: _phone,
    ParamKind.URL: _url,
    ParamKind.HEADERS: _entries(_header),
    ParamKind.MAPPING: _entries(_mapped),
    ParamKind.LANGUAGES: _languages,
    ParamKind.CONDITIONS: _entries(_condition),
    ParamKind.ASSIGNMENTS: _entries(_assignment),
}
