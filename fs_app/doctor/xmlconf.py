"""FreeSWITCH's own picture of its configuration: what `xml_locate` answers, read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_VARIABLE = re.compile(r"\$\$\{\w+\}")


@dataclass(frozen=True, slots=True)
class Profile:
    """A SIP profile as configured: its settings, and the names of its gateways with their proxies."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    gateways: Mapping[str, str] = field(default_factory=dict)

    def on(self, name: str, otherwise: bool = False) -> bool:
        """A switch; FreeSWITCH takes `true`, `yes`, `on`, `1` and the like (switch_true())."""
        return true(self.settings[name]) if name in self.settings else otherwise


def true(text: str) -> bool:
    return text.strip().lower() in ("true", "yes", "on", "enable", "enabled", "active", "allow", "1")


def parse(text: str) -> Element | None:
    """The element, or None for an answer that is no XML ("can't find anything")."""
    if not text.lstrip().startswith("<"):
        return None
    try:
        return ElementTree.fromstring(text.strip())  # noqa: S314 - no document type: from our own switch
    except ElementTree.ParseError:
        return None


def params(element: Element | None) -> dict[str, str]:
    """`<param name= value=>` below an element, the first of equal names."""
    found: dict[str, str] = {}
    for param in element.iter("param") if element is not None else ():
        found.setdefault(param.get("name", ""), param.get("value", ""))
    return found


def profiles(sofia: Element | None) -> dict[str, Profile] | None:
    """The profiles of sofia.conf; None when there is no such configuration."""
    if sofia is None:
        return None
    found = {}
    for profile in sofia.iter("profile"):
        name = profile.get("name", "")
        gateways = {
            gateway.get("name", ""): params(gateway).get("proxy", "") for gateway in profile.iter("gateway")
        }
        found[name] = Profile(name, params(profile.find("settings")), gateways)
    return found


def actions(context: Element | None, application: str) -> list[str]:
    """What an application of the dialplan is told, wherever it stands in the context."""
    if context is None:
        return []
    return [a.get("data", "") for a in context.iter("action") if a.get("application") == application]


def context_of(document: Element, name: str) -> Element | None:
    return next((c for c in document.iter("context") if c.get("name") == name), None)


def different(shipped: Element, there: Element) -> list[str]:
    """Names of the extensions that are not as shipped: changed, missing, or added. What a setting (`$${…}`) fills in
    may be anything."""
    here = {e.get("name", ""): e for e in there.findall("extension")}
    wanted = {e.get("name", ""): e for e in shipped.findall("extension")}
    changed = [name for name, extension in wanted.items() if not _same(extension, here.get(name))]
    changed += [name for name in here if name not in wanted]
    if not changed and list(here) != list(wanted):
        changed = [a for a, b in zip(wanted, here, strict=True) if a != b]
    return changed


def _same(wanted: Element, there: Element | None) -> bool:
    if there is None or wanted.tag != there.tag or set(wanted.attrib) != set(there.attrib):
        return False
    for name, value in wanted.attrib.items():
        pattern = ".*".join(re.escape(part) for part in _VARIABLE.split(value))
        if not re.fullmatch(pattern, there.attrib[name], re.DOTALL):
            return False
    mine, theirs = list(wanted), list(there)
    return len(mine) == len(theirs) and all(_same(a, b) for a, b in zip(mine, theirs, strict=True))
