from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.schema import fresh
from tests.unit.privacy.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path, f"sqlite:///{fresh(tmp_path / 'x.db')}")
    found.seed()
    yield found
    found.close()
