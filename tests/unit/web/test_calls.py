"""The list of calls, its filters and its export; the page of one call; its recording."""

from __future__ import annotations

import csv
import io
import re
import struct
import wave
from datetime import datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from fs_app.calls.model import Recording
from fs_app.web import callfilter, peaks, text
from tests.support import callworld
from tests.unit.web.conftest import Web

SOUND = f"/calls/{callworld.FULL}/recordings/{callworld.RECORDING}"


def count_in(page: str) -> int:
    found = re.search(r"(\d+) appels?", page)
    assert found, page[:300]
    return int(found[1])


def test_who_steers_sees_every_call_of_the_account_and_an_agent_his_own(web: Web) -> None:
    everything = count_in(web.person("sonia").page("/calls"))
    own = count_in(web.person("elodie").page("/calls"))
    others = count_in(web.person("bruno").page("/calls"))
    assert everything > own + others
    assert own > 0
    assert others > 0


def test_an_agent_can_not_ask_for_a_colleagues_calls(web: Web) -> None:
    agent = web.person("elodie")
    own = count_in(agent.page("/calls"))
    assert count_in(agent.page(f"/calls?agent={web.ids.desk.colleague}")) == own
    colleagues = re.search(r'href="/calls/(day-\d+)"', web.person("bruno").page("/calls"))
    assert colleagues
    assert agent.get(f"/calls/{colleagues[1]}").status_code == 404


@pytest.mark.parametrize(
    "sought",
    [
        "06 12 34 56 78",
        "+33612345678",
        "0033612345678",
        "612345",
        "Dupont",
        callworld.FULL,
        "0a6d8c1e-sip@trunk.example",
    ],
)
def test_a_call_is_found_by_whatever_people_know_of_it(web: Web, sought: str) -> None:
    page = web.person("sonia").get("/calls", query_string={"q": sought}).text
    assert callworld.FULL in page
    assert count_in(page) < 10


@pytest.mark.parametrize("sought", ["%", "_", "' OR 1=1 --", "\\", '"><script>', "\x00", "N" * 5000])
def test_signs_of_other_languages_in_a_search_are_only_signs(web: Web, sought: str) -> None:
    answer = web.person("sonia").get("/calls", query_string={"q": sought})
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script src", "").replace('<script type="module"', "")


def test_filters_narrow_the_list_and_the_address_holds_them(web: Web) -> None:
    person = web.person("sonia")
    every = count_in(person.page("/calls"))
    parts = [count_in(person.page(f"/calls?outcome={o}")) for o in ("answered", "abandoned", "running")]
    assert 0 < max(parts) < every
    day = text.moment(web.app.clock.now_ms(), text.ZoneInfo("Europe/Paris")).date().isoformat()
    today = person.page(f"/calls?since={day}&until={day}&sort=talk&order=asc")
    assert 0 < count_in(today) < every
    assert f"since={day}" in today, "the links to other pages and orders keep the filter"


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=-1", "page=99999999", "page=x", "queue=x", "since=2026-99-99", "sort=password"),
        *("order=x", "outcome=x", "agent=99999999999999999999", "since=9999-12-31", "until=0001-01-01"),
    ],
)
def test_nonsense_in_the_address_is_ignored(web: Web, query: str) -> None:
    assert web.person("sonia").get(f"/calls?{query}").status_code == 200


def test_the_list_is_cut_into_pages_on_the_server(web: Web) -> None:
    person = web.person("sonia")
    first, second = person.page("/calls"), person.page("/calls?page=2")
    ids = [set(re.findall(r'href="/calls/([\w-]+)"', page)) for page in (first, second)]
    assert len(ids[0]) == 50
    assert not ids[0] & ids[1]


def test_every_column_sorts_both_ways(web: Web) -> None:
    person = web.person("sonia")
    for column in ("started", "caller", "queue", "agent", "outcome", "wait", "talk", "disposition"):
        for order in ("asc", "desc"):
            assert person.get(f"/calls?sort={column}&order={order}").status_code == 200


