"""The directory as a process of its own: started, asked by HTTP, outliving its parent, stopped."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from fs_app.directory import process, snapshot
from fs_app.directory.snapshot import Cached, User
from fs_app.errors import Unavailable
from tests.support.until import until

HOST = "127.0.0.1"
ZOE = User("1001", "acme.test", snapshot.a1_hash("1001", "acme.test", "secret"), "acme", "Zoé")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    snapshot.write(tmp_path / "users.json", [ZOE])
    return tmp_path / "users.json"


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number = probe.getsockname()[1]
    yield number
    process.stop(HOST, number)


def ask(port: int, body: str, path: str = "/directory", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    connection.request("POST", path, body, {"Host": f"{HOST}:{port}", **headers})
    response = connection.getresponse()
    return response.status, response.read().decode()


def question(user: str) -> str:
    return urlencode({"section": "directory", "user": user, "domain": "acme.test", "action": "sip_auth"})


def test_it_answers_and_a_second_start_finds_it(file, port):
    first = process.ensure_running(HOST, port, file)
    assert ask(port, question("1001"))[1].count("a1-hash") == 1
    assert "not found" in ask(port, question("9999"))[1]
    assert process.ensure_running(HOST, port, file) == first


def test_another_snapshot_gets_another_process(file, port, tmp_path):
    first = process.ensure_running(HOST, port, file)
    snapshot.write(tmp_path / "other.json", [])
    assert process.ensure_running(HOST, port, tmp_path / "other.json") != first
    assert "not found" in ask(port, question("1001"))[1]


def test_it_goes_on_when_its_parent_is_killed_with_everything_of_its_group(file, port):
    code = f"from fs_app.directory import process; process.ensure_running('{HOST}', {port}, {str(file)!r}); input()"
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, start_new_session=True)
    until(lambda: process.health(HOST, port), 10, "the directory")
    os.killpg(parent.pid, signal.SIGKILL)
    parent.wait()
    assert ask(port, question("1001"))[0] == 200


def test_a_port_that_belongs_to_something_else_is_said_so(file):
    with socket.create_server((HOST, 0)) as other, pytest.raises(Unavailable, match="taken"):
        process.ensure_running(HOST, other.getsockname()[1], file)


def test_it_refuses_what_is_no_question_and_goes_on(file, port):
    process.ensure_running(HOST, port, file)
    assert ask(port, "x" * 70_000)[0] == 413
    assert ask(port, question("1001"), path="/etc/passwd")[0] == 404
    assert ask(port, question("1001"), Host="evil.example")[0] == 403
    assert "not found" in ask(port, "&=&%zz=%ff&user=%00&" * 20)[1]
    assert "not found" in ask(port, "&".join(f"a{n}=1" for n in range(600)))[1]
    with socket.create_connection((HOST, port)) as raw:
        raw.sendall(b"\xff\x00 no HTTP at all\r\n\r\n")
    with socket.create_connection((HOST, port)) as raw:
        raw.sendall(b"POST /directory HTTP/1.1\r\nContent-Length: -5\r\n\r\n")
        assert b"413" in raw.recv(1000)
    assert ask(port, question("1001"))[0] == 200


def test_silent_connections_do_not_keep_others_waiting(file, port):
    process.ensure_running(HOST, port, file)
    silent = [socket.create_connection((HOST, port)) for _ in range(40)]
    began = time.monotonic()
    assert ask(port, question("1001"))[0] == 200
    assert time.monotonic() - began < 1
    for connection in silent:
        connection.close()


def test_it_does_not_listen_for_other_machines(file):
    from fs_app.directory.server import DirectoryServer

    with pytest.raises(ValueError, match="loopback"):
        DirectoryServer("0.0.0.0", 0, Cached(file))


def test_it_imports_nothing_else_of_the_program_but_the_digest(file):
    code = (
        "import sys, fs_app.directory.__main__; "
        "print([m for m in sys.modules if m.startswith(('fs_app', 'gevent'))])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20
    ).stdout
    assert "gevent" not in out
    others = {m for m in eval(out) if m.count(".") and not m.startswith("fs_app.directory")}
    assert others == {"fs_app.digest"}, "hashlib alone"
