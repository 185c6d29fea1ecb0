"""Colours and icons: the account's accent made readable, and what states and outcomes look like.

WCAG 2.1 asks for a contrast of 4.5 between text and ground.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FALLBACK = "#066fd1"
LIGHT_GROUND = "#e4ebf4"  # the darkest light surface: a tint of the accent on the second surface
DARK_GROUND = "#2c3440"  # the lightest dark one
ENOUGH = 4.6


@dataclass(frozen=True, slots=True)
class Look:
    """`tone` is a class `tone-…` of app.css, `icon` one of the sprite."""

    tone: str
    icon: str


STATES = {
    "LOGGED_OUT": Look("grey", "power"),
    "UNAVAILABLE": Look("orange", "coffee"),
    "IDLE": Look("green", "circle"),
    "RINGING": Look("yellow", "bell-ringing"),
    "DIALING": Look("yellow", "phone-outgoing"),
    "IN_CALL": Look("blue", "phone-call"),
    "WRAP_UP": Look("purple", "pencil"),
    "INTER_CALL": Look("amber", "hourglass"),
    "NO_ANSWER_DELAY": Look("amber", "clock-pause"),
    "BACK_OFFICE": Look("teal", "notes"),
    "PREVIEW": Look("teal", "eye"),
}

OUTCOMES = {
    "running": Look("blue", "phone-call"),
    "answered": Look("green", "phone-check"),
    "abandoned": Look("red", "phone-x"),
    "callback": Look("teal", "phone-outgoing"),
    "voicemail": Look("purple", "microphone"),
    "outside": Look("blue", "transfer"),
    "menu": Look("grey", "sitemap"),
    "unreachable": Look("orange", "phone-off"),
    "unanswered": Look("orange", "phone-off"),
    "cancelled": Look("grey", "x"),
    "hung_up_early": Look("grey", "phone-end"),
    "closed": Look("grey", "clock"),
    "refused": Look("orange", "phone-off"),
    "failed": Look("red", "alert-triangle"),
}


def state_look(state: str, reason: str = "") -> Look:
    """An agent's state; unavailable without a reason is red (design: everywhere)."""
    if state == "UNAVAILABLE" and not reason:
        return Look("red", "coffee")
    return STATES.get(state, Look("grey", "circle-dot"))


def outcome_look(outcome: str) -> Look:
    return OUTCOMES.get(outcome, Look("grey", "phone"))


Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Accent:
    """CSS colours: `fill` under white text in both themes, `on_light` and `on_dark` as text on the ground."""

    fill: str
    on_light: str
    on_dark: str

    def style(self) -> str:
        """The custom properties that app.css builds on."""
        return (
            f"--accent-fill:{self.fill};--accent-light:{self.on_light};--accent-dark:{self.on_dark};"
            f"--accent-rgb:{','.join(map(str, _rgb(self.fill)))}"
        )


def accent(colour: str) -> Accent:
    """From `#rrggbb`; anything else becomes the product's blue."""
    base = _rgb(colour if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else FALLBACK)
    return Accent(
        fill=_towards(base, (0, 0, 0), against=(255, 255, 255)),
        on_light=_towards(base, (0, 0, 0), against=_rgb(LIGHT_GROUND)),
        on_dark=_towards(base, (255, 255, 255), against=_rgb(DARK_GROUND)),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.1, 1.4.3)."""
    return _contrast(_rgb(one), _rgb(other))


def _towards(colour: Rgb, end: Rgb, against: Rgb) -> str:
    for percent in range(0, 101, 4):
        mixed = tuple(round(c + (e - c) * percent / 100) for c, e in zip(colour, end, strict=True))
        if _contrast(mixed, against) >= ENOUGH:  # type: ignore[arg-type]
            return _hex(mixed)  # type: ignore[arg-type]
    return _hex(end)


def _contrast(one: Rgb, other: Rgb) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
