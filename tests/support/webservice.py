"""A web service for tests, which can be slow, wrong or gone."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class WebService:
    """`/customer` answers JSON, `/slow` after five seconds, `/wrong` 500, `/text` no JSON, `/big` a megabyte,
    `/onward` a redirect to `/customer`. `asked` are the paths."""

    def __init__(self, answer: Any) -> None:
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                service.asked.append(self.path)
                service.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                place = self.path.partition("?")[0]
                if place == "/slow":
                    time.sleep(5)
                status = {"/wrong": 500, "/onward": 302}.get(place, 200)
                body = {"/text": b"hello", "/big": b" " * 1_000_000}.get(place, json.dumps(answer).encode())
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{service.url}/customer")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):  # the other side had enough
                    self.wfile.write(body)

            do_GET = do_POST = _answer  # noqa: N815 - names of the library

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
