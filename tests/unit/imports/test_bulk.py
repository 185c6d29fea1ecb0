"""Rows that come by thousands have what the models say of the columns that nobody gives."""

from __future__ import annotations

import peewee
import pytest

from fs_app.calllists import arrival
from fs_app.calllists.model import ListRecord
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Base
from fs_app.imports.bulk import TOGETHER, Rows, trust_references
from tests.unit.imports.world import World

GIVEN = {
    Contact: ("last_name", "guid", "account_id", "created_at", "updated_at"),
    ContactNumber: ("account_id", "contact_id", "number", "kind", "position"),
    ListRecord: arrival.COLUMNS,
}


@pytest.mark.parametrize("model", GIVEN, ids=lambda model: model.__name__)
def test_columns_that_nobody_gives_have_their_models_default(world: World, model: type[Base]) -> None:
    trust_references(world.database)
    rows = Rows(world.database, model, GIVEN[model])
    fields = {f.column_name: f for f in model._meta.sorted_fields}
    with world.database.atomic():
        rows.insert([tuple(_some(fields[name]) for name in GIVEN[model])])
    made = model.select().dicts().get()
    rest = {name: f for name, f in fields.items() if name not in GIVEN[model] and name != "id"}
    assert rest
    for field in rest.values():
        default = field.default() if callable(field.default) else field.default
        assert made[field.name] == default, field.name


@pytest.mark.parametrize("many", [1, TOGETHER - 1, TOGETHER, 2 * TOGETHER + 3])
def test_however_many_rows_come_each_is_written_once(world: World, many: int) -> None:
    trust_references(world.database)
    rows = Rows(world.database, Contact, GIVEN[Contact])
    with world.database.atomic():
        rows.insert((f"n{n}", f"g{n}", 1, 1, 1) for n in range(many))
    names = [name for (name,) in Contact.select(Contact.last_name).order_by(Contact.id).tuples()]
    assert names == [f"n{n}" for n in range(many)]


def _some(field: peewee.Field) -> object:
    if isinstance(field, peewee.ForeignKeyField):
        return None if field.null else 1
    return 1 if isinstance(field, peewee.IntegerField) else "1"


class Odd(Base):
    text = peewee.CharField(default='it\'s \\ "so" ?')
    flag = peewee.BooleanField(default=True)
    share = peewee.FloatField(default=0.25)
    nothing = peewee.IntegerField(null=True)
    given = peewee.TextField()


def test_a_default_is_a_value_whatever_it_is(world: World) -> None:
    world.database.create_tables([Odd])
    with world.database.atomic():
        Rows(world.database, Odd, ("given",)).insert([("x'); --",), ("",)])
    read = [Odd.text, Odd.flag, Odd.share, Odd.nothing, Odd.given]
    found = list(Odd.select(*read).order_by(Odd.id).tuples())
    assert found == [
        ('it\'s \\ "so" ?', True, 0.25, None, "x'); --"),
        ('it\'s \\ "so" ?', True, 0.25, None, ""),
    ]
    world.database.drop_tables([Odd])
