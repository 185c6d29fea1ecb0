"""Databases of both kinds, as in `tests/unit/core`."""

from tests.unit.core.conftest import (  # noqa: F401
    db,
    ids,
    migrated_file,
    migrated_server,
    postgres,
    url,
)
