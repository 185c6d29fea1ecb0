"""The table of permissions: the document says the same, every view is guarded, accounts do not see each other."""

from __future__ import annotations

from pathlib import Path

from fs_app.accounts.permissions import PERMISSIONS, ROLES, may
from tests.support import routes
from tests.unit.web.conftest import Web

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "permissions.md"


def test_the_document_says_what_the_table_does() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| `")
    ]
    header = next(line for line in DOCUMENT.read_text().splitlines() if line.startswith("| permission"))
    assert [cell.strip() for cell in header.strip("|").split("|")][1:4] == list(ROLES)
    said = {
        row[0].strip("`"): {role for role, yes in zip(ROLES, row[1:4], strict=True) if yes == "yes"}
        for row in rows
    }
    assert said == {name: set(roles) for name, roles in PERMISSIONS.items()}


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may("janitor", permission) for permission in PERMISSIONS)


def test_every_view_says_who_may_see_it(web: Web) -> None:
    for name, view in web.flask.view_functions.items():
        assert hasattr(view, "permission"), f"{name} is not guarded"


def test_nobody_sees_a_guarded_page_without_login(web: Web) -> None:
    visitor = web.visitor()
    objects = routes.foreign(web.app, web.ids.desk.other_account)
    for address in routes.addresses(web.flask, objects):
        if address.permission is None:
            continue
        headers = {"X-CSRFToken": visitor.token(), "Accept": "application/json"}
        response = visitor.client.open(address.url, method=address.method, headers=headers)
        assert response.status_code == 401, (address, response.status_code)
        assert response.json["error"]["key"] == "error.not_logged_in"


def test_a_role_without_permission_gets_a_page_that_says_so(web: Web) -> None:
    agent = web.person("elodie")
    assert "Votre rôle ne permet pas" in agent.page("/status", 403)
    assert agent.get("/calls/export.csv").status_code == 403
