"""A doctor who has looked already: for pages that show what he found."""

from __future__ import annotations

from fs_app.clock import Clock
from fs_app.doctor.finding import Finding, Level
from fs_app.doctor.report import Report


class FakeVisits:
    """`sent_for` counts; an examination is over at once unless `slow`."""

    def __init__(self, clock: Clock) -> None:
        self.trouble = ""
        self.under_way = False
        self.slow = False
        self.sent_for = 0
        self.report: Report | None = Report(
            clock.now_ms() - 3_600_000,
            1.4,
            (
                Finding("link.weak_password", Level.WARNING, {"length": 9, "least": 16}),
                Finding("centre.queue_empty", Level.WARNING, {"names": "Technique", "count": 1}, account=1),
                Finding("machine.espeak", Level.NOTE),
            ),
            {"link": "", "dialplan": "no_switch", "codecs": "no_switch"},
        )

    def send_for(self) -> None:
        self.sent_for += 1
        self.under_way = self.slow

    def seen_by(self, account: int) -> Report | None:
        return self.report.of(account) if self.report is not None else None
