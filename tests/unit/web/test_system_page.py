"""The system's page (PW-10) and what the doctor found, in the reader's words and of the reader's account."""

from __future__ import annotations

import re

import pytest

from fs_app.accounts.model import User
from fs_app.admin.model import AuditEntry
from fs_app.doctor.finding import Finding, Level
from fs_app.doctor.report import Report
from fs_app.errors import LinkLost
from fs_app.facts import Trunk
from fs_app.logs import Recent
from fs_app.web import status
from tests.unit.web.conftest import Web


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u202f", " ").replace("\xa0", " ")


def test_the_engine_the_program_and_the_disks_are_there_in_figures(web: Web) -> None:
    page = words(web.person("sonia").page("/status"))
    assert "Canaux 4 sur 2 000 au plus" in page
    assert "Appels par seconde 1 (pointe 7, limite 100)" in page
    assert "Appels à notre porte 3" in page
    assert "Événements écrits 1 234" in page
    assert "Navigateurs connectés 12" in page
    assert re.search(r"Données [\d,]+ Gio libres \(\d+ %\)", page)
    assert "Effacement des enregistrements" in page


def test_a_trunk_that_is_away_is_shown_as_such(web: Web) -> None:
    web.app.switch.trunks_told = [
        Trunk("carrier", "external", "REGED", "UP", 12, 7, 1, 0, 21.5),
        Trunk("backup", "external", "FAIL_WAIT", "DOWN"),
        Trunk("silent", "external", "NOREG", "DOWN"),
        Trunk("<b>odd", "external", "NEW_STATE", "UP"),
    ]
    page = web.person("sonia").page("/status")
    said = words(page)
    assert "carrier external Enregistrée 12 7 1 21,5 ms" in said
    assert "backup external Refusée, nouvel essai bientôt" in said
    assert "silent external Ne répond pas" in said
    assert "NEW_STATE" in said, "a state without a word is shown all the same"
    assert "<b>odd" not in page


def test_the_page_stands_while_the_switch_is_away(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.app.switch.fail("figures", LinkLost("connection refused"))
    state = {**web.app.system_state(), "link_up": False, "link_trouble": "connection refused"}
    monkeypatch.setattr(web.app, "system_state", lambda: state)
    page = words(web.person("sonia").page("/status"))
    assert "Liaison coupée : connection refused" in page
    assert "FreeSWITCH ne dit rien de ses opérateurs pour l’instant." in page


@pytest.mark.parametrize(
    ("language", "what", "mend", "level"),
    [
        ("fr", "n’a que 9 caractères", "Prenez-en un d’au moins 16", "Avertissement"),
        ("en", "has only 9 characters", "Take one of at least 16", "Warning"),
        ("es", "solo tiene 9 caracteres", "Use una de al menos 16", "Advertencia"),
    ],
)
def test_findings_are_said_with_their_remedy(
    web: Web, language: str, what: str, mend: str, level: str
) -> None:
    web.app.db.write(lambda: User.update(language=language).execute())
    page = words(web.person("sonia").page("/status"))
    assert what in page
    assert mend in page
    assert level in page


def test_findings_of_another_account_are_not_shown(web: Web) -> None:
    mine, other = web.ids.desk.account, web.ids.desk.other_account
    found = (
        Finding("centre.queue_empty", Level.WARNING, {"names": "Ma file", "count": 1}, mine),
        Finding("centre.queue_empty", Level.WARNING, {"names": "File des autres", "count": 1}, other),
        Finding("machine.espeak", Level.NOTE),
    )
    web.app.doctor.report = Report(1, 1.0, found, {})
    for path in ("/status", "/status/now"):
        page = web.person("sonia").page(path)
        assert "Ma file" in page
        assert "espeak-ng" in page
        assert "File des autres" not in page


def test_text_in_a_finding_is_harmless(web: Web) -> None:
    params = {"names": "<script>alert(1)</script>" + "x" * 5000, "count": 1}
    web.app.doctor.report = Report(
        1, 1.0, (Finding("centre.queue_empty", Level.WARNING, params, web.ids.desk.account),), {}
    )
    page = web.person("sonia").page("/status")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "x" * 2000 not in page


def test_the_doctor_is_sent_for_with_a_button(web: Web) -> None:
    person = web.person("sonia")
    web.app.doctor.slow = True
    answer = person.post("/status/examination")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/status#doctor"
    assert web.app.doctor.sent_for == 1
    assert "Examen en cours…" in person.page("/status/now")


def test_nobody_else_may_send_for_him_or_see_the_figures(web: Web) -> None:
    agent = web.person("elodie")
    assert agent.get("/status/now").status_code == 403
    assert agent.post("/status/examination").status_code == 403
    assert web.app.doctor.sent_for == 0
    assert web.visitor().get("/status/now").status_code in (302, 303, 401)


def test_before_the_first_examination_the_page_says_so(web: Web) -> None:
    web.app.doctor.report = None
    assert "pas encore été examinée" in web.person("sonia").page("/status")
    web.app.doctor.trouble = "no end within 100 s"
    assert "no end within 100 s" in web.person("sonia").page("/status")


def test_recent_failures_are_shown_without_their_values(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    recent = Recent()
    monkeypatch.setattr(status, "RECENT", recent)
    assert "Aucun avertissement ni erreur" in web.person("sonia").page("/status")
    for _ in range(3):
        recent.keep(None, "warning", {"event": "call to a number that nobody has", "called": "+33999"})
    recent.keep(None, "error", {"event": "task failed", "exception": "secret inside"})
    recent.keep(None, "info", {"event": "nothing to see"})
    page = web.person("sonia").page("/status")
    assert "Avertissement call to a number that nobody has 3" in words(page)
    assert "task failed" in page
    assert "+33999" not in page
    assert "secret inside" not in page
    assert "nothing to see" not in page


def test_only_the_latest_kinds_of_failures_are_kept() -> None:
    recent = Recent()
    for i in range(500):
        recent.keep(None, "warning", {"event": f"trouble {i}"})
    assert len(recent.latest()) == 50
    assert recent.latest()[0].text == "trouble 499"


def test_an_administrator_restarts_a_part_and_it_is_written_down(web: Web) -> None:
    admin = web.person("admin")
    assert 'action="/status/restart/link"' in admin.page("/status")
    for part in ("link", "directory"):
        assert admin.post(f"/status/restart/{part}").status_code == 303
    assert web.app.restarted == ["link", "directory"]
    assert "Redémarré : Annuaire des téléphones." in admin.page("/status")
    log = web.app.db.read(lambda: [(a.action, a.object, a.user_name) for a in AuditEntry.select()])
    assert ("restart", "link", "Ahmed Lefèvre") in log
    assert admin.post("/status/restart/the-moon").status_code == 404


def test_a_supervisor_restarts_nothing(web: Web) -> None:
    sonia = web.person("sonia")
    assert "/status/restart/" not in sonia.page("/status")
    assert sonia.post("/status/restart/link").status_code == 403
    assert web.app.restarted == []
