"""Every test runs as the program runs: under gevent."""

from gevent import monkey

monkey.patch_all()

import pytest

from fs_app.sim import remote
from tests.support import second_try
from tests.support.until import PATIENCE

remote.PATIENCE = PATIENCE


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--switch",
        choices=("sim", "real", "both"),
        default="both",
        help="which switch the end-to-end and conformance tests run on; `both` skips the real one, loudly, "
        "when no FreeSWITCH is found by FREESWITCH_HOME or on the PATH",
    )


def pytest_configure(config: pytest.Config) -> None:
    second_try.pytest_configure(config)
