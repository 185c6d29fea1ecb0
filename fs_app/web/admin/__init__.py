"""The administrator's pages: one module per area, each with `blueprint`; what stands in the menu is in `menu.py`."""

from __future__ import annotations

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
