from __future__ import annotations

import pytest
import structlog


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    """Thousands of transitions are no news."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
