"""Who saves what he read before somebody else saved it is refused, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fs_app.admin import blacklist
from fs_app.admin.audit import Actor
from fs_app.admin.blacklist import RulesForm
from fs_app.admin.form import Stale
from fs_app.calllists import editing
from fs_app.calllists.editing import ListForm, Shared
from fs_app.contacts import own_fields, segments
from fs_app.db import Database
from fs_app.legal import editing as law
from fs_app.legal import presets, writing
from fs_app.legal.rules import ids as by_id
from tests.unit.core.databases import T0, Ids

PARIS = {"field": "city", "op": "is", "value": "paris"}
CONTENT: dict[str, Any] = {
    "rule": [{"by": "priority"}],
    "profiler": [{"name": "P", "most": 3, "filter": {}}],
    "planner": [{"name": "N", "days": [6], "from": "22:00", "until": "24:00", "filter": PARIS}],
    "characteristic": PARIS,
}

Save = Callable[[str, int], Any]
"""Writes this name over what was read at this version."""


def segment(by: Actor) -> Save:
    made = segments.save(by, None, "Avant", "", PARIS)
    return lambda name, version: segments.save(by, made, name, "", PARIS, version)


def contact_field(by: Actor) -> Save:
    made = own_fields.save(by, None, "Avant", "TEXT", []).id
    return lambda name, version: own_fields.save(by, made, name, "TEXT", [], version)


def list_filter(by: Actor) -> Save:
    call_list = editing.save_list(by, None, ListForm("L"))
    made = editing.save_filter(by, call_list, None, "Avant", PARIS)
    return lambda name, version: editing.save_filter(by, call_list, made, name, PARIS, version)


def call_list(by: Actor) -> Save:
    made = editing.save_list(by, None, ListForm("Avant"))
    return lambda name, version: editing.save_list(by, made, ListForm(name, version=version))


def shared(kind: str) -> Callable[[Actor], Save]:
    def make(by: Actor) -> Save:
        made = editing.save_shared(by, Shared(kind, name="Avant", content=CONTENT[kind]))
        return lambda name, version: editing.save_shared(
            by, Shared(kind, made, name, content=CONTENT[kind], version=version)
        )

    return make


def calling_rules(by: Actor) -> Save:
    blacklist.save_rules(by, RulesForm())
    numbers = {"Une": "+33", "Deux": "+32"}
    return lambda name, version: blacklist.save_rules(by, RulesForm(only=numbers[name], version=version))


KINDS = {
    "segment": segment,
    "contact field": contact_field,
    "list filter": list_filter,
    "call list": call_list,
    "calling rules": calling_rules,
    **{kind: shared(kind) for kind in CONTENT},
}


def _by(ids: Ids) -> Actor:
    return Actor(ids.account, None, "test", T0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_save_of_the_same_version_is_refused(db: Database, ids: Ids, kind: str) -> None:
    save = db.write(lambda: KINDS[kind](_by(ids)))
    db.write(lambda: save("Une", 1))
    with pytest.raises(Stale) as refused:
        db.write(lambda: save("Deux", 1))
    assert refused.value.version == 2
    assert "Une" in refused.value.theirs.values() or refused.value.theirs["only"] == "+33"
    db.write(lambda: save("Deux", 2))


def test_a_legal_rule_is_known_by_its_row(db: Database, ids: Ids) -> None:
    shipped = by_id(presets.of("FR").rules)["attempts"]

    def save(most: int, version: int) -> int:
        rule = writing.read({**writing.write(shipped), "most": most})
        law.save(_by(ids), "FR", rule, "attempts", "", "because", 2026, version)
        return law.one(ids.account, "FR", "attempts", 2026).version

    def reset() -> None:
        law.reset(_by(ids), "FR", "attempts", 2026)

    first = db.write(lambda: save(2, 0))
    with pytest.raises(Stale):
        db.write(lambda: save(3, 0))
    db.write(reset)
    second = db.write(lambda: save(1, 0))
    assert second > first
    with pytest.raises(Stale) as refused:
        db.write(lambda: save(3, first))
    assert refused.value.theirs["line"].rule.most == 1