def test_a_link_leaves_out_what_is_at_its_default() -> None:
    form = callfilter.read({"q": "a b", "page": "3", "sort": "talk"}, text.ZoneInfo("UTC"))
    assert callfilter.link("/calls", form) == "/calls?q=a+b&sort=talk&page=3"
    assert callfilter.link("/calls", callfilter.CallForm()) == "/calls"
    assert form.filtered
    assert not callfilter.CallForm(sort="talk", page=4).filtered


def test_the_export_holds_what_the_list_shows_and_no_formula(web: Web) -> None:
    person = web.person("sonia")
    answer = person.get("/calls/export.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    content = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert rows[0][:3] == ["Identifiant", "Début", "Appelant"]
    assert len(rows) - 1 == count_in(person.page("/calls"))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in text.FORMULA_STARTS]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert "Secret Customer" not in content


def test_the_export_keeps_the_filter_and_the_language(web: Web) -> None:
    person = web.person("admin")
    person.post("/language", language="en", next="/")
    answer = person.get("/calls/export.csv?outcome=abandoned")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["Outcome"] for row in rows} == {"Abandoned"}
    person.post("/language", language="fr", next="/")


# --- one call -----------------------------------------------------------------------------------------------
def test_the_page_of_a_call_tells_its_whole_life(web: Web) -> None:
    page = web.person("sonia").page(f"/calls/{callworld.FULL}")
    for said in (
        "Appel de 06 12 34 56 78 vers 01 85 09 00 00",
        "Entrée dans la file Commercial, ticket 417",
        "Bruno Roy n’a pas pris l’appel : pas de réponse",
        "En conversation avec Élodie Garçon",
        "Mis en garde par Élodie Garçon",
        "Qualifié « Vente » par Élodie Garçon",
        "moon.rose",
        "brightness: full",
        "0a6d8c1e-sip@trunk.example",
        "14 postes, devis envoyé par mail.",
    ):
        assert said in page, said


@pytest.mark.parametrize("name", callworld.HOSTILE)
def test_a_hostile_caller_is_served_and_nothing_of_him_runs(web: Web, name: str) -> None:
    person = web.person("sonia")
    page = person.page(f"/calls/hostile-{name}")
    for shown in (page, person.page("/calls?outcome=abandoned&order=asc")):
        assert "<script>alert" not in shown
        assert "\u202e" not in shown
        assert "\u2067" not in shown
        assert "\x1b" not in shown
    who = callworld.HOSTILE[name][1]
    if name == "long":
        assert who in page, "the full text is on the call's page"
        assert who not in person.page("/calls?order=asc")
    if name == "nothing":
        assert "Numéro masqué" in page


@pytest.mark.parametrize(
    "call", ["nope", "..", "%2e%2e%2fetc", "a" * 3000, "'; DROP TABLE call; --", "\ufffd"]
)
def test_a_call_that_is_none_is_not_found(web: Web, call: str) -> None:
    answer = web.person("sonia").get(f"/calls/{call}")
    assert answer.status_code in (404, 308)


# --- its recording ------------------------------------------------------------------------------------------
def test_the_recording_is_served_whole_and_in_parts(web: Web) -> None:
    person = web.person("elodie")
    whole = person.get(f"{SOUND}.wav")
    assert whole.mimetype == "audio/wav"
    part = person.get(f"{SOUND}.wav", headers={"Range": "bytes=44-143"})
    assert part.status_code == 206
    assert part.data == whole.data[44:144]
    assert person.get(f"{SOUND}.wav", headers={"Range": "bytes=999999999-"}).status_code == 416


def test_only_who_may_takes_it_away_and_a_colleague_does_not_even_hear_it(web: Web) -> None:
    assert "attachment" in web.person("sonia").get(f"{SOUND}.wav?download=1").headers["Content-Disposition"]
    assert web.person("elodie").get(f"{SOUND}.wav?download=1").status_code == 404
    for end in (".wav", ".json"):
        assert web.person("bruno").get(SOUND + end).status_code == 404
        assert web.visitor().get(SOUND + end).status_code == 302
        assert web.person("elodie", "other").get(SOUND + end).status_code == 404


