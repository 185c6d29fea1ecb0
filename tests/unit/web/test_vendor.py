"""What is vendored is what the manifest says, and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
VENDOR = ROOT / "fs_app" / "web" / "static" / "vendor"
TEST_DATA = ROOT / "tests" / "web" / "data"


@pytest.mark.parametrize("folder", [VENDOR, TEST_DATA], ids=["product", "test data"])
def test_every_file_is_in_the_manifest_with_its_hash_and_licence(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    assert {entry["file"] for entry in listed} == {p.name for p in folder.iterdir()} - {"manifest.json"}
    for entry in listed:
        content = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]
        for package in entry["packages"]:
            assert package["name"]
            assert package["version"]
            assert package["licence"]


def test_versions_are_those_that_the_build_pins() -> None:
    pinned = json.loads((ROOT / "tools" / "vendor" / "package.json").read_text())["devDependencies"]
    for entry in json.loads((VENDOR / "manifest.json").read_text())["files"]:
        for package in entry["packages"]:
            if package["name"] in pinned:
                assert package["version"] == pinned[package["name"]]


def test_the_agents_page_loads_less_than_300_kilobytes_of_vendored_files() -> None:
    names = ["tabler.css", "ui.js", "icons.svg", "inter-latin.woff2", "preact.js", "socket.io.js"]
    assert sum(len(gzip.compress((VENDOR / name).read_bytes())) for name in names) < 250_000
