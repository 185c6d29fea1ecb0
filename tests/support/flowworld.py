"""A voice menu to look at: greeting, opening hours, a menu with keys, a queue, voicemail; one version is published."""

from __future__ import annotations

from typing import Any

from fs_app.hours.model import HolidaySet, Schedule, ScheduleRange
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.voicemail.model import VoicemailBox


def node(name: str, kind: str, x: int, y: int, label: str = "", **parts: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "label": label,
        "x": x,
        "y": y,
        "params": parts.get("params", {}),
        "exits": parts.get("exits", {}),
    }


def graph(queue: int, schedule: int, box: int) -> dict[str, Any]:
    """Nothing is wrong with it."""
    menu = {
        "prompts": ["shipped:greeting"],
        "keys": {"1": "Commercial", "2": "Technique"},
        "tries": 2,
        "timeout_s": 4,
    }
    to_queue = {"queue": queue, "priority": 0}
    return {
        "format": 1,
        "start": "n1",
        "nodes": [
            node(
                "n1",
                "play",
                40,
                120,
                "Bienvenue",
                params={"prompts": ["shipped:greeting"]},
                exits={"next": "n2"},
            ),
            node(
                "n2",
                "schedule",
                340,
                120,
                params={"schedule": schedule},
                exits={"open": "n3", "closed": "n6"},
            ),
            node(
                "n3",
                "menu",
                640,
                40,
                "Choix du service",
                params=menu,
                exits={"1": "n4", "2": "n5", "no_input": "n4"},
            ),
            node("n4", "queue", 960, 0, "Commercial", params=to_queue),
            node("n5", "queue", 960, 150, "Technique", params={**to_queue, "queue": queue + 1}),
            node(
                "n6",
                "voicemail",
                640,
                320,
                params={"box": box, "prompts": ["shipped:closed"]},
                exits={"next": "n7"},
            ),
            node("n7", "hangup", 960, 320, params={"prompts": ["shipped:closed"]}),
        ],
    }


def populate(account: int, queue: int, now: int) -> int:
    """Inside `Database.write`; answers the flow's number. The account gets a schedule and a box as well."""
    schedule = Schedule.create(account=account, name="Bureau", created_at=now)
    for weekday in range(5):
        ScheduleRange.create(account=account, schedule=schedule, weekday=weekday, begin=540, end=1080)
    HolidaySet.create(account=account, name="France", created_at=now)
    box = VoicemailBox.create(account=account, name="Boîte générale", created_at=now)
    whole = graph(queue, schedule.id, box.id)
    older = {**whole, "nodes": [*whole["nodes"][:-1], {**whole["nodes"][-1], "params": {"prompts": []}}]}
    flow = Flow.create(
        account=account, name="Accueil", draft=whole, published=2, created_at=now, updated_at=now
    )
    for number, published in ((1, older), (2, whole)):
        FlowVersion.create(
            account=account,
            flow=flow,
            number=number,
            graph=published,
            published_at=now - (3 - number) * 86_400_000,
            published_by="Ahmed Lefèvre",
            note="Message de fin" if number == 2 else "",
        )
    return flow.id  # type: ignore[no-any-return]
