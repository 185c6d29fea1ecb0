"""Every route, from the outside: nobody without login, no role that may not, nothing of another account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fs_app import models
from fs_app.accounts.permissions import PERMISSIONS, may
from tests.support import routes
from tests.unit.web.conftest import Visitor, Web, standing

ROLES = {"elodie": "agent", "sonia": "supervisor", "admin": "admin"}
ENDS_THE_SESSION = ("/logout", "/login")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("isolation")) as web:
        yield web


@pytest.fixture(scope="module")
def objects(web: Web) -> dict[str, Any]:
    return routes.foreign(web.app, web.ids.desk.other_account)


def ask(person: Visitor, token: str, address: routes.Address) -> Any:
    body = {"json": {"version": 1, "fields": {"last_name": "Mine"}}} if address.method == "PUT" else {}
    return person.client.open(address.url, method=address.method, headers={"X-CSRFToken": token}, **body)


def test_every_route_is_walked(web: Web, objects: dict[str, Any]) -> None:
    found = routes.addresses(web.flask, objects)
    guarded = {a.permission for a in found if a.permission}
    assert {name for name in PERMISSIONS if name.endswith((".manage", "audit.view"))} <= guarded
    assert len(found) > 60


@pytest.mark.parametrize("login", ROLES)
def test_a_role_that_may_not_is_refused_on_every_route(web: Web, objects: dict[str, Any], login: str) -> None:
    person = web.person(login)
    token = person.token("/calls")
    refused = 0
    for address in routes.addresses(web.flask, objects):
        if address.permission and not may(ROLES[login], address.permission):
            answer = ask(person, token, address)
            assert answer.status_code == 403, (address, answer.status_code)
            refused += 1
    assert refused or ROLES[login] == "admin"


def everything_of(account: int) -> dict[str, list[Any]]:
    """All rows of an account, inside `db.read`."""
    return {
        table.__name__: sorted(map(repr, table.select().where(table.account == account).tuples()))
        for table in models.TABLES
        if "account" in table._meta.fields
    }


@pytest.mark.parametrize("login", ROLES)
def test_nothing_of_another_account_is_shown_or_changed(
    web: Web, objects: dict[str, Any], login: str
) -> None:
    person = web.person(login)
    token = person.token("/calls")
    other = web.ids.desk.other_account
    before = web.app.db.read(lambda: everything_of(other))
    for address in routes.addresses(web.flask, objects):
        if address.url in ENDS_THE_SESSION:
            continue
        answer = ask(person, token, address)
        assert routes.SECRET.encode() not in answer.data, address
        assert b"Secret Customer" not in answer.data, address
        if address.of_others:
            assert answer.status_code in (403, 404), (address, answer.status_code)
    assert web.app.db.read(lambda: everything_of(other)) == before


def test_what_belongs_to_another_account_can_not_be_chosen(web: Web, objects: dict[str, Any]) -> None:
    """Identifiers of others in a form that is one's own."""
    admin, stranger = web.person("admin"), str(web.ids.desk.stranger)
    queue = f"/admin/queues/{web.ids.desk.queue}"
    form = {
        "name": "Commercial",
        "number": "200",
        "ring_s": "20",
        "no_answer_delay_s": "10",
        "inter_call_s": "3",
    }
    assert admin.post(queue, **form, agents=stranger).status_code == 400
    assert admin.post(queue, **form, disposition_set=str(objects["set_id"])).status_code == 400
    did = admin.post("/admin/numbers/new", number="+33144556677", queue=str(objects["queue"]))
    assert did.status_code == 400
    person = {"name": "X", "login": "x1", "role": "agent", "number": "1999"}
    assert admin.post("/admin/people/new", **person, queues=str(objects["queue"])).status_code == 400
    taken = admin.post("/admin/numbers/new", number="+33100000000")
    assert taken.status_code == 400
    assert routes.SECRET not in taken.text
