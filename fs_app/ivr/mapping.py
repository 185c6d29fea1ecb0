"""Parts of a JSON answer into variables. A path is `$.customer.orders[0].total`: names and places, nothing that
searches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

PATH = re.compile(r"\$(?:\.[A-Za-z_][\w-]{0,59}|\[\d{1,4}\]){0,12}", re.ASCII)
STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]", re.ASCII)


def is_path(path: object) -> bool:
    return isinstance(path, str) and PATH.fullmatch(path) is not None


def found(path: str, value: Any) -> Any:
    """What stands there; None: nothing."""
    for name, place in STEP.findall(path):
        if name and isinstance(value, Mapping):
            value = value.get(name)
        elif place and isinstance(value, list) and int(place) < len(value):
            value = value[int(place)]
        else:
            return None
    return value


def picked(mapping: Iterable[Mapping[str, str]], answer: Any) -> Iterator[tuple[str, str]]:
    """Each variable with its value; empty when the answer has nothing, or no plain value, there."""
    for entry in mapping:
        yield entry["variable"], plain(found(entry["path"], answer))


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""
