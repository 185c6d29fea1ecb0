"""Settings of the simulator, and the global variables and dialplan of the FreeSWITCH configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: The configuration of the repository, which the real FreeSWITCH reads too.
CONFIGURATION = Path(__file__).resolve().parents[2] / "freeswitch-conf"

_DIRECTIVE = re.compile(r'<X-PRE-PROCESS\s+cmd="([\w-]+)"\s+data="([^"]*)"')


@dataclass(slots=True)
class Settings:
    """How one simulated switch is set up."""

    password: str
    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 1
    cdr_folder: Path | None = None
    globals: dict[str, str] = field(default_factory=dict)
    dialplan_files: list[Path] = field(default_factory=list)
    recording_most_s: float = 7200.0
    check_users: bool = False


def read_globals(path: Path, environment: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The variables of vars.xml as the pre-processor sets them: `set` and `env-set`, later ones over earlier.

    `exec-set` is not run; of `include` only the default music is taken. `given` wins over all.
    """
    values = dict(given)
    for kind, data in _directives(path):
        name, _, value = data.partition("=")
        if kind == "env-set":
            known = environment.get(value.lstrip("$"))
            if known is not None and name not in given:
                values[name] = known
        elif kind == "set" and name not in given:
            values[name] = re.sub(r"\$\$\{(\w+)\}", lambda m: values.get(m[1], ""), value)
        elif kind == "include" and "$${fsapp_has_music}" in data:
            for _, music in _directives(path.parent / "music" / "tone.xml"):
                name, _, value = music.partition("=")
                values.setdefault(name, value)
    return values


def _directives(path: Path) -> list[tuple[str, str]]:
    if not path.exists():
        return []
    without_comments = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return _DIRECTIVE.findall(without_comments)


def load(
    password: str,
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    seed: int = 1,
    cdr_folder: Path | None = None,
    folder: Path = CONFIGURATION,
    given: Mapping[str, str] | None = None,
    recording_most_s: float = 7200.0,
    check_users: bool = False,
) -> Settings:
    """Settings from a configuration folder and the environment; `given` overrides its variables."""
    variables = read_globals(folder / "vars.xml", os.environ, given or {})
    return Settings(
        password=password, host=host, port=port, seed=seed, cdr_folder=cdr_folder, globals=variables,
        dialplan_files=sorted((folder / "dialplan").glob("*.xml")), recording_most_s=recording_most_s,
        check_users=check_users,
    )  # fmt: skip
