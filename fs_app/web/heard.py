"""Every access to a recording or a message is written down before the first byte leaves: in the log of accesses, and in
the audit log."""

from __future__ import annotations

from collections import OrderedDict

from fs_app.accounts.service import Identity
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.privacy import access

ONCE_PER_MS = 600_000
"""A browser asks for a recording in parts: what one session asks within ten minutes is one listening."""

MOST_KEPT = 10_000


class Heard:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._last: OrderedDict[tuple[str, str], int] = OrderedDict()

    def note(
        self,
        who: Identity,
        call: str,
        recording: str,
        as_file: bool,
        address: str,
        kind: str = access.RECORDING,
    ) -> None:
        """Raises DatabaseBusy; then nothing may be heard."""
        now, key = self._clock.now_ms(), (who.session, recording)
        if not as_file and now - self._last.get(key, 0) < ONCE_PER_MS:
            return
        by = Actor(who.account, who.user, who.name, now, address)
        action = access.DOWNLOAD if as_file else access.LISTEN

        def write() -> None:
            audit.write(by, action, "recording", recording, call)
            access.write(by, action, kind, recording, call)

        self._db.write(write)
        if not as_file:
            self._last[key] = now
            self._last.move_to_end(key)
            while len(self._last) > MOST_KEPT:
                self._last.popitem(last=False)
