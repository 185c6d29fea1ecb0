"""Passwords: argon2id, in threads of their own (about 100 ms and 64 MB each: the loop must not wait)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fs_app.tasks import Threads

LONGEST = 1024
"""Characters; a longer password is refused before it is hashed."""

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Checked when there is no such user, so that the answer takes as long. (Not at the import: it takes 100 ms.)"""
    return _hasher.hash("nobody has this password")


class Passwords:
    def __init__(self, threads: Threads | None = None) -> None:
        # Two at a time: a shift of 200 agents who log in at nine must not take all processors.
        self._threads = threads or Threads("passwords", 2, most_waiting=500)

    def hash(self, password: str) -> str:
        """What is kept instead of the password."""
        return self._threads.run(_hashed, password)

    def check(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the one that `kept` was made of; `None`: there is no such user."""
        right = self._threads.run(_verified, kept, password[: LONGEST + 1])
        return right and kept is not None and len(password) <= LONGEST

    def outdated(self, kept: str) -> bool:
        """Whether it was made with weaker parameters than today's."""
        return _hasher.check_needs_rehash(kept)

    def stop(self) -> None:
        self._threads.stop()


def _hashed(password: str) -> str:
    return _hasher.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    # A form may carry halves of surrogate pairs; they match nothing, but must not break anything either.
    return password.encode("utf-8", "replace")


def _verified(kept: str | None, password: str) -> bool:
    try:
        return _hasher.verify(kept or _nobody(), _bytes(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
