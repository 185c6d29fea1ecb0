"""What calls say of a person, on both databases."""

from __future__ import annotations

from fs_app.calls.model import Call, Leg
from fs_app.contacts.model import Contact
from fs_app.db import Database
from fs_app.legal import gathering
from fs_app.legal.gathering import How, Person
from fs_app.legal.rules import Kind, Purpose
from fs_app.queues.model import Disposition
from tests.unit.core.databases import Ids

MARIE, NOW, DAY = "+33612345678", 1_795_343_400_000, 86_400_000


def test_attempts_refusals_and_who_was_left_alone(db: Database, ids: Ids) -> None:
    def write() -> int:
        Disposition.update(effect="refused").where(Disposition.id == ids.disposition).execute()
        contact = Contact.create(account=ids.account, last_name="M", created_at=1, updated_at=1)
        for n, (number, more) in enumerate(
            [
                (MARIE, {"ended_at": NOW - 4 * DAY}),  # picked up, and nobody was there
                ("+33140000001", {"contact": contact, "answered_at": NOW, "disposition": ids.disposition}),
                (MARIE, {"direction": "inbound", "disposition": ids.disposition, "disposed_at": NOW - DAY}),
            ]
        ):
            values = {"direction": "outbound", "queue": ids.queue, "ended_at": NOW - 2 * DAY} | more
            Call.create(
                id=f"c{n}", account=ids.account, stage="ENDED", caller_number=number, started_at=1, **values
            )
            at = NOW - (4 - n) * DAY
            Leg.create(
                id=f"c{n}", account=ids.account, call=f"c{n}", role="caller", created_at=at, answered_at=at
            )
        return int(contact.id)

    contact = db.write(write)
    how = How(ids.account, "Europe/Paris", Purpose.MARKETING, Kind.PREVIEW, "", False, (ids.queue,))
    people = [Person(MARIE, contact), Person(MARIE), Person("+33698765432", contact)]
    both, number, person = db.read(lambda: gathering.facts(people, how, [], NOW))
    assert both.attempts == (NOW - 4 * DAY, NOW - 3 * DAY)
    assert (number.attempts, person.attempts) == ((NOW - 4 * DAY, NOW - 3 * DAY), (NOW - 3 * DAY,))
    assert (both.refused_at, number.refused_at, person.refused_at) == (NOW - DAY, NOW - DAY, NOW - 2 * DAY)
    assert (both.abandoned_at, person.abandoned_at) == (NOW - 4 * DAY, None)
