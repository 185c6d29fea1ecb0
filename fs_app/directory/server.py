"""The directory's HTTP server: loopback only, small questions only, never more threads than `MOST_AT_ONCE`."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from fs_app.directory.answer import NOT_FOUND, answer
from fs_app.directory.snapshot import Cached

SERVICE = "fs-app-directory"
MOST_AT_ONCE = 64
MOST_BYTES = 64 * 1024
PATIENCE_S = 3.0


class DirectoryServer(ThreadingHTTPServer):
    """Serves `/directory` (POST, form) and `/health` (GET, JSON). Raises ValueError for an address off loopback."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, host: str, port: int, users: Cached) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"the directory answers with secrets: {host} is not on loopback")
        self.users = users
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._lock = threading.Lock()
        super().__init__((host, port), _Handler)

    def ask(self, question: dict[str, str]) -> str:
        with self._lock:  # one reader of the file at a time
            return answer(question, self.users)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(timeout=PATIENCE_S):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who went away in the middle is no news; the thread ends, the server goes on."""


class _Handler(BaseHTTPRequestHandler):
    server: DirectoryServer
    timeout = PATIENCE_S  # s for a whole line or body to arrive
    protocol_version = "HTTP/1.0"  # FreeSWITCH opens a connection for each question
    server_version = SERVICE
    sys_version = ""

    def do_POST(self) -> None:
        if not self._trusted():
            return
        if self.path.partition("?")[0] != "/directory":
            self._reply(404, "text/plain", "not here\n")
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
            self._reply(413, "text/plain", "too large\n")
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        try:
            pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=500, errors="replace")
            question = dict(reversed(pairs))  # the first of two of a name counts
            xml = self.server.ask(question)
        except ValueError:
            xml = NOT_FOUND
        except LookupError as error:
            self._reply(503, "text/plain", f"no snapshot: {error}\n")
            return
        self._reply(200, "text/xml; charset=utf-8", xml)

    def do_GET(self) -> None:
        if not self._trusted():
            return
        if self.path != "/health":
            self._reply(404, "text/plain", "not here\n")
            return
        users = self.server.users
        users.refresh()
        state = {
            "service": SERVICE,
            "pid": os.getpid(),
            "snapshot": str(users.path.resolve()),
            "users": len(users.users or ()),
            "problem": users.problem,
        }
        self._reply(200, "application/json", json.dumps(state))

    def _trusted(self) -> bool:
        """From this machine, and meant for it: a name in `Host` would be a web page that was led here."""
        host = re.sub(r":\d+$", "", self.headers.get("Host", "localhost")).strip("[]")
        local = ipaddress.ip_address(self.client_address[0]).is_loopback
        if local and host in ("127.0.0.1", "::1", "localhost"):
            return True
        self._reply(403, "text/plain", "only from this machine\n")
        return False

    def _reply(self, status: int, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Questions hold names of users and digests: nothing is logged of them."""

    def address_string(self) -> str:
        return str(self.client_address[0])


def listening_socket_taken(host: str, port: int) -> bool:
    """True when somebody listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0
