"""The pages about the law: changed rules are in force at once, what is looser needs a reason, files are followed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.datastructures import MultiDict

from fs_app.admin.model import AuditEntry
from fs_app.legal import writing
from fs_app.legal.model import Consent, LegalRule, OptOutList
from fs_app.legal.rules import Attempts, ids
from tests.support.until import until
from tests.unit.web.conftest import Visitor, Web

KINDS = ["MANUAL", "PREVIEW", "PROGRESSIVE", "PREDICTIVE", "ROBOT"]


@pytest.fixture
def web(own_web: Web) -> Iterator[Web]:
    yield own_web
    own_web.app.registers.stop()


@pytest.fixture
def admin(web: Web) -> Visitor:
    person = web.english("admin")
    token = person.token("/consents/1")
    person.token = lambda path="": token  # type: ignore[method-assign,assignment]  # one is good for all
    return person


def send(admin: Visitor, path: str, kinds: list[str] = KINDS, **form: str) -> tuple[int, str]:
    if "version" not in form:
        form["version"] = admin.hidden(path)
    fields = [("csrf_token", admin.token("/calls")), ("purposes", "marketing")]
    fields += [("kinds", kind) for kind in kinds] + list(form.items())
    answer = admin.client.post(path, data=MultiDict(fields))
    return answer.status_code, answer.text


def attempts(web: Web) -> tuple[int, int]:
    rule = ids(web.app.legal.rules_of(web.ids.desk.account, "FR"))["attempts"]
    assert isinstance(rule, Attempts)
    return rule.most, rule.days


def test_stricter_is_in_force_at_once_and_looser_only_with_a_reason(web: Web, admin: Visitor) -> None:
    path = "/admin/legal/FR/attempts"
    assert send(admin, path, most="2", days="30")[0] == 303
    assert attempts(web) == (2, 30)
    status, page = send(admin, path, most="9", days="30")
    assert status == 400 and "say why" in page and 'value="9"' in page
    assert attempts(web) == (2, 30)
    assert send(admin, path, most="9", days="30", reason="Our lawyer says so")[0] == 303
    assert attempts(web) == (9, 30)
    page = admin.page("/admin/legal/FR")
    assert "Looser than the law" in page and "Our lawyer says so" in page
    assert "Our lawyer says so" in admin.page("/admin/audit?kind=legal_rule")
    assert admin.page(f"{path}/reset")
    admin.post(f"{path}/reset")
    assert attempts(web) == (4, 30)
    rows = web.app.db.read(lambda: AuditEntry.select().where(AuditEntry.kind == "legal_rule").count())
    assert rows == 3


WRONG: list[tuple[str, dict[str, str], list[str], str]] = [
    ("attempts", {"most": "two", "days": "30"}, KINDS, "e-most"),
    ("attempts", {"most": "2", "days": "99999"}, KINDS, "e-days"),
    ("attempts", {"most": "2", "days": "30"}, [], "e-kinds"),
    ("hours", {"mon": "ten to twelve"}, KINDS, "e-mon"),
    ("hours", {"tue": "10:00-12:00, 11:00-13:00"}, KINDS, "e-tue"),
    ("caller_id_automatic", {"only": "0162"}, KINDS, "e-only"),
    (
        "abandon_rate",
        {"percent": "many", "days": "1", "within_s": "2", "clock": "answer"},
        KINDS,
        "e-percent",
    ),
    ("silence", {"days": "60", "since": "31/12/2026"}, KINDS, "e-since"),
    ("silence", {"days": "60", "without": "1"}, KINDS, "e-reason"),
]
"""Rule, what was typed, for which ways of dialling, where it is said."""


def test_what_is_wrong_stands_beside_its_field_and_nothing_does_harm(admin: Visitor) -> None:
    for path in ("/admin/legal", "/admin/legal/FR", "/admin/legal/registers", "/consents/1"):
        page = admin.page(path)
        assert "<img src=x" not in page
        assert "\u202e" not in page, path
    for rule, form, kinds, said in WRONG:
        status, page = send(admin, f"/admin/legal/FR/{rule}", kinds, **form)
        assert (status, f'id="{said}"' in page) == (400, True), (rule, form)


def test_every_rule_of_every_country_is_saved_as_it_is_shown(web: Web, admin: Visitor) -> None:
    """What the form sends back unchanged is no change."""
    for country in ("GB", "ES", "default"):
        code = "" if country == "default" else country
        for rule in web.app.legal.rules_of(web.ids.desk.account, code).rules:
            written = writing.write(rule)
            fields = [("csrf_token", admin.token("/calls"))]
            for name, value in written.items():
                if name == "week":
                    fields += list(value.items())
                elif isinstance(value, bool):
                    fields += [(name, "1")] if value else []
                elif name in ("purposes", "kinds"):
                    fields += [(name, one) for one in value]
                elif isinstance(value, list):
                    fields.append((name, " ".join(value)))
                elif name not in ("source", "note"):
                    fields.append((name, str(value)))
            answer = admin.client.post(f"/admin/legal/{country}/{rule.id}", data=MultiDict(fields))
            assert answer.status_code == 303, (country, rule.id)
    countries = web.app.db.read(lambda: {row.country for row in LegalRule.select()})
    assert countries == {"FR"}  # those of legalworld


def test_what_is_not_there_is_not_found_and_who_may_not_changes_nothing(web: Web, admin: Visitor) -> None:
    for path in ("/admin/legal/XX", "/admin/legal/FR/nothing", "/admin/legal/%3Cb%3E", "/admin/legal/fr"):
        admin.page(path, 404)
    sonia = web.person("sonia")
    assert "/admin/legal/FR/hours" not in sonia.page("/admin/legal/FR")
    sonia.page("/admin/legal/FR/hours", 403)
    sonia.page("/admin/legal/registers")
    assert web.person("elodie").get("/admin/legal").status_code == 403


def test_a_file_is_brought_in_and_followed(web: Web, admin: Visitor) -> None:
    assert admin.post("/admin/legal/registers/new", name="Ma liste", country="FR").status_code == 303
    assert admin.post("/admin/legal/registers/new", name="Ma liste", country="FR").status_code == 400
    register = web.app.db.read(lambda: OptOutList.get(OptOutList.name == "Ma liste").id)
    path = f"/admin/legal/registers/{register}/file?file=liste.csv&as_of=2020-01-01&spelling=e164"
    head = {"X-CSRFToken": admin.token("/calls")}
    assert admin.client.post(path, data=b"0612345678\n", headers=head).status_code == 202

    def state() -> dict[str, object]:
        rows = admin.get("/admin/legal/registers/state.json").json
        return next(row for row in rows or [] if row["id"] == register)

    until(lambda: state()["state"] == "READY", 30)
    assert state()["count"] == 1
    assert "Ma liste" in admin.page("/admin/legal"), "a file of 2020 is old"
    wrong = admin.client.post(path.replace("e164", "morse"), data=b"0612345678\n", headers=head)
    assert wrong.status_code == 400
    assert admin.client.post(path, data=b"x").status_code == 400, "without the page's token"
    admin.post(f"/admin/legal/registers/{register}/delete")
    assert "“Ma liste” is deleted" in admin.page("/admin/legal/registers")
    assert "Ma liste" not in admin.page("/admin/legal/registers")


def test_a_consent_is_added_with_its_proof_and_taken_back(web: Web, admin: Visitor) -> None:
    path = "/consents/1"
    form = {
        "given_at": "2026-01-05",
        "purpose": "marketing",
        "source": "Salon",
        "text": "Oui",
        "channel": "paper",
    }
    assert admin.post(path, **form).status_code == 303
    assert admin.post(path, **form | {"given_at": "2099-01-01"}).status_code == 400
    assert admin.post(path, **form | {"text": " "}).status_code == 400
    assert admin.post(path, **form | {"number": "+33999999999"}).status_code == 400
    assert "Salon" in admin.page(path)
    assert admin.post(f"{path}/withdraw", how="Par téléphone").status_code == 303
    left = web.app.db.read(lambda: Consent.select().where(Consent.withdrawn_at.is_null()).count())
    assert left == 0
    assert admin.post("/consents/99999", **form).status_code == 404
