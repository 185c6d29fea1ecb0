"""The wizard of imports in a real browser: from a semicolon file in cp1252 to the end and back, with what people do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Browser, accessibility_faults, log_in
from tests.support.webapp import WebProcess

CHILD_MS = 60_000
LINES = """Nom;Prénom;Téléphone;Âge;Remarque
Garçon;Élodie;06 12 00 56 78;34;Préfère l’après-midi
Nuñez;Íñigo;0698765432;;=cmd|' /C calc'!A0
Faux;Numéro;12;40;<b>gras</b>
Garçon;Élodie;+33612005678;34;la même
"""


@pytest.fixture
def admin(browser: Browser, webapp: WebProcess) -> Iterator[Page]:
    window = browser.window(1024, 768)
    page = window.new_page()
    facts = webapp.facts
    log_in(page, webapp.url, facts["account"], facts["logins"]["admin"], facts["password"])
    yield page
    window.close()


def test_a_file_goes_all_the_way_and_back(admin: Page, webapp: WebProcess, tmp_path: Path) -> None:
    page = admin
    file = tmp_path / "prospects.csv"
    file.write_bytes(LINES.replace("’", "'").encode("cp1252"))
    page.goto(f"{webapp.url}/imports/new")
    page.locator(".drop-input").set_input_files(str(file))

    expect(page.locator(".im-sheet")).to_contain_text("Íñigo", timeout=CHILD_MS)
    expect(page.get_by_label("Encodage")).to_have_value("cp1252")
    page.get_by_label("Séparateur").select_option(",")
    expect(page.locator(".notice", has_text="Une seule colonne")).to_be_visible(timeout=CHILD_MS)
    page.get_by_label("Séparateur").select_option(";")
    expect(page.locator(".im-sheet thead th")).to_have_count(6, timeout=CHILD_MS)

    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("#step-title")).to_be_focused()
    expect(page.get_by_label("« Téléphone » devient")).to_have_value("number.1")
    page.get_by_label("« Âge » devient").select_option("+")
    page.get_by_label("Nom du nouveau champ").fill("Âge du client")
    page.get_by_label("Type du nouveau champ").select_option("INTEGER")
    page.get_by_label("Source du fichier").fill("Salon")
    expect(page.locator(".im-kept")).to_contain_text("Enregistré")
    assert not accessibility_faults(page)

    page.reload()  # what was entered is still there
    expect(page.get_by_label("Nom du nouveau champ")).to_have_value("Âge du client", timeout=CHILD_MS)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Fichier d’appels", exact=True).select_option("+")
    page.get_by_label("Nom du nouveau").fill("Printemps")
    assert not accessibility_faults(page)
    page.get_by_role("button", name="Continuer").click()

    page.get_by_role("button", name="Vérifier", exact=True).click()
    figures = page.locator(".im-figures")
    expect(figures).to_contain_text("4 lignes lues", timeout=CHILD_MS)
    expect(figures).to_contain_text("2 fiches")
    expect(page.locator(".im-sheet")).to_contain_text("Doublon")
    expect(page.locator(".im-reasons")).to_contain_text("Numéro de téléphone faux")
    expect(page.locator(".im-sheet b")).to_have_count(0)
    assert not accessibility_faults(page)

    page.get_by_role("button", name="Importer", exact=True).dblclick()
    expect(page.get_by_text("L’import est terminé.")).to_be_visible(timeout=CHILD_MS)
    expect(figures).to_contain_text("Nouveaux contacts 2")
    expect(page.get_by_role("link", name="Ouvrir « Printemps »")).to_be_visible()
    assert not accessibility_faults(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Lignes refusées").click()
    assert "Faux" in Path(download.value.path()).read_text("utf-8-sig")

    page.goto(f"{webapp.url}/imports")
    expect(page.locator("tbody tr").first).to_contain_text("Printemps")
    page.locator("tbody tr").first.get_by_role("link", name="Annuler l’import").click()
    expect(page.locator("main")).to_contain_text("2 contacts")
    page.locator("main form button").press("Enter")
    expect(page.get_by_text("la base est comme avant lui")).to_be_visible(timeout=CHILD_MS)


def test_who_changes_a_plan_second_is_told_and_keeps_what_he_typed(
    admin: Page, webapp: WebProcess, tmp_path: Path
) -> None:
    file = tmp_path / "deux.csv"
    file.write_text(LINES)
    admin.goto(f"{webapp.url}/imports/new")
    admin.locator(".drop-input").set_input_files(str(file))
    expect(admin.locator(".im-sheet")).to_contain_text("Íñigo", timeout=CHILD_MS)
    admin.get_by_role("button", name="Continuer").click()
    expect(admin.locator(".im-kept")).to_contain_text("Enregistré")

    other = admin.context.new_page()
    looks = {"hidden": True}
    # Between two looks at the server nobody knows what the other one does.
    other.route("**/imports/*.json", lambda route: route.abort() if looks["hidden"] else route.continue_())
    other.on(
        "request", lambda sent: looks.update(hidden=looks["hidden"] and "Foire" not in (sent.post_data or ""))
    )
    other.goto(admin.url)
    source = other.get_by_label("Source du fichier")
    expect(source).to_be_visible(timeout=CHILD_MS)
    admin.get_by_label("Source du fichier").fill("Stand")
    expect(admin.locator(".im-kept")).to_contain_text("Enregistré")

    source.fill("Foire")
    expect(other.get_by_role("alert")).to_contain_text("Quelqu’un d’autre vient d’enregistrer")
    expect(source).to_have_value("Foire")
    told = admin.request.get(f"{admin.url.partition('#')[0]}.json").json()
    assert told["job"]["plan"]["source"] == "Stand"
    other.locator(".im-kept button").click()
    expect(other.locator(".im-kept")).to_contain_text("Enregistré")
    expect(admin.get_by_label("Source du fichier")).to_have_value("Foire", timeout=CHILD_MS)


def test_what_can_not_be_read_says_why_and_offers_the_way_on(
    admin: Page, webapp: WebProcess, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04" + b"x" * 200)
    admin.goto(f"{webapp.url}/imports/new")
    admin.locator(".drop-input").set_input_files(str(broken))
    expect(admin.get_by_role("alert")).to_contain_text("incomplet", timeout=CHILD_MS)
    admin.get_by_role("link", name="Apporter un autre fichier").click()
    expect(admin.locator(".drop-input")).to_be_attached()


def test_an_import_that_could_not_begin_leads_back_to_its_plan_and_says_why(
    admin: Page, webapp: WebProcess, tmp_path: Path
) -> None:
    page, why = admin, "Ce nom vient d’être pris."
    file = tmp_path / "taken.csv"
    file.write_text("Nom;Téléphone\nTaken;06 12 00 77 01\n")
    page.goto(f"{webapp.url}/imports/new")
    page.locator(".drop-input").set_input_files(str(file))
    expect(page.locator(".im-sheet")).to_contain_text("Taken", timeout=CHILD_MS)
    for _ in range(3):
        page.get_by_role("button", name="Continuer").click()
    begun: list[str] = []

    def begins(route: Route) -> None:
        begun.append(route.request.url)
        route.fulfill(json={"job": {"state": "RUNNING"}})

    def told(route: Route) -> None:
        answer = route.fetch()
        data = answer.json()
        if begun:
            data["job"]["error"] = {"key": "imports.error.name_taken", "text": why}
        route.fulfill(response=answer, json=data)

    page.route("**/imports/*/start", begins)
    page.route("**/imports/*.json", told)
    page.get_by_role("button", name="Importer sans vérifier").click()
    expect(page.get_by_role("alert").filter(has_text=why)).to_be_visible()
    assert begun
    page.get_by_role("button", name="Retour").click()
    expect(page.get_by_label("Fichier d’appels", exact=True)).to_be_visible()
