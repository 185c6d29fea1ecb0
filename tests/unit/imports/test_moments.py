"""Dates as files write them, also those that a spreadsheet made a number of."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fs_app.imports import moments


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("03/02/2025", datetime(2025, 2, 3)),
        ("3/2/25", datetime(2025, 2, 3)),
        ("2025-02-03", datetime(2025, 2, 3)),
        ("2025-02-03 14:30:00", datetime(2025, 2, 3, 14, 30)),
        ("03.02.2025 14h30", datetime(2025, 2, 3, 14, 30)),
        ("20250203", datetime(2025, 2, 3)),
        ("45691", datetime(2025, 2, 3)),
        ("45691.604166667", datetime(2025, 2, 3, 14, 30)),
        ("45691,5", datetime(2025, 2, 3, 12)),
        ("29354", datetime(1980, 5, 13)),
        ("31/02/2025", None),
        ("1234", None),
        ("0612345698", None),
        ("demain", None),
    ],
)
def test_a_moment(text: str, when: datetime | None) -> None:
    assert moments.moment(text, "FR") == when


def test_the_month_comes_first_in_some_countries() -> None:
    assert moments.day("02/03/2025", "US") == date(2025, 2, 3)
