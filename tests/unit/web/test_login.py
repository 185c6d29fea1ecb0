"""Login, logout, what is remembered; sessions that a locked database does not end."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from fs_app.accounts.model import User, UserSession
from fs_app.accounts.passwords import LONGEST, Passwords
from fs_app.accounts.service import RECHECK_MS, AccountService, BadLogin, hash_of
from fs_app.clock import FakeClock
from fs_app.db import Database
from fs_app.errors import DatabaseBusy, Invalid
from fs_app.web import site
from fs_app.web.access import COOKIE, safe_target
from fs_app.web.login import DETAILS_COOKIE
from tests.support import callworld, deskworld
from tests.unit.web.conftest import Web

HOUR_MS = 3_600_000


@pytest.fixture
def service(tmp_path: Path) -> AccountService:
    db = deskworld.open_database(tmp_path)
    db.write(lambda: deskworld.populate(1))
    return AccountService(db, FakeClock(), Passwords(), 14 * HOUR_MS)


def database_of(service: AccountService) -> Database:
    return service._db


def test_a_person_is_known_by_the_token_and_only_its_hash_is_kept(service: AccountService) -> None:
    token, identity = service.log_in("demo", "elodie", deskworld.PASSWORD, address="192.0.2.7")
    assert identity.name == "Élodie Garçon"
    assert identity.agent_number == "1001"
    assert identity.language == "fr"
    assert service.identify(token) == identity
    rows = database_of(service).read(lambda: list(UserSession.select().tuples()))
    assert token not in str(rows)
    assert hashlib.sha256(token.encode()).hexdigest() in str(rows)


@pytest.mark.parametrize(
    ("account", "login", "password"),
    [
        ("demo", "elodie", "wrong"),
        ("demo", "nobody", deskworld.PASSWORD),
        ("nowhere", "elodie", deskworld.PASSWORD),
        ("", "", ""),
        ("demo", "elodie", "x" * (LONGEST + 50)),
        ("demo\x00", "elodie'--", "\ud800"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    service: AccountService, account: str, login: str, password: str
) -> None:
    with pytest.raises(BadLogin):
        service.log_in(account, login, password)


def test_capitals_and_spaces_around_do_not_matter(service: AccountService) -> None:
    assert service.log_in(" Demo ", "ELODIE ", deskworld.PASSWORD)[1].login == "elodie"


def test_the_same_login_in_two_accounts_are_two_people(service: AccountService) -> None:
    one = service.log_in("demo", "elodie", deskworld.PASSWORD)[1]
    other = service.log_in("other", "elodie", deskworld.PASSWORD)[1]
    assert one.user != other.user
    assert one.account != other.account


def test_somebody_who_left_can_not_come_in(service: AccountService) -> None:
    database_of(service).write(lambda: User.update(active=False).where(User.login == "bruno").execute())
    with pytest.raises(BadLogin):
        service.log_in("demo", "bruno", deskworld.PASSWORD)


def test_a_session_ends_with_the_logout_at_its_time_and_when_it_is_revoked(service: AccountService) -> None:
    clock: FakeClock = service._clock  # type: ignore[assignment]
    token, identity = service.log_in("demo", "elodie", deskworld.PASSWORD)
    service.log_out(identity)
    assert service.identify(token) is None
    token, identity = service.log_in("demo", "elodie", deskworld.PASSWORD)
    clock.advance(13 * 3600)
    assert service.identify(token) is not None
    clock.advance(3600)
    assert service.identify(token) is None
    token, identity = service.log_in("demo", "elodie", deskworld.PASSWORD)
    assert service.revoke_all(identity.user) >= 1
    assert service.identify(token) is None


def test_a_session_that_another_process_revoked_ends_within_a_minute(service: AccountService) -> None:
    clock: FakeClock = service._clock  # type: ignore[assignment]
    token, _ = service.log_in("demo", "elodie", deskworld.PASSWORD)
    database_of(service).write(
        lambda: UserSession.update(revoked_at=5).where(UserSession.token_hash == hash_of(token)).execute()
    )
    clock.advance(RECHECK_MS / 1000 + 1)
    assert service.identify(token) is None


def test_a_locked_database_logs_nobody_out(service: AccountService, monkeypatch: pytest.MonkeyPatch) -> None:
    clock: FakeClock = service._clock  # type: ignore[assignment]
    token, identity = service.log_in("demo", "elodie", deskworld.PASSWORD)

    def locked(*_: object, **__: object) -> None:
        raise DatabaseBusy("locked")

    monkeypatch.setattr(database_of(service), "read", locked)
    monkeypatch.setattr(database_of(service), "write", locked)
    clock.advance(2 * 3600)
    assert service.identify(token) == identity
    with pytest.raises(DatabaseBusy):
        service.identify("a token that nobody has seen")
    with pytest.raises(DatabaseBusy):
        service.log_out(identity)
    assert service.identify(token) is None, "the logout counts although it could not be written"


@pytest.mark.parametrize("token", ["", "x", "é\ud800", "A" * 5000])
def test_a_token_that_is_none_is_nobody(service: AccountService, token: str) -> None:
    assert service.identify(token) is None


def test_language_and_theme_are_kept_for_the_person(service: AccountService) -> None:
    token, identity = service.log_in("demo", "elodie", deskworld.PASSWORD)
    service.choose_language(identity, "es")
    service.choose_theme(identity, "dark")
    found = service.identify(token)
    assert found is not None
    assert (found.language, found.theme) == ("es", "dark")
    assert service.log_in("demo", "elodie", deskworld.PASSWORD)[1].language == "es"
    with pytest.raises(Invalid):
        service.choose_language(identity, "xx")
    with pytest.raises(Invalid):
        service.choose_theme(identity, "neon")


# --- in the browser -----------------------------------------------------------------------------------------
def test_the_login_leads_to_the_home_of_ones_role(web: Web) -> None:
    assert web.person("elodie").get("/").location == "/agent"
    assert "Chiffres du jour" in web.person("sonia").page("/")
    assert "Chiffres du jour" in web.person("admin").page("/")


def test_a_page_asked_for_before_the_login_is_shown_after_it(web: Web) -> None:
    visitor = web.visitor()
    where = visitor.get("/calls?q=dupont").location
    assert where.startswith("/login?next=")
    assert "/calls?q=dupont" in visitor.page(where).replace("&amp;", "&")
    answer = visitor.log_in("demo", "sonia", deskworld.PASSWORD, next="/calls?q=dupont")
    assert answer.location == "/calls?q=dupont"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
        "",
        "calls",
    ],
)
def test_no_login_leads_to_another_site(target: str) -> None:
    assert safe_target(target) == "/"


def test_a_wrong_password_is_said_beside_the_form_and_what_was_typed_stays(web: Web) -> None:
    answer = web.visitor().log_in("demo", "elodie", "wrong")
    assert answer.status_code == 401
    assert "Compte, identifiant ou mot de passe incorrect." in answer.text
    assert 'value="elodie"' in answer.text
    assert "wrong" not in answer.text


def test_account_and_identifier_are_remembered_only_if_wanted_and_never_the_password(web: Web) -> None:
    visitor = web.visitor()
    visitor.log_in("demo", "elodie", deskworld.PASSWORD, remember="1")
    cookie = visitor.client.get_cookie(DETAILS_COOKIE)
    assert cookie is not None
    assert cookie.value == "demo|elodie"
    visitor.post("/logout")
    assert 'value="elodie"' in visitor.page("/login")
    visitor.log_in("demo", "elodie", deskworld.PASSWORD)
    visitor.post("/logout")
    assert 'value="elodie"' not in visitor.page("/login")


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(web: Web) -> None:
    answer = web.visitor().log_in("demo", "elodie", deskworld.PASSWORD)
    header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith(COOKIE))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_logout_ends_the_session_for_a_copied_cookie_too(web: Web) -> None:
    person = web.person("elodie")
    cookie = person.client.get_cookie(COOKIE)
    assert cookie is not None
    person.post("/logout")
    thief = web.visitor()
    thief.client.set_cookie(COOKIE, cookie.value)
    assert thief.get("/calls").status_code == 302


def test_a_form_without_token_is_refused_in_words(web: Web) -> None:
    answer = web.flask.test_client().post("/login", data={"account": "demo"})
    assert answer.status_code == 400
    assert "Rechargez-la" in answer.text


def test_flags_change_the_language_before_and_after_the_login_and_it_stays(web: Web) -> None:
    visitor = web.visitor()
    assert '<html lang="fr"' in visitor.page("/login")
    visitor.post("/language", language="es", next="/login")
    assert '<html lang="es"' in visitor.page("/login")
    visitor.log_in("demo", "bruno", deskworld.PASSWORD)
    assert '<html lang="es"' in visitor.page("/calls")
    assert '<html lang="es"' in web.person("bruno").page("/calls"), "on any other device too"
    visitor.post("/language", language="fr", next="/calls")
    assert '<html lang="fr"' in visitor.page("/calls")


def test_a_language_left_behind_on_a_shared_computer_does_not_become_the_next_persons(web: Web) -> None:
    visitor = web.visitor()
    visitor.post("/language", language="es", next="/login")
    visitor.log_in("demo", "bruno", deskworld.PASSWORD)
    visitor.post("/logout")
    visitor.log_in("demo", "sonia", deskworld.PASSWORD)
    assert '<html lang="fr"' in visitor.page("/calls")
    web.person("bruno").post("/language", language="fr", next="/")


def test_the_theme_is_kept(web: Web) -> None:
    person = web.person("sonia")
    person.post("/theme", theme="dark", next="/")
    assert 'data-bs-theme="dark"' in person.page("/")
    person.post("/theme", theme="auto", next="/")
    assert 'data-theme-choice="auto"' in person.page("/")
    assert person.post("/theme", theme="neon").status_code == 400


def test_too_many_wrong_attempts_are_slowed_down_and_right_ones_do_not_count(tmp_path: Path) -> None:
    app, ids = callworld.build(tmp_path)
    app.settings.password_login_limit = "2 per minute"
    web = Web(app, site.build(app), ids)  # type: ignore[arg-type]
    for _ in range(5):
        web.person("elodie")
    visitor = web.visitor()
    for _ in range(2):
        assert visitor.log_in("demo", "elodie", "wrong").status_code == 401
    answer = visitor.log_in("demo", "elodie", deskworld.PASSWORD)
    assert answer.status_code == 429
    assert "Attendez une minute" in answer.text
    app.db.close()
