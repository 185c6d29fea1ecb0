"""A JSON event that is read only as far as somebody asks.

An event has 100 to 270 values and most facts need four of them, found near its beginning or its end: looking
for these in the bytes costs a quarter of parsing everything [measured]. Any other name parses the whole event, once.

Why looking is safe: inside a JSON string every quote is escaped, so the bytes `"Unique-ID":"` can only be the name
of a value, never a part of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from fs_app.esl.wire import parse_json_event

_EARLY = {
    name: f'"{name}":"'.encode()
    for name in (
        *("Event-Name", "Event-Subclass", "Event-Date-Timestamp", "Core-UUID", "Unique-ID", "Call-Direction"),
        *("Bridge-A-Unique-ID", "Bridge-B-Unique-ID", "Job-UUID"),
    )
}
_LATE = {
    name: f'"{name}":"'.encode()
    for name in (
        *("Application", "Application-UUID", "Application-Response", "DTMF-Digit", "DTMF-Duration", "_body"),
        *("Playback-File-Path", "Playback-Status", "Record-File-Path"),
    )
}
# Searched for instead of the whole `"variable_fsapp_`: shorter, and "e_" is rarer among the names [measured].
_OURS = b"e_fsapp_"
_BEFORE = b'"variabl'


class JsonEvent(Mapping[str, Any]):
    """The event in `body`. Raises ProtocolError, at the first name that needs it all, when it is no JSON."""

    __slots__ = ("_body", "_whole")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._whole: dict[str, Any] | None = None

    def get(self, name: str, default: Any = None) -> Any:
        if self._whole is None:
            mark = _EARLY.get(name)
            if mark is not None:
                at = self._body.find(mark)
                return default if at < 0 else self._value(at + len(mark))
            mark = _LATE.get(name)
            if mark is not None:
                at = self._body.rfind(mark)
                return default if at < 0 else self._value(at + len(mark))
            self._whole = parse_json_event(self._body)
        return self._whole.get(name, default)

    def our_variables(self) -> dict[str, Any]:
        """The channel's `fsapp_*` variables, without the prefix `variable_`."""
        body, found = self._body, {}
        at = body.find(_OURS)
        while at >= 0:
            end = body.find(b'":"', at)
            if end < 0:
                break
            if body[at - 8 : at] == _BEFORE:
                found[body[at + 2 : end].decode("utf-8", "replace")] = self._value(end + 3)
            at = body.find(_OURS, at + 8)
        return found

    def _value(self, start: int) -> str:
        body = self._body
        end = body.find(b'"', start)
        plain = body[start:end]
        if b"\\" not in plain:
            return plain.decode("utf-8", "replace")
        while end >= 0 and (end - len(body[start:end].rstrip(b"\\")) - start) % 2:
            end = body.find(b'"', end + 1)
        quoted = '"' + body[start:end].decode("utf-8", "replace") + '"'
        try:
            return str(orjson.loads(quoted))
        except orjson.JSONDecodeError:
            return ""

    def __getitem__(self, name: str) -> Any:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        if self._whole is None:
            self._whole = parse_json_event(self._body)
        return iter(self._whole)

    def __len__(self) -> int:
        return sum(1 for _ in self)
