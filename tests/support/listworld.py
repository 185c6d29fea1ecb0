"""A call list to look at: records in every state, two zones, hostile cells, a filter, rules, a quota, actions."""

from __future__ import annotations

from fs_app.calllists.model import (
    CallList,
    Characteristic,
    ContactFile,
    ContactFileRow,
    DistributionRule,
    ListAction,
    ListFilter,
    ListRecord,
    Planner,
    Profiler,
)
from fs_app.calllists.state import State
from fs_app.contacts.model import Contact

HOSTILE = '=HYPERLINK("http://evil.example","x")<img src=x onerror=alert(1)>\u202eabc'
MOBILE = {"field": "record_kind", "op": "is", "value": "mobile"}
PARIS = {
    "all": [{"field": "city", "op": "is", "value": "Paris"}, {"field": "attempts", "op": "less", "value": 3}]
}


def populate(account: int, queue: int, agent: int, disposition: int | None, now: int) -> int:
    """The list's id."""
    of = {"account": account}
    file = ContactFile.create(name="Clients novembre", columns=["Nom", "Ville"], created_at=now, **of)
    mobiles = Characteristic.create(name="A un mobile", filter=MOBILE, updated_at=now, **of)
    rule = DistributionRule.create(
        name="Priorité puis fraîcheur",
        description="Les urgents d’abord",
        keys=[
            {"by": "priority"},
            {"by": "freshness", "newest": True},
            {"by": "characteristic", "id": mobiles.id},
        ],
        updated_at=now,
        **of,
    )
    profiler = Profiler.create(
        name="Parité",
        quotas=[
            {"name": "Paris", "most": 1, "filter": {"field": "city", "op": "is", "value": "Paris"}},
            {"name": "Lyon", "most": 200, "filter": {"field": "city", "op": "is", "value": "Lyon"}},
        ],
        updated_at=now,
        **of,
    )
    planner = Planner.create(
        name="Soirée",
        slots=[
            {"name": "Mobiles", "days": [1, 2, 3, 4, 5], "from": "18:00", "until": "20:00", "filter": MOBILE}
        ],
        updated_at=now,
        **of,
    )
    made = CallList.create(
        name="Prospects novembre",
        description="Relance des devis",
        file=file,
        queue=queue,
        active=True,
        rule=rule,
        profiler=profiler,
        planner=planner,
        created_at=now,
        updated_at=now,
        **of,
    )
    for n in range(36):
        state = list(State)[n % len(State)]
        name = HOSTILE if n == 5 else f"Client {n}"
        contact = Contact.create(
            last_name=name[:200],
            first_name="Zoé",
            city="Paris" if n % 2 else "Lyon",
            created_at=now,
            updated_at=now,
            **of,
        )
        record = ListRecord.create(
            list=made,
            index=n,
            contact=contact,
            number=f"+336120000{n:02}",
            kind="mobile" if n % 3 else "fixed",
            country="FR",
            zone="Europe/Paris" if n % 4 else "Indian/Reunion",
            state=state.value,
            attempts=n % 5,
            attempt_times=[now - 3_600_000 * k for k in range(n % 5, 0, -1)],
            last_at=now - 3_600_000 if n % 5 else None,
            last_result="positive" if state is State.COMPLETED else ("busy" if n % 5 else ""),
            disposition=disposition if state is State.COMPLETED else None,
            due_at=now + 3_600_000 if state in (State.CALLBACK, State.PERSONAL, State.SYSTEM) else None,
            owner=agent if state is State.PERSONAL else None,
            memo=HOSTILE if n == 5 else "",
            order_key=n,
            more=[{"n": f"+336130000{n:02}", "kind": "mobile", "zone": "Europe/Paris"}]
            if n % 6 == 0
            else None,
            imported_at=now - 86_400_000,
            **of,
        )
        ContactFileRow.create(
            file=file,
            index=record.index,
            contact=contact,
            answers={"Âge": {"label": "25-34", "value": 2}},
            **of,
        )
    ListFilter.create(list=made, name="Paris, peu appelés", filter=PARIS, **of)
    ListAction.create(
        list=made, kind="exclude", state="DONE", total=3, done=3, changed=3, left=1, by_name="Ahmed Lefèvre",
        at=now - 600_000, ended_at=now - 590_000, **of,
    )  # fmt: skip
    CallList.create(name="Vide", created_at=now, updated_at=now, **of)
    return int(made.id)
