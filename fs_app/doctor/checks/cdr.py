"""The CDR spool: the switch writes it, the program reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from fs_app.doctor import xmlconf
from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

MANY = 500
OLD_S = 120.0
WANTED = {"log-b-leg": "true", "prefix-a-leg": "false", "rotate": "false"}

NEEDS = ()
RULES = {
    "cdr.missing": Level.ERROR,
    "cdr.growing": Level.WARNING,
    "cdr.waiting": Level.NOTE,
    "cdr.not_writable": Level.ERROR,
    "cdr.off": Level.ERROR,
    "cdr.elsewhere": Level.ERROR,
    "cdr.settings": Level.WARNING,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    folder = str(it.settings.spool)
    spool = it.files.get("spool")
    if spool is not None and it.program.pid is not None and (spool.mode is None or not spool.ours):
        yield "cdr.missing", {"folder": folder}
    number, age = it.cdr
    if number and age > OLD_S:
        rule = "cdr.growing" if it.program.pid is not None and number > 1 else "cdr.waiting"
        yield rule, {"folder": folder, "count": number, "minutes": round(age / 60)}
    if it.switch.simulated or not it.switch.configurations:
        return
    if spool is not None and spool.switch_writes is False:
        yield "cdr.not_writable", {"folder": folder}
    said = xmlconf.params(it.switch.configurations.get("xml_cdr"))
    if not said:
        yield "cdr.off", {"folder": folder}
        return
    there = said.get("log-dir", "") or f"{it.switch.variables.get('log_dir', '')}/xml_cdr"
    if it.switch.local and PurePosixPath(there) != PurePosixPath(folder):
        yield "cdr.elsewhere", {"there": there, "ours": folder}
    wrong = [f"{name}={value}" for name, value in WANTED.items() if _other(said, name, value)]
    if wrong:
        yield "cdr.settings", {"settings": ", ".join(wrong)}


def _other(said: dict[str, str], name: str, wanted: str) -> bool:
    """Set, and to the other value. What is not set is the module's affair: its defaults have changed before."""
    return name in said and xmlconf.true(said[name]) != (wanted == "true")
