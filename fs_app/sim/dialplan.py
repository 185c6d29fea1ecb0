"""The XML dialplan: the same file that the real FreeSWITCH reads is hunted here.

Understood: context, extension (`continue`), condition (`field`, `expression`, `break`), action and anti-action
(`inline` too), `$1` of the last expression, `$${global}` at load; `${…}` is expanded when an application runs,
as there (mod_dialplan_xml.c parse_exten).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from fs_app.sim.channel import Channel

Step = tuple[str, str]

FIELDS: dict[str, Callable[[Channel], str]] = {
    "caller_id_number": lambda ch: ch.caller_number,
    "caller_id_name": lambda ch: ch.caller_name,
    "context": lambda ch: ch.context,
    "uuid": lambda ch: ch.uuid,
    "chan_name": lambda ch: ch.name,
    "network_addr": lambda _: "127.0.0.1",
}


@dataclass(slots=True)
class Condition:
    subject: str
    expression: re.Pattern[str] | None
    break_: str
    actions: list[tuple[str, str, bool]] = field(default_factory=list)
    otherwise: list[tuple[str, str, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Extension:
    name: str
    goes_on: bool
    conditions: list[Condition]


class Dialplan:
    """All contexts of one or more dialplan files."""

    def __init__(
        self, expand: Callable[[str, Channel], str], run_inline: Callable[[Channel, str, str], None]
    ) -> None:
        self.contexts: dict[str, list[Extension]] = {}
        self._expand = expand
        self._run_inline = run_inline

    def load(self, path: Path, globals_: dict[str, str]) -> None:
        """Add the contexts of a file. Raises OSError and ValueError (not the XML that we know)."""
        source = path.read_text(encoding="utf-8")
        self.load_text(source, globals_)

    def load_text(self, source: str, globals_: dict[str, str]) -> None:
        source = re.sub(r"<X-PRE-PROCESS[^>]*/>", "", source)
        source = re.sub(r"\$\$\{(\w+)\}", lambda m: globals_.get(m[1], ""), source)
        try:
            root = ElementTree.fromstring(source)  # noqa: S314 - our own configuration file
        except ElementTree.ParseError as error:
            raise ValueError(f"dialplan: {error}") from error
        for context in root.iter("context"):
            extensions = self.contexts.setdefault(context.get("name", ""), [])
            extensions.extend(_extension(node) for node in context.iter("extension"))

    def hunt(self, ch: Channel, destination: str, context: str) -> list[Step] | None:
        """The applications for this destination; None when no extension matches."""
        steps: list[Step] = []
        found = False
        for extension in self.contexts.get(context, []):
            matched, more = self._try(extension, ch, destination)
            steps += more
            if matched or more:
                found = True
                if not extension.goes_on:
                    break
        return steps if found else None

    def inline(self, text: str) -> list[Step]:
        """`app:data,app:data` (mod_dialplan_inline)."""
        steps = []
        for part in text.split(","):
            app, _, data = part.partition(":")
            steps.append((app.strip(), data.strip("'")))
        return steps

    def _try(self, extension: Extension, ch: Channel, destination: str) -> tuple[bool, list[Step]]:
        steps: list[Step] = []
        all_true = True
        for condition in extension.conditions:
            groups: tuple[str | None, ...] | None
            if condition.expression is None:
                groups = ()
            else:
                value = self._field(condition.subject, ch, destination)
                match = condition.expression.search(value)
                groups = None if match is None else (match.group(0), *match.groups())
            chosen = condition.actions if groups is not None else condition.otherwise
            for app, data, inline in chosen:
                data = _substitute(data, groups or ())
                if inline:
                    self._run_inline(ch, app, data)
                else:
                    steps.append((app, data))
            if groups is None:
                all_true = False
                if condition.break_ in ("on-false", "always"):
                    break
            elif condition.break_ in ("on-true", "always"):
                break
        return all_true, steps

    def _field(self, name: str, ch: Channel, destination: str) -> str:
        if name == "destination_number":
            return destination
        if "${" in name:
            return self._expand(name, ch)
        getter = FIELDS.get(name)
        return getter(ch) if getter else ch.variables.get(name)


def _extension(node: ElementTree.Element) -> Extension:
    conditions = []
    for item in node.findall("condition"):
        expression = item.get("expression")
        condition = Condition(
            item.get("field", ""),
            re.compile(expression) if expression and item.get("field") else None,
            item.get("break", "on-false"),
        )
        for child in item:
            step = (child.get("application", ""), child.get("data", ""), child.get("inline", "") == "true")
            if child.tag == "action":
                condition.actions.append(step)
            elif child.tag == "anti-action":
                condition.otherwise.append(step)
        conditions.append(condition)
    return Extension(node.get("name", ""), node.get("continue", "") == "true", conditions)


def _substitute(data: str, groups: tuple[str | None, ...]) -> str:
    if "$" not in data:
        return data
    return re.sub(r"\$(\d)", lambda m: (groups[int(m[1])] or "") if int(m[1]) < len(groups) else "", data)


def expand(text: str, variable: Callable[[str], str], api: Callable[[str, str], str]) -> str:
    """Replace `${name}`, `${name:offset:length}` and `${api(arguments)}`, innermost first; `\\${` becomes `${`."""
    if "${" not in text:
        return text
    out: list[str] = []
    position = 0
    while True:
        begin = text.find("${", position)
        if begin < 0:
            out.append(text[position:])
            return "".join(out)
        if begin and text[begin - 1] == "\\":  # kept for a later expansion
            out.append(text[position : begin - 1] + "$")
            position = begin + 1
            continue
        out.append(text[position:begin])
        depth, end = 1, begin + 2
        while end < len(text) and depth:
            if text.startswith("${", end):
                depth += 1
                end += 1
            elif text[end] == "}":
                depth -= 1
            end += 1
        inner = expand(text[begin + 2 : end - 1], variable, api)
        out.append(_value(inner, variable, api))
        position = end


def _value(inner: str, variable: Callable[[str], str], api: Callable[[str, str], str]) -> str:
    call = re.fullmatch(r"(\w+)[ (](.*?)\)?", inner, re.DOTALL) if "(" in inner or " " in inner else None
    if call is not None:
        return api(call[1], call[2])
    name, *cut = inner.split(":")
    value = variable(name)
    if not cut:
        return value
    offset = int(cut[0] or 0)
    value = value[offset:]
    return value[: int(cut[1])] if len(cut) > 1 and cut[1] else value
