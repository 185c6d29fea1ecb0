"""What people do with messages: hear them, put them back among the new ones, have somebody call back. The one writer of
`voicemail.*` entries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from fs_app.errors import WaitTimeout
from fs_app.live import Live
from fs_app.voicemail.queries import Row

SHOWN_S = 3.0
"""The page that comes next shows it."""


class Voicemails:
    def __init__(
        self,
        live: Live,
        projected: Callable[[int, float], None],
        call_back: Callable[[int, str, int, str, str, str], None],
    ) -> None:
        """`projected(entry, seconds)` waits until the database has it. `call_back(account, call, queue, number, name,
        recording)` puts somebody on the list of a queue; raises NotFound, Invalid, Conflict."""
        self._live = live
        self._projected = projected
        self._call_back = call_back

    def heard(self, account: int, message: Row, who: str) -> None:
        """Somebody has listened to it."""
        if message.new:
            self._record("voicemail.heard", account, message, who)

    def unheard(self, account: int, message: Row, who: str) -> None:
        """Among the new ones again."""
        if not message.new:
            self._record("voicemail.unheard", account, message, who)

    def call_back(self, account: int, message: Row, queue: int, who: str) -> None:
        """On the list of callbacks of this queue. Raises NotFound, Invalid (no number), Conflict (it is there)."""
        self._call_back(account, message.call, queue, message.number, message.name, message.id)
        self.heard(account, message, who)

    def _record(self, kind: str, account: int, message: Row, who: str) -> None:
        entry = self._live.record(kind, account=account, call=message.call, voicemail=message.id, by=who)
        with suppress(WaitTimeout):
            self._projected(entry.id, SHOWN_S)
