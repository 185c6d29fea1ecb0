"""Where a column may go. Pure."""

from __future__ import annotations

import re

from fs_app.contacts.fields import COLUMNS

CONTACT = COLUMNS
"""Fields of a contact, with their longest text. `country` is read by its code or its name."""

NUMBERS = tuple(f"number.{place}" for place in range(1, 10))
CONSENT = ("consent.given_at", "consent.source", "consent.text")
OTHERS = ("memo", "callback_at", "time_zone", *CONSENT)
FIXED = (*CONTACT, *NUMBERS, *OTHERS)
CUSTOM = "custom."
NOWHERE = ""

NUMBER_KINDS = ("", "mobile", "office", "home", "other")
"""Of a number; "" by the number itself."""

LONGEST_CUSTOM = 2000
LONGEST_MEMO = 2000
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
FIELD_KINDS = ("TEXT", "INTEGER", "DECIMAL", "DATE", "DATETIME", "FLAG", "CHOICE")


def is_custom(target: str) -> bool:
    return target.startswith(CUSTOM) and FIELD_NAME.fullmatch(target[len(CUSTOM) :]) is not None
