"""Why this agent got the call, in words."""

from __future__ import annotations

from typing import Any

import pytest

from fs_app.agents.state import Work
from fs_app.calls.rows import EntryRow
from fs_app.routing.strategies import STRATEGIES
from fs_app.web import i18n, timeline
from fs_app.web.decisions import explained


class Words:
    def __init__(self, language: str = "fr") -> None:
        self._language = language

    def t(self, key: str, /, **params: Any) -> str:
        return i18n.translate(self._language, key, **params)

    def t_or(self, key: str, otherwise: str, /, **params: Any) -> str:
        return self.t(key, **params) if i18n.known(key) else otherwise

    def phone(self, number: str) -> str:
        return number

    def moment(self, ms: int) -> str:
        return str(ms)


DATA = {
    "strategy": "longest_idle",
    "chosen_by": "strategy",
    "considered": 9,
    "candidates": [
        {"agent": 2, "name": "Bruno", "why": "order"},
        {"agent": 3, "name": "Eva", "why": "skill", "skill": "Français", "has": 2, "wants": 5},
        {"agent": 4, "name": "Tom", "why": "active"},
    ],
    "relaxations": [
        {"skill": "Français", "from": 8, "to": 5},
        {"skill": "Plomberie", "from": 3, "to": 0},
    ],
}


def test_the_rule_what_was_relaxed_and_the_others() -> None:
    assert explained(DATA, Words()) == (
        "Règle : le plus longtemps libre. "
        "Assoupli par l’attente : Français 8 → 5, Plomberie n’est plus exigé. "
        "Non retenus : Bruno (venait après), Eva (Français 2, exigé 5), Tom (en appel) et 5 de plus."
    )


def test_the_callers_own_agent_is_a_rule_of_its_own() -> None:
    data = {"strategy": "tiers", "chosen_by": "last_agent", "considered": 1}
    assert explained(data, Words("en")) == "Rule: the caller’s last agent first."


@pytest.mark.parametrize("data", [{}, {"strategy": "", "candidates": "x"}])
def test_an_offer_of_an_older_version_explains_nothing(data: dict[str, Any]) -> None:
    assert explained(data, Words()) == ""


def test_what_nobody_knows_breaks_nothing() -> None:
    data = {
        "strategy": "moon",
        "considered": "many",
        "candidates": [None, {"why": "tired"}, {"name": "x" * 900}],
        "relaxations": [{}],
    }
    assert "moon" in explained(data, Words()) and "tired" in explained(data, Words())


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_rule_and_every_reason_can_be_said(language: str) -> None:
    known = {m.id for m in i18n.catalogue(language)}
    reasons = {"order", "own", "skill", "tier", "logged_out", "unavailable", "no_phone", "caller"}
    reasons |= {str(w).lower() for w in Work if w is not Work.IDLE}
    assert {f"routing.reason.{r}" for r in reasons} <= known
    assert {f"routing.rule.{s}" for s in (*STRATEGIES, "last_agent", "line_lost")} <= known


def test_it_stands_on_the_time_line_with_the_overflow_before_it() -> None:
    overflow = {"queue_name": "Ventes", "new_queue_name": "Renfort", "why": "max_wait"}
    entries = [
        EntryRow(1, 1, "call.overflowed", None, overflow),
        EntryRow(2, 2, "offer.made", None, {"agent": 1, "agent_name": "Anne", **DATA}),
        EntryRow(3, 3, "call.turned_away", None, {"why": "max_length", "message": "x.wav"}),
    ]
    moved, offered, turned_away = timeline.steps(entries, 0, {}, Words())
    assert moved.text == "Débordement de la file Ventes vers Renfort : attente maximale atteinte"
    assert offered.text.endswith("Anne") and offered.detail.startswith("Règle : le plus longtemps libre.")
    assert turned_away.text == "Message de fin : file pleine"
