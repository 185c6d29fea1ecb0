"""The hash that stands on the blacklist for the number of somebody who was erased (BY-23): he is not called again, and
his number is written down nowhere.

It is a pseudonym, not an anonym: there are few telephone numbers, and who has the account's salt can try them all. The
salt never leaves the database.
"""

from __future__ import annotations

import hashlib
import hmac

MARK = "#"
"""Before a hash. No telephone number begins like it."""

SALT = "#salt"
"""The entry that tells the memory the account's salt: its reason."""

LENGTH = 18
"""Hexadecimal digits: 72 bits."""


def forgotten(salt: str, number: str) -> str:
    """`#` and 18 hexadecimal digits for a number in E.164."""
    return MARK + hmac.new(salt.encode(), number.encode(), hashlib.sha256).hexdigest()[:LENGTH]
