"""A first menu, for the demonstration: the language, then sales, support, a callback or a message."""

from __future__ import annotations

from typing import Any

from fs_app.ivr.graph import FORMAT
from fs_app.ivr.spec import LANGUAGES


def menu(sales: int, support: int, box: int, hours: int | None = None) -> dict[str, Any]:
    """The graph. `sales` and `support` are queues, `box` takes messages. Who says nothing comes to sales. With a
    schedule (`hours`) who wants sales outside of it is told so, and may leave a message."""
    first = "sales" if hours is None else "hours"
    asked = () if hours is None else _asked_hours(hours)
    keys = {"1": "Commercial", "2": "Assistance", "3": "Être rappelé", "4": "Laisser un message"}
    return {
        "format": FORMAT,
        "start": "language",
        "nodes": [
            _node("language", "language", "Langue", 40, 150, {"languages": list(LANGUAGES)}, next="menu"),
            _node(
                "menu",
                "menu",
                "Accueil",
                340,
                100,
                {"prompts": ["shipped:welcome_menu"], "keys": keys, "tries": 2},
                **{"1": first, "2": "support", "3": "callback", "4": "message", "no_input": first},
            ),
            *asked,
            _node("sales", "queue", "Commercial", 980, 0, {"queue": sales}),
            _node("support", "queue", "Assistance", 660, 260, {"queue": support, "priority": 1}),
            _node("callback", "callback", "Rappel", 660, 400, {"queue": sales}, next="bye", error="message"),
            _node(
                "message",
                "voicemail",
                "Message",
                1280,
                300,
                {"box": box, "prompts": ["shipped:leave_message"]},
                next="bye",
            ),
            _node("bye", "hangup", "Au revoir", 1580, 330, {}),
        ],
    }


def _asked_hours(schedule: int) -> tuple[dict[str, Any], ...]:
    return (
        _node("hours", "schedule", "Horaires", 660, 0, {"schedule": schedule}, open="sales", closed="closed"),
        _node("closed", "play", "Fermé", 980, 150, {"prompts": ["shipped:closed"]}, next="message"),
    )


def _node(
    name: str, kind: str, label: str, x: int, y: int, params: dict[str, Any], **exits: str
) -> dict[str, Any]:
    return {"id": name, "kind": kind, "label": label, "x": x, "y": y, "params": params, "exits": exits}
