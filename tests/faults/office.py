"""The administrator's hands: configuration is changed as he changes it, by the pages' own requests."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import requests

from tests.support.program import PASSWORD
from tests.support.until import until

PATIENCE_S = 120.0


class Office:
    """`members`: queue → agents, as they are when nothing is changed."""

    def __init__(self, url: str, database: Path, members: dict[int, list[int]]) -> None:
        self._url = url
        self._database = database
        self.members = members
        self.queues = list(members)
        self._http: requests.Session | None = None

    def activate_queue(self, queue: int, on: bool) -> None:
        self._post(f"/admin/queues/{queue}/{'activate' if on else 'deactivate'}")

    def activate_agent(self, agent: int, on: bool) -> None:
        (user,) = self._row("select user_id as user from agent where id = ?", agent).values()
        self._post(f"/admin/people/{user}/{'activate' if on else 'deactivate'}")

    def set_members(self, queue: int, agents: list[int]) -> None:
        row = self._row("select * from queue where id = ?", queue)
        fields = ("name", "number", "ring_s", "no_answer_delay_s", "inter_call_s", "greeting", "music")
        form: dict[str, Any] = {name: row[name] for name in fields}
        form["disposition_set"] = row["disposition_set_id"] or ""
        form |= {"wrap_up": "1"} if row["wrap_up"] else {}
        form["agents"] = [str(a) for a in agents]
        self._post(f"/admin/queues/{queue}", form)

    def _post(self, path: str, form: dict[str, Any] | None = None) -> None:
        """Until it is done: the administrator tries again while the program or its database is away."""

        def done() -> bool:
            try:
                if self._http is None:
                    self._http = self._log_in()
                token = self._http.get(self._url + "/csrf", timeout=5).json()["token"]
                answer = self._http.post(
                    self._url + path,
                    data={"csrf_token": token, **(form or {})},
                    timeout=15,
                    allow_redirects=False,
                )
            except (requests.RequestException, ValueError, KeyError, IndexError):
                self._http = None
                return False
            if answer.status_code == 401:  # the login was refused while the database was away
                self._http = None
                return False
            assert answer.status_code in (200, 303, 500, 503), (
                f"{path}: {answer.status_code} {answer.text[:400]}"
            )
            return answer.status_code in (200, 303)

        until(done, PATIENCE_S, f"{path} is accepted", step=0.3)

    def _log_in(self) -> requests.Session:
        http = requests.Session()
        page = http.get(self._url + "/login", timeout=5)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"csrf_token": token, "account": "test", "login": "admin", "password": PASSWORD}
        http.post(self._url + "/login", data=form, timeout=10)
        return http

    def _row(self, sql: str, *args: Any) -> dict[str, Any]:
        """Asked again while another trouble has the database locked."""
        found: dict[str, Any] = {}

        def read() -> bool:
            connection = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=5)
            try:
                connection.row_factory = sqlite3.Row
                found.update(connection.execute(sql, args).fetchone())
            except sqlite3.OperationalError:
                return False
            finally:
                connection.close()
            return True

        until(read, PATIENCE_S, "the database is read", step=0.3)
        return found
