"""Screen pop and card capture of a queue: what opens when a call rings, the web service that is asked for the contact,
and the digits that a caller types without his agent hearing them."""

from peewee import *

from fs_app.db import Json

COLUMNS = {
    "pop_mode": CharField(max_length=10, default="record"),
    "pop_when": CharField(max_length=10, default="ring"),
    "pop_url": CharField(max_length=1000, default=""),
    "pop_target": CharField(max_length=10, default="tab"),
    "lookup_url": CharField(max_length=1000, default=""),
    "lookup_name": CharField(max_length=60, default=""),
    "lookup_method": CharField(max_length=4, default="GET"),
    "lookup_timeout_s": IntegerField(default=3),
    "lookup_secret": TextField(default=""),
    "lookup_map": Json(default=list),
    "capture_url": CharField(max_length=1000, default=""),
    "capture_secret": TextField(default=""),
    "capture_prompt": CharField(max_length=300, default=""),
    "capture_timeout_s": IntegerField(default=20),
    "capture_steps": Json(default=list),
}


def up(migrator, db):
    migrator.migrate(*(migrator.add_column("queue", name, column) for name, column in COLUMNS.items()))


def down(migrator, db):
    migrator.migrate(*(migrator.drop_column("queue", name) for name in COLUMNS))
