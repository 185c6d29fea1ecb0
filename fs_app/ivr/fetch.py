"""The request of a menu to a web service: one connection, a deadline, a limit on the answer, no redirects.

Private addresses are refused unless the installation allows them (`fs_app.outward`). Nothing is tried twice: a
request may change something over there.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import gevent
import orjson

from fs_app.errors import FsAppError
from fs_app.ivr.words import Request
from fs_app.outward import Network, NotReached, connect, secured

LARGEST_ANSWER = 65_536
LONGEST_S = 30.0
LONGEST_URL = 4000


class NoAnswer(FsAppError):
    """The service gave none that can be used; `why` is one word for the journal."""

    def __init__(self, why: str) -> None:
        super().__init__(why, why=why)
        self.why = why


def fetch(request: Request, allowed: Sequence[Network]) -> dict[str, Any]:
    """`{"status": 200, "json": …}`, None when the body is no JSON. Raises NoAnswer ("timeout", "private", "refused",
    "unknown_host", "tls", "too_big", "wrong_address", "broken"). Waits (yields) `timeout_s` at most, all in all."""
    within = min(LONGEST_S, max(0.5, float(request.timeout_s)))
    with gevent.Timeout(within, False):
        try:
            return _asked(request, within, allowed)
        except NotReached as error:
            raise NoAnswer("timeout" if error.why == "no_answer" else error.why) from error
        except TimeoutError as error:
            raise NoAnswer("timeout") from error
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            raise NoAnswer("broken") from error
        except (ValueError, UnicodeError) as error:
            raise NoAnswer("wrong_address") from error
    raise NoAnswer("timeout")


def _asked(request: Request, within: float, allowed: Sequence[Network]) -> dict[str, Any]:
    parts = urlsplit(request.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(request.url) > LONGEST_URL:
        raise NoAnswer("wrong_address")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    path = quote(parts.path or "/", safe="/%:;,@!$&'()*+=~-._") + (
        f"?{quote(parts.query, safe='/?%:;,@!$&()*+=~-._')}" if parts.query else ""
    )
    body = request.body.encode()
    link = http.client.HTTPConnection(parts.hostname, port, timeout=within)
    raw = connect(parts.hostname, port, within, allowed)
    link.sock = secured(raw, parts.hostname) if secure else raw
    try:
        link.putrequest(request.method, path, skip_accept_encoding=True)
        named = {name.lower() for name, _ in request.headers}
        link.putheader("Accept", "application/json")
        link.putheader("Connection", "close")
        for name, value in request.headers:
            if name.lower() not in ("host", "content-length", "transfer-encoding", "connection", "accept"):
                link.putheader(name, value)
        if request.content_type and "content-type" not in named:
            link.putheader("Content-Type", request.content_type)
        if body or request.method in ("POST", "PUT", "PATCH"):
            link.putheader("Content-Length", str(len(body)))
        link.endheaders(body or None)
        answer = link.getresponse()
        content = answer.read(LARGEST_ANSWER + 1)
        if len(content) > LARGEST_ANSWER:
            raise NoAnswer("too_big")
        return {"status": answer.status, "json": _json(content)}
    finally:
        link.close()


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
