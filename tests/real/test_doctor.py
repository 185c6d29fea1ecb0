"""The doctor at a real FreeSWITCH: nothing to say about our own configuration, and everything about a spoilt one."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fs_app.agents.model import Agent
from fs_app.config import ROOT
from fs_app.directory import process, snapshot
from tests.real.conftest import another_world, measured
from tests.support.freeswitch import CONFIGURATION, Freeswitch
from tests.support.ports import PortBlock
from tests.support.program import Program
from tests.support.until import until
from tests.unit.doctor.place import DOMAIN, Place

TRUNK = {"FS_APP_TRUNK_KIND": "address", "FS_APP_TRUNK_PROXY": "127.0.0.1:9"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """The files and the database of an installation; its switch is a real one here."""
    place = Place(tmp_path)
    yield place
    place.close()


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A copy, to be spoilt."""
    return Path(shutil.copytree(CONFIGURATION, tmp_path / "freeswitch-conf"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text, f"{file} does not say {old}"
    path.write_text(text.replace(old, new))


@contextmanager
def switch(place: Place, wait: bool = True, **settings: str) -> Iterator[Freeswitch]:
    """A FreeSWITCH for this place; `configuration` in the settings is a folder."""
    folder = Path(settings.pop("configuration", str(CONFIGURATION)))
    ports = PortBlock()
    here = Freeswitch(ports, {**TRUNK, "FS_APP_CDR_DIR": str(place.folder / "cdr"), **settings}, folder)
    try:
        here.start(wait=False)
        if wait:
            until(lambda: _up(here), 30, "the event socket is open, and the last module was loaded", step=0.1)
        yield here
    finally:
        process.stop("127.0.0.1", here.directory_port)
        here.stop()
        ports.release()


def _up(here: Freeswitch) -> bool:
    return here.log.exists() and "Successfully Loaded [mod_sofia]" in here.log.read_text(errors="replace")


def examine(place: Place, here: Freeswitch, password: str = "", **settings: str) -> dict[str, dict[str, Any]]:
    """rule → finding; how long it took is measured."""
    environment = {
        "FS_APP_SWITCH": f"esl://:{password or here.password}@127.0.0.1:{here.esl_port}",
        "FS_APP_DATA_DIR": str(place.folder),
        "FS_APP_OUTBOUND_LISTEN": f"127.0.0.1:{here.outbound_port}",
        "FS_APP_DIRECTORY_LISTEN": f"127.0.0.1:{here.directory_port}",
        "FS_APP_RECORDINGS_DIR": str(place.folder / "recordings"),
        "FS_APP_WEB_LISTEN": "127.0.0.1:0",
        **settings,
    }
    found = told(environment)
    assert here.password not in str(found)
    return found


def told(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """rule → finding, and `unseen`: what could not be looked at."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("FS_APP_")}
    done = subprocess.run(
        [sys.executable, "-m", "fs_app", "doctor", "--json", "--language", "en"],
        cwd=ROOT,
        env={**base, **environment},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    report = json.loads(done.stdout)
    measured("seconds for an examination", report["seconds"])
    unseen = {name: why for name, why in report["families"].items() if why}
    return {"unseen": unseen} | {finding["rule"]: finding for finding in report["findings"]}


def expect(found: dict[str, dict[str, Any]], *rules: str) -> None:
    assert set(rules) <= set(found), f"not found: {sorted(set(rules) - set(found))}"
    for rule in rules:
        assert len(found[rule]["text"]) > 20, rule
        assert len(found[rule]["mend"]) > 10, rule
        assert "%(" not in found[rule]["text"] + found[rule]["mend"], rule


def test_our_own_configuration_has_no_fault(place: Place) -> None:
    with switch(place, FS_APP_MAX_SESSIONS="150") as here:  # a test has few ports for sound
        agent = place.db.read(lambda: Agent.get())
        file = place.folder / "directory.json"
        snapshot.write(file, [snapshot.User("1001", DOMAIN, agent.sip_ha1, "demo")])
        process.ensure_running("127.0.0.1", here.directory_port, file)
        found = examine(place, here)
    assert found.pop("unseen") == {}, "everything was looked at"
    left = {rule: f["text"] for rule, f in found.items() if f["level"] != "note"}
    left = {rule: text for rule, text in left.items() if not rule.startswith("machine.")}
    assert left == {}


def test_a_configuration_that_stands_open_and_does_not_survive(place: Place, configuration: Path) -> None:
    """Nineteen things at once: who gets in, what is lost, what is never heard."""
    event_socket, internal = "autoload_configs/event_socket.conf.xml", "sip_profiles/internal.xml"
    for file, old, new in (
        (event_socket, '"apply-inbound-acl"', '"no-acl"'),
        (internal, '"track-calls" value="true"', '"track-calls" value="false"'),
        (internal, '"accept-blind-reg" value="false"', '"accept-blind-reg" value="true"'),
        (internal, '"rtp-hold-timeout-sec"', '"rtp-other-sec"'),
        (internal, '"inbound-codec-prefs" value="$${fsapp_codecs}"', '"inbound-codec-prefs" value="OPUS"'),
        (internal, '"challenge-realm" value="auto_from"', '"force-register-domain" value="other.example"'),
        ("dialplan/fsapp.xml", "max_forwards=70", "max_forwards=7"),
        ("dialplan/entrances.xml", '<context name="trunk">', '<context name="other">'),
        ("autoload_configs/modules.conf.xml", '<load module="mod_conference"/>', ""),
        ("autoload_configs/xml_cdr.conf.xml", '"log-b-leg" value="true"', '"log-b-leg" value="false"'),
        ("vars.xml", 'data="hold_hangup_xfer_exten=home:XML:fsapp"', 'data="nothing=here"'),
    ):
        spoil(configuration, file, old, new)
    settings = {
        "FS_APP_ESL_IP": "0.0.0.0",
        "FS_APP_TRUNK_ALLOW": "0.0.0.0/0",
        "FS_APP_DISABLE_TRANSFER": "false",
        "FS_APP_MAX_SESSIONS": "5000",
        "FS_APP_OUTBOUND": "127.0.0.1:1",
        "FS_APP_DIRECTORY_URL": "http://127.0.0.1:1/directory",
        "FS_APP_CDR_DIR": str(place.folder / "elsewhere"),
    }
    with switch(place, configuration=str(configuration), **settings) as here:
        found = examine(place, here, FS_APP_DIAL_STRING="sofia/gateway/carrier/{number}")
    expect(
        found,
        "link.open",
        "profiles.track_calls",
        "profiles.blind",
        "profiles.media_timeout",
        "profiles.transfer",
        "profiles.everybody",
        "codecs.missing",
        "codecs.nothing_common",
        "dialplan.different",
        "dialplan.no_context",
        "dialplan.hold",
        "modules.missing",
        "cdr.settings",
        "cdr.elsewhere",
        "network.rtp_few",
        "door.elsewhere",
        "directory.elsewhere",
        "directory.forced_domain",
        "trunk.none",
    )
    assert "home" in found["dialplan.different"]["text"]
    assert "mod_conference" in found["modules.missing"]["text"]


def test_a_configuration_that_leads_nowhere(place: Place, configuration: Path) -> None:
    """The factory's password, no way home, nobody asked for users, a carrier that does not know us, no port."""
    spoil(configuration, "autoload_configs/event_socket.conf.xml", "$${fsapp_esl_password}", "ClueCon")
    spoil(configuration, "dialplan/fsapp.xml", '<context name="fsapp">', '<context name="other">')
    spoil(configuration, "dialplan/entrances.xml", "home XML fsapp", "1000 XML default")
    spoil(configuration, "autoload_configs/xml_curl.conf.xml", '"gateway-url"', '"another-url"')
    spoil(configuration, "autoload_configs/xml_cdr.conf.xml", "xml_cdr.conf", "other.conf")
    spoil(
        configuration, "sip_profiles/internal.xml", '"auth-calls" value="true"', '"auth-calls" value="false"'
    )
    settings = {
        "FS_APP_TRUNK_KIND": "register",
        "FS_APP_TRUNK_PROXY": "127.0.0.1:9",
        "FS_APP_TRUNK_USER": "nobody",
        "FS_APP_TRUNK_PASSWORD": secrets.token_urlsafe(8),
        "FS_APP_SIP_IP": "192.0.2.77",  # no address of this machine: the profile can't start
        "FS_APP_RTP_IP": "127.0.0.1",
        "FS_APP_RTP_LAST": "10",
    }
    with switch(place, configuration=str(configuration), **settings) as here:
        strict = examine(place, here)
        expect(strict, "link.default_password")
        here.password = "ClueCon"
        until(
            lambda: "FAILED" in here.api("sofia status") or "FAIL_WAIT" in here.api("sofia status"),
            20,
            "refused",
        )
        here.password = secrets.token_urlsafe(8)
        shutil.rmtree(place.folder / "recordings")
        (place.folder / "recordings").write_text("no folder")
        found = examine(
            place,
            here,
            "ClueCon",
            FS_APP_SWITCH_SOUNDS_DIR="/srv/sounds",
            FS_APP_SWITCH_RECORDINGS_DIR="/srv/rec",
        )
    expect(
        found,
        "link.default_password",
        "dialplan.missing",
        "dialplan.entrance",
        "directory.unbound",
        "cdr.off",
        "profiles.no_auth",
        "profiles.stopped",
        "trunk.unregistered",
        "network.rtp_none",
        "sounds.switch_missing",
        "recordings.switch_missing",
    )


def test_a_frozen_switch_and_a_wrong_password(place: Place) -> None:
    with switch(place) as here:
        expect(examine(place, here, "wrong-but-long-enough"), "link.password")
        here.freeze()
        try:
            expect(examine(place, here), "link.timeout")
        finally:
            here.thaw()
    expect(examine(place, here), "link.refused")


def test_beside_the_program_at_work_and_when_it_is_frozen(tmp_path: Path) -> None:
    with another_world(FS_APP_MAX_SESSIONS="150") as world:
        program = Program(world, tmp_path / "program", FS_APP_PASSWORD_LOGIN_LIMIT="10 per minute")
        try:
            program.start()
            found = told(program.environment)
            errors = {
                rule: f["text"] for rule, f in found.items() if rule != "unseen" and f["level"] == "error"
            }
            assert errors == {}
            assert found["unseen"] == {}
            assert "program.stopped" not in found
            program.freeze()
            expect(told(program.environment), "program.silent")
            program.thaw()
            program.kill()
            assert "program.stopped" in told(program.environment)
        finally:
            program.close()
