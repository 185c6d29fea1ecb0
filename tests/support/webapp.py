"""The web side as a process of its own, over a temporary database and a fake desk.

`WebProcess` starts it for a test; `python -m tests.support.webapp FOLDER` runs it: it prints one JSON line with
the address and the logins, and then obeys lines on its standard input (`trouble`, `quit`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class WebProcess:
    """`facts`: url, password, account, logins, call, recording, hostile."""

    def __init__(self, folder: Path) -> None:
        self._log = (folder / "web.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.webapp", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the web did not start:\n{(folder / 'web.log').read_text()[-3000:]}")
        self.facts: dict[str, Any] = json.loads(line)
        self.url: str = self.facts["url"]

    def say(self, command: str) -> None:
        """One command; returns when it is done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline().strip() == "done"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()


def main(folder: Path) -> None:
    import gevent.fileobject
    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

    from fs_app.calls.model import Call
    from fs_app.web import server
    from tests.support import callworld, deskworld

    app, ids = callworld.build(folder)
    desk = ids.desk
    app.desk.outbound.items = deskworld.items_seen(app.clock.now_ms())
    app.desk.log_in(desk.agent)
    app.desk.available(desk.agent)
    app.desk.log_in(desk.colleague)
    app.desk.unavailable(desk.colleague, desk.reason)
    web = server.create(app)  # type: ignore[arg-type]
    web.start()
    facts = {
        "url": f"http://127.0.0.1:{web.port}",
        "password": deskworld.PASSWORD,
        "account": "demo",
        "logins": {"agent": "elodie", "supervisor": "sonia", "admin": "admin"},
        "call": callworld.FULL,
        "begun_ms": app.db.read(lambda: Call.get_by_id(callworld.FULL).started_at),
        "running": callworld.RUNNING,
        "recording": callworld.RECORDING,
        "hostile": ids.hostile,
    }
    print(json.dumps(facts), flush=True)
    for line in gevent.fileobject.FileObject(sys.stdin, "r"):
        command = line.strip()
        if command == "quit":
            break
        app.report = (
            callworld.trouble(app.clock.now_ms())
            if command == "trouble"
            else callworld.all_right(app.clock.now_ms())
        )
        print("done", flush=True)
    web.stop()


if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

    from tests.support import compiled
    from tests.support.quick import quick_passwords

    compiled.keep()
    quick_passwords()
    main(Path(sys.argv[1]))
