"""The web server: Flask on gevent's pywsgi, with a listening socket of our own."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any

import gevent
import structlog
from flask import Flask
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer
from werkzeug.middleware.proxy_fix import ProxyFix

from fs_app import config
from fs_app.errors import ConfigError
from fs_app.web import assets, sockets
from fs_app.web.context import NAME, Site
from fs_app.web.site import build
from fs_app.web.supervisor_sockets import SupervisorSockets

if TYPE_CHECKING:
    from fs_app.app import Application

log = structlog.get_logger(__name__)

BACKLOG = 256
MOST_CONNECTIONS = 5000
QUIET = ("/static/", "/healthz", "/metrics", "/socket.io/", "/i18n/", "/favicon.ico")
"""Asked for all the time: in the log only when they fail."""


class Handler(WSGIHandler):
    """One connection."""

    def run_application(self) -> None:
        super().run_application()
        if self.environ.get("HTTP_UPGRADE"):
            # The socket belonged to the WebSocket; what comes after it is no HTTP request.
            self.close_connection = True

    def log_request(self) -> None:
        status = int(self.code or 0)
        path = str(self.environ.get("PATH_INFO", "")) if self.environ else ""
        if status < 400 and path.startswith(QUIET):
            return
        log.info(
            "request",
            method=self.command,
            path=path[:200],
            status=status,
            ms=round((self.time_finish - self.time_start) * 1000) if self.time_finish else None,
            address=self.client_address[0] if self.client_address else "",
        )


class _Errors:
    """pywsgi's error stream, into our log."""

    def write(self, text: str) -> None:
        if text.strip():
            log.warning("web server", text=text.strip()[:2000])

    def flush(self) -> None:
        """Nothing is buffered."""


class WebServer:
    """`start()` listens and returns; `stop()` lets running requests end, a few seconds at most."""

    def __init__(
        self,
        app: Application,
        flask_app: Flask,
        wsgi: Any,
        pages: sockets.AgentSockets,
        boards: SupervisorSockets,
    ) -> None:
        self.flask_app = flask_app
        self._pages = pages
        self._boards = boards
        self._app = app
        self.wsgi = wsgi
        self._server: WSGIServer | None = None

    @property
    def port(self) -> int:
        """The port in use (the system's choice when the setting says 0)."""
        if self._server is None:
            raise ConfigError("the web server is not started")
        return int(self._server.socket.getsockname()[1])

    def start(self) -> None:
        """Raises ConfigError when the address can't be used."""
        host, port = config.address(self._app.settings.web_listen)
        listener = listen(host, port)
        self._server = WSGIServer(
            listener,
            self.wsgi,
            handler_class=Handler,
            spawn=Pool(MOST_CONNECTIONS),
            log=None,
            error_log=_Errors(),
        )
        self._server.start()
        log.info("web server listens", address=f"{host}:{self.port}")

    def stop(self, timeout: float = 3.0) -> None:
        self._boards.stop()
        self._pages.stop()
        if self._server is not None:
            with gevent.Timeout(timeout + 2.0, False):
                self._server.stop(timeout=timeout)
            self._server = None
        site: Site = self.flask_app.extensions[NAME]
        site.passwords.stop()
        site.threads.stop()


def create(app: Application) -> WebServer:
    """The whole web side for `app`; nothing listens yet."""
    flask_app = build(app)
    pages = sockets.attach(flask_app, app)
    version = flask_app.extensions[NAME].assets.digest
    boards = SupervisorSockets(flask_app, pages.socketio, app, version)
    wsgi: Any = assets.serve(flask_app.wsgi_app, flask_app.extensions[NAME].assets)
    if n := app.settings.trusted_proxies:
        # Outermost, so that Socket.IO too sees the browser's address and host.
        wsgi = ProxyFix(wsgi, x_for=n, x_proto=n, x_host=n)
    return WebServer(app, flask_app, wsgi, pages, boards)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket without delay for small packets. Raises ConfigError in words."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # Connections inherit TCP_NODELAY from the listener: a Socket.IO round trip takes 0.7 ms instead of 43.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        why = "another program uses it" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise ConfigError(f"FS_APP_WEB_LISTEN: can't listen on {host}:{port}: {why}") from error
    listener.setblocking(False)
    return listener
