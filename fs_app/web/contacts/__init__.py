"""Fichiers et contacts → Contacts: the list, a contact's page, duplicates, segments, the account's own fields."""

from __future__ import annotations

from flask import Blueprint

from fs_app.web.contacts import duplicates, listing, own_fields, page, segments

BLUEPRINTS: tuple[Blueprint, ...] = (
    segments.blueprint,
    own_fields.blueprint,
    duplicates.blueprint,
    listing.blueprint,
    page.blueprint,
)
