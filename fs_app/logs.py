"""Structured logs: one event per line, on stderr, with the call and the agent that it is about.

Values are cut and freed of control characters: a caller's name can't write lines of its own.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import OrderedDict
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO, cast

import structlog

LONGEST = 2000
LONGEST_TRACE = 20_000


MOST_KEPT = 50


@dataclass(slots=True)
class Said:
    """A warning or error that the log has, without its values: those may be another account's."""

    text: str
    level: str
    count: int
    first_at: int  # epoch ms
    last_at: int


class Recent:
    """The latest warnings and errors, one entry for all with the same words."""

    def __init__(self) -> None:
        self._said: OrderedDict[tuple[str, str], Said] = OrderedDict()

    def keep(self, _logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A processor of structlog."""
        if method in ("warning", "error", "exception", "critical"):
            level = "warning" if method == "warning" else "error"
            key = (level, str(event.get("event", ""))[:200])
            now = round(time.time() * 1000)
            known = self._said.pop(key, None) or Said(key[1], level, 0, now, now)
            known.count, known.last_at = known.count + 1, now
            self._said[key] = known
            while len(self._said) > MOST_KEPT:
                self._said.popitem(last=False)
        return event

    def latest(self) -> list[Said]:
        """The last one first."""
        return list(reversed(self._said.values()))


RECENT = Recent()
"""Of this process: structlog is configured once."""


def _tame(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if not isinstance(value, str):
            continue
        kept, longest = ("\n", LONGEST_TRACE) if key in ("exception", "stack") else ("", LONGEST)
        clean = "".join(c if c.isprintable() or c in kept else " " for c in value[:longest])
        if clean != value:
            event[key] = clean
    return event


class Unfailing:
    """A stream whose disk may be full: a line is lost then, and nobody who only wanted to say something fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure(form: str, level: str) -> None:
    """`form`: console or json; `level`: debug, info, warning, error."""
    number = getattr(logging, level.upper())
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(name)s %(message)s")
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            RECENT.keep,
            structlog.processors.format_exc_info,
            _tame,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, Unfailing(sys.stderr))),
        cache_logger_on_first_use=True,
    )
