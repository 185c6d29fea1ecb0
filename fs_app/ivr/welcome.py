"""A first menu, for the demonstration: the language, then sales, support, a callback or a message."""

from __future__ import annotations

from typing import Any

from fs_app.ivr.graph import FORMAT
from fs_app.ivr.spec import LANGUAGES


def menu(sales: int, support: int, box: int) -> dict[str, Any]:
    """The graph. `sales` and `support` are queues, `box` takes messages. Who says nothing comes to sales."""
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
                **{"1": "sales", "2": "support", "3": "callback", "4": "message", "no_input": "sales"},
            ),
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


def _node(
    name: str, kind: str, label: str, x: int, y: int, params: dict[str, Any], **exits: str
) -> dict[str, Any]:
    return {"id": name, "kind": kind, "label": label, "x": x, "y": y, "params": params, "exits": exits}
