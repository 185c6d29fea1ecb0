"""How FreeSWITCH takes command text apart: separators, quotes, backslashes, bracketed variables.

The rules are those of switch_separate_string and switch_event_create_brackets: one level of quotes and
backslashes is removed by each pass, which is why a value inside `{…}` of originate is unquoted three times.
"""

from __future__ import annotations

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


def separate(text: str, delimiter: str, most: int = 1_000) -> list[str]:
    """Split at an unquoted, unescaped delimiter, then remove one level of quoting from each part.

    With a blank as delimiter several in a row count as one. The last of `most` parts keeps the rest.
    """
    parts: list[str] = []
    blank = delimiter == " "
    start = position = 0
    quoted = False
    if blank:
        text = text.lstrip(" ")
    while position < len(text):
        c = text[position]
        if c == "\\":
            position += 1
        elif c == "'" and (quoted or "'" in text[position + 1 :]):
            quoted = not quoted
        elif c == delimiter and not quoted and len(parts) < most - 1:
            parts.append(text[start:position])
            if blank:
                while position + 1 < len(text) and text[position + 1] == " ":
                    position += 1
            start = position + 1
        position += 1
    if start < len(text):
        parts.append(text[start:])
    return [cleanup(part, "" if blank else delimiter) for part in parts]


def cleanup(text: str, delimiter: str = "") -> str:
    """Remove one level of quotes and backslashes, and blanks around what is not quoted."""
    text = text.lstrip(" ")
    out: list[str] = []
    end = 0
    quoted = False
    position = 0
    while position < len(text):
        c = text[position]
        following = text[position + 1] if position + 1 < len(text) else ""
        if (
            c == "\\"
            and following
            and (following in "'\"\\" or following == delimiter or following in _ESCAPES)
        ):
            special = following in "'\"\\" or following == delimiter
            out.append(following if special else _ESCAPES[following])
            end = len(out)
            position += 2
            continue
        if c == "'" and (quoted or "'" in text[position + 1 :]):
            quoted = not quoted
            if quoted:
                end = len(out)
        else:
            out.append(c)
            if c != " " or quoted:
                end = len(out)
        position += 1
    return "".join(out[:end])


def brackets(text: str, open_: str, close: str) -> tuple[dict[str, str], str]:
    """`{a=b,c=d}rest` → variables and rest; no variables when it does not begin so."""
    text = text.lstrip(" ")
    variables: dict[str, str] = {}
    while text.startswith(open_):
        end = _closing(text, open_, close)
        if end < 0:
            return variables, text
        inside, text = text[1:end], text[end + 1 :]
        delimiter = ","
        if inside.startswith("^^") and len(inside) > 2:
            delimiter, inside = inside[2], inside[3:]
        for part in separate(inside, delimiter):
            pair = separate(part, "=", 2)
            if len(pair) == 2:
                variables[pair[0]] = pair[1]
    return variables, text


def _closing(text: str, open_: str, close: str) -> int:
    """Where the bracket that `text` begins with is closed, -1 when it never is."""
    depth = 0
    for at, c in enumerate(text):
        depth += (c == open_) - (c == close)
        if depth == 0:
            return at
    return -1
