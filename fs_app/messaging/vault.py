"""Passwords of providers, encrypted in the database with a key that does not stand there.

Fernet (AES-128-CBC with HMAC-SHA256; https://github.com/fernet/spec) under a key derived by HKDF from the
installation's secret key, bound to the account: what is copied from one account's row to another's opens nothing.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fs_app.errors import FsAppError


class SecretLost(FsAppError):
    """It was encrypted with another installation's key, or altered: it must be typed again."""

    key = "messages.why.secret_lost"


class Vault:
    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key.encode()

    def close(self, account: int, secret: str) -> str:
        """Encrypted, for the database; nothing stays nothing."""
        return self._box(account).encrypt(secret.encode()).decode() if secret else ""

    def open(self, account: int, kept: str) -> str:
        """Raises SecretLost."""
        if not kept:
            return ""
        try:
            return self._box(account).decrypt(kept.encode()).decode()
        except (InvalidToken, UnicodeError) as error:
            raise SecretLost("a provider's password can't be read with this secret key") from error

    def _box(self, account: int) -> Fernet:
        derived = HKDF(SHA256(), 32, salt=None, info=f"fs-app message provider of account {account}".encode())
        return Fernet(base64.urlsafe_b64encode(derived.derive(self._secret_key)))
