"""How FreeSWITCH takes a command apart, to check that nothing escapes from its place (switch_utils.c, switch_event.c).

Written from its rules: a backslash protects the next character while looking for a delimiter; quotes pair up;
then each piece loses one level of quotes and backslashes and its outer blanks.
"""

from __future__ import annotations

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


def _clean(piece: str, delimiter: str) -> str:
    piece = piece.lstrip(" ")
    out: list[str] = []
    end, quoted, at = 0, False, 0
    while at < len(piece):
        c, following = piece[at], piece[at + 1 : at + 2]
        if c == "\\" and following and (following in ("'", '"', "\\", delimiter) or following in _ESCAPES):
            out.append(
                _ESCAPES.get(following, following)
                if following not in ("'", '"', "\\", delimiter)
                else following
            )
            end = len(out)
            at += 2
            continue
        if c == "'" and (quoted or "'" in piece[at + 1 :]):
            quoted = not quoted
            if quoted:
                end = len(out)
        else:
            out.append(c)
            if c != " " or quoted:
                end = len(out)
        at += 1
    return "".join(out[:end])


def separate(text: str, delimiter: str, most: int = 1024) -> list[str]:
    """switch_separate_string."""
    pieces: list[str] = []
    start, at, quoted = 0, 0, False
    while at < len(text):
        if len(pieces) == most - 1:
            break
        c = text[at]
        if c == "\\":
            at += 1
        elif c == "'" and (quoted or "'" in text[at + 1 :]):
            quoted = not quoted
        elif c == delimiter and not quoted:
            pieces.append(text[start:at])
            while delimiter == " " and text[at + 1 : at + 2] == " ":
                at += 1
            start = at + 1
        at += 1
    pieces.append(text[start:])
    return [_clean(piece, "" if delimiter == " " else delimiter) for piece in pieces]


def originate(arguments: str) -> tuple[dict[str, str], str, list[str]]:
    """The variables, the dial string and the rest of `originate`'s arguments."""
    words = separate(arguments, " ", 10)
    dial = words[0]
    assert dial.startswith("{")
    at, depth = 0, 1
    while depth:
        at += 1
        depth += (dial[at] == "{") - (dial[at] == "}")
    variables = {}
    for pair in separate(dial[1:at], ","):
        parts = separate(pair, "=", 2)
        if len(parts) == 2:
            variables[parts[0]] = parts[1]
    return variables, dial[at + 1 :], words[1:]
