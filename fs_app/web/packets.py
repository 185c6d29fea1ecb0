"""How Socket.IO messages are written: by orjson, and without a look through each picture for bytes, which it never has.

Both together cost more than making the picture [seen].
"""

from __future__ import annotations

from typing import Any

import orjson
from engineio import json as plain
from socketio.packet import Packet


class Json:
    """What python-socketio expects of a `json` module."""

    @staticmethod
    def dumps(value: Any, **_format: Any) -> str:
        """Raises TypeError for what JSON can't carry."""
        try:
            return orjson.dumps(value).decode()
        except TypeError:  # half a surrogate pair, a number of 70 bits, keys that are no text
            return plain.dumps(value, separators=(",", ":"))  # type: ignore[no-any-return]

    @staticmethod
    def loads(text: str) -> Any:
        """What browsers send goes through the library's own reader: it guards against absurd numbers."""
        return plain.loads(text)


class TextPacket(Packet):  # type: ignore[misc]
    """A packet whose data is JSON alone."""

    uses_binary_events = False
    json = Json
