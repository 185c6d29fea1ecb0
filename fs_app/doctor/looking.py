"""Gather the picture. Every question has a deadline; what can't be seen stays at its default, and the checks that need
it say that they could not look."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import gevent

from fs_app import prompt_columns
from fs_app.config import ROOT, Settings
from fs_app.doctor import guessing, look_data, look_machine, look_program, look_switch, xmlconf
from fs_app.doctor.installation import (
    DataSeen,
    DirectorySeen,
    FileSeen,
    Installation,
    MachineSeen,
    ProgramSeen,
    SwitchSeen,
)

R = TypeVar("R")

SHIPPED = ROOT / "freeswitch-conf" / "dialplan" / "fsapp.xml"
CATALOGUE = "catalogue.json"

MOST_FILES = 100_000


SLOW_S = 15.0
"""For what reads files or the database; a dead network disk must not hold up the rest."""

SWITCH_S = 35.0


class Gatherer:
    """Looks at one part after the other; a part that fails or takes too long stays at its default and is named."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failed: list[tuple[str, str]] = []

    def gather(self) -> Installation:
        s = self._settings
        data = self._thread("data", lambda: _data(s), DataSeen(trouble="away"))
        switch = self._here("switch", SWITCH_S, lambda: _switch(s, data), SwitchSeen(trouble="timeout"))
        program = self._here("program", SLOW_S, lambda: look_program.look(s), ProgramSeen())
        directory = self._here(
            "directory", SLOW_S, lambda: look_program.look_at_directory(s), DirectorySeen()
        )
        files: dict[str, FileSeen] = self._thread("files", lambda: _files(s, switch), {})
        library: dict[tuple[int, str], bool] = self._thread("library", lambda: _library(s, data), {})
        prompts: dict[str, bool] = self._thread("prompts", lambda: _prompts(s, data), {})
        return Installation(
            settings=s,
            switch=switch,
            program=program,
            data=data,
            machine=self._thread("machine", lambda: _machine(data), MachineSeen()),
            directory=directory,
            files=files,
            cdr=self._thread("spool", lambda: _spool(s.spool), (0, 0.0)),
            journal_last=self._thread("journal", lambda: _journal_last(s.journal_dir), None),
            library=library,
            prompts=prompts,
            shipped_dialplan=_shipped(),
            failed=tuple(self._failed),
        )

    def _here(self, part: str, seconds: float, work: Callable[[], R], otherwise: R) -> R:
        """For what uses sockets: they have deadlines of their own."""
        try:
            with gevent.Timeout(seconds, False):
                return work()
            why = f"no end within {seconds:.0f} s"
        except Exception as error:  # noqa: BLE001 - the doctor says what fails, he does not fail
            why = f"{type(error).__name__}: {error}"
        self._failed.append((part, why[:300]))
        return otherwise

    def _thread(self, part: str, work: Callable[[], R], otherwise: R) -> R:
        """For what reads disks: in a native thread, that may hang without holding up the rest."""

        def told() -> tuple[R, str]:
            try:
                return work(), ""
            except Exception as error:  # noqa: BLE001 - see above; thread pools print what passes through them
                return otherwise, f"{type(error).__name__}: {error}"

        found, why = otherwise, f"no end within {SLOW_S:.0f} s"
        with gevent.Timeout(SLOW_S, False):
            found, why = gevent.get_hub().threadpool.apply(told)
        if why:
            self._failed.append((part, why[:300]))
        return found


def gather(settings: Settings) -> Installation:
    """Look at everything; a minute at most, a second or two as a rule. Never raises."""
    return Gatherer(settings).gather()


def _data(settings: Settings) -> DataSeen:
    data = look_data.look(settings)
    slugs = {int(row["id"]): str(row["slug"]) for row in data.rows("account")}
    weak, tried = guessing.weak_logins(data.rows("app_user"), slugs)
    return replace(
        data, weak=weak, weak_phones=guessing.weak_phones(data.rows("agent"), _domains(data)), tried=tried
    )


def _domains(data: DataSeen) -> dict[int, str]:
    return {int(row["id"]): str(row["sip_domain"]) for row in data.rows("account")}


def _files(settings: Settings, switch: SwitchSeen) -> dict[str, FileSeen]:
    paths = {
        "data": settings.data_dir,
        "secret_key": settings.data_dir / "secret_key",
        "recordings": settings.recordings,
        "spool": settings.spool,
        "sounds": settings.sounds_dir,
        "library": settings.library,
    }
    if settings.database.startswith("sqlite"):
        paths["database"] = Path(settings.database.partition("sqlite:///")[2])
    if os.environ.get("FS_APP_CONFIG"):
        paths["config"] = Path(os.environ["FS_APP_CONFIG"])
    return {name: look_machine.look_at(path, switch.uid, switch.groups) for name, path in paths.items()}


