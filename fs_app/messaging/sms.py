"""An SMS by a provider's HTTP interface: address, headers and body as the provider wants them, and what success is.

`{{to}}` is the number with the plus, `{{digits}}` without, `{{text}}`, `{{sender}}`, `{{secret}}`, `{{id}}`: each is
written as its place needs it (in an address, JSON, a form, XML), so no text can break out of its place.

A provider that takes a request and gives no answer may have sent it: that is said, and not tried again by itself.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit
from xml.sax.saxutils import escape

import gevent
import orjson

from fs_app.messaging.outcome import NotSent, Outcome, Sent, Unclear
from fs_app.outward import Network, NotReached, connect, secured

METHODS = ("POST", "PUT", "GET")
KINDS = ("json", "form", "xml", "text")
PLACES = ("to", "digits", "text", "sender", "secret", "id")
WAIT_S = 20.0
LARGEST_ANSWER = 65_536

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
_WRITTEN: Mapping[str, Callable[[str], str]] = {
    "json": lambda value: orjson.dumps(value).decode()[1:-1],
    "form": quote_plus,
    "xml": lambda value: escape(value, {'"': "&quot;", "'": "&apos;"}),
    "text": lambda value: value,
}


@dataclass(frozen=True, slots=True)
class Gateway:
    """`headers`: lines `Name: value`. Success is a status that `success_status` names (`2xx`, `200,202`), with
    `success_text` somewhere in the answer when it is not empty; `reference` is the way to the message's number in a
    JSON answer (`messages.0.id`)."""

    url: str = ""
    method: str = "POST"
    headers: str = ""
    kind: str = "json"
    body: str = ""
    sender: str = ""
    success_status: str = "2xx"
    success_text: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    host: str
    port: int
    secure: bool
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def request(gateway: Gateway, secret: str, to: str, text: str, identifier: str) -> Request:
    """What is sent. Raises ValueError for a line break in a header or an address that is none."""
    values = {
        "to": to,
        "digits": to.lstrip("+"),
        "text": text,
        "sender": gateway.sender,
        "secret": secret,
        "id": identifier,
    }
    parts = urlsplit(gateway.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the address must begin with https:// or http://")
    in_address = lambda part: _put(part, values, lambda value: quote(value, safe=""))  # noqa: E731
    path = in_address(parts.path or "/") + (f"?{in_address(parts.query)}" if parts.query else "")
    if not path.isascii() or any(c.isspace() for c in path):
        path = quote(path, safe="/?&=%+:;,@!$'()*~-._")
    body = b"" if gateway.method == "GET" else _put(gateway.body, values, _WRITTEN[gateway.kind]).encode()
    headers = [(name, _put(value, values, _in_header)) for name, value in header_lines(gateway.headers)]
    if gateway.method != "GET" and all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", _TYPES[gateway.kind]))
    secure = parts.scheme == "https"
    return Request(
        parts.hostname,
        parts.port or (443 if secure else 80),
        secure,
        gateway.method,
        path,
        tuple(headers),
        body,
    )


def send(
    gateway: Gateway, secret: str, to: str, text: str, identifier: str, allowed: Sequence[Network]
) -> Outcome:
    """Give an SMS away. Never raises for what a provider or a network does."""
    try:
        wanted = request(gateway, secret, to, text, identifier)
    except ValueError as error:
        return NotSent("wrong_settings", str(error)[:200])
    line = _Line(wanted, allowed)
    try:
        with gevent.Timeout(2 * WAIT_S, False):
            try:
                return judge(gateway, *line.ask(), hidden=secret)
            except NotReached as error:
                again = error.why in ("unknown_host", "refused", "no_answer")
                return NotSent(error.why, error.detail, again=again)
            except (http.client.HTTPException, OSError) as error:
                return line.lost(str(error)[:200])
        return line.lost(f"{2 * WAIT_S:g} s")
    finally:
        line.close()


def judge(gateway: Gateway, status: int, answer: str, hidden: str = "") -> Outcome:
    """What the provider's answer means."""
    told = f"{status} {' '.join(answer.split())}"
    told = (told.replace(hidden, "…") if len(hidden) > 3 else told)[:300]
    if matches(gateway.success_status, status):
        if gateway.success_text and gateway.success_text not in answer:
            return NotSent("refused_by_provider", told)
        return Sent(_reference(gateway.reference, answer))
    if status in (429, 503):  # "later", in so many words (RFC 6585, RFC 9110)
        return NotSent("provider_busy", told, again=True)
    if status >= 500:
        return Unclear("provider_failed", told)  # it may have been sent before something else failed
    return NotSent("redirected" if 300 <= status < 400 else "refused_by_provider", told)


def matches(statuses: str, status: int) -> bool:
    """Whether `2xx` or `200, 202` names this status."""
    return any(
        re.fullmatch(part.strip().lower().replace("x", r"\d"), str(status)) for part in statuses.split(",")
    )


def header_lines(text: str) -> list[tuple[str, str]]:
    """Raises ValueError for a line that is no header."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]{1,60}", name.strip()):
            raise ValueError(line.strip()[:60])
        found.append((name.strip(), value.strip()))
    return found


def places(text: str) -> list[str]:
    """The names in an address, a header or a body."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def body_is_right(gateway: Gateway) -> bool:
    """Whether a JSON body is JSON once its values are in."""
    if gateway.kind != "json" or gateway.method == "GET":
        return True
    try:
        orjson.loads(_put(gateway.body, dict.fromkeys(PLACES, 'a "1"'), _WRITTEN["json"]))
    except orjson.JSONDecodeError:
        return False
    return True


def _put(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda found: written(values.get(found[1], "")), template)


def _in_header(value: str) -> str:
    if any(c in "\r\n\0" for c in value) or not value.isascii():
        raise ValueError("a header takes one line of ASCII")
    return value


def _reference(way: str, answer: str) -> str:
    """The provider's number of the message, where it says one."""
    if not way:
        return ""
    try:
        found: Any = orjson.loads(answer)
        for step in way.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (orjson.JSONDecodeError, KeyError, IndexError, ValueError, TypeError):
        return ""
    return str(found)[:200] if isinstance(found, str | int) else ""


class _Line(http.client.HTTPConnection):
    """One request on a connection that was looked at before; redirects are not followed."""

    def __init__(self, wanted: Request, allowed: Sequence[Network]) -> None:
        super().__init__(wanted.host, wanted.port, timeout=WAIT_S)
        self._wanted = wanted
        self._allowed = allowed
        self._given_away = False
        if wanted.secure:
            self.default_port = 443

    def connect(self) -> None:
        line = connect(self._wanted.host, self._wanted.port, WAIT_S, self._allowed)
        self.sock = secured(line, self._wanted.host) if self._wanted.secure else line

    def ask(self) -> tuple[int, str]:
        wanted = self._wanted
        self.connect()
        self._given_away = True
        self.request(wanted.method, wanted.path, wanted.body or None, dict(wanted.headers))
        answer = self.getresponse()
        return answer.status, answer.read(LARGEST_ANSWER).decode("utf-8", "replace")

    def lost(self, detail: str) -> Outcome:
        """The line broke: before anything was said, or after."""
        return Unclear("no_receipt", detail) if self._given_away else NotSent("line_lost", detail, again=True)
