"""Does the disk take recordings? Looked at every two seconds, because FreeSWITCH does not say.

A disk that is full when a recording begins: `-ERR Cannot record session!` and an empty file. One that fills up under a
running recording: nothing is said, the call goes on, the file grows no more, its header counts what was written, and
the switch's log gets 50 lines a second (`Error writing …`) until the recording is stopped [seen]. So running
recordings are ended here, before the last byte is used (`reserve`): the journal and the database often live on the
same disk, and they are worth more.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from fs_app import metrics
from fs_app.live import Live
from fs_app.tasks import Threads

log = structlog.get_logger(__name__)

DISK_FULL = "disk_full"
NOT_WRITABLE = "not_writable"
MISSING = "missing"
REFUSED = "refused"

TROUBLES = (DISK_FULL, NOT_WRITABLE, MISSING, REFUSED)
"""`refused`: the switch says no, and this program can write: it is another user, or sees another folder."""

PROBE = ".probe"
PROBE_BYTES = 8192

AGAIN_ROUNDS = 15
"""What the switch refused is tried again with each of so many rounds: half a minute."""


def look(folder: Path, reserve: int) -> tuple[str, int]:
    """(trouble or '', bytes free). Writes a small file and removes it. Blocks: in a thread."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return MISSING, 0
    if free < reserve:
        return DISK_FULL, free
    probe = folder / f"{PROBE}-{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return (DISK_FULL if full else NOT_WRITABLE), free
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return "", free


class Disk:
    """The folder of recordings. `trouble` is what calls ask before they begin a recording.

    `cut(call, recording, why)` ends the recording of a call; `again()` is told when recordings can be written again.
    """

    def __init__(
        self,
        folder: Path,
        reserve: int,
        live: Live,
        threads: Threads,
        cut: Callable[[str, str, str], None],
        again: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._reserve = reserve
        self._live = live
        self._threads = threads
        self._cut = cut
        self._again = again
        self._refused = False
        self._rounds = 0
        self.trouble = ""
        self.free = 0

    # --- what calls say -------------------------------------------------------------------------------------
    def refused(self, why: str) -> None:
        """A recording could not begin, or was cut."""
        metrics.RECORDING_FAILURES.labels(why=why).inc()
        if why == REFUSED:
            self._refused = True

    def works(self) -> None:
        """A recording has begun."""
        self._refused = False

    # --- the round ------------------------------------------------------------------------------------------
    def round(self) -> None:
        """Call it every few seconds. Never raises for what the disk does."""
        self._rounds += 1
        trouble, self.free = self._threads.run(look, self._folder, self._reserve)
        before, self.trouble = self.trouble, trouble
        if trouble != before:
            self._said(before)
        if trouble:
            for call in list(self._live.calls.values()):
                if call.recording is not None and not call.recording_problem:
                    self._cut(call.id, call.recording.id, trouble)
        elif self._anybody_without() and (before or self._rounds % AGAIN_ROUNDS == 0):
            # Also after a refusal of the switch: nothing but another try can tell whether it is over.
            self._again()

    def _anybody_without(self) -> bool:
        return any(call.recording_problem and call.recording is None for call in self._live.calls.values())

    def _said(self, before: str) -> None:
        metrics.RECORDINGS_POSSIBLE.set(0 if self.trouble else 1)
        if self.trouble:
            log.error("no recording is possible", why=self.trouble, folder=str(self._folder), free=self.free)
            self._live.record("recordings.impossible", why=self.trouble)
        else:
            log.info("recordings are possible again", was=before)
            self._live.record("recordings.possible", was=before)

    def check(self) -> tuple[bool, str, dict[str, Any]]:
        """For the page that says whether everything works."""
        if self.trouble:
            return False, f"health.recordings.{self.trouble}", {"mb": self.free // 1024**2}
        if self._refused:
            return False, f"health.recordings.{REFUSED}", {}
        return True, "health.recordings.ok", {"gb": round(self.free / 1024**3, 1)}