# --- the switch ---------------------------------------------------------------------------------------------
def _switch(settings: Settings, data: DataSeen) -> SwitchSeen:
    where = _where(settings)
    if where is None:
        return SwitchSeen(simulated=True, trouble="sim_away")
    host, port, password = where
    files = [settings.sounds_on_switch(), settings.recordings_on_switch()]
    if data.rows("sound_file"):
        files.append(settings.library_on_switch())
    shipped = PurePosixPath(settings.sounds_on_switch())
    languages = {str(row["language"]) for row in data.rows("account")}
    files += [str(shipped / language / "greeting.wav") for language in sorted(languages)]
    return look_switch.look(
        host,
        port,
        password,
        files=files,
        users=_one_of_each(data, _domains(data)),
        simulated=settings.switch == "sim" or _is_simulator(settings, port),
    )


def _where(settings: Settings) -> tuple[str, int, str] | None:
    if settings.switch != "sim":
        return settings.esl_address()
    state = _simulator(settings)
    return ("127.0.0.1", int(state["port"]), str(state["password"])) if state else None


def _simulator(settings: Settings) -> Mapping[str, Any]:
    """How the program reaches its simulated switch; empty when it has none."""
    try:
        state = json.loads((settings.data_dir / "sim.json").read_text())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) and {"port", "password"} <= state.keys() else {}


def _is_simulator(settings: Settings, port: int) -> bool:
    """A running program has put the address of its simulator in the place of the word `sim`."""
    return bool(_simulator(settings)) and int(_simulator(settings)["port"]) == port


def _one_of_each(data: DataSeen, domains: Mapping[int, str]) -> list[tuple[str, str]]:
    """One telephone of each account: does the switch find its user?"""
    first: dict[int, str] = {}
    for agent in data.rows("agent"):
        if agent.get("active", True):
            first.setdefault(int(agent["account_id"]), str(agent["number"]))
    return [(number, domains[account]) for account, number in first.items() if account in domains][:20]


# --- files --------------------------------------------------------------------------------------------------
def _spool(folder: Path) -> tuple[int, float]:
    """(files that wait, age of the oldest in s)."""
    number, oldest = 0, None
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".xml") and number < MOST_FILES:
                    number += 1
                    made = entry.stat().st_mtime
                    oldest = made if oldest is None else min(made, oldest)
    except OSError:
        return 0, 0.0
    return number, max(0.0, time.time() - oldest) if oldest is not None else 0.0


def _journal_last(folder: Path) -> int | None:
    """The number of the last whole line; None without a journal."""
    try:
        for file in sorted(folder.glob("journal-*.jsonl"), reverse=True):
            with file.open("rb") as opened:
                opened.seek(max(0, file.stat().st_size - 262_144))
                lines = re.findall(rb"^[0-9a-f]{8} \[(\d+),.*\]$", opened.read(), re.MULTILINE)
            if lines:
                return int(lines[-1])
    except OSError:
        return None
    return None


def _prompts(settings: Settings, data: DataSeen) -> dict[str, bool]:
    """Which of the files that queues name, and of those that the program itself says in the accounts' languages, are
    there. Files of the account's own library (`sound:12`, `library/…`) are judged by their table."""
    wanted = {
        str(queue[column])
        for queue in data.rows("queue")
        if queue.get("active", True)
        for column in prompt_columns.OF_A_QUEUE
        if queue.get(column) and _is_file(str(queue[column]))
    }
    languages = {str(row["language"]) for row in data.rows("account")}
    wanted |= {f"{language}/{name}.wav" for language in languages for name in _shipped_names(settings)}
    return {path: (settings.sounds_dir / path).is_file() for path in wanted}


def _library(settings: Settings, data: DataSeen) -> dict[tuple[int, str], bool]:
    """Which files of the accounts' own sounds are there; those that were replaced are not asked for."""
    names = {int(row["id"]): str(row["name"]) for row in data.rows("sound") if row.get("deleted_at") is None}
    found = {}
    for row in data.rows("sound_file"):
        path = PurePosixPath(str(row["path"]))
        if row.get("replaced_at") is not None or int(row["sound_id"]) not in names or ".." in path.parts:
            continue
        named = f"{names[int(row['sound_id'])]} ({row['language']})"
        files = [settings.library / path.parent / rate / path.name for rate in ("8000", "16000")]
        found[int(row["account_id"]), named] = all(file.is_file() for file in files)
    return found


def _is_file(value: str) -> bool:
    return not value.startswith(("sound:", "library/", "shipped:")) and "://" not in value


def _shipped_names(settings: Settings) -> Iterable[str]:
    try:
        found = json.loads((settings.sounds_dir / CATALOGUE).read_text())
    except (OSError, ValueError):
        return ("greeting", "closed", "voicemail")
    return [name for name, said in found.items() if isinstance(said, dict) and "fr" in said]


def _machine(data: DataSeen) -> MachineSeen:
    zones = {str(row["time_zone"]) for row in data.rows("account")} | {"Europe/Paris"}
    return look_machine.look(sorted(zones))


def _shipped() -> Element | None:
    try:
        return xmlconf.context_of(ElementTree.parse(SHIPPED).getroot(), "fsapp")  # noqa: S314 - shipped
    except (OSError, ElementTree.ParseError):
        return None
