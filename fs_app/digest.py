"""The digest that SIP needs instead of a password."""

from __future__ import annotations

import hashlib


def a1_hash(user: str, domain: str, password: str) -> str:
    """MD5 of `user:domain:password` (RFC 2617: HA1); the realm is the domain (challenge-realm=auto_from)."""
    return hashlib.md5(f"{user}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()
