"""The text of a file into values and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from fs_app.admin.config_file.schema import FILE, FORMAT
from fs_app.admin.config_file.shapes import Place, Problem

BIGGEST = 20_000_000
"""Characters of a file."""

Document = dict[str, Any]


@dataclass(slots=True)
class Parsed:
    """`document` is complete only without problems; `lines`: path → line."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def wrong(self, path: tuple[str, ...], key: str, **params: Any) -> None:
        """At the line of the path, or of the nearest thing around it."""
        from fs_app.admin.config_file.shapes import dotted

        around = path
        while around and around not in self.lines:
            around = around[:-1]
        self.problems.append(Problem(self.lines.get(around, 0), dotted(path), key, params))


class _Loader(yaml.BaseLoader):
    """Text only, and no aliases: a few lines of them can stand for a billion values."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, "alias", event.start_mark)
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their name, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def parse(text: str) -> Parsed:
    """Everything that is wrong is said, not only the first thing."""
    found = Parsed({})
    if len(text) > BIGGEST:
        found.problems.append(Problem(0, "", "config.wrong.big", {"most": BIGGEST // 1_000_000}))
        return found
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        alias = getattr(error, "problem", "") == "alias"
        what = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
        key = "config.wrong.alias" if alias else "config.wrong.yaml"
        found.problems.append(Problem(line, "", key, {} if alias else {"what": what[:200]}))
        return found
    except RecursionError:
        found.problems.append(Problem(0, "", "config.wrong.deep", {}))
        return found
    place = Place((), found.problems, found.lines)
    if node is None:
        found.problems.append(Problem(1, "", "config.wrong.nothing", {}))
        return found
    value = FILE.parse(node, place)
    found.document = value if value is not None else {}
    version = found.document.get("format")
    if version is not None and version != FORMAT:
        # Fields of another version would only be said to be unknown: this is the one thing to know.
        line = found.lines.get(("format",), 1)
        found.problems[:] = [
            Problem(line, "format", "config.wrong.version", {"known": FORMAT, "value": version})
        ]
    return found


def write(document: Document) -> str:
    """The same document gives the same text."""
    return yaml.dump(
        FILE.plain(document),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=110,
    )
