"""A password in a queue's form: encrypted before anything else sees it."""

from __future__ import annotations

from flask import request

from fs_app.web.admin.common import ticked
from fs_app.web.context import the_app, who

LONGEST = 500


def typed_secret(name: str) -> str | None:
    """Encrypted; None: what is there stays; '' takes it away. A line break would make a header of its own."""
    given = "".join(c for c in request.form.get(name, "")[:LONGEST] if " " <= c <= "~").strip()
    if given:
        return the_app().messages.vault.close(who().account, given)
    return "" if ticked(f"no_{name}") else None
