"""Ports of this machine that nobody listens on: for the demonstration, measurements and tests."""

from __future__ import annotations

import random
import socket

FIRST, END = 31000, 32768
"""Below what Linux gives to connections by itself (from 32768): a port from there may be the near end of somebody's
connection before its program begins to listen."""


def free_port() -> int:
    """Raises OSError when all are taken."""
    for port in random.SystemRandom().sample(range(FIRST, END), END - FIRST):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port from {FIRST} to {END - 1} is free")
