"""The configuration as text: documented, well-formed, without a secret."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

CONFIGURATION = Path(__file__).resolve().parents[3] / "freeswitch-conf"
FILES = sorted(CONFIGURATION.rglob("*.xml"))
VARS = (CONFIGURATION / "vars.xml").read_text()
SETTINGS = set(re.findall(r"\$(FS_APP_[A-Z0-9_]+)", VARS))


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(CONFIGURATION)))
def test_every_file_is_well_formed_and_its_include_tags_stand_alone(file: Path):
    text = file.read_text()
    # `&` in a command for the shell is read by FreeSWITCH's preprocessor, not as XML
    ElementTree.fromstring(re.sub(r'data="[^"]*"', 'data=""', text) if file.name == "vars.xml" else text)
    for line in text.splitlines():
        if "<include>" in line or "</include>" in line:
            assert line.strip() in ("<include>", "</include>"), "such a line is dropped as a whole"


def test_every_setting_is_in_the_readme_with_its_default_and_nothing_else_is():
    table = dict(
        re.findall(r"^\| `(FS_APP_[A-Z0-9_]+)` \| (.*?) \|", (CONFIGURATION / "README.md").read_text(), re.M)
    )
    assert set(table) == SETTINGS
    for variable, default in re.findall(r'cmd="set" data="(fsapp_\w+)=([^"]*)"', VARS):
        name = re.search(rf"{variable}=\$(FS_APP_\w+)", VARS)
        if name and "$$" not in default and default:
            assert f"`{default}`" in table[name[1]].replace("\\|", "|"), f"{name[1]}: default is {default}"


def test_there_is_no_password_anywhere():
    for file in FILES:
        for value in re.findall(r'name="password" value="([^"]*)"', file.read_text()):
            assert value.startswith("$${fsapp_") or value == "none", f"{file.name}: {value}"
    assert "ClueCon" not in "".join(file.read_text() for file in FILES)


def test_what_listens_by_default_listens_on_loopback():
    for name in ("fsapp_esl_ip", "fsapp_sip_ip", "fsapp_trunk_ip"):
        assert f'data="{name}=127.0.0.1"' in VARS


def test_every_variable_that_is_used_is_set_somewhere():
    known = set(re.findall(r'data="(\w+)=', VARS)) | {
        "fsapp_music",
        "log_dir",
        "recordings_dir",
        "sounds_dir",
        "temp_dir",
    }
    for file in FILES:
        used = set(re.findall(r"\$\$\{(\w+)\}", file.read_text()))
        assert used <= known, f"{file.name}: {used - known}"
