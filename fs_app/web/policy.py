"""What a page may load, and from where (Content Security Policy)."""

from __future__ import annotations

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; frame-ancestors 'self'"
)

WITH_OTHER_SITES = f"{CSP}; frame-src 'self' https: http:"
"""The agent's page: a queue's own web page may stand in a tab of it."""
