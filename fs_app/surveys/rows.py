"""Journal entries to rows of answers (inside the projection's transaction)."""

from __future__ import annotations

from fs_app.journal import Entry
from fs_app.surveys.model import SurveyAnswer


def answered(e: Entry) -> None:
    d = e.data
    value = str(d["value"])
    SurveyAnswer.insert(
        id=e.id,
        account=e.account,
        call=e.call,
        flow=d.get("flow"),
        node=d["node"],
        question=str(d.get("question", ""))[:200],
        value=int(value) if value.isdigit() else -1,  # the keys * and # have no number
        label=str(d.get("label", ""))[:100],
        queue=d.get("queue"),
        agent=d.get("agent"),
        at=e.at,
    ).on_conflict_ignore().execute()
