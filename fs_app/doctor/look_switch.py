"""What the switch says of itself, asked over its event socket. Only questions, no command that changes anything.

Passwords in the answers (event_socket.conf, gateways) stay in memory and never get into a finding.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from fs_app.doctor import xmlconf
from fs_app.doctor.installation import Gateway, SwitchSeen
from fs_app.doctor.socket_link import Conversation
from fs_app.errors import AuthRefused, CommandTimeout, LinkLost, ProtocolError, SwitchError, UnsafeCommand
from fs_app.esl import quoting

DEFAULT_PASSWORD = "ClueCon"  # noqa: S105 - what mod_event_socket falls back to, known to everybody

CONFIGURATIONS = ("event_socket", "switch", "acl", "sofia", "xml_curl", "xml_cdr")
LOCATE = ("xml_locate", "configuration", "configuration", "name")
OVERALL_S = 20.0


def look(
    host: str,
    port: int,
    password: str,
    *,
    files: Iterable[str] = (),
    users: Iterable[tuple[str, str]] = (),
    simulated: bool = False,
) -> SwitchSeen:
    """Ask everything. `files`: paths to be looked for on the switch; `users`: (user, domain) that it should know."""
    seen = SwitchSeen(host=host, port=port, password=password, simulated=simulated, local=is_local(host))
    try:
        with Conversation(host, port, password) as talk:
            return _asked(seen, talk, tuple(files), tuple(users))
    except AuthRefused as error:
        if error.params.get("acl"):
            return replace(seen, trouble="acl", why=str(error))
        known = password != DEFAULT_PASSWORD and _takes(host, port, DEFAULT_PASSWORD)
        return replace(seen, trouble="default_password" if known else "password", why=str(error))
    except CommandTimeout as error:
        return replace(seen, trouble="timeout", why=str(error))
    except ProtocolError as error:
        return replace(seen, trouble="stranger", why=str(error))
    except (LinkLost, SwitchError, OSError) as error:
        return replace(seen, trouble="refused", why=str(error))


def is_local(host: str) -> bool:
    """Whether this is an address of this machine. False for a name that nobody knows."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return all(ipaddress.ip_address(a).is_loopback or _ours(str(a)) for a in found)


def _ours(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _takes(host: str, port: int, password: str) -> bool:
    try:
        Conversation(host, port, password).close()
    except (SwitchError, OSError):
        return False
    return True


def _asked(
    seen: SwitchSeen, talk: Conversation, files: tuple[str, ...], users: tuple[tuple[str, str], ...]
) -> SwitchSeen:
    end = time.monotonic() + OVERALL_S

    def ask(*words: str) -> str:
        if time.monotonic() > end:
            raise CommandTimeout(f"no end of answers within {OVERALL_S:.0f} s")
        answer = talk.ask(*words)
        return "" if answer.startswith(("-ERR", "-USAGE")) else answer

    before = time.time()
    epoch = ask("strepoch")
    after = time.time()
    variables = _variables(ask("global_getvar"))
    configurations = {
        name: found
        for name in CONFIGURATIONS
        if (found := xmlconf.parse(ask(*LOCATE, f"{name}.conf"))) is not None
    }
    profiles = xmlconf.profiles(configurations.get("sofia"))
    wanted = {"fsapp", *(p.settings.get("context", "default") for p in (profiles or {}).values())}
    contexts: dict[str, Element | None] | None = {
        name: xmlconf.parse(ask("xml_locate", "dialplan", "context", "name", name))
        for name in sorted(wanted)
        if _sayable(name)
    }
    if not configurations:
        contexts = None  # it can't say: no `xml_locate`
    uid, groups = _process(variables, seen.local)
    return replace(
        seen,
        version=ask("version").partition("\n")[0],
        clock_apart_s=_apart(epoch, before, after),
        variables=variables,
        modules=_modules(ask("show", "modules", "as", "json")),
        profiles=profiles,
        running=_running(ask("sofia", "xmlstatus")),
        gateways=_gateways(ask("sofia", "xmlstatus", "gateway")),
        configurations=configurations,
        contexts=contexts,
        registrations=_registrations(ask("show", "registrations", "as", "json")),
        files={
            path: said == "true" for path in files if _sayable(path) and (said := ask("file_exists", path))
        },
        users={
            (user, domain): said == "true"
            for user, domain in users
            if _sayable(user, domain) and (said := ask("user_exists", "id", user, domain))
        },
        uid=uid,
        groups=groups,
    )


def _sayable(*words: str) -> bool:
    """Each is one word that a command can carry."""
    try:
        return all(quoting.line(word) and not any(c.isspace() for c in word) for word in words)
    except UnsafeCommand:
        return False


def _apart(epoch: str, before: float, after: float) -> float | None:
    """Its whole second against ours, the way of the question counted in our favour."""
    if not epoch.isdigit():
        return None
    theirs = float(epoch)
    if theirs + 1 < before:
        return theirs + 1 - before
    return theirs - after if theirs > after else 0.0


def _variables(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _rows(text: str) -> list[Mapping[str, Any]] | None:
    try:
        answer = json.loads(text, strict=False)
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    return [row for row in answer.get("rows", []) if isinstance(row, dict)]


def _modules(text: str) -> frozenset[str] | None:
    rows = _rows(text)
    return None if rows is None else frozenset(str(row.get("ikey", "")) for row in rows)


def _registrations(text: str) -> tuple[tuple[str, str], ...] | None:
    rows = _rows(text)
    if rows is None:
        return None
    return tuple((str(row.get("reg_user", "")), str(row.get("realm", ""))) for row in rows)


def _running(text: str) -> frozenset[str] | None:
    status = xmlconf.parse(text)
    if status is None:
        return None
    return frozenset(
        profile.findtext("name", "")
        for profile in status.iter("profile")
        if profile.findtext("state", "").startswith("RUNNING")
    )


def _gateways(text: str) -> tuple[Gateway, ...] | None:
    status = xmlconf.parse(text)
    if status is None:
        return None
    return tuple(
        Gateway(
            g.findtext("name", ""),
            g.findtext("profile", ""),
            g.findtext("state", ""),
            g.findtext("status", ""),
            g.findtext("proxy", "").removeprefix("sip:"),
        )
        for g in status.iter("gateway")
    )


def _process(variables: Mapping[str, str], local: bool) -> tuple[int | None, frozenset[int]]:
    """Whose rights it has, when its process is on this machine and can be found."""
    if not local or not variables.get("run_dir"):
        return None, frozenset()
    try:
        pid = int((Path(variables["run_dir"]) / "freeswitch.pid").read_text().strip())
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        if "freeswitch" not in status["Name"].lower():
            return None, frozenset()
        groups = {int(g) for g in status.get("Groups", "").split()} | {int(status["Gid"].split()[1])}
        return int(status["Uid"].split()[1]), frozenset(groups)
    except (OSError, ValueError, KeyError, IndexError):
        return None, frozenset()
