"""Which key this is, and what it opens."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify

from fs_app.apikeys.service import OFFERED
from fs_app.web.access import login_needed
from fs_app.web.context import who

blueprint = Blueprint("api_me", __name__, url_prefix="/api/v1/me")


@blueprint.get("")
@login_needed
def me() -> Response:
    """The account, the key's name, and the permissions that count now: the key's, as far as its owner has them."""
    identity = who()
    return jsonify(
        ok=True,
        account=identity.account_slug,
        key=g.api_key.name,
        user=identity.login,
        permissions=[name for name in OFFERED if identity.may(name)],
    )
