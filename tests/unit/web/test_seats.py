"""PCs that remember a telephone and telephones of nobody, as the administrator sees them."""

from __future__ import annotations

import re

import pytest

from fs_app.admin.model import AuditEntry
from fs_app.agents import seats
from fs_app.agents.model import Phone
from fs_app.digest import a1_hash
from tests.unit.web.conftest import Visitor, Web


@pytest.fixture
def admin(web: Web) -> Visitor:
    return web.person("admin")


def test_a_telephone_of_nobody_is_made_with_a_password_that_is_shown_once(web: Web, admin: Visitor) -> None:
    answer = admin.post("/admin/seats/phones", number="2001", label="Bureau 3 <b>")
    found = re.search(r"<dt>Mot de passe</dt><dd>.*?>([A-Za-z0-9_-]{8,})<", answer.text, re.DOTALL)
    assert answer.status_code == 200 and found and "<b>" not in answer.text
    row = web.app.db.read(lambda: Phone.get(Phone.number == "2001"))
    domain = web.app.catalog.now.accounts[web.ids.desk.account].sip_domain
    assert row.sip_ha1 == a1_hash("2001", domain, found[1])
    assert found[1] not in admin.page("/admin/seats") and "Bureau 3" in admin.page("/admin/seats")
    assert web.app.catalog.has_phone(web.ids.desk.account, "2001")
    told = web.app.db.read(lambda: list(AuditEntry.select().where(AuditEntry.kind == "desk_phone")))
    assert [line.action for line in told] == ["create"]
    for number in ("2001", "1001", "", "abc", "20 01; x"):
        assert admin.post("/admin/seats/phones", number=number, label="X").status_code == 400
    assert admin.post(f"/admin/seats/phones/{row.id}/remove").status_code == 303
    assert not web.app.catalog.has_phone(web.ids.desk.account, "2001")
    assert admin.post(f"/admin/seats/phones/{row.id}/remove").status_code == 404


def test_a_pc_is_named_and_disconnected(web: Web, admin: Visitor) -> None:
    account, agent = web.ids.desk.account, web.ids.desk.agent
    web.app.db.write(lambda: seats.bind(account, seats.new_token(), "phone", "1001", agent, 5))
    (row,) = web.app.db.read(lambda: seats.listing(account))
    assert row.name in admin.page("/admin/seats")
    assert admin.post(f"/admin/seats/{row.id}", name="Accueil <gauche>").status_code == 303
    assert "Accueil &lt;gauche&gt;" in admin.page("/admin/seats")
    assert admin.post(f"/admin/seats/{row.id}", name="  ").status_code == 400
    assert admin.post(f"/admin/seats/{row.id}/remove").status_code == 303
    assert web.app.db.read(lambda: seats.listing(account)) == []


def test_who_may_not_manage_telephones_sees_nothing(web: Web) -> None:
    assert web.person("elodie").get("/admin/seats").status_code == 403
