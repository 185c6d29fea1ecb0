"""What other programs ask with a key (docs/api.md): JSON in and out, one module per area."""

from __future__ import annotations

from flask import Blueprint

from fs_app.web.api import contacts, imports, me

BLUEPRINTS: tuple[Blueprint, ...] = (me.blueprint, imports.blueprint, contacts.blueprint)
