"""Socket.IO for supervisors, displays on the wall and the live home page: who watches what (docs/events.md).

All who see the same share a room: a change is put into words once and goes to all of them. A browser that does not
keep up is left out until it does, and then gets everything anew.
"""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass
from typing import Any

import gevent
import structlog
from flask import Flask, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import SocketIO

from fs_app import metrics
from fs_app.accounts.service import Identity
from fs_app.errors import FsAppError, NotAllowed, Overloaded, Unavailable
from fs_app.events import BoardChanged, CatalogChanged, ListeningChanged, Projected
from fs_app.supervision import displays
from fs_app.supervision.board import ALL, Changes
from fs_app.supervision.scope import Scope, scope_of
from fs_app.supervision.service import Supervisor
from fs_app.tasks import Tasks
from fs_app.web.access import NotLoggedIn
from fs_app.web.agent_events import message, text
from fs_app.web.i18n import DEFAULT, known, translate
from fs_app.web.pictures import Pacer
from fs_app.web.sockets import MOST_AT_ONCE, MOST_BEHIND, RECHECK_S, Answer, described
from fs_app.web.supervisor_events import NAMESPACE, VERBS, Verb

log = structlog.get_logger(__name__)

PARTS: dict[str, tuple[str, ...]] = {"board": ALL, "wall": ("queues",), "team": ("team",), "home": ()}
"""What a page shows: everything, the queues, an agent's colleagues, or only that something has changed."""

NEEDED = {
    "board": "supervision.view",
    "wall": "supervision.view",
    "team": "desk.use",
    "home": "overview.view",
}

CHANGED_EVERY_S = 2.0
"""The home page asks the database when it is told: not more often than this."""

CATCH_UP_S = 1.0

View = tuple[Scope, tuple[str, ...]]


@dataclass(slots=True)
class Viewer:
    """One socket. `user` None: a display; `display` is its identifier then."""

    sid: str
    scope: Scope
    parts: tuple[str, ...]
    language: str
    page: str
    user: int | None = None
    role: str = ""
    agent: int | None = None
    display: int | None = None
    behind: bool = False
    busy: int = 0

    @property
    def view(self) -> View:
        return self.scope, self.parts


