"""A running program takes up what the command line changes, and who is in a call or waits notices nothing of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import requests

from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, ROOT, Plan, Program
from tests.support.until import until
from tests.support.world import World


def fs_app(app: Program, *words: str, text: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "fs_app", *words],
        env={**os.environ, **app.environment},
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def logs_in(app: Program, account: str, login: str, password: str) -> bool:
    http = requests.Session()
    token = (
        http.get(app.url + "/login", timeout=10).text.split('name="csrf-token" content="')[1].split('"')[0]
    )
    form = {"csrf_token": token, "account": account, "login": login, "password": password}
    return http.post(app.url + "/login", data=form, timeout=10, allow_redirects=False).status_code == 303


def test_a_running_program_takes_up_a_loaded_file_and_a_new_account(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(wrap_up=False))
    phone, page = ready_agent(world, app, pages)
    caller = world.call(DID, "+33612345678")
    phone.ringing()
    phone.answer()
    caller.talking()
    page.is_in("IN_CALL")

    text = fs_app(app, "config", "export")
    assert "name: Commercial" not in text and "Commercial:" in text
    changed = text.replace("  Commercial:", "  Vertrieb:").replace("queue: Commercial", "queue: Vertrieb")
    changed = changed.replace("number: '700'", "number: '710'")
    fs_app(app, "config", "load", "-", text=changed)
    until(
        lambda: [q["name"] for q in page.picture["queues"]] == ["Vertrieb"],
        10,
        "the agent's page has the new queue",
    )
    assert page.state == "IN_CALL", "the conversation goes on"
    assert world.legs() == 2
    caller.hang_up()
    page.is_in("IDLE")
    second = world.call(DID, "+33612345679")
    phone.ringing()
    page.is_in("RINGING")
    assert page.line["queue"]["name"] == "Vertrieb", "the number leads to the new queue"
    second.hang_up()
    second.ended()

    made = fs_app(
        app, "account", "create", "second", "--name", "Second", "--admin", "root", "--domain", "b.example"
    )
    password = next(line.split()[1] for line in made.splitlines() if line.startswith("password"))
    until(lambda: logs_in(app, "second", "root", password), 10, "the new administrator logs in")
