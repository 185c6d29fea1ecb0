"""A web side over a temporary database and a fake desk, asked through Flask's test client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fs_app.accounts import passwords
from fs_app.web import site
from tests.support import callworld, compiled, deskworld


@pytest.fixture(scope="session", autouse=True)
def _compiled_templates() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        compiled.keep(monkeypatch.setattr)
        yield


@dataclass
class Web:
    app: callworld.WebApp
    flask: Flask
    ids: callworld.CallIds

    def visitor(self) -> Visitor:
        return Visitor(self.flask.test_client())

    def person(self, login: str, account: str = "demo") -> Visitor:
        visitor = self.visitor()
        assert visitor.log_in(account, login, deskworld.PASSWORD).status_code == 303
        return visitor

    def english(self, login: str) -> Visitor:
        visitor = self.person(login)
        visitor.post("/language", language="en", next="/")
        return visitor


class Visitor:
    """A browser: keeps cookies, sends the token that the page holds."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def page(self, path: str, status: int = 200) -> str:
        response = self.client.get(path)
        assert response.status_code == status, response.text[:500]
        return response.text

    def token(self, path: str = "/login") -> str:
        found = re.search(
            r'name="csrf-token" content="([^"]+)"', self.client.get(path, follow_redirects=True).text
        )
        assert found
        return found[1]

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **form})

    def hidden(self, path: str, name: str = "version") -> str:
        """What a page's form sends without showing it."""
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.page(path))
        assert found, f"{path} has no {name}"
        return found[1]

    def log_in(self, account: str, login: str, password: str, **more: str) -> TestResponse:
        return self.post("/login", account=account, login=login, password=password, **more)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """argon2 as cheap as it gets: these tests log in some hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", quick)
        yield


@contextmanager
def standing(folder: Path) -> Iterator[Web]:
    app, ids = callworld.build(folder)
    yield Web(app, site.build(app), ids)  # type: ignore[arg-type]
    app.db.close()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("web")) as web:
        yield web


@pytest.fixture
def own_web(tmp_path: Path) -> Iterator[Web]:
    """For tests that leave nothing as it was."""
    with standing(tmp_path) as web:
        yield web


@pytest.fixture
def admin(web: Web) -> Visitor:
    """An administrator who reads English."""
    return web.english("admin")
