"""Menus vocaux: the list, the canvas editor, the same flow as a form, its versions, and trying it."""

from __future__ import annotations

from flask import Blueprint

from fs_app.web.admin.flows import editor, files, form, listing, trying, versions

BLUEPRINTS: tuple[Blueprint, ...] = (
    listing.blueprint,
    editor.blueprint,
    form.blueprint,
    files.blueprint,
    versions.blueprint,
    trying.blueprint,
)
