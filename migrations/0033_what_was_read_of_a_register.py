"""A register says which columns of its file were taken for the numbers, and what fills the sentence of a failure."""

from peewee import TextField

COLUMNS = {"read": "[]", "error_params": "{}"}


def up(migrator, db):
    for name, empty in COLUMNS.items():
        migrator.migrate(migrator.add_column("opt_out_list", name, TextField(default=empty)))


def down(migrator, db):
    for name in COLUMNS:
        migrator.migrate(migrator.drop_column("opt_out_list", name))
