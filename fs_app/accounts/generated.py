"""Passwords that the program makes: 78 bits, easy to read out and to type."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def password() -> str:
    """Four groups of four letters and digits, without those that look like others."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
