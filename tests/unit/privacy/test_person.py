"""A person is recognised however his number is written, and nobody else is."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.privacy.person import GONE, Person, masked, person_of, scrubbed

MARIE = Person(1, "FR", (7,), ("+33612345678",), ("marie@exemple.fr",))

NATIONALS = st.from_regex(r"[67][0-9]{8}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "+33612345678",
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "33612345678",
        "sofia/gateway/trunk/33612345678",
        "rappeler au 06-12-34-56-78, merci",
        "MARIE@Exemple.FR",
        "Marie <marie@exemple.fr>",
    ],
)
def test_it_is_found(text: str) -> None:
    assert MARIE.mentioned(text)
    assert "345678" not in MARIE.cleaned(text).replace(" ", "").replace(".", "").replace("-", "")


@pytest.mark.parametrize(
    "text",
    [
        "+33612345679",
        "1795283612345678",
        "06123456789",
        "a0612345678b",
        "0a6d8c1e-7f43-4a4e-9a55-612345678c10",
        "annemarie@exemple.fr",
        "marie@exemple.fraise",
        "12 345 678",
    ],
)
def test_another_is_not(text: str) -> None:
    assert not MARIE.mentioned(text), MARIE.cleaned(text)


@given(
    NATIONALS, st.sampled_from(["", " ", ".", "-"]), st.sampled_from(["E164", "INTERNATIONAL", "NATIONAL"])
)
@settings(max_examples=60, deadline=None)
def test_any_number_in_any_dress(national: str, between: str, form: str) -> None:
    parsed = phonenumbers.parse(f"+33{national}")
    person = Person(1, "FR", (), (f"+33{national}",))
    said = phonenumbers.format_number(parsed, getattr(phonenumbers.PhoneNumberFormat, form))
    said = said.replace(" ", between)
    assert person.cleaned(f"<{said}>") == f"<{GONE}>"
    assert not person.mentioned(f"9{said.lstrip('+')}9")


def test_a_document_loses_him_and_keeps_its_structure() -> None:
    data = {
        "number": "0612345678",
        "ms": 612345678,
        "to": ["+33612345678", "x"],
        "note": "Marie",
        "n": {"q": 3},
    }
    assert scrubbed(data, MARIE, frozenset({"note"})) == {
        "number": GONE,
        "ms": 612345678,
        "to": [GONE, "x"],
        "note": "",
        "n": {"q": 3},
    }


def test_a_mask_says_little() -> None:
    assert masked("+33612345678") == "••• 78"
    assert masked("Marie Durand") == "M••• D•••"
    assert masked("marie@exemple.fr") == "m•••@e•••"
    assert masked("") == "•••"


def test_a_job_remembers_him() -> None:
    assert person_of(1, MARIE.plain()) == MARIE