@pytest.mark.parametrize(
    "path", ["../test.db", "/etc/passwd", "2026/../../test.db", "2026/gone.wav", "", "2026"]
)
def test_a_path_that_leads_out_of_the_folder_or_nowhere_is_not_served(web: Web, path: str) -> None:
    web.app.db.write(
        lambda: (
            Recording.insert(
                id="bad",
                account=web.ids.desk.account,
                call=callworld.FULL,
                path=path,
                started_at=1,
                ended_at=2,
            )
            .on_conflict_replace()
            .execute()
        )
    )
    answer = web.person("sonia").get(f"/calls/{callworld.FULL}/recordings/bad.wav")
    assert answer.status_code == 404
    assert "introuvable ou illisible" in answer.text
    web.app.db.write(lambda: Recording.delete().where(Recording.id == "bad").execute())


def test_a_recording_of_another_call_is_not_reached_through_this_one(web: Web) -> None:
    assert web.person("sonia").get(f"/calls/day-001/recordings/{callworld.RECORDING}.wav").status_code == 404


def test_the_curve_tells_the_two_voices_apart(tmp_path: Path) -> None:
    path = tmp_path / "two.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        for i in range(8000):
            file.writeframesraw(struct.pack("<hh", 16384 if i < 4000 else 0, 0 if i < 4000 else -32768))
    found = peaks.peaks_of(path)
    assert found is not None
    assert found.duration_s == 1.0
    left, right = found.channels
    assert (left[0], left[-1]) == (0.5, 0.0)
    assert (right[0], right[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"\x00" * 500])
def test_what_is_no_sound_has_no_curve(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    assert peaks.peaks_of(path) is None


def test_several_results_and_an_hour_of_the_day_are_asked_for(web: Web) -> None:
    admin = web.person("admin")
    page = admin.page("/calls?outcome=answered&outcome=abandoned&begin=00%3A00&end=23%3A59")
    assert "2 choisis" in page and 'value="00:00"' in page
    assert "outcome=answered%2Cabandoned" in page, "the address holds the whole filter"
    both = admin.page("/calls?outcome=answered,abandoned&disposition=1,2,x")
    assert both.count("checked") == 4
    silly = admin.page("/calls?outcome=nonsense&begin=25:00&end=x")
    assert "export.csv?" not in silly and 'value="25:00"' not in silly, "what makes no sense is ignored"


def test_the_workbook_holds_what_the_list_holds(web: Web) -> None:
    admin = web.person("admin")
    answer = admin.get("/calls/export.xlsx?outcome=answered")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    listed = admin.get("/calls/export.csv?outcome=answered").data.decode("utf-8-sig").splitlines()
    assert len(rows) == len(listed)
    assert len({row[7] for row in rows[1:]}) == 1


@pytest.mark.parametrize(
    ("begin", "end", "local", "inside"),
    [
        ("09:00", "12:00", datetime(2026, 1, 15, 9, 0), True),
        ("09:00", "12:00", datetime(2026, 1, 15, 12, 0), False),
        ("09:00", "12:00", datetime(2026, 7, 15, 9, 0), True),
        ("09:00", "12:00", datetime(2026, 7, 15, 8, 59), False),
        ("22:00", "06:00", datetime(2026, 7, 15, 23, 0), True),
        ("22:00", "06:00", datetime(2026, 7, 15, 5, 59), True),
        ("22:00", "06:00", datetime(2026, 7, 15, 6, 0), False),
        ("", "08:00", datetime(2026, 3, 29, 7, 0), True),
        ("08:00", "", datetime(2026, 10, 25, 7, 59), False),
    ],
)
def test_an_hour_is_that_of_the_wall_clock_summer_and_winter(
    begin: str, end: str, local: datetime, inside: bool
) -> None:
    zone = text.ZoneInfo("Europe/Paris")
    form = callfilter.read({"begin": begin, "end": end, "since": "2025-12-01"}, zone)
    at = round(local.replace(tzinfo=zone).timestamp() * 1000)
    found = [b for b in callfilter.bands(form, zone, 1_800_000_000_000) if b.since <= at < b.until]
    assert len(found) == 1
    clock = (at + found[0].offset_ms) % 86_400_000
    one = found[0]
    within = one.begin <= clock < one.end if one.begin < one.end else clock >= one.begin or clock < one.end
    assert within is inside
