"""Columns are recognised by their names in three languages and by what is in them; nothing is given away twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.imports.reading import Field, Match, Sample, Told, guesses
from fs_app.imports.reading.guesses import WHY
from fs_app.imports.targets import FIXED
from fs_app.web import i18n


def seen(header: list[str], *rows: list[str]) -> Sample:
    return Sample(header, list(rows), len(rows), True, Told())


def of(name: str, *cells: str) -> Match:
    return guesses(seen([name], *([cell] for cell in cells)))[0]


@pytest.mark.parametrize(
    ("names", "target"),
    [
        (
            "Nom|NOM|nom de famille|Last name|lastName|LAST_NAME|Surname|Apellidos|Nom 1|Nom du client",
            "last_name",
        ),
        ("Prénom|PRENOM|prénoms|First name|firstname|given_name|Nombre", "first_name"),
        ("Civilité|Civ.|CIV|Titre|Title|Tratamiento|Politesse", "title"),
        (
            "Société|Sté|Raison sociale|RAISON_SOCIALE|Company|companyName|Empresa|Razón social|Enseigne",
            "company",
        ),
        ("E-mail|Email|MAIL|Courriel|Adresse e-mail|Email address|Correo electrónico|Mél", "mail"),
        ("Adresse|ADR1|Rue|Adresse postale|Street|Address line 1|Dirección|Calle", "address"),
        ("CP|C.P.|Code postal|CODE_POSTAL|Zip|Postcode|ZIP code|Código postal", "postal_code"),
        ("Ville|Commune|Localité|City|Town|Ciudad|Población", "city"),
        ("Pays|Country|País|Code pays", "country"),
        ("Langue|Language|Idioma", "language"),
        (
            "Référence|Réf.|ID client|N° client|Customer ID|customerId|Código cliente|Numéro de contrat",
            "reference",
        ),
        ("Catégorie|Category|Categoría", "category"),
        (
            "Commentaire|Commentaires|Remarques|Observations|Notes|Comments|Comentarios|Observaciones|Mémo",
            "memo",
        ),
        ("Rappel le|À rappeler le|Date de rappel|Callback date|Next call|Fecha de rellamada", "callback_at"),
        ("Fuseau horaire|Time zone|timezone|Zona horaria", "time_zone"),
        ("Date du consentement|Date opt-in|Consent date|Fecha de consentimiento", "consent.given_at"),
        ("Source du consentement|Consent source|Origen del consentimiento", "consent.source"),
        ("Texte du consentement|Consent text|Texto del consentimiento", "consent.text"),
        (
            "Tél|Tél.|Tel 1|TEL1|Téléphone|Numéro de téléphone|N° de téléphone|N° tél|Phone|Phone number|phoneNumber|"
            "Teléfono|Tlf|Portable|Mobile|GSM|Móvil|Fixe|Tél. bureau|Tel domicile|Cell phone|Mob.|MSISDN|"
            "Tél portable 2|Téléphone (mobile)|tel_port|Numéro|Work phone",
            "number.1",
        ),
        (
            "Fax|Télécopie|Date de naissance|SIRET|Type de téléphone|Opérateur mobile|Montant|Âge|x|Statut|42|",
            "",
        ),
    ],
)
def test_names_of_columns(names: str, target: str) -> None:
    for name in names.split("|"):
        assert of(name).target == target, name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Portable", "mobile"),
        ("GSM", "mobile"),
        ("Tél. mobile 2", "mobile"),
        ("Móvil", "mobile"),
        ("Tél. bureau", "office"),
        ("Work phone", "office"),
        ("Téléphone pro", "office"),
        ("Tel domicile", "home"),
        ("Home phone", "home"),
        ("Fixe", ""),
        ("Téléphone", ""),
    ],
)
def test_the_name_says_what_kind_of_number_it_is(name: str, kind: str) -> None:
    assert of(name, "0612345698").kind == kind


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (["0612345698", "06 12 34 56 97", "+33143216598"], "number.1"),
        (["612345698", "612345697", "143216598"], "number.1"),
        (["+34612345698", "0034612345697", "34 612 345 696"], "number.1"),
        (["a.martin@example.org", "b@example.com", ""], "mail"),
        (["M.", "Mme", "Mme", "Mlle"], "title"),
        (["Monsieur", "Madame", "Madame"], "title"),
        (["France", "Belgique", "Suisse"], "country"),
        (["FR", "ES", "FR"], "country"),
        (["75002", "01000", "69003", "13001"], "postal_code"),
        (["Martin", "Petit", "Roy"], ""),
        (["1001", "1002", "1003", "1004", "1005", "1006"], ""),
        (["12", "7", "45"], ""),
        (["03/02/2025", "04/02/2025"], ""),
        ([""], ""),
    ],
)
def test_contents_without_a_name(cells: list[str], target: str) -> None:
    match = of("(A)", *cells)
    assert (match.target, match.why) == (target, "content" if target else "none")


def test_identifiers_that_rise_are_no_telephone_numbers() -> None:
    assert of("Code", *(str(612345600 + n) for n in range(20))).target == ""


def test_contents_that_contradict_a_name_win() -> None:
    assert of("Téléphone", *["a@example.org"] * 5).target == "mail"
    assert of("Nom", *["0612345698", "0143216597", "0556781234", "0612345699"]).target == "number.1"
    assert of("Mail", *["0612345698", "0143216597", "0556781234", "0612345699"]).target == "number.1"


def test_name_and_contents_together_are_surer_than_either() -> None:
    both, name = of("Tél", "0612345698", "0143216597"), of("Tél")
    assert both.why == "both" and name.why == "name" and both.confidence > name.confidence


def test_no_target_is_given_twice_but_numbers_get_places_in_their_order() -> None:
    header = ["Nom", "Nom de famille", "Tel bureau", "E-mail", "Email 2", "GSM", "Tel domicile"]
    found = guesses(
        seen(header, ["a", "b", "0143216597", "a@example.org", "b@example.org", "0612345698", ""])
    )
    assert [match.target for match in found] == [
        "last_name",
        "",
        "number.1",
        "mail",
        "",
        "number.2",
        "number.3",
    ]
    assert [match.kind for match in found if match.target.startswith("number")] == [
        "office",
        "mobile",
        "home",
    ]


def test_the_tenth_number_has_no_place() -> None:
    found = guesses(seen([f"Tel {n}" for n in range(12)], ["0612345698"] * 12))
    assert [match.target for match in found] == [f"number.{n}" for n in range(1, 10)] + [""] * 3


def test_fields_of_the_account_are_found_by_label_and_by_name() -> None:
    fields = [Field("contrat", "N° de contrat énergie"), Field("puissance", "Puissance (kVA)", "DECIMAL")]
    found = guesses(
        seen(["n° contrat energie", "PUISSANCE KVA", "puissance", "N° DE CONTRAT ENERGIE"]), fields
    )
    assert [(m.target, m.why) for m in found[1:2]] == [("custom.puissance", "field")]
    assert found[3] == Match(3, "custom.contrat", "", 0.95, "field")
    assert [m.target for m in found].count("custom.puissance") == 1


def test_all_that_is_guessed_is_a_target_and_its_reason_can_be_said() -> None:
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in i18n.catalogue("fr") if m.id}
    assert set(WHY.values()) <= known
    header = [
        "Nom",
        "Prénom",
        "Civ",
        "Sté",
        "Mail",
        "Adresse",
        "CP",
        "Ville",
        "Pays",
        "Langue",
        "Réf",
        "Catégorie",
    ]
    header += [
        "Mémo",
        "Rappel le",
        "Fuseau",
        "Date optin",
        "Source optin",
        "Mention consentement",
        "Tel",
        "Descriptif",
    ]
    targets = [match.target for match in guesses(seen(header))]
    assert set(targets) <= set(FIXED) and "" not in targets and len(set(targets)) == len(targets)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda width: st.tuples(
            st.lists(st.text(max_size=30), min_size=width, max_size=width),
            st.lists(st.lists(st.text(max_size=20), min_size=width, max_size=width), max_size=5),
        )
    )
)
def test_every_column_has_one_guess_and_no_target_two_columns(
    table: tuple[list[str], list[list[str]]],
) -> None:
    header, rows = table
    found = guesses(seen(header, *rows), [Field("a", "A")])
    assert [match.column for match in found] == list(range(len(header)))
    targets = [match.target for match in found if match.target]
    assert len(set(targets)) == len(targets)
    assert all(0 <= match.confidence <= 1 and match.why in WHY for match in found)
