"""Socket.IO for the agents' pages: who is connected, what they are told, what they may ask (docs/events.md).

WebSocket only, same origin, login cookie checked at connect, at each event and every `RECHECK_S` seconds. One
live tab per agent. Pictures go out coalesced; a slow browser makes nobody else wait.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from typing import Any

import gevent
import structlog
from flask import Flask, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import SocketIO

from fs_app import metrics
from fs_app.accounts.service import Identity
from fs_app.errors import FsAppError, NotAllowed, NotFound, Overloaded, Unavailable
from fs_app.events import AgentMessage, AgentNotice, AgentPicture, ContactSaved, SwitchState
from fs_app.tasks import Tasks
from fs_app.web import websocket
from fs_app.web.access import NotLoggedIn
from fs_app.web.agent_events import TAKE_OVER, VERBS, Verb, message, text
from fs_app.web.i18n import DEFAULT, known, translate
from fs_app.web.packets import TextPacket
from fs_app.web.pictures import Pacer
from fs_app.web.tabs import Tab, Tabs
from fs_app.web.text import phone

log = structlog.get_logger(__name__)

NAME = "fs_app.sockets"
"""Where the Flask application keeps its AgentSockets (among its extensions)."""

PING_EVERY_S = 2
PING_TIMEOUT_S = 2
"""A computer that dies says no good-bye; its agent must be out within seconds (a reload is quicker than that)."""

MOST_BEHIND = 8
"""Messages that wait for a browser before it gets no further picture."""

OWN_S = 0.02
"""Seconds between two pictures for what happens to the agent himself; what he sees of others waits up to 0.25."""

MOST_AT_ONCE = 20
"""Events of one socket that may be under way."""

RECHECK_S = 10.0
"""How often the logins of connected pages are checked again."""

UNKNOWN = (DEFAULT, "FR")
"""Language and country of a socket that is gone."""

Answer = dict[str, Any]


def attach(flask_app: Flask, app: Any) -> AgentSockets:
    """Serve Socket.IO from `flask_app`; `app` is the application (clock, bus, desk)."""
    quiet = logging.getLogger("fs_app.socketio")  # it would log every packet
    quiet.setLevel(logging.WARNING)
    socketio = SocketIO(
        flask_app,
        async_mode="gevent",
        transports=["websocket"],
        allow_upgrades=False,
        http_compression=False,
        manage_session=False,
        serializer=TextPacket,
        logger=quiet,
        engineio_logger=quiet,
        max_http_buffer_size=websocket.MOST_BYTES,
        ping_interval=PING_EVERY_S,
        ping_timeout=PING_TIMEOUT_S,
    )
    socketio.server.eio._async = websocket.driver()
    sockets = AgentSockets(flask_app, socketio, app)
    flask_app.extensions[NAME] = sockets
    return sockets


def described(error: FsAppError, language: str) -> dict[str, Any]:
    """An error for a page: identifier, sentence in its language, the field it belongs to."""
    key = error.key if known(error.key) else FsAppError.key
    params = {name: value for name, value in error.params.items() if isinstance(value, str | int)}
    answer = {"key": error.key, "text": translate(language, key, **params)}
    return {**answer, "field": params["field"]} if "field" in params else answer


class AgentSockets:
    def __init__(self, flask_app: Flask, socketio: SocketIO, app: Any) -> None:
        self.socketio = socketio
        self._flask = flask_app
        self._desk = app.desk
        self._tabs = Tabs()
        # By socket: language, and country whose numbers are national.
        self._speaks: dict[str, tuple[str, str]] = {}
        self._busy: Counter[str] = Counter()  # by socket
        self._pacer: Pacer[int] = Pacer(app.clock, self._send_picture, self._keeps_up, sooner=OWN_S)
        self._tasks = Tasks("sockets")
        self._tasks.every("check logins", RECHECK_S, self.check_logins)
        app.bus.subscribe(AgentPicture, self._on_picture)
        app.bus.subscribe(SwitchState, self._on_switch)
        app.bus.subscribe(AgentNotice, lambda e: self.notice(e.agent, e.level, e.key, **e.params))
        app.bus.subscribe(AgentMessage, self._on_message)
        app.bus.subscribe(ContactSaved, self._on_contact)
        self._catalog = app.catalog
        socketio.on_event("connect", self._connect)
        socketio.on_event("disconnect", self._disconnect)
        socketio.on_event(TAKE_OVER, lambda *args: self._handled(args, self._take_over))
        for event, verb in VERBS.items():
            socketio.on_event(event, self._handler(verb))

    def stop(self) -> None:
        """No more pictures; pages are disconnected and will come back by themselves."""
        self._tasks.stop()
        for sock in list(self.socketio.server.eio.sockets.values()):
            sock.close(wait=False)  # waiting would take its time for each one
        for agent in self._tabs.agents():
            self._pacer.forget(agent)

    # --- coming and going -----------------------------------------------------------------------------------
    def _connect(self, auth: Any = None) -> None:
        language = DEFAULT
        try:
            identity = self._identity()
            language = identity.language if identity else DEFAULT
            if identity is None:
                raise NotLoggedIn("no session")
            if identity.agent is None or not identity.may("desk.use"):
                raise NotAllowed("no agent")
            said = auth if isinstance(auth, dict) else {}
            tab = Tab(request.sid, text(said, "tab", most=64) or request.sid, identity.agent)  # type: ignore[attr-defined]
            picture = self._desk.picture(identity.agent)
        except FsAppError as error:
            log.info("browser refused", why=str(error), key=error.key)
            raise Refusal(error.key, described(error, language)) from error
        if self._eio_sid(tab.sid) not in self.socketio.server.environ:
            raise Refusal(Unavailable.key)  # gone while the database was asked
        self._speaks[tab.sid] = (identity.language, identity.country)
        metrics.BROWSERS.inc()
        if self._tabs.live(tab.agent) is None:
            # Once per agent, however many tabs: the desk counts, and waits a little after the last one has gone.
            self._desk.browser_seen(tab.agent)
            picture = self._desk.picture(tab.agent)  # who comes back in his call stays logged in: it says so
        lost = self._tabs.arrive(tab, take_over=said.get("take_over") is True)
        log.info("browser connected", agent=tab.agent, live=self._tabs.is_live(tab.sid))
        if self._tabs.is_live(tab.sid):
            self._made_live(tab, lost, picture)
        else:
            self._emit("elsewhere", {}, tab.sid)

    def _disconnect(self, *_reason: Any) -> None:
        sid = request.sid  # type: ignore[attr-defined]
        tab = self._tabs.tab(sid)
        if tab is None:
            return
        metrics.BROWSERS.dec()
        self._speaks.pop(sid, None)
        self._busy.pop(sid, None)
        was_live = self._tabs.is_live(sid)
        heir = self._tabs.leave(sid)
        log.info("browser gone", agent=tab.agent, live=was_live)
        if heir is not None:
            self._made_live(heir, None, self._desk.picture(heir.agent))
        elif was_live:
            self._pacer.forget(tab.agent)
            self._desk.browser_gone(tab.agent)

    def _take_over(self, tab: Tab, _data: dict[str, Any]) -> None:
        picture = self._desk.picture(tab.agent)
        if not self._tabs.is_live(tab.sid):
            self._made_live(tab, self._tabs.take_over(tab.sid), picture)

    def _made_live(self, tab: Tab, lost: Tab | None, picture: dict[str, Any]) -> None:
        if lost is not None and lost.name != tab.name:
            self._emit("replaced", {}, lost.sid)
        self._pacer.afresh(tab.agent)
        self._pacer.put(tab.agent, lambda: picture)

    def check_logins(self) -> None:
        """Disconnect the pages whose login has ended: logged out, revoked, expired, left the company."""
        for tab in self._tabs.all():
            gevent.sleep(0)  # hundreds of pages: others get their turn in between
            environ = self.socketio.server.get_environ(tab.sid) if self._tabs.tab(tab.sid) else None
            if environ is None:
                continue
            try:
                with self._flask.request_context(environ):
                    identity = self._identity()
            except Unavailable:
                continue  # a database that is away logs nobody out
            if identity is None or identity.agent != tab.agent:
                self._sign_out(tab)

    def _sign_out(self, tab: Tab) -> None:
        self._emit("signed_out", {}, tab.sid)
        self.socketio.server.disconnect(tab.sid)

    # --- what pages ask -------------------------------------------------------------------------------------
    def _handler(self, verb: Verb) -> Callable[..., Answer]:
        def ask(tab: Tab, data: dict[str, Any]) -> None:
            if not self._tabs.is_live(tab.sid):
                raise NotAllowed("another tab is the live one")
            if verb.needs and not self._may(verb.needs):
                raise NotAllowed(verb.needs)
            if verb.module and verb.module in self._modules_off(tab.agent):
                raise NotAllowed(f"the profile has {verb.module} off")
            attrgetter(verb.method)(self._desk)(tab.agent, *verb.read(data))

        return lambda *args: self._handled(args, ask)

    def _handled(self, args: tuple[Any, ...], ask: Callable[[Tab, dict[str, Any]], None]) -> Answer:
        """Read, authorise, ask once, answer; nothing from outside gets past as an exception."""
        sid = request.sid  # type: ignore[attr-defined]
        language = self._speaks.get(sid, UNKNOWN)[0]
        self._busy[sid] += 1
        try:
            tab = self._tabs.tab(sid)
            identity = self._identity()
            if tab is None or identity is None or identity.agent != tab.agent:
                raise NotLoggedIn("the login has ended")
            if self._busy[sid] > MOST_AT_ONCE:
                raise Overloaded("too many events at once from one page")
            ask(tab, message(args))
        except FsAppError as error:
            log.info("refused", key=error.key, why=str(error))
            return {"ok": False, "error": described(error, language)}
        except Exception:
            metrics.FAILURES.labels(where="sockets").inc()
            log.exception("an agent's request failed")
            return {"ok": False, "error": described(FsAppError(), language)}
        finally:
            self._busy[sid] -= 1
        return {"ok": True}

    def _modules_off(self, agent: int) -> tuple[str, ...]:
        info = self._catalog.agent(agent)
        return info.options.modules_off if info is not None else ()

    def _may(self, permission: str) -> bool:
        identity = self._identity()
        return identity is not None and identity.may(permission)

    @staticmethod
    def _identity() -> Identity | None:
        """The person behind the socket, None without a valid login. Raises Unavailable when nobody can tell."""
        person = current_user._get_current_object()
        if not person.is_authenticated:
            return None
        return person  # type: ignore[no-any-return]

    # --- what pages are told --------------------------------------------------------------------------------
    def _on_picture(self, event: AgentPicture) -> None:
        if self._tabs.live(event.agent) is not None:
            self._pacer.put(event.agent, lambda: event.picture, event.soon)

    def _on_message(self, event: AgentMessage) -> None:
        tab = self._tabs.live(event.agent)
        if tab is not None:
            self._emit("message", event.message, tab.sid)

    def _on_contact(self, event: ContactSaved) -> None:
        """To every page of the account: which contacts it has open it knows itself."""
        told = {"id": event.contact, "version": event.version, "by": event.name}
        for agent in self._tabs.agents():
            info, tab = self._catalog.agent(agent), self._tabs.live(agent)
            if tab is not None and info is not None and info.account == event.account:
                self._emit("contact", told, tab.sid)

    def _on_switch(self, event: SwitchState) -> None:
        # While it is away the picture says so; only the good news needs telling.
        for agent in self._tabs.agents() if event.up else ():
            self.notice(agent, "success", "desk.switch_back")

    def notice(self, agent: int, level: str, key: str, **params: Any) -> None:
        """Say something once to the agent's live page. `level`: info, success, warning, error."""
        tab = self._tabs.live(agent)
        if tab is not None:
            language, country = self._speaks.get(tab.sid, UNKNOWN)
            if "number" in params:
                params["number"] = phone(params["number"], country)
            said = translate(language, key, **params)
            self._emit("notice", {"level": level, "key": key, "text": said}, tab.sid)

    def _send_picture(self, agent: int, make: Callable[[], dict[str, Any]]) -> None:
        tab = self._tabs.live(agent)
        if tab is not None:
            with suppress(NotFound):  # deactivated since
                self._emit("agent", make(), tab.sid)

    def _emit(self, event: str, data: dict[str, Any], sid: str) -> None:
        # Puts the message into the socket's own queue; a greenlet per socket writes it.
        self.socketio.emit(event, data, to=sid)

    def _keeps_up(self, agent: int) -> bool:
        tab = self._tabs.live(agent)
        sock = self.socketio.server.eio.sockets.get(self._eio_sid(tab.sid)) if tab else None
        return sock is None or sock.queue.qsize() < MOST_BEHIND

    def _eio_sid(self, sid: str) -> str:
        return self.socketio.server.manager.eio_sid_from_sid(sid, "/")  # type: ignore[no-any-return]
