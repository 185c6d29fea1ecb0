"""The telephones' directory: it answers, FreeSWITCH asks it, and for the domains that the accounts have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from fs_app.config import address
from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

LOOPBACK = ("127.0.0.1", "::1", "localhost")

NEEDS = ()
RULES = {
    "directory.away": Level.ERROR,
    "directory.stale": Level.WARNING,
    "directory.unbound": Level.ERROR,
    "directory.elsewhere": Level.ERROR,
    "directory.unanswered": Level.ERROR,
    "directory.domain": Level.WARNING,
    "directory.forced_domain": Level.ERROR,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    ours = it.settings.directory_listen
    if it.directory.trouble and it.program.pid is not None:
        yield "directory.away", {"where": ours}
    elif it.directory.problem:
        yield "directory.stale", {"why": it.directory.problem}
    yield from _asked(it, ours)
    domains = {str(row["sip_domain"]).lower() for row in it.data.rows("account")}
    if domains:
        yield from _domains(it, domains)


def _asked(it: Installation, ours: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if it.switch.configurations:
        url = _asks(it)
        if not url:
            yield "directory.unbound", {"ours": ours}
            return
        if not _same(url, ours, it.switch.local):
            yield "directory.elsewhere", {"there": url, "ours": ours}
            return
    unknown = [f"{user}@{domain}" for (user, domain), there in it.switch.users.items() if not there]
    if unknown and not it.directory.trouble and not it.directory.problem:
        yield "directory.unanswered", {"users": names(unknown)}


def _asks(it: Installation) -> str:
    """The address that mod_xml_curl asks for users; empty when it asks nobody."""
    configuration = it.switch.configurations.get("xml_curl")
    for param in configuration.iter("param") if configuration is not None else ():
        bound = param.get("bindings", "")
        if param.get("name") == "gateway-url" and (not bound or "directory" in bound):
            return param.get("value", "")
    return ""


def _same(url: str, ours: str, local: bool) -> bool:
    host, port = address(ours)
    parts = urlsplit(url)
    try:
        theirs = parts.port or 80
    except ValueError:
        return False
    here = parts.hostname in LOOPBACK or parts.hostname == host
    return parts.scheme == "http" and theirs == port and here and local and parts.path == "/directory"


def _domains(it: Installation, domains: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    strange = [
        f"{user}@{domain}" for user, domain in it.switch.registrations or () if domain.lower() not in domains
    ]
    if strange:
        yield "directory.domain", {"phones": names(strange), "domains": names(sorted(domains))}
    for profile in (it.switch.profiles or {}).values():
        for name in ("force-register-domain", "force-register-db-domain", "force-subscription-domain"):
            forced = profile.settings.get(name, "").lower()
            if forced and forced not in domains:
                yield (
                    "directory.forced_domain",
                    {
                        "profile": profile.name,
                        "name": name,
                        "there": forced,
                        "domains": names(sorted(domains)),
                    },
                )
