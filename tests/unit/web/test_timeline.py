"""The life of a call in sentences and phases."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from fs_app.calls.rows import EntryRow
from fs_app.web import i18n, text, timeline


class French:
    def t(self, key: str, /, **params: Any) -> str:
        return i18n.translate("fr", key, **params)

    def t_or(self, key: str, otherwise: str, /, **params: Any) -> str:
        return self.t(key, **params) if i18n.known(key) else otherwise

    def phone(self, number: str) -> str:
        return number

    def moment(self, ms: int) -> str:
        return text.date_time(ms, ZoneInfo("Europe/Paris"), "fr")


def entry(at: int, kind: str, agent: int | None = None, **data: Any) -> EntryRow:
    return EntryRow(at, at, kind, agent, data)


def said(*entries: EntryRow) -> list[str]:
    return [step.text for step in timeline.steps(entries, 0, {7: "Élodie"}, French())]


def test_agents_are_called_by_name_and_causes_in_words() -> None:
    assert said(entry(1, "offer.failed", agent=None, why="USER_BUSY"), entry(2, "call.held", 7)) == [
        "un agent n’a pas pris l’appel : occupé",
        "Mis en garde par Élodie",
    ]


def test_a_call_to_a_closed_queue_says_why_until_when_and_where_it_goes() -> None:
    data = {"queue": 1, "queue_name": "Ventes", "until": 1_798_268_400_000, "to": None, "to_name": ""}
    step = timeline.steps([entry(1, "call.closed", why="closed_hours", holiday="", **data)], 0, {}, French())[
        0
    ]
    assert step.text == "La file Ventes est fermée : hors des horaires d’ouverture"
    assert step.detail == "jusqu’au 26/12/2026 08:00"
    data |= {"to": 2, "to_name": "Astreinte"}
    step = timeline.steps(
        [entry(1, "call.closed", why="closed_holiday", holiday="Noël", **data)], 0, {}, French()
    )[0]
    assert step.text == "La file Ventes est fermée : jour férié"
    assert step.detail == "Noël · jusqu’au 26/12/2026 08:00 · l’appel passe à la file Astreinte"


def test_a_cause_or_stage_that_nobody_has_heard_of_is_shown_as_it_is() -> None:
    assert said(entry(1, "call.stage", old="TALKING", new="ORBIT")) == ["Étape : Conversation → ORBIT"]


def test_an_unknown_kind_is_shown_by_its_name_with_what_it_tells() -> None:
    step = timeline.steps([entry(1, "moon.rose", phase="full")], 0, {}, French())[0]
    assert (step.text, step.detail) == ("moon.rose", "phase: full")


def test_entries_with_missing_or_wrong_data_break_nothing() -> None:
    for kind in timeline.LOOKS:
        assert timeline.steps([entry(1, kind)], 0, {}, French())[0].text
        odd = {
            name: {"a": [1]} for name in ("agent", "caller_number", "cause", "new", "label", "duration_ms")
        }
        assert timeline.steps([EntryRow(1, 1, kind, None, odd)], 0, {}, French())[0].text


def test_the_phases_fill_the_call_and_the_work_after_it() -> None:
    entries = [
        entry(1000, "call.stage", old="NEW", new="WAITING"),
        entry(4000, "call.stage", old="WAITING", new="TALKING"),
        entry(9000, "call.stage", old="TALKING", new="ENDED"),
        entry(9000, "call.ended"),
        entry(10_000, "call.disposed"),
    ]
    found = timeline.phases(entries, 0, 9000, 99_000)
    assert [(p.name, p.duration_ms) for p in found] == [
        ("NEW", 1000),
        ("WAITING", 3000),
        ("TALKING", 5000),
        ("WRAP_UP", 1000),
    ]
    assert round(sum(p.share for p in found)) == 100


def test_a_running_call_goes_on_until_now_and_a_disordered_one_never_runs_backwards() -> None:
    running = timeline.phases([entry(1000, "call.stage", new="WAITING")], 0, None, 5000)
    assert [(p.name, p.duration_ms) for p in running] == [("NEW", 1000), ("WAITING", 4000)]
    disordered = timeline.phases(
        [entry(5000, "call.stage", new="TALKING"), entry(2000, "call.stage", new="HELD")], 0, 6000, 9000
    )
    assert all(p.duration_ms > 0 for p in disordered)
    assert timeline.phases([], 0, 0, 0) == []
