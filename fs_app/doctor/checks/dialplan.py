"""The dialplan: what keeps calls alive without the program must be there, and every entrance must lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from fs_app.doctor import xmlconf
from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

HOLD = "hold_hangup_xfer_exten"
HOME = "home:XML:fsapp"

NEEDS = ("configuration",)
RULES = {
    "dialplan.missing": Level.ERROR,
    "dialplan.different": Level.WARNING,
    "dialplan.no_context": Level.ERROR,
    "dialplan.entrance": Level.ERROR,
    "dialplan.hold": Level.WARNING,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    contexts = it.switch.contexts or {}
    ours = contexts.get("fsapp")
    if ours is None or not any(e.get("name") == "home" for e in ours.findall("extension")):
        yield "dialplan.missing", {}
    elif it.shipped_dialplan is not None:
        changed = xmlconf.different(it.shipped_dialplan, ours)
        if changed:
            yield "dialplan.different", {"extensions": names(changed)}
    for profile in (it.switch.profiles or {}).values():
        context = profile.settings.get("context", "default")
        entrance = contexts.get(context)
        if entrance is None:
            yield "dialplan.no_context", {"context": context, "profile": profile.name}
        elif context != "fsapp" and not _leads_home(entrance):
            yield "dialplan.entrance", {"context": context, "profile": profile.name}
    if it.switch.variables and it.switch.variables.get(HOLD) != HOME:
        yield "dialplan.hold", {"there": it.switch.variables.get(HOLD, "") or "–"}


def _leads_home(context: Element) -> bool:
    words = xmlconf.actions(context, "transfer") + xmlconf.actions(context, "execute_extension")
    return any(word.split()[:3] == ["home", "XML", "fsapp"] for word in words)
