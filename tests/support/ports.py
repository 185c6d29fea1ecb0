"""Blocks of ports that no other test run on this machine uses.

A block is 1000 ports below the range that the kernel gives away by itself, held by a lock on a file for as long as the
`PortBlock` lives: two test runs at the same time never meet, not even for RTP.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

SIZE = 1000
FIRST, LAST = 11000, 31000  # Linux gives away 32768 and above


class PortBlock:
    """`block[0]` … `block[999]` are port numbers of this run alone."""

    def __init__(self) -> None:
        folder = Path(tempfile.gettempdir()) / f"fs-app-test-ports-{os.getuid()}"
        folder.mkdir(exist_ok=True)
        starts = list(range(FIRST, LAST, SIZE))
        random.shuffle(starts)
        for start in starts:
            lock: IO[str] = (folder / str(start)).open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                continue
            if _free(start):
                self._lock = lock
                self.first = start
                return
            lock.close()
        raise AssertionError("no free block of ports on this machine")

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < SIZE:
            raise IndexError(index)
        return self.first + index

    def release(self) -> None:
        self._lock.close()


def _free(start: int) -> bool:
    """The first ports of the block, where fixed listeners go, can be bound by TCP and UDP."""
    for port in range(start, start + 40):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    return False
    return True
