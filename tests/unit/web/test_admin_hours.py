"""Schedules, holidays and the opening of queues, as the administrator's pages save them."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from fs_app.hours import service
from fs_app.hours.model import HolidaySet, Schedule
from fs_app.hours.opening import Holidays, Week
from fs_app.queues.model import Queue
from tests.unit.web.conftest import Visitor, Web

WEEK = {
    "begin-0": ["09:00", "14h00", ""],
    "end-0": ["12:30", "18:00", ""],
    "begin-4": "22:00",
    "end-4": "6:00",
}


@pytest.fixture(scope="module")
def admin(web: Web) -> Visitor:
    return web.person("admin")


def account(web: Web) -> int:
    return int(web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue).account_id))


def weeks(web: Web) -> dict[str, Week]:
    return {w.name: w for w in web.app.db.read(lambda: service.weeks(account(web))).values()}


def sets(web: Web) -> dict[str, Holidays]:
    return {s.name: s for s in web.app.db.read(lambda: service.calendars(account(web))).values()}


def test_a_week_with_several_ranges_a_day_is_saved_and_shown(web: Web, admin: Visitor) -> None:
    assert admin.post("/admin/schedules/new", name="Atelier", **WEEK).status_code == 303
    made = weeks(web)["Atelier"]
    assert [(r.weekday, r.begin, r.end) for r in made.ranges] == [
        (0, 540, 750),
        (0, 840, 1080),
        (4, 1320, 360),
    ]
    page = admin.page("/admin/schedules")
    assert "Lun. 09:00–12:30, 14:00–18:00 · Ven. 22:00–06:00" in page
    form = admin.page(f"/admin/schedules/{made.id}")
    assert 'name="begin-4" value="22:00"' in form
    assert (
        admin.post(
            f"/admin/schedules/{made.id}", name="Atelier", **{"begin-6": "0:00", "end-6": "24:00"}
        ).status_code
        == 303
    )
    assert [(r.weekday, r.begin, r.end) for r in weeks(web)["Atelier"].ranges] == [(6, 0, 1440)]


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({"begin-1": "9", "end-1": "12:00"}, "Écrivez les deux heures"),
        ({"begin-1": "09:00", "end-1": ""}, "Écrivez les deux heures"),
        ({"begin-1": "25:00", "end-1": "26:00"}, "Écrivez les deux heures"),
        ({"begin-1": "09:00", "end-1": "09:00"}, "Début et fin sont les mêmes"),
        ({"begin-1": ["09:00", "11:00"], "end-1": ["12:00", "13:00"]}, "Des plages se chevauchent"),
        (
            {"begin-6": "22:00", "end-6": "06:00", "begin-0": "05:00", "end-0": "09:00"},
            "Des plages se chevauchent",
        ),
        ({"begin-1": ["09:00"] * 13, "end-1": ["09:01"] * 13}, "Douze plages"),
    ],
)
def test_what_is_wrong_stands_beside_its_day_and_nothing_is_saved(
    web: Web, admin: Visitor, hours: dict[str, str], said: str
) -> None:
    answer = admin.post("/admin/schedules/new", name="Faux", **hours)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'aria-describedby="wrong-day-' in answer.text
    assert "Faux" not in weeks(web)


def test_a_name_is_needed_and_is_there_once(web: Web, admin: Visitor) -> None:
    assert admin.post("/admin/schedules/new", name="Astreinte").status_code == 303
    assert "déjà pris" in admin.post("/admin/schedules/new", name="Astreinte").text
    assert "Donnez un nom" in admin.post("/admin/schedules/new", name=" ").text
    assert "100 caractères" in admin.post("/admin/schedules/new", name="x" * 101).text


def test_a_country_s_holidays_are_copied_once_and_can_be_changed(web: Web, admin: Visitor) -> None:
    admin.post("/admin/holidays/new", name="France")
    made = sets(web)["France"]
    at = f"/admin/holidays/{made.id}"
    form = {"country": "FR", "region": "", "first": "2026", "last": "2027"}
    assert admin.post(f"{at}/import", **form).status_code == 303
    days = {(d.year, d.month, d.day): d for d in sets(web)["France"].days}
    assert len(days) == 22
    assert (2026, 7, 14) in days
    assert "Fête nationale" in days[2026, 7, 14].name
    assert (2027, 3, 29) in days, "Easter Monday moves"
    noel = days[2026, 12, 25]
    changed = {
        "name": "Noël",
        "date": "2026-12-25",
        "part": "1",
        "begin": "12:00",
        "end": "24:00",
        "message": "fr/noel.wav",
    }
    assert admin.post(f"{at}/days/{noel.id}", **changed).status_code == 303
    admin.post(f"{at}/import", **form)
    again = sets(web)["France"].days
    kept = next(d for d in again if d.id == noel.id)
    assert (kept.name, kept.begin, kept.end, kept.message) == ("Noël", 720, 1440, "fr/noel.wav")
    assert "Vendredi saint" not in str(again)
    admin.post(f"{at}/import", **{**form, "region": "57"})
    assert any(d.name.casefold() == "vendredi saint" for d in sets(web)["France"].days)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"country": "XX"}, "pays de la liste"),
        ({"region": "ZZ"}, "pas de ce pays"),
        ({"last": "2040"}, "dix au plus"),
        ({"first": "x"}, "dix au plus"),
    ],
)
def test_an_import_that_makes_no_sense_says_so(
    web: Web, admin: Visitor, wrong: dict[str, str], said: str
) -> None:
    made = sets(web).get("Vide") or (admin.post("/admin/holidays/new", name="Vide"), sets(web)["Vide"])[1]
    form = {"country": "FR", "region": "", "first": "2026", "last": "2027", **wrong}
    answer = admin.post(f"/admin/holidays/{made.id}/import", **form)
    assert answer.status_code == 400
    assert said in answer.text


def test_days_are_added_recurring_or_in_part_and_deleted(web: Web, admin: Visitor) -> None:
    admin.post("/admin/holidays/new", name="Site")
    at = f"/admin/holidays/{sets(web)['Site'].id}"
    admin.post(f"{at}/days/new", name="Inventaire", date="2026-06-30", part="1", begin="08:00", end="12:00")
    admin.post(f"{at}/days/new", name="Bissextile", date="2028-02-29", yearly="1")
    days = {d.name: d for d in sets(web)["Site"].days}
    assert (days["Inventaire"].year, days["Inventaire"].begin, days["Inventaire"].end) == (2026, 480, 720)
    assert days["Bissextile"].year is None
    assert 'value="2028-02-29"' in admin.page(f"{at}/days/{days['Bissextile'].id}")
    page = admin.page(at)
    assert "chaque année" in page
    assert "08:00–12:00" in page
    for form, said in (
        ({"name": "x", "date": "2026-02-30"}, "Choisissez une date"),
        (
            {"name": "x", "date": "2026-02-03", "part": "1", "begin": "12:00", "end": "08:00"},
            "après le début",
        ),
        ({"name": "x", "date": "2026-02-03", "message": "../../etc/passwd"}, "dossier des sons"),
        ({"name": "x", "date": "2026-02-03", "message": "/etc/passwd"}, "dossier des sons"),
    ):
        answer = admin.post(f"{at}/days/new", **form)
        assert answer.status_code == 400
        assert said in answer.text
    admin.post(f"{at}/days/{days['Inventaire'].id}/delete")
    assert [d.name for d in sets(web)["Site"].days] == ["Bissextile"]


def opening_of(web: Web, admin: Visitor, **values: str) -> TestResponse:
    """Save the tab Opening of a queue and nothing else."""
    queue = web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue))
    basic = {
        "name": queue.name,
        "number": queue.number,
        "ring_s": "20",
        "no_answer_delay_s": "10",
        "inter_call_s": "3",
    }
    return admin.post(f"/admin/queues/{queue.id}", **basic, tabs="opening", **values)


def test_what_a_queue_uses_can_not_be_deleted_and_the_page_names_it(web: Web, admin: Visitor) -> None:
    admin.post("/admin/schedules/new", name="Utilisé", **WEEK)
    made = weeks(web)["Utilisé"].id
    saved = opening_of(web, admin, schedule=str(made), closed_then="hang_up", closed_message="fr/bye.wav")
    assert saved.status_code == 303
    queue = web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue))
    assert (queue.schedule_id, queue.closed_message, queue.closed_queue_id) == (made, "fr/bye.wav", None)
    assert queue.name in admin.page(f"/admin/schedules/{made}/delete")
    answer = admin.post(f"/admin/schedules/{made}/delete")
    assert answer.status_code == 409
    assert queue.name in answer.text
    opening_of(web, admin, schedule="", closed_then="hang_up")
    assert "Ses 3 plages seront perdues" in admin.page(f"/admin/schedules/{made}/delete")
    assert admin.post(f"/admin/schedules/{made}/delete").status_code == 303
    assert "Utilisé" not in weeks(web)


def test_a_closed_queue_does_not_lead_round_in_a_circle(web: Web, admin: Visitor) -> None:
    queue = web.ids.desk.queue
    own = opening_of(web, admin, closed_then="queue", closed_queue=str(queue))
    assert own.status_code == 400
    assert "tournerait en rond" in own.text
    none = opening_of(web, admin, closed_then="queue", closed_queue="")
    assert none.status_code == 400
    assert "Choisissez dans la liste" in none.text
    foreign = opening_of(web, admin, closed_then="queue", closed_queue="987654")
    assert "Choisissez dans la liste" in foreign.text


def test_another_account_s_schedule_is_neither_seen_nor_used(web: Web, admin: Visitor) -> None:
    from fs_app.accounts.model import Account

    mine = account(web)
    other = web.app.db.read(lambda: Account.select().where(Account.id != mine).get().id)
    schedule, days = web.app.db.write(
        lambda: (
            Schedule.create(account=other, name="Foreign", created_at=1).id,
            HolidaySet.create(account=other, name="Foreign", created_at=1).id,
        )
    )
    for path in (
        f"/admin/schedules/{schedule}",
        f"/admin/schedules/{schedule}/delete",
        f"/admin/holidays/{days}",
    ):
        assert admin.get(path).status_code == 404
        assert admin.post(path, name="Mine").status_code == 404
    assert "Foreign" not in admin.page("/admin/schedules") + admin.page("/admin/holidays")
    answer = opening_of(web, admin, schedule=str(schedule), closed_then="hang_up")
    assert answer.status_code == 400


@pytest.mark.parametrize("login", ["elodie", "sonia"])
def test_only_administrators_come_here(web: Web, login: str) -> None:
    for path in ("/admin/schedules", "/admin/holidays", "/admin/opening", "/admin/schedules/new"):
        assert web.person(login).get(path).status_code == 403


def test_what_a_voice_menu_works_by_is_not_deleted(web: Web, admin: Visitor) -> None:
    """The schedule of the world's menu (tests/support/flowworld.py)."""
    office = weeks(web)["Bureau"].id
    page = admin.page(f"/admin/schedules/{office}/delete")
    assert 'href="/admin/flows/1"' in page
    assert admin.post(f"/admin/schedules/{office}/delete").status_code == 409
    assert "Bureau" in weeks(web)
