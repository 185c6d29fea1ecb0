"""The web side over a fake desk as a process of its own: `python -m tests.support.deskserver FOLDER`.

Its first line of output is JSON {"url", "password", …}. Then it reads one JSON list per line from its input,
["method", args…] of FakeDesk (or of `Script` below), does it and answers one JSON line. `DeskProcess` in
deskprocess.py speaks that to it.
"""

from gevent import monkey

monkey.patch_all()

import logging  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from types import SimpleNamespace  # noqa: E402
from typing import Any  # noqa: E402

import orjson  # noqa: E402
import structlog  # noqa: E402
from gevent.fileobject import FileObject  # noqa: E402

from fs_app.accounts.model import Profile, User, UserSession  # noqa: E402
from fs_app.agents.model import AgentSettings  # noqa: E402
from fs_app.calls.model import Call  # noqa: E402
from fs_app.contacts.model import Contact  # noqa: E402
from fs_app.contacts.service import Contacts, Stale  # noqa: E402
from fs_app.events import ContactSaved  # noqa: E402
from fs_app.outgoing.rules import NotANumber  # noqa: E402
from fs_app.web import sockets  # noqa: E402
from fs_app.web.context import NAME  # noqa: E402
from fs_app.web.server import create  # noqa: E402
from tests.support import compiled  # noqa: E402
from tests.support.deskworld import (  # noqa: E402
    PASSWORD,
    App,
    Ids,
    add_known_contact,
    build,
    items_seen,
    project_call,
)
from tests.support.quick import quick_passwords  # noqa: E402


