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
            _node("language", "language", "Langue", 40, 220, {"languages": list(LANGUAGES)}, next="menu"),
            _node(
                "menu",
                "menu",
                "Accueil",
                340,
                180,
                {"prompts": ["shipped:welcome_menu"], "keys": keys, "tries": 2},
                **{"1": first, "2": "support", "3": "callback", "4": "message", "no_input": first},
            ),
            *asked,
            _node("sales", "queue", "Commercial", 680, 40, {"queue": sales}),
            _node("support", "queue", "Assistance", 680, 160, {"queue": support, "priority": 1}),
            _node("callback", "callback", "Rappel", 680, 280, {"queue": sales}, next="bye", error="message"),
            _node(
                "message",
                "voicemail",
                "Message",
                680,
                440,
                {"box": box, "prompts": ["shipped:leave_message"]},
                next="bye",
            ),
            _node("bye", "hangup", "Au revoir", 1000, 360, {}),
        ],
    }


def _asked_hours(schedule: int) -> tuple[dict[str, Any], ...]:
    return (
        _node(
            "hours", "schedule", "Horaires", 540, 40, {"schedule": schedule}, open="sales", closed="closed"
        ),
        _node("closed", "play", "Fermé", 540, 560, {"prompts": ["shipped:closed"]}, next="message"),
    )


def _node(
    name: str, kind: str, label: str, x: int, y: int, params: dict[str, Any], **exits: str
) -> dict[str, Any]:
    return {"id": name, "kind": kind, "label": label, "x": x, "y": y, "params": params, "exits": exits}
