"""What the pages of messages share: words for states and reasons, the typed lines."""

from __future__ import annotations

from flask import request

from fs_app.messaging.state import CANCELLED, FAILED, SENDING, SENT, UNKNOWN, WAITING
from fs_app.web.i18n import t, t_or

LOOKS = {
    WAITING: ("blue", "clock"),
    SENDING: ("blue", "loader-2"),
    SENT: ("green", "circle-check"),
    FAILED: ("red", "alert-circle"),
    UNKNOWN: ("orange", "help"),
    CANCELLED: ("grey", "circle-x"),
}
"""State → tone, icon."""

ICONS = {"mail": "mail", "sms": "message"}


def state_words(state: str) -> str:
    return t(f"messages.state.{state.lower()}")


def channel_words(channel: str) -> str:
    return t(f"messages.channel.{channel}")


def why_words(why: str, detail: str = "") -> str:
    """Why it was not sent, in a sentence; what the other side said stands after it."""
    if not why:
        return ""
    said = t_or(f"messages.why.{why}", why)
    return f"{said} ({detail})" if detail else said


def block(name: str, most: int = 5000) -> str:
    """Several lines, as they were typed."""
    text = request.form.get(name, "")[: most + 1].replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip("\n").replace("\0", "")


WORDS = {
    "state_words": state_words,
    "channel_words": channel_words,
    "why_words": why_words,
    "LOOKS": LOOKS,
    "ICONS": ICONS,
}
"""For the templates."""
