"""Which columns of a queue name what is heard (`audio.prompts`): for who looks where a sound is used, and for the
doctor, who looks whether it is there."""

from __future__ import annotations

OF_A_QUEUE = (
    "greeting",
    "music",
    "closed_message",
    "holiday_message",
    "max_wait_message",
    "max_length_message",
    "exit_prompt",
    "exit_message",
    "voicemail_greeting",
    "hold_message",
    "callback_prompt",
    "capture_prompt",
)
