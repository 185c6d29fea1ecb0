"""Keys for programs: shown once, in force and gone at once, never more than the person who made them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from fs_app.accounts.model import Profile, User
from fs_app.admin.model import AuditEntry
from fs_app.apikeys.model import ApiKey
from fs_app.web import site
from tests.support import routes
from tests.unit.web.conftest import Visitor, Web, standing

ME = "/api/v1/me"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("keys")) as web:
        yield web


def made(person: Visitor, name: str = "Shop", days: str = "365", *permissions: str) -> str:
    wanted = list(permissions) or ["imports.manage", "contacts.edit"]
    answer = person.post("/admin/api-keys/new", name=name, days=days, permissions=wanted)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"fsapp_[0-9a-f]{8}_[\w-]{43}", answer.text)
    assert found
    return found[0]


def ask(web: Web, key: str, path: str = ME, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
    return web.flask.test_client().open(path, headers=headers, **more)


def row(web: Web, name: str = "Shop") -> Any:
    return web.app.db.read(lambda: ApiKey.get(ApiKey.name == name))


def test_a_key_is_shown_once_and_opens_the_api_until_it_is_revoked(web: Web) -> None:
    admin = web.person("admin")
    key = made(admin)
    answer = ask(web, key)
    assert answer.json == {
        "ok": True,
        "account": "demo",
        "key": "Shop",
        "user": "admin",
        "permissions": ["imports.manage", "contacts.edit"],
    }
    page = admin.page("/admin/api-keys")
    assert key[:14] in page
    assert key not in page
    kept = row(web)
    assert key.split("_", 2)[2] not in (kept.hash, kept.prefix)
    assert kept.last_used_at
    assert admin.post(f"/admin/api-keys/{kept.id}/revoke").status_code == 303
    assert ask(web, key).status_code == 401
    assert admin.post(f"/admin/api-keys/{kept.id}/revoke").status_code == 303, "a double click does no harm"
    told = web.app.db.read(
        lambda: [(a.action, a.label) for a in AuditEntry.select().where(AuditEntry.kind == "api_key")]
    )
    assert told == [("create", "Shop"), ("revoke", "Shop")]


def test_what_is_no_key_gets_json_in_the_language_that_was_asked_for(web: Web) -> None:
    key = made(web.person("admin"), "Wrong")
    hostile = [
        "",
        "x",
        key + "x",
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        "fsapp_é_x",
        "fsapp__",
        "9" * 5000,
    ]
    for wrong in (*hostile, f"fsapp_0badcafe_{'0' * 43}"):
        answer = ask(web, wrong, headers={"Accept-Language": "en-GB,en;q=0.8"})
        assert answer.status_code == 401, wrong
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json["error"]["key"] == "error.api_key"
        assert "missing" in answer.json["error"]["text"]
    assert "manque" in ask(web, "").json["error"]["text"], "French when nothing is asked for"
    assert ask(web, key, "/api/v1/nowhere").json["error"]["key"] == "error.http_404"


def test_a_login_opens_nothing_of_the_api_and_a_key_no_page(web: Web) -> None:
    admin = web.person("admin")
    assert admin.get(ME).status_code == 401
    key = made(admin, "Cookie")
    assert ask(web, key, "/admin/api-keys").status_code == 302
    # no cookie, so no token against forgery is asked for
    assert ask(web, key, ME, method="POST").status_code == 405


def test_a_key_never_may_more_than_its_owner(web: Web) -> None:
    key = made(web.person("admin"), "Owner")

    def change(**values: Any) -> None:
        web.app.db.write(lambda: User.update(**values).where(User.login == "admin").execute())

    profile = web.app.db.write(
        lambda: Profile.create(
            account=web.ids.desk.account, name="X", role="admin", denied=["contacts.edit"], created_at=1
        )
    )
    change(profile=profile.id)
    assert ask(web, key).json["permissions"] == ["imports.manage"]
    change(role="agent", profile=None)
    assert ask(web, key).json["permissions"] == ["contacts.edit"]
    change(active=False)
    assert ask(web, key).status_code == 401
    assert row(web, "Owner").revoked_at is None
    change(role="admin", active=True)


def test_a_key_ends_by_itself(web: Web) -> None:
    key = made(web.person("admin"), "Short", days="30")
    assert ask(web, key).status_code == 200
    web.app.db.write(lambda: ApiKey.update(expires_at=1).where(ApiKey.name == "Short").execute())
    assert ask(web, key).status_code == 401
    page = web.person("admin").page("/admin/api-keys")
    assert "Échue" in page


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "days": "365", "permissions": "imports.manage"},
        {"name": "CRM", "days": "365", "permissions": "imports.manage"},
        {"name": "X", "days": "9999", "permissions": "imports.manage"},
        {"name": "X", "days": "365"},
        {"name": "X", "days": "365", "permissions": "people.manage"},
        {"name": "a\u202eb", "days": "365", "permissions": "imports.manage"},
    ],
)
def test_what_is_wrong_stands_beside_its_field(web: Web, form: dict[str, str]) -> None:
    answer = web.person("admin").post("/admin/api-keys/new", **form)
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert ("Cochez au moins un droit" in answer.text) == ("permissions" not in form)
    assert "fsapp_" not in re.sub(r"fsapp_[0-9a-f]{8}_…", "", answer.text)


def test_too_many_requests_are_refused_for_this_key_alone(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.app.settings, "api_limit", "3 per minute")
    slow = Web(web.app, site.build(web.app), web.ids)  # type: ignore[arg-type]
    admin = slow.person("admin")
    first, second = made(admin, "First"), made(admin, "Second")
    assert [ask(slow, first).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert ask(slow, first).json["error"]["key"] == "error.http_429"
    assert ask(slow, second).status_code == 200


@pytest.fixture(scope="module")
def objects(web: Web) -> dict[str, Any]:
    return routes.foreign(web.app, web.ids.desk.other_account)


def test_no_route_of_the_api_shows_or_changes_another_account(web: Web, objects: dict[str, Any]) -> None:
    key = made(web.person("admin"), "Foreign")
    for address in routes.addresses(web.flask, objects, api=True):
        answer = ask(web, key, address.url, method=address.method, json={})
        assert routes.SECRET.encode() not in answer.data, address
        if address.of_others:
            assert answer.status_code == 404, (address, answer.status_code)
        assert ask(web, "", address.url, method=address.method, json={}).status_code == 401, address


def test_a_key_without_the_permission_is_refused(web: Web, objects: dict[str, Any]) -> None:
    admin = web.person("admin")
    keys = {name: made(admin, name, "30", name) for name in ("imports.manage", "contacts.edit")}
    for address in routes.addresses(web.flask, objects, api=True):
        for name, key in keys.items():
            if address.permission and address.permission != name:
                answer = ask(web, key, address.url, method=address.method, json={})
                assert answer.status_code == 403, (address, answer.status_code)
                assert answer.json["error"]["key"] == "error.not_allowed"
