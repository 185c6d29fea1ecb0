"""The same on PostgreSQL: there, keys are checked in another order and text is compared otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from fs_app.db import Database
from tests.support.postgres import Postgres, find_postgres
from tests.unit.config_file.conftest import CENTRE, Centre, everything
from tests.unit.core.databases import MIGRATIONS

pytestmark = pytest.mark.skipif(not find_postgres(), reason="NOT SHOWN HERE: no PostgreSQL")


@pytest.fixture
def there() -> Iterator[Centre]:
    server = Postgres()
    db = Database(server.create(), MIGRATIONS)
    db.open()
    yield Centre(db)
    db.close()
    server.stop()


def test_a_centre_is_loaded_changed_and_brought_back(there: Centre) -> None:
    there.load(CENTRE, create=True)
    assert there.export() == CENTRE
    before = everything(there.db)
    assert there.load(there.export(with_passwords=True)).changes == []
    assert everything(there.db) == before
    wanted = yaml.safe_load(CENTRE)
    wanted["queues"]["Commercial"]["number"], wanted["queues"]["Technique"]["number"] = "201", "200"
    del wanted["people"]["sonia"], wanted["numbers"], wanted["schedules"]
    del wanted["queues"]["Commercial"]["schedule"]
    text = yaml.safe_dump(wanted)
    dry = there.load(text, dry_run=True).changes
    assert there.load(text).changes == dry
    assert {("schedules", "delete"), ("people", "deactivate")} <= {(c.kind, c.action) for c in dry}
    assert there.load(text).changes == []
    there.load(CENTRE)
    assert there.export() == CENTRE
