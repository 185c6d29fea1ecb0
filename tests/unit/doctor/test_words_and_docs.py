"""Every rule has its sentences, every sentence its rule, and docs/doctor.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from fs_app.doctor.checks import FAMILIES
from fs_app.doctor.examine import family_name, rules
from fs_app.web.i18n import catalogue, translate

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "doctor.md"
OTHERS = ("line", "unseen", "result", "result_well")


def test_every_rule_is_said_with_its_remedy_and_nothing_else_is() -> None:
    said = {m.id for m in catalogue("fr") if m.id and str(m.id).startswith("doctor.")}
    wanted = {f"doctor.{rule}{end}" for rule in rules() for end in ("", ".mend")}
    wanted |= {f"doctor.{word}" for word in OTHERS}
    wanted |= {f"doctor.level.{level}" for level in ("error", "warning", "note")}
    wanted |= {f"doctor.family.{family_name(f.__name__)}" for f in FAMILIES} | {"doctor.family.doctor"}
    wanted |= {f"doctor.why.{why}" for why in ("no_switch", "simulated", "unasked", "no_data", "settings")}
    assert said == wanted


def test_a_rule_belongs_to_its_family() -> None:
    for family in FAMILIES:
        for rule in family.RULES:
            assert rule.startswith(family_name(family.__name__) + "."), rule


def test_the_page_lists_the_checks_of_the_code() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (\w+) \| (.+) \|$", DOCUMENT.read_text(), re.M)
    assert {rule: level for rule, level, _ in rows} == {rule: str(level) for rule, level in rules().items()}
    assert len(rows) == len(rules()), "each once"
    for rule, _, said in rows:
        sentence = re.sub(r"%\((\w+)\)s", r"‹\1›", translate("en", f"doctor.{rule}"))
        assert said.replace("\\|", "|") == sentence, rule
