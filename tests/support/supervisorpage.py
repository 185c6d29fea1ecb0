"""A supervisor's page without the browser: the same session, the same socket, the same requests."""

from __future__ import annotations

from typing import Any

from tests.support.program import Patient, logged_in
from tests.support.until import until

NAMESPACE = "/supervision"


class SupervisorPage:
    def __init__(self, url: str, login: str = "boss", page: str = "board") -> None:
        self.http = logged_in(url, login)
        self.rows: dict[str, dict[Any, dict[str, Any]]] = {"queues": {}, "agents": {}, "calls": {}}
        self.messages: list[dict[str, Any]] = []
        self.listening: dict[str, Any] | None = None
        self.said = ""
        self.switch_up = True
        self.socket = Patient(reconnection=True, reconnection_delay=0.1, reconnection_delay_max=0.5)
        self.socket.on("board", self._board, namespace=NAMESPACE)
        self.socket.on("listening", self._listening, namespace=NAMESPACE)
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.http.cookies)
        self.socket.connect(
            url,
            headers={"Cookie": cookies},
            auth={"page": page},
            transports=["websocket"],
            namespaces=[NAMESPACE],
            wait_timeout=5,
        )
        until(lambda: self.messages, 5, "the first picture")

    def _board(self, message: dict[str, Any]) -> None:
        for kind in self.rows:
            if message.get("full"):
                self.rows[kind] = {}
                self.switch_up = message["switch"]["up"]
            for row in message.get(kind, ()):
                self.rows[kind][row["id"]] = row
            for key in message.get("gone", {}).get(kind, ()):
                self.rows[kind].pop(key, None)
        self.messages.append(message)

    def _listening(self, message: dict[str, Any]) -> None:
        self.listening, self.said = message["now"], message.get("text", "")

    def ask(self, event: str, **data: Any) -> dict[str, Any]:
        """Send a request; the answer `{ok: true}` or `{ok: false, error}`."""
        answer: dict[str, Any] = self.socket.call(event, data, namespace=NAMESPACE, timeout=10)
        return answer

    def do(self, event: str, **data: Any) -> None:
        """Send a request that must succeed."""
        answer = self.ask(event, **data)
        assert answer.get("ok"), f"{event}: {answer}"

    def agent(self, agent: int) -> dict[str, Any]:
        return self.rows["agents"].get(agent, {})

    def shows(self, agent: int, state: str, timeout: float = 10.0) -> None:
        until(lambda: self.agent(agent).get("state") == state, timeout, f"agent {agent} is shown in {state}")

    def close(self) -> None:
        self.socket.disconnect()
