"""Tables of schedules and holidays: of the account, used by as many queues as one likes (HN-160, HN-161).

Times of day are minutes since midnight on the wall clock of the account's zone.
"""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account
from fs_app.db import Base, LastingId, Millis


class Schedule(Base):
    """A week: the ranges of `ScheduleRange`."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="schedules", on_delete="CASCADE")
    name = CharField(max_length=100)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class ScheduleRange(Base):
    """Open from `begin` to before `end`; an `end` that is not after `begin` is on the next day."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    schedule = ForeignKeyField(Schedule, backref="ranges", on_delete="CASCADE")
    weekday = IntegerField()  # 0 is Monday
    begin = IntegerField()  # 0 … 1439
    end = IntegerField()  # 1 … 1440


class HolidaySet(Base):
    """A calendar of days on which the centre is closed, wholly or for a part."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="holiday_sets", on_delete="CASCADE")
    name = CharField(max_length=100)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class Holiday(Base):
    """Closed from `begin` to before `end` on this day; without a year it comes back each year."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    set = ForeignKeyField(HolidaySet, backref="days", on_delete="CASCADE")
    name = CharField(max_length=100)
    year = IntegerField(null=True)
    month = IntegerField()
    day = IntegerField()  # the 29th of February comes back in leap years only
    begin = IntegerField(default=0)
    end = IntegerField(default=1440)
    message = CharField(max_length=300, default="")  # file under the sounds folder; empty: the queue's
