"""The page of telephones: who is registered, what failed, a test call, a new password."""

from __future__ import annotations

import pytest

from fs_app import facts as f
from fs_app.admin.model import AuditEntry
from fs_app.agents.testcall import TestCall
from fs_app.calls.model import JournalEntry
from tests.support import callworld
from tests.unit.web.conftest import Visitor, Web

DOMAIN = "demo.example"


@pytest.fixture
def admin(web: Web) -> Visitor:
    return web.person("admin")


def register(web: Web, user: str = "1001") -> None:
    contact = f"sofia/internal/sip:{user}@192.0.2.7:5060"
    web.app.phones.on_registered(f.PhoneRegistered(1, user, DOMAIN, contact, 3600))


def test_the_page_says_who_is_registered_and_of_which_account(web: Web, admin: Visitor) -> None:
    page = admin.page("/admin/phones")
    assert "non enregistré" in page and "Other Elodie" not in page
    register(web)
    assert "vu depuis le" in admin.page("/admin/phones?state=registered")
    assert "Bruno Roy" not in admin.page("/admin/phones?state=registered")
    assert "Bruno Roy" in admin.page("/admin/phones?q=1002")
    assert "Aucun" in admin.page("/admin/phones?q=%3Cscript%3E")


def test_what_a_telephone_says_of_itself_is_shown_and_harmless(
    web: Web, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(web)
    evil = f.PhoneDetail("1001", DOMAIN, "x", "<script>alert(1)</script>", "192.0.2.7:5060", True, 12.34)

    class Answer:
        def get(self, timeout: float) -> list[f.PhoneDetail]:
            return [evil]

    monkeypatch.setattr(web.app.switch, "phones", lambda: Answer(), raising=False)
    page = admin.page("/admin/phones")
    assert "<script>alert(1)" not in page
    assert "192.0.2.7:5060" in page and "12.3" in page


def test_failed_offers_are_told_with_their_call_those_without_fault_are_not(web: Web, admin: Visitor) -> None:
    now = web.app.clock.now_ms()

    def tell() -> None:
        for n, why in enumerate(("NO_ANSWER", "ORIGINATOR_CANCEL")):
            JournalEntry.create(
                id=900_000 + n,
                account=web.ids.desk.account,
                at=now - 1000,
                kind="offer.failed",
                call=callworld.FULL,
                agent=web.ids.desk.agent,
                data={"why": why, "agent": web.ids.desk.agent},
            )

    web.app.db.write(tell)
    page = admin.page("/admin/phones?q=1001")
    assert page.count(f'href="/calls/{callworld.FULL}"') == 1


def test_a_test_call_is_begun_told_and_written_down(web: Web, admin: Visitor) -> None:
    agent = web.ids.desk.agent
    register(web)
    assert admin.post(f"/admin/phones/{agent}/test").status_code == 303
    assert web.app.test_calls.started == [agent]
    line = web.app.db.read(lambda: AuditEntry.select().order_by(AuditEntry.id.desc()).first())
    assert (line.action, line.kind) == ("test_call", "phone")
    web.app.test_calls.results[agent] = TestCall(agent, "leg", 1, "playing")
    assert 'hx-trigger="every 1s"' in admin.page("/admin/phones")
    web.app.test_calls.results[agent] = TestCall(agent, "leg", 1, "no_answer", "NO_ANSWER")
    page = admin.page("/admin/phones")
    assert "personne n’a décroché" in page and 'hx-trigger="every 1s"' not in page


def test_only_administrators_and_only_their_own(web: Web, admin: Visitor) -> None:
    assert web.person("sonia").get("/admin/phones").status_code == 403
    assert admin.post(f"/admin/phones/{web.ids.desk.stranger}/test").status_code == 404
    assert admin.get(f"/admin/phones/{web.ids.desk.stranger}/password").status_code == 404


def test_a_new_password_is_asked_for_and_shown_once(web: Web, admin: Visitor) -> None:
    page = admin.page(f"/admin/phones/{web.ids.desk.agent}/password")
    assert "/sip-password" in page and "une seule fois" in page
