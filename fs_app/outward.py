"""Connections to machines that administrators name: mail servers, SMS gateways, web services.

An account's administrator must not reach by us what only we can reach: addresses of private networks and of this
machine are refused unless the installation allows their network (`FS_APP_PRIVATE_TARGETS`). The address that was
looked at is the one that is connected to, so a name that answers twice differently gains nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import gevent
from gevent import socket

from fs_app.errors import FsAppError

Network = IPv4Network | IPv6Network
TRANSLATED = ip_network("64:ff9b::/96")
TRANSLATED_HERE = ip_network("64:ff9b:1::/48")  # RFC 8215: a network's own translator


class NotReached(FsAppError):
    """No connection: nothing was said to the other side. `why` is `unknown_host`, `private`, `refused`, `no_answer`,
    `tls`, `certificate`; `detail` what the machine or the library said."""

    key = "error.not_reached"
    status = 502

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}", why=why)
        self.why = why
        self.detail = detail


def networks(text: str) -> tuple[Network, ...]:
    """Networks or addresses with commas between. Raises ValueError."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def is_allowed(address: str, allowed: Iterable[Network]) -> bool:
    """Whether this address may be connected to: a public one, or one of an allowed network."""
    found = _meant(ip_address(address.partition("%")[0]))
    if any(found.version == network.version and found in network for network in allowed):
        return True
    return found.is_global and not found.is_multicast and found not in TRANSLATED_HERE


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, where it does: mapped, 6to4, Teredo, and the translators'
    prefix (RFC 6052), behind which may be what only we can reach."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def connect(host: str, port: int, timeout: float, allowed: Sequence[Network]) -> socket.socket:
    """A connected socket whose reads and writes have this `timeout`, too. Raises NotReached."""
    with gevent.Timeout(timeout, False):
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotReached("unknown_host", str(error)[:200]) from error
        return _first(found, timeout, allowed)
    raise NotReached("no_answer", f"{timeout:g} s")


def _first(found: Sequence[tuple], timeout: float, allowed: Sequence[Network]) -> socket.socket:  # type: ignore[type-arg]
    problem = NotReached("unknown_host")
    for family, kind, protocol, _, address in found:
        if not is_allowed(str(address[0]), allowed):
            problem = NotReached("private", str(address[0]))
            continue
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(timeout)
        try:
            connection.connect(address)
            return connection
        except TimeoutError:
            connection.close()
            problem = NotReached("no_answer", f"{address[0]}:{address[1]}")
        except OSError as error:
            connection.close()
            problem = NotReached("refused", f"{address[0]}:{address[1]}: {error.strerror or error}")
        except BaseException:
            connection.close()
            raise
    raise problem


def secured(connection: socket.socket, host: str) -> ssl.SSLSocket:
    """TLS with the certificate and its name checked. Raises NotReached with why `tls` or `certificate`."""
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        raise NotReached("certificate", error.verify_message or str(error)[:200]) from error
    except (ssl.SSLError, OSError) as error:
        connection.close()
        raise NotReached("tls", str(error)[:200]) from error
