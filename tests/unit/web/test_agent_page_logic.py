"""The page's own logic is tested where it runs: `node --test` on tests/js."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_the_pages_pure_functions() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed: the page's own tests (tests/js) did not run")
    files = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.js"))
    assert files
    ran = subprocess.run([node, "--test", *files], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:]
