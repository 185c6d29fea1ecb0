"""Settings are checked at start, in words; the table of the documentation says what the code says."""

from __future__ import annotations

import logging
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import structlog

from fs_app import config, logs
from fs_app.config import ROOT, Settings
from fs_app.errors import ConfigError

DOCS = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `FS_APP_(\w+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No setting but the data folder."""
    for name in [n for n in os.environ if n.startswith("FS_APP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FS_APP_DATA_DIR", str(tmp_path / "data"))
    return monkeypatch


# --- documentation ----------------------------------------------------------------------------------------------
def documented() -> dict[str, str]:
    return {name.lower(): default for name, default, _ in ROW.findall(DOCS.read_text())}


def test_every_setting_is_in_the_table_and_no_other_in_the_same_order() -> None:
    assert list(documented()) == list(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_default_in_the_table_is_the_default(name: str) -> None:
    default: Any = Settings.model_fields[name].default
    if isinstance(default, Path):
        expected = f"`{default.relative_to(ROOT)}` beside the program"
    elif default in ("", None):
        expected = "empty"
    else:
        expected = f"`{str(default).lower() if isinstance(default, bool) else default}`"
    assert documented()[name] == expected


# --- loading ----------------------------------------------------------------------------------------------------
def test_nothing_set_is_a_program_that_works_by_itself(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = config.load()
    data = tmp_path / "data"
    assert settings.switch == "sim"
    assert settings.database == f"sqlite:///{data / 'fs_app.db'}"
    assert (settings.journal_dir, settings.recordings, settings.spool) == (
        data / "journal",
        data / "recordings",
        data / "cdr",
    )
    assert all(p.is_dir() for p in (settings.journal_dir, settings.recordings, settings.spool))
    assert settings.recordings_on_switch() == str(settings.recordings)


def test_the_environment_wins_over_the_file(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("FS_APP_LEASE_S=7\nFS_APP_LOG_LEVEL=debug\nUNRELATED=1\n")
    env.setenv("FS_APP_CONFIG", str(file))
    env.setenv("FS_APP_LEASE_S", "9")
    settings = config.load()
    assert (settings.lease_s, settings.log_level) == (9, "debug")


WRONG = [
    ("FS_APP_LEASE_S", "1"),
    ("FS_APP_LEASE_S", "soon"),
    ("FS_APP_EVENT_TIMEOUT_S", "0"),
    ("FS_APP_WEB_LISTEN", "8080"),
    ("FS_APP_WEB_LISTEN", "localhost:http"),
    ("FS_APP_OUTBOUND_LISTEN", "127.0.0.1:70000"),
    ("FS_APP_DIRECTORY_LISTEN", ":8085"),
    ("FS_APP_DIRECTORY_LISTEN", "127.0.0.1:²"),
    ("FS_APP_SWITCH", "freeswitch"),
    ("FS_APP_SWITCH", "esl://127.0.0.1:8021"),
    ("FS_APP_SWITCH", "esl://:secret@127.0.0.1:99999"),
    ("FS_APP_SWITCH", "esl://:secret@127.0.0.1:0"),
    ("FS_APP_SWITCH", "http://:x@127.0.0.1"),
    ("FS_APP_SWITCH", "esl://:secret@127.0.0.1:door"),
    ("FS_APP_DATABASE_URL", "nonsense"),
    ("FS_APP_DATABASE_URL", "mysql://u:secret@db/x"),
    ("FS_APP_DATABASE_URL", "postgresql://"),
    ("FS_APP_LOG_LEVEL", "loud"),
    ("FS_APP_TRUSTED_PROXIES", "-1"),
    ("FS_APP_CONFIG", "/does/not/exist"),
    ("FS_APP_DATA_DIR", "/proc/nothing"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named(env: pytest.MonkeyPatch, name: str, value: str) -> None:
    env.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        config.load()
    assert name in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "Value error" not in str(caught.value)


def test_the_event_sockets_address_is_taken_apart(env: pytest.MonkeyPatch) -> None:
    env.setenv("FS_APP_SWITCH", "esl://:p%40ss%2F@switch.example")
    assert config.load().esl_address() == ("switch.example", 8021, "p@ss/")
    env.setenv("FS_APP_SWITCH", "esl://:x@[::1]:8022")
    assert config.load().esl_address() == ("::1", 8022, "x")
    assert config.address("[::1]:80") == ("::1", 80)


def test_relative_folders_are_absolute_for_the_switch(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env.chdir(tmp_path)
    env.setenv("FS_APP_DATA_DIR", "here")
    env.setenv("FS_APP_SOUNDS_DIR", "sounds")
    settings = config.load()
    assert settings.recordings_on_switch() == str(tmp_path / "here" / "recordings")
    assert settings.sounds_on_switch() == str(tmp_path / "sounds")
    env.setenv("FS_APP_SWITCH_SOUNDS_DIR", "/usr/share/sounds")
    assert config.load().sounds_on_switch() == "/usr/share/sounds"


def test_the_secret_is_made_once_and_nobody_else_reads_it(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = config.load().secret_key
    path = tmp_path / "data" / "secret_key"
    assert len(first) > 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert config.load().secret_key == first


@pytest.mark.parametrize("kept", ["", "\n", "short"])
def test_a_secret_that_was_only_begun_is_made_anew(
    env: pytest.MonkeyPatch, tmp_path: Path, kept: str
) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "secret_key"
    path.write_text(kept)
    made = config.load().secret_key
    assert len(made) > 40
    assert config.load().secret_key == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# --- logs -------------------------------------------------------------------------------------------------------
@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`logged(form)` configures; afterwards everything is quiet again."""
    before, root = structlog.get_config(), logging.getLogger().handlers[:]
    yield lambda form: logs.configure(form, "info")
    structlog.configure(**before)
    logging.getLogger().handlers[:] = root


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_callers_name_writes_no_lines_of_its_own(
    logged: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    logged(form)
    hostile = "x\n2026-01-01 [error] all is lost\x1b[2J\r\u202e\x00\ud83d" + "y" * 5000
    structlog.get_logger("a").info("call began", name=hostile)
    try:
        raise ValueError(hostile)
    except ValueError:
        structlog.get_logger("b").exception("failed")
    err = capsys.readouterr().err
    for character in "\x1b\r\u202e\x00\ud83d":
        assert character not in err.replace("\x1b[0m", "")
    assert len(err) < 40_000
    first = err.splitlines()[0]
    assert "all is lost" in first, "one line per event"