class Script:
    """What a browser test can make happen, by names."""

    def __init__(self, app: App, ids: Ids, web: Any) -> None:
        self.app, self.ids, self.web = app, ids, web

    def incoming(self, number: str = "+33612345678", name: str = "", waited_s: int = 48) -> str:
        """A call rings: picture and database."""
        call = f"call-{self.app.desk.calls + 1}"
        now = self.app.clock.now_ms()
        self.app.db.write(lambda: project_call(self.ids, call, number, now, waited_s))
        return self.app.desk.ring(
            self.ids.agent, number=number, name=name, disposition_set=self.ids.dispositions
        )

    def reset(self) -> int:
        """Everything as at the start, for the next test."""
        desk, ids = self.app.desk, self.ids
        self.drop_browsers()
        for timer in desk._timers.values():
            timer.cancel()
        for agent, one in desk.agents.items():
            desk.agents[agent] = desk._fresh(agent, one["agent"]["name"], one["agent"]["number"])
        for queue in desk._queues:
            queue |= {"waiting": 0, "longest_since": None, "callbacks": 0, "inbound": True, "outbound": True}
            queue["alert"] = {"waiting": "", "callbacks": ""}
        desk._switch["up"] = True
        desk.calls = 0
        desk.outbound.items, desk.outbound.shown, desk.outbound.mode = [], None, "manual"
        desk.asked.clear()

        def again() -> None:
            User.update(language="", theme="auto", profile=None).execute()
            AgentSettings.delete().execute()
            Call.delete().where(Call.id.startswith("call-")).execute()
            Contact.delete().execute()
            add_known_contact(ids.account, self.app.clock.now_ms(), ids.contact)

        self.app.db.write(again)
        self.app.catalog.reload()
        return 0

    def people_to_call(self, shown_s: int | None = None) -> list[dict[str, Any]]:
        """Four people on the list; the second is shown to the agent, to be called in `shown_s` (0: never)."""
        desk, now = self.app.desk, self.app.clock.now_ms()
        desk.outbound.items = items_seen(now)
        if shown_s is not None:
            until = now + shown_s * 1000 if shown_s else None
            more = {"until": until, "shown_since": now, "may_skip": True, "skip_reason": False}
            desk.outbound.shown = {**desk.outbound.items[1], "mine": True, "reserved": True, **more}
            desk.agents[self.ids.agent]["state"] = {"name": "PREVIEW", "since": now, "until": until}
        desk._tell(self.ids.agent)
        return desk.outbound.items

    def nobody_to_call(self) -> int:
        """The list is empty, and who was shown is shown no more."""
        desk, agent = self.app.desk, self.ids.agent
        desk.outbound.items, desk.outbound.shown = [], None
        desk.agents[agent]["state"] = {"name": "IDLE", "since": self.app.clock.now_ms(), "until": None}
        desk._tell(agent)
        return 0

    def profile(self, **options: Any) -> int:
        """The agent's options, as a profile would give them."""

        def give() -> None:
            name = "Options"
            Profile.delete().where(Profile.name == name, Profile.id.not_in(self._profiles_in_use())).execute()
            values = {"account": self.ids.account, "role": "agent", "created_at": 1, "options": options}
            profile = Profile.get_or_none(Profile.name == name) or Profile.create(name=name, **values)
            Profile.update(options=options).where(Profile.id == profile.id).execute()
            User.update(profile=profile if options else None).where(User.login == "elodie").execute()

        self.app.db.write(give)
        self.app.catalog.reload()
        return 0

    @staticmethod
    def _profiles_in_use() -> list[int]:
        return [row.profile_id for row in User.select(User.profile).where(User.profile.is_null(False))]

    def ended_a_minute_ago(self) -> int:
        """The agent's first call in the database ended just now; what is recorded is kept for the test."""
        now = self.app.clock.now_ms()
        self.app.db.write(lambda: Call.update(ended_at=now - 60_000).where(Call.id == "earlier-0").execute())
        self.recorded: list[dict[str, Any]] = []

        def record(kind: str, **data: Any) -> Any:
            self.recorded.append({"kind": kind, **data})
            return SimpleNamespace(id=1)

        self.app.live.record = record  # type: ignore[attr-defined]
        return 0

    def corrected(self) -> list[dict[str, Any]]:
        return [one for one in self.recorded if one["kind"] == "call.corrected"]

    def colleague_saves(self, **fields: str) -> int:
        """Somebody else saves the known contact."""
        contacts = Contacts(self.app.db, self.app.clock)
        version = 1
        while True:
            try:
                return int(contacts.save(self.ids.account, 2, self.ids.contact, version, fields)["version"])
            except Stale as stale:
                version = stale.theirs["version"]

    def colleague_saves_and_it_is_told(self, **fields: str) -> int:
        """As he does it on his own page."""
        version, ids = self.colleague_saves(**fields), self.ids
        self.app.bus.publish(ContactSaved(ids.account, ids.contact, version, 2, "Sonia"))
        return version

    def drop_browsers(self) -> int:
        """Cut every socket, as a lost network does."""
        eio = self.web.flask_app.extensions[sockets.NAME].socketio.server.eio
        for sock in list(eio.sockets.values()):
            sock.close(wait=False)
        return 0

    def end_sessions(self) -> int:
        """Every login is revoked."""
        site = self.web.flask_app.extensions[NAME]
        for user in {row.user_id for row in self.app.db.read(lambda: list(UserSession.select()))}:
            site.accounts.revoke_all(user)
        self.web.flask_app.extensions[sockets.NAME].check_logins()
        return 0

    def refuse(self) -> int:
        """What is asked next is refused: no number."""
        self.app.desk.refuse_next = NotANumber()
        return 0

    def asked(self) -> list[Any]:
        return self.app.desk.asked


def main(folder: Path) -> None:
    logging.basicConfig(level=logging.ERROR)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    app, ids = build(folder)
    web = create(app)  # type: ignore[arg-type]
    web.start()
    script = Script(app, ids, web)

    def say(answer: Any) -> None:
        sys.stdout.write(orjson.dumps(answer).decode() + "\n")
        sys.stdout.flush()

    say({"url": f"http://127.0.0.1:{web.port}", "password": PASSWORD, "agent": ids.agent, "queue": ids.queue})
    for line in FileObject(sys.stdin, "rb"):
        method, *args = orjson.loads(line)
        kwargs = args.pop() if args and isinstance(args[-1], dict) else {}
        found = getattr(script, method, None) or getattr(app.desk, method)
        try:
            say({"ok": found(*args, **kwargs)})
        except Exception as error:  # noqa: BLE001 - told to the test
            say({"error": repr(error)})
    web.stop()


if __name__ == "__main__":
    compiled.keep()
    quick_passwords()
    main(Path(sys.argv[1]))