class SupervisorSockets:
    def __init__(self, flask_app: Flask, socketio: SocketIO, app: Any, version: str) -> None:
        """`app` has board, supervision, catalog, db, clock, bus; `version`: of the pages, so that a display that has
        been open since an update loads itself again."""
        self._flask = flask_app
        self.socketio = socketio
        self._app = app
        self._version = version
        self._viewers: dict[str, Viewer] = {}
        self._rooms: dict[View, str] = {}
        self._numbers = itertools.count(1)
        self._home: Pacer[int] = Pacer(app.clock, self._say_changed, interval=CHANGED_EVERY_S)
        self._tasks = Tasks("supervisors")
        self._tasks.every("check logins", RECHECK_S, self.check_logins)
        self._tasks.every("catch up", CATCH_UP_S, self._catch_up)
        app.bus.subscribe(BoardChanged, self._on_board)
        app.bus.subscribe(Projected, self._on_projected)
        app.bus.subscribe(CatalogChanged, lambda _: self._scopes_anew())
        app.bus.subscribe(ListeningChanged, self._on_listening)
        socketio.on_event("connect", self._connect, namespace=NAMESPACE)
        socketio.on_event("disconnect", self._disconnect, namespace=NAMESPACE)
        for event, verb in VERBS.items():
            socketio.on_event(event, self._handler(verb), namespace=NAMESPACE)

    def stop(self) -> None:
        self._tasks.stop()

    # --- coming and going -----------------------------------------------------------------------------------
    def _connect(self, auth: Any = None) -> None:
        said = auth if isinstance(auth, dict) else {}
        sid: str = request.sid  # type: ignore[attr-defined]
        language = DEFAULT
        try:
            secret = text(said, "display", most=100)
            if secret:
                viewer = self._display(sid, secret)
            else:
                identity = self._identity()
                language = identity.language if identity else DEFAULT
                viewer = self._person(sid, identity, text(said, "page", most=10) or "board")
        except FsAppError as error:
            log.info("supervisor's browser refused", why=str(error), key=error.key)
            raise Refusal(error.key, described(error, language)) from error
        if self._eio_sid(sid) not in self.socketio.server.environ:
            raise Refusal(Unavailable.key)  # gone while the database was asked
        self._viewers[sid] = viewer
        metrics.BROWSERS.inc()
        self._app.board.watch(viewer.scope.account)
        self._enter(viewer)
        # After the answer to the connection itself.
        self._app.clock.call_later(0.0, lambda: self._greet(sid))
        log.info("supervisor's browser connected", user=viewer.user, display=viewer.display)

    def _person(self, sid: str, identity: Identity | None, page: str) -> Viewer:
        if identity is None:
            raise NotLoggedIn("no session")
        if page not in PARTS or not identity.may(NEEDED[page]):
            raise NotAllowed(f"{page}: user {identity.user} is {identity.role}")
        scope = self._scope(page, identity.account, identity.user, identity.role, identity.agent)
        return Viewer(
            sid, scope, PARTS[page], identity.language, page, identity.user, identity.role, identity.agent
        )

    def _scope(self, page: str, account: int, user: int, role: str, agent: int | None) -> Scope:
        """What this page of this person is about: what he is given, or the queues that he works in."""
        if page != "team":
            return scope_of(self._app.catalog, account, user, role)
        info = self._app.catalog.agent(agent) if agent is not None else None
        return Scope(account, frozenset(info.queues if info is not None else ()))

    def _display(self, sid: str, secret: str) -> Viewer:
        found = self._app.db.read(lambda: displays.find(secret))
        if found is None:
            raise NotLoggedIn("no such display")
        self._tasks.spawn("display seen", self._note_seen, found.id)
        return Viewer(
            sid,
            Scope(found.account, frozenset(found.queues) if found.queues else None),
            PARTS["wall"],
            found.language,
            "wall",
            display=found.id,
        )

    def _note_seen(self, display: int) -> None:
        now = self._app.clock.now_ms()
        with contextlib.suppress(Unavailable):
            self._app.db.write(lambda: displays.note_seen(display, now))

    def _disconnect(self, *_reason: Any) -> None:
        viewer = self._viewers.pop(request.sid, None)  # type: ignore[attr-defined]
        if viewer is None:
            return
        metrics.BROWSERS.dec()
        self._app.board.unwatch(viewer.scope.account)
        if not any(v.view == viewer.view for v in self._viewers.values()):
            self._rooms.pop(viewer.view, None)

    def _greet(self, sid: str) -> None:
        viewer = self._viewers.get(sid)
        if viewer is None:
            return
        if viewer.parts:
            self._emit("board", self._snapshot(viewer.view), sid)
        if viewer.parts == ALL and viewer.user is not None:
            self._emit("listening", {"now": self._app.supervision.listening.picture(viewer.user)}, sid)

    def check_logins(self) -> None:
        """Disconnect the pages whose login has ended, and the displays whose link was revoked."""
        shown = {v.display for v in self._viewers.values() if v.display is not None}
        valid: set[int] | None = None
        if shown:
            try:
                valid = self._app.db.read(lambda: displays.valid(shown))
            except Unavailable:
                valid = None  # a database that is away ends nothing
        for viewer in list(self._viewers.values()):
            gevent.sleep(0)
            if viewer.display is not None:
                if valid is not None and viewer.display not in valid:
                    self._sign_out(viewer)
            elif self._viewers.get(viewer.sid) is viewer and not self._still(viewer):
                self._sign_out(viewer)

    def _still(self, viewer: Viewer) -> bool:
        """Logged in still, as the same person in the same role."""
        try:
            environ = self.socketio.server.get_environ(viewer.sid, namespace=NAMESPACE)
            if environ is None:
                return True  # it is just going
            with self._flask.request_context(environ):
                identity = self._identity()
        except Unavailable:
            return True
        return identity is not None and (identity.user, identity.role) == (viewer.user, viewer.role)

    def _sign_out(self, viewer: Viewer) -> None:
        self._emit("signed_out", {}, viewer.sid)
        self.socketio.server.disconnect(viewer.sid, namespace=NAMESPACE)

    # --- rooms ----------------------------------------------------------------------------------------------
    def _room(self, view: View) -> str:
        if view not in self._rooms:
            self._rooms[view] = f"view-{next(self._numbers)}"
        return self._rooms[view]

    def _enter(self, viewer: Viewer) -> None:
        self.socketio.server.enter_room(viewer.sid, self._room(viewer.view), namespace=NAMESPACE)

    def _scopes_anew(self) -> None:
        """The configuration has changed: who is given something else sees something else. (All get a whole picture
        from the board in a moment.)"""
        for viewer in self._viewers.values():
            if viewer.user is None:
                continue
            scope = self._scope(viewer.page, viewer.scope.account, viewer.user, viewer.role, viewer.agent)
            if scope != viewer.scope:
                self.socketio.server.leave_room(viewer.sid, self._room(viewer.view), namespace=NAMESPACE)
                viewer.scope = scope
                self._enter(viewer)

    # --- what pages are told --------------------------------------------------------------------------------
    def _on_board(self, event: BoardChanged) -> None:
        views: dict[View, list[Viewer]] = {}
        for viewer in self._viewers.values():
            if viewer.scope.account == event.account:
                views.setdefault(viewer.view, []).append(viewer)
        for view, viewers in views.items():
            if not view[1]:
                continue  # the home page asks the database: `_on_projected`
            said = self._said(view, event.changes)
            if said is None:
                continue
            slow = [v for v in viewers if v.behind or not self._keeps_up(v)]
            for viewer in slow:
                viewer.behind = True
            self.socketio.emit(
                "board",
                said,
                to=self._room(view),
                namespace=NAMESPACE,
                skip_sid=[v.sid for v in slow],
            )

    def _on_projected(self, event: Projected) -> None:
        for account in {v.scope.account for v in self._viewers.values() if not v.parts} & event.accounts:
            self._home.put(account, {})

    def _said(self, view: View, changes: Changes | None) -> dict[str, Any] | None:
        if changes is None:
            return self._snapshot(view)
        return changes.cut(*view)

    def _snapshot(self, view: View) -> dict[str, Any]:
        scope, parts = view
        said: dict[str, Any] = self._app.board.snapshot(scope, parts)
        if parts == ALL:
            reasons = self._app.catalog.reasons(scope.account)
            said["reasons"] = [{"id": r.id, "label": r.label} for r in reasons]
        return {**said, "version": self._version}

    def _catch_up(self) -> None:
        for viewer in list(self._viewers.values()):
            if viewer.behind and self._keeps_up(viewer):
                viewer.behind = False
                self._emit("board", self._snapshot(viewer.view), viewer.sid)

    def _say_changed(self, account: int, _picture: dict[str, Any]) -> None:
        for viewer in self._viewers.values():
            if viewer.scope.account == account and not viewer.parts:
                self._emit("changed", {}, viewer.sid)

    def _on_listening(self, event: ListeningChanged) -> None:
        for viewer in self._viewers.values():
            if viewer.user == event.user and viewer.parts == ALL:
                said: dict[str, Any] = {"now": event.picture}
                if event.picture is None:
                    key = f"supervision.ended.{event.why.lower().replace(' ', '_')}"
                    key = key if known(key) else "supervision.ended.other"
                    said["text"] = translate(viewer.language, key, why=event.why)
                self._emit("listening", said, viewer.sid)

    def _emit(self, event: str, data: dict[str, Any], sid: str) -> None:
        self.socketio.emit(event, data, to=sid, namespace=NAMESPACE)

    def _keeps_up(self, viewer: Viewer) -> bool:
        sock = self.socketio.server.eio.sockets.get(self._eio_sid(viewer.sid))
        return sock is None or sock.queue.qsize() < MOST_BEHIND

    def _eio_sid(self, sid: str) -> str:
        return self.socketio.server.manager.eio_sid_from_sid(sid, NAMESPACE)  # type: ignore[no-any-return]

    # --- what pages ask -------------------------------------------------------------------------------------
    def _handler(self, verb: Verb) -> Any:
        return lambda *args: self._handled(verb, args)

    def _handled(self, verb: Verb, args: tuple[Any, ...]) -> Answer:
        """Read, authorise, ask once, answer; nothing from outside gets past as an exception."""
        viewer = self._viewers.get(request.sid)  # type: ignore[attr-defined]
        language = viewer.language if viewer else DEFAULT
        if viewer is not None:
            viewer.busy += 1
        try:
            self._ask(viewer, verb, args)
        except FsAppError as error:
            log.info("refused", key=error.key, why=str(error))
            return {"ok": False, "error": described(error, language)}
        except Exception:
            metrics.FAILURES.labels(where="supervisors").inc()
            log.exception("a supervisor's request failed")
            return {"ok": False, "error": described(FsAppError(), language)}
        finally:
            if viewer is not None:
                viewer.busy -= 1
        return {"ok": True}

    def _ask(self, viewer: Viewer | None, verb: Verb, args: tuple[Any, ...]) -> None:
        if viewer is None or viewer.user is None:
            raise NotAllowed("a display asks for nothing")
        identity = self._identity()
        if identity is None or identity.user != viewer.user:
            raise NotLoggedIn("the login has ended")
        if not identity.may(verb.permission):
            raise NotAllowed(f"{verb.permission}: user {identity.user} is {identity.role}")
        if viewer.busy > MOST_AT_ONCE:
            raise Overloaded("too many events at once from one page")
        scope = scope_of(self._app.catalog, identity.account, identity.user, identity.role)
        by = Supervisor(identity.user, identity.name, scope, identity.agent)
        getattr(self._app.supervision, verb.method)(by, *verb.read(message(args)))

    @staticmethod
    def _identity() -> Identity | None:
        person = current_user._get_current_object()
        return person if person.is_authenticated else None
