"""What every page keeps to; errors in the reader's language; status, metrics, static files; the server itself."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path
from urllib.request import Request, urlopen

import gevent
import pytest
from werkzeug.test import Client

from fs_app.errors import ConfigError, DatabaseBusy
from fs_app.web import assets, server
from fs_app.web.site import CSP, LARGEST_REQUEST
from tests.support import callworld
from tests.unit.web.conftest import Web

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; frame-ancestors 'self'"
)


@pytest.mark.parametrize(
    "path", ["/login", "/nope", "/calls", f"/calls/{callworld.FULL}", "/", "/status", "/i18n/fr.json"]
)
def test_every_answer_carries_the_security_headers(web: Web, path: str) -> None:
    answer = web.person("sonia").get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    if answer.mimetype == "text/html" and answer.status_code == 200:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script>" not in answer.text, "the policy forbids scripts in the page"
        assert ' onclick="' not in answer.text


def test_errors_are_pages_in_the_readers_language_and_json_for_scripts(web: Web) -> None:
    person = web.visitor()
    person.post("/language", language="en", next="/login")
    assert "Page not found" in person.page("/nope", 404)
    answer = person.get("/nope", headers={"Accept": "application/json"})
    assert answer.json == {
        "ok": False,
        "error": {"key": "error.http_404", "text": answer.json["error"]["text"]},
    }
    assert person.client.delete("/login", headers={"X-CSRFToken": person.token()}).status_code == 405


def test_a_request_that_is_too_large_is_refused(web: Web) -> None:
    person = web.visitor()
    answer = person.client.post(
        "/login", data={"csrf_token": person.token(), "account": "x" * (LARGEST_REQUEST + 1)}
    )
    assert answer.status_code == 413
    assert "taille permise" in answer.text


def test_a_busy_database_is_said_in_words_and_may_be_asked_again(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = web.person("sonia")

    def busy(*_: object, **__: object) -> None:
        raise DatabaseBusy("locked by a test")

    monkeypatch.setattr(web.app.db, "read", busy)
    answer = person.get("/calls")
    assert answer.status_code == 503
    assert "La base de données est occupée" in answer.text
    assert "locked by a test" not in answer.text
    assert answer.headers["Retry-After"]


def test_a_programming_error_shows_nothing_of_itself(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    person = web.person("sonia")

    def broken() -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(web.app, "health", broken)
    answer = person.get("/status")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text


# --- status -------------------------------------------------------------------------------------------------
def test_the_status_page_says_in_words_what_does_not_work(web: Web) -> None:
    person = web.person("sonia")
    assert "Tout fonctionne." in person.page("/status")
    web.app.report = callworld.trouble(web.app.clock.now_ms())
    page = person.page("/status")
    assert "2 points ne fonctionnent pas." in page
    assert "Liaison coupée." in page and "Détail technique : connection refused" in page
    assert "health.moon.full" in page, "a check without a text yet is shown all the same"
    answer = web.visitor().get("/healthz")
    assert answer.status_code == 503
    assert "Technical detail: connection refused" in answer.json["checks"][0]["text"]
    web.app.report = callworld.all_right(web.app.clock.now_ms())
    assert web.visitor().get("/healthz").status_code == 200


def test_figures_of_the_program_are_for_this_machine_or_for_who_has_the_token(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = web.visitor()
    assert b"fsapp_" in visitor.get("/metrics").data
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert visitor.get("/metrics", environ_base=far).status_code == 403
    through_proxy = visitor.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
    assert through_proxy.status_code == 403, "a proxy on this machine that we were not told about"
    monkeypatch.setattr(web.app.settings, "metrics_token", "right")
    for token, status in (("right", 200), ("wrong", 403), ("", 403), ("é", 403)):
        answer = visitor.get("/metrics", environ_base=far, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
    monkeypatch.setattr(web.app.settings, "metrics_token", "")
    assert visitor.get("/metrics", environ_base=far, headers={"Authorization": "Bearer "}).status_code == 403


def test_the_home_page_counts_the_day(web: Web) -> None:
    page = web.person("sonia").page("/")
    assert "Élodie Garçon" in page
    assert "Déconnecté" in page
    assert "07 81 20 30 40" in page


def test_a_new_token_for_a_page_that_stayed_open(web: Web) -> None:
    person = web.person("elodie")
    token = person.get("/csrf").json["token"]
    assert (
        person.client.post("/theme", data={"theme": "auto"}, headers={"X-CSRFToken": token}).status_code
        == 303
    )


# --- static files -------------------------------------------------------------------------------------------
def test_files_are_published_under_the_name_of_their_content_with_a_compressed_copy(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "js").mkdir(parents=True)
    (source / "js" / "a.js").write_text("let a = 1;\n" * 200)
    (source / "icon.svg").write_text("<svg/>")
    (source / ".hidden").write_text("no")
    first = assets.publish(tmp_path / "out", source)
    assert (
        gzip.decompress((first.folder / "js" / "a.js.gz").read_bytes())
        == (source / "js" / "a.js").read_bytes()
    )
    assert not (first.folder / "icon.svg.gz").exists()
    assert not first.has(".hidden")
    assert not first.has("../../source/icon.svg")
    assert assets.publish(tmp_path / "out", source) == first
    (source / "icon.svg").write_text("<svg></svg>")
    second = assets.publish(tmp_path / "out", source)
    assert second.digest != first.digest
    assert not first.folder.exists()


def test_a_page_from_before_an_update_still_finds_its_files(web: Web) -> None:
    visitor = web.visitor()
    answer = visitor.get("/static/0123456789ab/css/app.css")
    assert answer.status_code == 302
    assert answer.location == web.flask.extensions["fs_app"].assets.url("css/app.css")
    assert visitor.get("/static/0123456789ab/../../config.py").status_code == 404
    assert visitor.get("/static/0123456789ab/nope.css").status_code == 404


def test_the_words_for_browsers_are_cached_by_their_version(web: Web) -> None:
    visitor = web.visitor()
    address = visitor.page("/login").split('data-words="')[1].split('"')[0]
    assert "immutable" in visitor.get(address).headers["Cache-Control"]
    plain = visitor.get("/i18n/en.json")
    assert plain.headers["Cache-Control"] == "no-cache"
    assert plain.json["messages"]["login.enter"] == "Log in"
    assert visitor.get("/i18n/xx.json").status_code == 404


# --- the server ---------------------------------------------------------------------------------------------
def test_a_taken_port_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="another program uses it"):
            server.listen("127.0.0.1", taken.getsockname()[1])


def test_connections_are_without_delay() -> None:
    listener = server.listen("127.0.0.1", 0)
    with socket.create_connection(listener.getsockname()):
        gevent.sleep(0)
        accepted, _ = listener.accept()
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        accepted.close()
    listener.close()


@pytest.mark.parametrize(("proxies", "status"), [(1, 403), (0, 403)])
def test_behind_a_known_proxy_the_browsers_own_address_counts(
    tmp_path: Path, proxies: int, status: int
) -> None:
    app, _ = callworld.build(tmp_path)
    app.settings.trusted_proxies = proxies
    running = server.create(app)  # type: ignore[arg-type]
    client = Client(running.wsgi)
    far = client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
    assert far.status_code == status
    here = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert here.status_code == (200 if proxies else 403)
    running.stop()
    app.db.close()


def test_the_server_serves_pages_and_compressed_files_and_stops(tmp_path: Path) -> None:
    app, _ = callworld.build(tmp_path)
    running = server.create(app)  # type: ignore[arg-type]
    running.start()
    base = f"http://127.0.0.1:{running.port}"
    with urlopen(f"{base}/login", timeout=5) as page:
        assert "Connexion" in page.read().decode()
    style = running.flask_app.extensions["fs_app"].assets.url("vendor/tabler.css")
    with urlopen(Request(base + style, headers={"Accept-Encoding": "gzip"}), timeout=5) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    running.stop()
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{base}/login", timeout=5)
    app.db.close()


def test_an_identifier_that_no_column_can_hold_is_no_page(web: Web) -> None:
    person = web.person("admin")
    token = person.token("/calls")
    for number in (2**31, 2**63, 10**30):
        assert person.get(f"/admin/queues/{number}").status_code == 404
        answer = person.client.post(f"/admin/queues/{number}/deactivate", data={"csrf_token": token})
        assert answer.status_code in (404, 405)


@pytest.mark.parametrize("body", ['{"a": "\\ud800"}', '{"a": NaN}', "[" * 100_000, "\x00", '{"a": 1'])
def test_what_is_no_json_is_refused_and_no_error_of_ours(web: Web, body: str) -> None:
    person = web.person("elodie")
    headers = {"X-CSRFToken": person.token("/calls"), "Content-Type": "application/json"}
    assert person.client.post("/agent/contacts", data=body, headers=headers).status_code == 400
