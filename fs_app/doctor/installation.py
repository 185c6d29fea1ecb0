"""The picture that the checks judge: plain values, gathered once by `looking.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from fs_app.config import Settings
from fs_app.doctor.xmlconf import Profile


@dataclass(frozen=True, slots=True)
class Gateway:
    """A trunk as the switch lists it. `state`: REGED, NOREG, FAIL_WAIT …; `status`: UP or DOWN."""

    name: str
    profile: str
    state: str
    status: str
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class SwitchSeen:
    """The switch over its event socket. `trouble` is empty, or refused, timeout, stranger, acl, password,
    default_password (it takes the one that everybody knows). What it could not be asked is None or empty."""

    host: str = ""
    port: int = 0
    password: str = ""
    simulated: bool = False
    local: bool = True  # on this machine
    trouble: str = ""
    why: str = ""
    version: str = ""
    clock_apart_s: float | None = None  # its clock minus ours
    variables: Mapping[str, str] = field(default_factory=dict)
    modules: frozenset[str] | None = None
    profiles: Mapping[str, Profile] | None = None  # as configured
    running: frozenset[str] | None = None  # the names of those that run
    gateways: tuple[Gateway, ...] | None = None
    configurations: Mapping[str, Element] = field(default_factory=dict)  # event_socket, switch, acl, …
    contexts: Mapping[str, Element | None] | None = None  # of the dialplan; None: there is none of this name
    registrations: tuple[tuple[str, str], ...] | None = None  # (user, domain)
    files: Mapping[str, bool] = field(default_factory=dict)  # path → whether it exists there
    users: Mapping[tuple[str, str], bool] = field(default_factory=dict)  # (user, domain) → known to it
    uid: int | None = None  # of its process, when it runs here
    groups: frozenset[int] = frozenset()

    @property
    def answers(self) -> bool:
        return not self.trouble


@dataclass(frozen=True, slots=True)
class ProgramSeen:
    """Our own program. `pid` None: it does not run. `health` is what /healthz says, `metrics` name → value (labels in
    braces as in the text format); empty when the web does not answer."""

    pid: int | None = None
    health: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    uid: int | None = None
    most_files: int | None = None

    @property
    def answers(self) -> bool:
        return bool(self.health)


@dataclass(frozen=True, slots=True)
class DataSeen:
    """The database. `trouble`: empty, missing, away, locked. Rows are as their tables have them."""

    trouble: str = ""
    why: str = ""
    described: str = ""
    applied: frozenset[str] = frozenset()
    position: int | None = None  # of the projection in the journal
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    weak: tuple[tuple[int, str], ...] = ()  # (account, login) whose password is easily guessed
    weak_phones: tuple[tuple[int, str], ...] = ()  # (account, number)
    tried: int = 0  # logins whose password was tried

    def rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        return self.tables.get(table, ())


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A path of this machine. `mode` are the permission bits, None: it is not there."""

    path: Path
    mode: int | None = None
    uid: int = 0
    gid: int = 0
    free: int | None = None  # bytes on its disk
    free_files: int | None = None  # inodes; None: its disk does not count them
    ours: bool = True  # this program may read (folders: write into) it
    switch_reads: bool | None = None  # as far as the bits tell; None: unknown
    switch_writes: bool | None = None


@dataclass(frozen=True, slots=True)
class MachineSeen:
    processors: int = 1
    load: float = 0.0  # of the last five minutes
    memory_free: float = 1.0  # part of it
    most_files: int = 65536
    python: tuple[int, int] = (3, 11)
    tools: Mapping[str, str] = field(default_factory=dict)  # name → path; missing ones are not in it
    zones: Mapping[str, bool] = field(default_factory=dict)  # of the accounts: known?
    ephemeral: tuple[int, int] | None = None  # ports that the kernel gives away
    addresses: frozenset[str] = frozenset()
    listening: frozenset[tuple[str, int]] | None = None  # TCP


@dataclass(frozen=True, slots=True)
class DirectorySeen:
    """The telephones' directory. `trouble`: empty or away."""

    trouble: str = ""
    problem: str = ""
    users: int = 0


@dataclass(frozen=True, slots=True)
class Installation:
    settings: Settings
    switch: SwitchSeen = SwitchSeen()
    program: ProgramSeen = ProgramSeen()
    data: DataSeen = DataSeen()
    machine: MachineSeen = MachineSeen()
    directory: DirectorySeen = DirectorySeen()
    files: Mapping[str, FileSeen] = field(default_factory=dict)  # data, database, secret_key, recordings, …
    cdr: tuple[int, float] = (0, 0.0)  # files in the spool, age of the oldest in seconds
    journal_last: int | None = None  # number of the last entry
    library: Mapping[tuple[int, str], bool] = field(
        default_factory=dict
    )  # (account, sound and language) → there
    prompts: Mapping[str, bool] = field(default_factory=dict)  # relative path → it is there
    shipped_dialplan: Element | None = None
    failed: tuple[tuple[str, str], ...] = ()  # (part, why): what could not be looked at
