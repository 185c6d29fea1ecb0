"""Voicemail boxes, messages and answers to a survey for the web tests: one of each kind."""

from __future__ import annotations

from fs_app.calls.model import Recording
from fs_app.ivr.model import Flow
from fs_app.surveys.model import SurveyAnswer
from fs_app.voicemail.model import Voicemail, VoicemailBox

HEARD, NEW = "3f0c1f9a-4ad7-4e4f-9d28-2f6f0dfe1a01", "3f0c1f9a-4ad7-4e4f-9d28-2f6f0dfe1a02"


def populate(account: int, queue: int, agent: int, call: str, hostile: str, now: int) -> None:
    box = VoicemailBox.create(account=account, name="Service client", mail="sav@example.org", created_at=now)
    VoicemailBox.create(account=account, name="Ancienne boîte", active=False, created_at=now)
    for n, (name, state) in enumerate(((NEW, "NEW"), (HEARD, "HEARD"))):
        Recording.create(
            id=name,
            account=account,
            call=call,
            path="2026/full.wav",
            rule="voicemail",
            started_at=now - 60_000 * (n + 1),
            ended_at=now - 60_000 * n,
            duration_ms=42_000,
        )
        Voicemail.create(
            id=name,
            account=account,
            box=box if n == 0 else None,
            queue=None if n == 0 else queue,
            call=call,
            recording=name,
            number="+33612345678",
            name=hostile,
            left_at=now - 60_000 * (n + 1),
            duration_ms=42_000,
            state=state,
            heard_at=now if state == "HEARD" else None,
            heard_by="Sonia Petit" if state == "HEARD" else "",
            changed_at=now,
        )
    flow = Flow.select().where(Flow.account == account).first()
    for n, value in enumerate((5, 4, 5, 2, 1)):
        SurveyAnswer.create(
            id=1_000_000 + n,
            account=account,
            call=call,
            flow=flow,
            node="q",
            question="Accueil" if n < 4 else hostile,
            value=value,
            label="oui" if value == 5 else "",
            queue=queue,
            agent=agent,
            at=now - n * 1000,
        )
