"""One web process and one Chromium for the browser tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.browser import Browser, chromium
from tests.support.quick import quick_passwords
from tests.support.webapp import WebProcess

quick_passwords()


@pytest.fixture(scope="module")
def webapp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    process = WebProcess(tmp_path_factory.mktemp("webapp"))
    yield process
    process.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
        assert not running.complaints, "scripts or the security policy complained"
