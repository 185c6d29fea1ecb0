"""Passwords that cost nothing: argon2 takes a tenth of a second of processor and 64 MB, and tests log in often."""

from argon2 import PasswordHasher

from fs_app.accounts import passwords


def quick_passwords() -> None:
    """From now on, in this process and in those that it forks."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
