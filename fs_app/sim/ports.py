"""Ports of this machine that nobody listens on: for the demonstration, measurements and tests."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Nobody else gets it for a minute, neither as a free port nor as the near end of a connection: a connection to it
    has just been closed, so only a server that asks for it by number, and may use it again (SO_REUSEADDR), gets it.
    Raises OSError when all are taken.
    """
    with socket.socket() as server:
        # Without SO_REUSEADDR, else it could be one that was given away already.
        server.bind(("127.0.0.1", 0))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.listen()
        address: tuple[str, int] = server.getsockname()
        with socket.create_connection(address) as client:
            server.accept()[0].close()  # who closes first keeps the port
            client.recv(1)
    return address[1]
