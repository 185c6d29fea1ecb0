"""A legal hold remembers the numbers that its contact had: they stay his when they leave the contact."""

import json

from peewee import TextField


def up(migrator, db):
    migrator.migrate(migrator.add_column("legal_hold", "numbers", TextField(default="[]")))
    mark = db.param
    for (contact,) in db.execute_sql('SELECT "contact_id" FROM "legal_hold"').fetchall():
        found = db.execute_sql(
            f'SELECT "number" FROM "contact_number" WHERE "contact_id" = {mark} ORDER BY "position"',  # noqa: S608
            (contact,),
        )
        numbers = json.dumps([number for (number,) in found.fetchall()])
        db.execute_sql(
            f'UPDATE "legal_hold" SET "numbers" = {mark} WHERE "contact_id" = {mark}',  # noqa: S608
            (numbers, contact),
        )


def down(migrator, db):
    migrator.migrate(migrator.drop_column("legal_hold", "numbers"))
