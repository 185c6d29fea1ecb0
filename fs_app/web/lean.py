"""What one page needs of what all pages have: a part of the style sheet, of the words, the modules that it begins with.

The agent's page is opened on slow lines and old computers. Everything here is found in the sources themselves, so
that nobody keeps a list. Pure but for reading those files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_WORD = re.compile(r"[\w-]+")
_CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
_NOT = re.compile(r":not\([^)]*\)")
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;"']*?["'](\.{1,2}/[^"']+\.js)["']""", re.MULTILINE)
_WHOLE = re.compile(r"""['"`]([a-z_]\w*(?:\.[\w-]+)+)['"`]""")
_BEGUN = re.compile(r"""['"`]([a-z_]\w*(?:\.[\w-]+)*\.)(?:['"`]|\$\{)""")

OF_THE_DESK = ("agent/", "js/lib/", "supervision/board", "supervision/link", "supervision/levels")
"""Scripts that the agent's page may load, by the beginnings of their names."""

TEMPLATES_OF_THE_DESK = ("base.html", "agent/page.html")

NESTING = ("@media", "@supports", "@layer", "@container")


# --- style sheets -----------------------------------------------------------------------------------------------
def words(texts: Iterable[str]) -> set[str]:
    """Everything in the sources that may be the name of a class."""
    return {word for text in texts for word in _WORD.findall(text)}


def pruned(css: str, used: set[str]) -> str:
    """The rules of a minified style sheet whose classes are all among `used`; what is not about classes stays."""
    return "".join(_kept(css, used))


def _kept(css: str, used: set[str]) -> Iterator[str]:
    for head, body in _rules(css):
        if body is None:
            yield f"{head};"
        elif head.startswith(NESTING):
            inside = pruned(body, used)
            if inside:
                yield f"{head}{{{inside}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            selectors = [one for one in _selectors(head) if _is_used(one, used)]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def _is_used(selector: str, used: set[str]) -> bool:
    names = _CLASS.findall(_NOT.sub("", selector))
    return all(re.sub(r"\\(.)", r"\1", name) in used for name in names)


def _rules(css: str) -> Iterator[tuple[str, str | None]]:
    """(what stands before the brace, what is inside), in order; inside is None for a statement without braces."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    at, length = 0, len(css)
    while at < length:
        brace = _next(css, at, _HEAD_END)
        if brace == length:
            return
        if css[brace] == ";":
            yield css[at:brace].strip(), None
            at = brace + 1
            continue
        end, depth = brace + 1, 1
        while depth and end < length:
            step = _next(css, end, _BRACE)
            depth += 1 if css[step : step + 1] == "{" else -1
            end = step + 1
        yield css[at:brace].strip(), css[brace + 1 : end - 1]
        at = end


_HEAD_END = re.compile(r"[{;\"']")
_BRACE = re.compile(r"[{}\"']")


def _next(css: str, at: int, signs: re.Pattern[str]) -> int:
    """The next of these signs outside of strings; the end when there is none."""
    while found := signs.search(css, at):
        if found[0] not in "\"'":
            return found.start()
        at = _string_end(css, found.start())
    return len(css)


def _string_end(css: str, at: int) -> int:
    quote, at = css[at], at + 1
    while at < len(css) and css[at] != quote:
        at += 2 if css[at] == "\\" else 1
    return at + 1


def _selectors(head: str) -> list[str]:
    found, depth, at = [], 0, 0
    for here, sign in enumerate(head):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and not depth:
            found.append(head[at:here])
            at = here + 1
    return [*found, head[at:]]


# --- scripts ----------------------------------------------------------------------------------------------------
def modules(root: Path, entry: str) -> list[str]:
    """`entry` and all that it imports at its start, and those in turn: paths below `root`, the nearest first."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop(0)
        file = root / path
        if path in found or not file.is_file():
            continue
        found[path] = None
        if "vendor" in Path(path).parts:
            continue
        for name in _IMPORT.findall(file.read_text()):
            waiting.append((file.parent / name).resolve().relative_to(root.resolve()).as_posix())
    return list(found)


def spoken(texts: Iterable[str], keys: Iterable[str]) -> set[str]:
    """Of the catalogue's `keys` those that scripts say: whole, or put together behind a beginning (`desk.line.`)."""
    whole: set[str] = set()
    begun: set[str] = set()
    for text in texts:
        whole |= set(_WHOLE.findall(text))
        begun |= set(_BEGUN.findall(text))
    return {key for key in keys if key in whole or any(key[: at + 1] in begun for at in _dots(key))}


def _dots(key: str) -> Iterator[int]:
    return (at for at, sign in enumerate(key) if sign == ".")
