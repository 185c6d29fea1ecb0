"""Contacts are found by words' beginnings, whatever the accents and however their numbers are written."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.contacts import directory, searching
from fs_app.contacts.directory import Reader
from fs_app.contacts.model import Contact, ContactNumber, ContactSearch
from tests.unit.contacts.conftest import NOW, Base


@pytest.fixture(scope="module")
def people(base: Base) -> dict[str, int]:
    return {
        "elodie": base.add(
            ("+33612345678", "+33185090000"),
            last_name="Garçon",
            first_name="Élodie",
            mail="elodie.garcon@example.org",
            city="Saint-Étienne",
            reference="C-000123",
        ),
        "soeur": base.add(("+32470123456",), last_name="Sœur", company="L’Œuvre & Fils"),
        "custom": base.add((), last_name="Zola", custom={"contract": "ABC/77", "age": 42, "vip": True}),
        "other": base.add(("+33612345678",), account=base.other, last_name="Garçon", first_name="Élodie"),
    }


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("élodie", "elodie"),
        ("ELODIE GAR", "elodie"),
        ("g", "elodie"),
        ("ga el", "elodie"),
        ("garcon etienne", "elodie"),
        ("elodie.garcon@exam", "elodie"),
        ("06 12 34 56 78", "elodie"),
        ("06.12", "elodie"),
        ("+33 6 12 34", "elodie"),
        ("0033612", "elodie"),
        ("612345678", "elodie"),
        ("(0)1 85 09", "elodie"),
        ("000123", "elodie"),
        ("soeur", "soeur"),
        ("oeuvre fils", "soeur"),
        ("+32 470", "soeur"),
        ("0470 12", "soeur"),
        ("abc 77", "custom"),
        ("42", "custom"),
    ],
)
def test_a_contact_is_found(base: Base, people: dict[str, int], query: str, who: str) -> None:
    assert base.search(query) == {people[who]}


@pytest.mark.parametrize("query", ["lodie", "garcon zola", "0613", "true", "+336 99", "zolaa"])
def test_what_is_not_there_is_not_found(base: Base, people: dict[str, int], query: str) -> None:
    assert not base.search(query)


def test_nobody_finds_contacts_of_another_account(base: Base, people: dict[str, int]) -> None:
    assert base.search("elodie", base.other) == {people["other"]}
    assert not base.search("zola", base.other)
    assert not base.search(f"{base.other:x}·garcon")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        "'",
        '"',
        '" OR "',
        "a* NOT b",
        "NEAR(a b)",
        "\0",
        "%s",
        "'::tsquery",
        "\\",
        "&|!",
        ":*",
        "-",
        "(",
        "٣",
        "😀",
        "é" * 10_000,
    ],
)
def test_a_query_of_anything_is_no_error(base: Base, people: dict[str, int], query: str) -> None:
    base.search(query)


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=30))
def test_any_text_can_be_asked_for(base: Base, query: str) -> None:
    base.search(query)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), max_size=4
    )
)
def test_whoever_has_the_words_is_found_by_them(base: Base, texts: list[str]) -> None:
    made = base.add((), last_name=" ".join(texts)[:200])
    for word in searching.words_of(" ".join(texts)[:200])[:5]:
        for length in (1, 2, 3, len(word)):
            assert made in base.search(word[:length])


def test_who_is_changed_or_deleted_is_found_as_he_is_now(base: Base) -> None:
    made = base.add(("+33700000001",), last_name="Alphonse")
    base.db.write(lambda: Contact.update(last_name="Bertrande").where(Contact.id == made).execute())
    base.db.write(lambda: searching.reindex(base.account, [made], "FR"))
    assert made not in base.search("alphonse")
    assert made in base.search("bertrande")
    base.db.write(lambda: Contact.delete().where(Contact.id == made).execute())
    assert made not in base.search("bertrande")
    assert not base.db.read(lambda: ContactSearch.select().where(ContactSearch.contact == made).exists())


def test_many_at_once_are_indexed_as_one_by_one(base: Base) -> None:
    rows = [
        {
            "account": base.account,
            "last_name": f"Massif{string.ascii_lowercase[i % 26]}",
            "created_at": NOW,
            "updated_at": NOW,
        }
        for i in range(900)
    ]

    def make() -> list[int]:
        ids = [Contact.create(**row).id for row in rows]
        ContactNumber.create(account=base.account, contact=ids[0], number="+33799999999")
        searching.index_many(
            (i, base.account, searching.text_of(row, ["+33799999999"] if i == ids[0] else [], "FR"))
            for i, row in zip(ids, rows, strict=True)
        )
        return ids

    ids = base.db.write(make)
    assert base.search("massif") == set(ids)
    assert base.search("0799999999") == {ids[0]}

    def words() -> dict[int, set[str]]:
        return {
            r.contact_id: set(r.words.replace("'", "").split())
            for r in ContactSearch.select().where(ContactSearch.contact.in_(ids[:50]))
        }

    before = base.db.read(words)
    base.db.write(lambda: searching.reindex(base.account, ids[:50], "FR"))
    assert base.db.read(words) == before
    base.db.write(lambda: Contact.delete().where(Contact.id.in_(ids)).execute())


def test_a_long_description_does_not_swell_the_index() -> None:
    text = searching.text_of(
        {"last_name": "A", "description": " ".join(f"w{i}" for i in range(5000))}, ["+33612345678"], "FR"
    )
    assert len(text.split()) == searching.MOST_WORDS
    assert text.split()[:2] == ["33612345678", "a"]


def test_the_directory_finds_contacts_beside_its_entries(base: Base, people: dict[str, int]) -> None:
    reader = Reader(base.account, base.user, "FR", None)
    found = base.db.read(lambda: directory.search(reader, "garcon"))
    assert found["list"] == []
    assert found["contacts"] == [
        {
            "id": people["elodie"],
            "name": "Élodie Garçon",
            "company": "",
            "numbers": ["+33612345678", "+33185090000"],
        }
    ]
    for query, which in (("ga", ""), ("garcon", "public"), ("zzz", "")):
        assert base.db.read(lambda q=query, w=which: directory.search(reader, q, w))["contacts"] == []
