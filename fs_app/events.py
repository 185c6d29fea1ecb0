"""What parts of the program tell each other over the bus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fs_app.journal import Entry


@dataclass(frozen=True, slots=True)
class Recorded:
    """A journal entry was written and applied to the live state."""

    entry: Entry


class AgentPicture:
    """What the page of one agent shows has changed (shape: docs/events.md).

    `picture` is made when somebody asks for it, once, and shows the state of that moment: of ten changes within a
    moment nine are never looked at. `soon`: only what he sees of his queues has changed, he himself has not.
    """

    __slots__ = ("_made", "_make", "account", "agent", "soon")

    def __init__(
        self, account: int, agent: int, make: Callable[[], dict[str, Any]], soon: bool = False
    ) -> None:
        self.account = account
        self.agent = agent
        self.soon = soon
        self._make = make
        self._made: dict[str, Any] | None = None

    @property
    def picture(self) -> dict[str, Any]:
        """Raises NotFound when the agent has been deactivated since."""
        if self._made is None:
            self._made = self._make()
        return self._made


@dataclass(frozen=True, slots=True)
class CallPicture:
    """A call in progress, for those who watch it."""

    account: int
    call: str
    picture: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SwitchState:
    """The link to FreeSWITCH came or went; `since_ms` UTC."""

    up: bool
    since_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class PhoneState:
    """A softphone is reachable or not."""

    user: str
    domain: str
    registered: bool


@dataclass(frozen=True, slots=True)
class PageOpened:
    """An agent looks at his page (again)."""

    agent: int


@dataclass(frozen=True, slots=True)
class ContactSaved:
    """Somebody (user `by`, called `name`) has saved a contact: whoever has it open has an old one."""

    account: int
    contact: int
    version: int
    by: int
    name: str


@dataclass(frozen=True, slots=True)
class DeskChanged:
    """Something on an agent's page is different without a line in the journal: how many digits his customer has typed,
    what a web service answered."""

    agent: int


@dataclass(frozen=True, slots=True)
class CatalogChanged:
    """Configuration was reloaded."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """An import has come further or is something else: `job` as `Imports.job` gives it."""

    account: int
    job: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Projected:
    """The database has heard more of these accounts: figures that it counts are different."""

    accounts: frozenset[int]


@dataclass(frozen=True, slots=True)
class BoardChanged:
    """Rows of the supervisors' pages have changed (`supervision.board.Changes`); None: all of them, at once."""

    account: int
    changes: Any


@dataclass(frozen=True, slots=True)
class AgentNotice:
    """Something to say once on an agent's page: `key` of the catalogue, its parameters, `level` as in
    docs/events.md."""

    agent: int
    level: str
    key: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """A colleague or a supervisor wrote to this agent, or he himself: `message` as in docs/events.md."""

    agent: int
    message: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ListeningChanged:
    """What a supervisor listens to, for his own page; None: nothing any more, and `why` it ended."""

    account: int
    user: int
    picture: dict[str, Any] | None
    why: str


@dataclass(frozen=True, slots=True)
class ListChanged:
    """Records of a call list, or what decides who of them is called, have been changed by hand or by an import; `list`
    None: of several."""

    account: int
    list: int | None = None
