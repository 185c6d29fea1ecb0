"""The core over a fake switch, with call lists in a real database: `hears` brings it up to the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.calllists.model import CallList, ContactFile, ContactFileRow, ListRecord
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Database
from fs_app.events import Recorded
from fs_app.infos import DispositionInfo
from fs_app.journal import Entry
from fs_app.listwork.fetching import Fetching
from fs_app.listwork.following import Following
from fs_app.listwork.looks import Looks
from fs_app.listwork.model import RecordAttempt
from fs_app.listwork.service import ListWork
from fs_app.listwork.shelf import Shelf
from fs_app.listwork.source import RecordSource, item_id
from fs_app.outbound.settings import MODES, Settings
from fs_app.projection import project
from fs_app.queues.model import Disposition, DispositionSet, Queue
from tests.support.schema import MIGRATIONS, fresh
from tests.unit.core.world import ACCOUNT, QUEUE, SET, World, queue_info

LIST = 3
SOLD, NEVER, MACHINE, WRONG, LATER, MINE, NO = 510, 511, 512, 513, 514, 515, 516
VERDICTS = {
    SOLD: ("sold", "positive", ""),
    NEVER: ("never", "not_argued", "never"),
    MACHINE: ("machine", "not_argued", "machine"),
    WRONG: ("wrong", "not_argued", "wrong_number"),
    LATER: ("later", "argued", "callback"),
    MINE: ("mine", "argued", "personal"),
    NO: ("no", "argued", "refused"),
}
T0 = 1_790_000_000_000


class NoLaw:
    """Nothing is forbidden but what a test says."""

    def __init__(self) -> None:
        self.says: tuple[str, dict[str, Any]] | None = None

    def refusal(self, account: int, record: Any, queue: Any, mode: str) -> tuple[str, dict[str, Any]] | None:
        return self.says


def populate(people: Sequence[Sequence[str]], **of_list: Any) -> None:
    """A list of these people, each with his numbers (inside `Database.write`)."""
    Account.create(id=ACCOUNT, slug="demo", name="Demo", sip_domain="demo.example", created_at=T0)
    dispositions = DispositionSet.create(id=SET, account=ACCOUNT, name="Ventes")
    for number, (code, category, effect) in VERDICTS.items():
        Disposition.create(
            id=number,
            account=ACCOUNT,
            set=dispositions,
            code=code,
            label=code.title(),
            category=category,
            effect=effect,
        )
    Queue.create(id=QUEUE, account=ACCOUNT, name="Commercial", number="700", created_at=T0)
    for agent in (1, 2):
        user = User.create(
            account=ACCOUNT,
            login=f"a{agent}",
            name=f"Agent {agent}",
            role="agent",
            password_hash="x",
            created_at=T0,
        )
        Agent.create(
            id=agent, account=ACCOUNT, user=user, number=str(1000 + agent), sip_ha1="0" * 32, created_at=T0
        )
    file = ContactFile.create(account=ACCOUNT, name="Anciens clients", created_at=T0)
    CallList.create(
        id=LIST,
        account=ACCOUNT,
        name="Anciens clients",
        file=file,
        queue=QUEUE,
        active=True,
        created_at=T0,
        updated_at=T0,
        **of_list,
    )
    for index, numbers in enumerate(people, 1):
        contact = Contact.create(
            id=index,
            account=ACCOUNT,
            last_name=f"Personne {index}",
            created_at=T0,
            updated_at=T0,
        )
        for position, number in enumerate(numbers, 1):
            ContactNumber.create(account=ACCOUNT, contact=contact, number=number, position=position)
        ListRecord.create(
            id=index,
            account=ACCOUNT,
            list=LIST,
            index=index,
            contact=contact,
            number=numbers[0],
            more=[{"n": n, "kind": "mobile", "zone": ""} for n in numbers[1:]] or None,
            kind="mobile",
            country="FR",
            zone="Europe/Paris",
            order_key=index,
            imported_at=T0,
        )


def numbers(n: int) -> list[list[str]]:
    return [[f"+336120000{i:02d}"] for i in range(1, n + 1)]


class ListWorld(World):
    """Another one over the same folder is a restart."""

    def __init__(
        self,
        folder: Path,
        people: Sequence[Sequence[str]] = (),
        of_list: Any = None,
        url: str = "",
        **more: Any,
    ) -> None:
        path = folder / "lists.db"
        is_new = not path.exists()
        if is_new and not url:
            fresh(path)
        self.db = Database(url or f"sqlite:///{path}", MIGRATIONS)
        self.db.open()
        if is_new:
            self.db.write(lambda: populate(people or numbers(5), **(of_list or {})))
        self.position = 0
        self.unheard: list[Entry] = []
        self.law = NoLaw()
        self.forbidden: dict[int, str] = {}
        settings = more.pop("settings", Settings(automatic_s=1))
        super().__init__(folder, queue=more.pop("queue", queue_info(greeting="", outbound=settings)), **more)
        self._configure()
        self.list_work.rearm()
        self.hears()
        self.shelf.begin()
        self.looks_again()

    def sources(self) -> list[Any]:
        self.bus.subscribe(Recorded, lambda event: self.unheard.append(event.entry))
        self.fetching = Fetching(self.db)
        self.shelf = Shelf(
            self.live,
            self.clock,
            self.catalog,
            self.fetching,
            lambda: self.position,
            lambda account, queue: self.outbound.renewed(account),
            lambda record: self.list_work.withdraw(record),
        )
        self.list_work = ListWork(
            self.live,
            self.clock,
            self.catalog,
            self.calls,
            self._may_dial,
            self.shelf,
            gate=lambda known, agent: self.forbidden.get(known.id, ""),
        )
        self.told: list[str] = []
        self.looks = Looks(
            self.live,
            self.clock,
            self.catalog,
            Here(),  # type: ignore[arg-type]
            self.fetching,
            self.law,  # type: ignore[arg-type]
            self.list_work,
            lambda entry, seconds: self.hears(),
            lambda: self.position,
            self.callbacks.number_of,
            lambda agent: "preview",
            lambda agent, key, params: self.told.append(key),
        )
        self.ctx.callbacks = Following(self.catalog, self.callbacks, self.list_work, self.looks.came)
        self.ctx.may_call = self.looks.may_call
        self.ctx.when_durable = lambda entry, done: (self.hears(), done(True))[1]
        return [*super().sources(), RecordSource(self.live, self.list_work, self.shelf)]

    def _configure(self) -> None:
        picture = self.catalog.now
        people = {
            i: replace(info, options=replace(info.options, modes=MODES)) for i, info in picture.agents.items()
        }
        verdicts = {
            d: DispositionInfo(d, ACCOUNT, SET, None, code, code.title(), category, effect)
            for d, (code, category, effect) in VERDICTS.items()
        }
        self.catalog.now = replace(picture, agents=people, dispositions={**picture.dispositions, **verdicts})

    # --- the database ---------------------------------------------------------------------------------------
    def hears(self) -> None:
        """It has all that the journal has."""
        entries = [e for e in self.journal.after(self.position) if e.id > self.position]
        if entries:
            self.position = self.db.write(lambda: project(entries))

    def looks_again(self) -> None:
        """The shelf fetches what comes next."""
        self.clock.advance(1.1)
        self.shelf.round()
        self.calls.settle()

    def record(self, number: int) -> dict[str, Any]:
        """As the list has it now."""
        self.hears()
        return dict(self.db.read(lambda: ListRecord.select().where(ListRecord.id == number).dicts().get()))

    def file_row(self, index: int) -> dict[str, Any]:
        self.hears()
        query = ContactFileRow.select().where(ContactFileRow.index == index)
        return dict(self.db.read(lambda: query.dicts().get()))

    def attempts(self) -> list[dict[str, Any]]:
        self.hears()
        return self.db.read(lambda: list(RecordAttempt.select().order_by(RecordAttempt.id).dicts()))

    def counters(self) -> dict[str, int]:
        self.hears()
        rows = self.db.read(lambda: [r.state for r in ListRecord.select(ListRecord.state)])
        return {state: rows.count(state) for state in set(rows)}

    # --- agents ---------------------------------------------------------------------------------------------
    def previews(self, agent: int, mode: str = "preview") -> None:
        self.outbound.set_mode(agent, mode)
        self.goes_on()

    def goes_on(self, seconds: float = 0.5) -> None:
        self.clock.advance(seconds)
        self.outbound.round()
        self.calls.settle()

    def shown(self, agent: int) -> str:
        return self.agent(agent).preview

    def call_by(self, agent: int, record: int) -> str:
        """He presses the button and picks his telephone up; the number is dialled."""
        self.list_work.call(ACCOUNT, record, agent)
        call = self.live.records[record].call
        leg = self.offered_leg(call)
        self.rings(leg)
        self.picks_up(leg)
        self.calls.settle()
        return call

    def answers(self, call: str) -> None:
        """The person picks up, and they talk."""
        self.rings(call)
        self.picks_up(call)
        self.goes_home(call)
        agent_leg = self.live.calls[call].agent_leg
        assert agent_leg is not None
        self.bridged(agent_leg.id, call)

    def judge(self, agent: int, call: str, disposition: int, note: str = "") -> None:
        self.calls.qualify(agent, call, disposition, note)
        self.calls.settle()


class Here:
    """Greenlets that run at once."""

    def spawn(self, name: str, function: Any, *args: Any) -> None:
        function(*args)


def item(record: int) -> str:
    return item_id(record)
