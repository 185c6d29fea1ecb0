"""Passwords that anybody would try first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fs_app.digest import a1_hash

COMMON = ("password", "admin", "12345678", "changeme", "motdepasse", "azerty123", "contraseña")
COMMON_PHONE = ("1234", "0000", "12345", "123456", "1111", "password", "secret", "fs-app")

MOST_S = 8.0
"""argon2 takes its time, on purpose: after so many seconds the rest goes untried."""


def weak_logins(
    users: Sequence[Mapping[str, Any]], slugs: Mapping[int, str]
) -> tuple[tuple[tuple[int, str], ...], int]:
    """((account, login) of administrators and supervisors whose password is guessed, how many were tried)."""
    end = time.monotonic() + MOST_S
    found, tried, hasher = [], 0, PasswordHasher()
    leading = [u for u in users if u.get("active", True) and u["role"] in ("admin", "supervisor")]
    for user in sorted(leading, key=lambda u: (u["role"] != "admin", u["id"])):
        if time.monotonic() > end:
            break
        tried += 1
        slug = slugs.get(user["account_id"], "")
        if any(_is(hasher, user["password_hash"], guess) for guess in _guesses(user["login"], slug)):
            found.append((int(user["account_id"]), str(user["login"])))
    return tuple(found), tried


def weak_phones(
    agents: Sequence[Mapping[str, Any]], domains: Mapping[int, str]
) -> tuple[tuple[int, str], ...]:
    """(account, number) of telephones whose SIP password is guessed."""
    found = []
    for agent in agents:
        number, domain = str(agent["number"]), domains.get(agent["account_id"], "")
        guesses = (number, number[::-1], *COMMON_PHONE, "")
        if agent.get("active", True) and any(
            a1_hash(number, domain, guess) == agent["sip_ha1"] for guess in guesses
        ):
            found.append((int(agent["account_id"]), number))
    return tuple(found)


def _guesses(login: str, slug: str) -> Iterator[str]:
    yield from dict.fromkeys(guess for guess in (login, slug, f"{login}123", *COMMON) if guess)


def _is(hasher: PasswordHasher, kept: str, guess: str) -> bool:
    try:
        return hasher.verify(kept, guess)
    except (VerificationError, InvalidHashError):
        return False
