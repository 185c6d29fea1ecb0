"""One examination: look, judge, report."""

from __future__ import annotations

import time

import structlog

from fs_app.config import Settings
from fs_app.doctor.checks import FAMILIES
from fs_app.doctor.finding import Finding, Level
from fs_app.doctor.installation import Installation
from fs_app.doctor.looking import gather
from fs_app.doctor.report import Report

log = structlog.get_logger(__name__)

OWN_RULES = {"doctor.blind": Level.WARNING, "doctor.failed": Level.WARNING, "doctor.settings": Level.ERROR}
"""What the examination itself says: a part could not be looked at, a check failed, the settings can't be used."""


def rules() -> dict[str, Level]:
    """Every rule there is."""
    found = dict(OWN_RULES)
    for family in FAMILIES:
        found |= family.RULES
    return found


def family_name(module_name: str) -> str:
    return module_name.rpartition(".")[2]


def examine(settings: Settings) -> Report:
    """Never raises; a minute at most, a few seconds as a rule."""
    begun = time.monotonic()
    it = gather(settings)
    report = judge(it)
    return Report(
        round(time.time() * 1000), round(time.monotonic() - begun, 2), report.findings, report.families
    )


def unusable(why: list[str]) -> Report:
    """The settings themselves are wrong: nothing else can be looked at."""
    found = tuple(Finding("doctor.settings", Level.ERROR, {"why": one}) for one in why)
    families = {family_name(f.__name__): "settings" for f in FAMILIES}
    return Report(round(time.time() * 1000), 0.0, found, families)


def judge(it: Installation) -> Report:
    """All checks over a picture."""
    findings = [Finding("doctor.blind", Level.WARNING, {"part": part, "why": why}) for part, why in it.failed]
    families = {}
    for family in FAMILIES:
        name = family_name(family.__name__)
        families[name] = next((why for need in family.NEEDS if (why := _missing(it, need))), "")
        if families[name]:
            continue
        try:
            for rule, params in family.check(it):
                told = {key: value for key, value in params.items() if key != "account"}
                findings.append(Finding(rule, family.RULES[rule], told, int(params.get("account", 0))))
        except Exception as error:  # one check that fails must not hide what the others say
            log.exception("a check failed", check=name)
            said = {"part": name, "why": f"{type(error).__name__}: {error}"[:300]}
            findings.append(Finding("doctor.failed", Level.WARNING, said))
    order = list(Level)
    findings.sort(key=lambda finding: order.index(finding.level))
    return Report(0, 0.0, tuple(findings), families)


def _missing(it: Installation, need: str) -> str:
    """Why the part can't be judged: no_switch, simulated, too_old, no_data; empty when it can."""
    switch = it.switch
    if need == "data":
        return "no_data" if it.data.trouble else ""
    if not switch.answers:
        return "no_switch"
    there = {
        "switch": True,
        "configuration": bool(switch.configurations) and switch.contexts is not None,
        "modules": switch.modules is not None,
        "gateways": switch.gateways is not None,
    }[need]
    if there:
        return ""
    return "simulated" if switch.simulated else "unasked"
