"""A world with a database of its own for each test of imports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.db import proxy
from tests.support.schema import fresh
from tests.unit.imports.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    before = proxy.obj
    made = World(f"sqlite:///{fresh(tmp_path / 'fs_app.db')}", tmp_path / "imports")
    yield made
    made.close()
    proxy.initialize(before)
