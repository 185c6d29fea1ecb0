"""Whatever a configuration is: exported and loaded it changes nothing, and its text is read as it was meant."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fs_app.accounts.permissions import PERMISSIONS
from fs_app.admin.config_file import describe, document, schema
from fs_app.admin.config_file.plan import changes
from fs_app.admin.config_file.reading import normal
from fs_app.admin.config_file.service import FileInvalid
from fs_app.routing.strategies import STRATEGIES
from tests.unit.config_file.conftest import CENTRE, Centre, copied, everything

# Everything that a line of text may hold, and what YAML likes to take for something else.
TRICKY = (
    "no",
    "yes",
    "on",
    "~",
    "null",
    "0x1F",
    "012",
    "1e3",
    "12:30",
    "- a",
    "a: b",
    "#x",
    "{}",
    "*a",
    "&a",
    "'",
    '"',
    "<<",
    "=",
    "%",
)
TEXT = st.one_of(
    st.sampled_from(TRICKY),
    st.text(
        st.characters(blacklist_categories=("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")),
        min_size=1,
        max_size=20,
    ),
)


def names(least: int = 0, most: int = 4) -> st.SearchStrategy[list[str]]:
    return st.lists(TEXT, min_size=least, max_size=most, unique_by=lambda name: name.casefold())


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, Any]:
    """A file that makes sense, as plain values."""
    pick = lambda values: draw(st.sampled_from(values)) if values else ""  # noqa: E731
    maybe = lambda values: draw(st.sampled_from(["", *values]))  # noqa: E731
    codes = st.from_regex(schema.CODE, fullmatch=True)
    skills, schedules, holidays = draw(names()), draw(names()), draw(names())
    sets = [name for name in draw(names()) if "/" not in name]
    profiles, queues = draw(names()), draw(names())
    logins = draw(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), unique=True, max_size=4))
    numbers = iter(draw(st.permutations([str(n) for n in range(100, 200)])))
    text = {"format": 1, "account": {"slug": "demo", "name": draw(TEXT), "sip_domain": "demo.example"}}
    text["skills"] = {name: {"active": draw(st.booleans())} for name in skills}
    text["schedules"] = {
        name: {
            day: draw(st.sampled_from([[], ["08:00-12:00"], ["00:00-24:00"], ["20:00-22:00", "09:00-10:00"]]))
            for day in schema.DAYS
        }
        for name in schedules
    }
    days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
    text["holidays"] = {
        name: [
            {
                "date": pick([day.isoformat(), day.isoformat()[5:]]),
                "name": draw(TEXT),
                "message": maybe(["a.wav"]),
            }
            for day in draw(st.lists(days, max_size=3))
        ]
        for name in holidays
    }
    text["dispositions"] = {}
    verdicts = []
    for name in sets:
        found = draw(st.lists(codes, max_size=5, unique_by=lambda code: code.casefold()))
        verdicts += [f"{name}/{code}" for code in found]
        rows = [{"code": c, "label": draw(TEXT), "active": draw(st.booleans())} for c in found]
        cut = draw(st.integers(0, len(rows)))
        if rows[:cut]:
            rows[0]["children"] = rows[cut:]
            rows = rows[:cut]
        text["dispositions"][name] = rows
    text["reasons"] = [
        {"code": code, "label": draw(TEXT), "active": draw(st.booleans())}
        for code in draw(st.lists(codes, max_size=4, unique_by=lambda code: code.casefold()))
    ]
    text["profiles"] = {
        name: {
            "role": "agent",
            "denied": draw(st.lists(st.sampled_from(list(PERMISSIONS)), max_size=3)),
            "sees_waiting": draw(st.booleans()),
        }
        for name in profiles
    }
    text["people"] = {"the-admin": {"name": draw(TEXT), "role": "admin"}}
    working = []
    for login in logins:
        person: dict[str, Any] = {
            "name": draw(TEXT),
            "role": "agent",
            "profile": maybe(profiles),
            "active": draw(st.booleans()),
        }
        if draw(st.booleans()):
            working.append(login)
            levels = {skill: draw(st.integers(1, 10)) for skill in skills if draw(st.booleans())}
            person["telephone"] = {"number": next(numbers), "skills": levels, "active": draw(st.booleans())}
        person["supervises"] = [name for name in queues if draw(st.booleans())]
        text["people"][login] = person
    text["queues"] = {
        name: {
            "number": next(numbers),
            "agents": {login: draw(st.integers(1, 9)) for login in working if draw(st.booleans())},
            "strategy": pick(list(STRATEGIES)),
            "priority": draw(st.integers(0, 100)),
            "wrap_up": draw(st.booleans()),
            "disposition_set": maybe(sets),
            "auto_disposition": maybe(verdicts),
            "kept_dispositions": [v for v in verdicts if draw(st.booleans())],
            "schedule": maybe(schedules),
            "holiday_set": maybe(holidays),
            "closed_queue": queues[at - 1] if at and draw(st.booleans()) else "",
            "max_wait_then": "queue",
            "max_wait_queue": pick(queues),
            "skills": {
                s: {"level": 5, "relax": draw(st.sampled_from([[], [{"after_s": 9, "level": 0}]]))}
                for s in skills
                if draw(st.booleans())
            },
            "active": draw(st.booleans()),
        }
        for at, name in enumerate(queues)
    }
    text["numbers"] = {
        f"+33{n}": {"label": maybe(["x"]), "queue": maybe(queues)} for n in range(draw(st.integers(0, 3)))
    }
    return text


def parsed(text: str) -> dict[str, Any]:
    found = document.parse(text)
    assert not found.problems, found.problems
    return normal(found.document)


def refusals(centre: Centre, text: str) -> set[str]:
    try:
        centre.load(text, create=True)
    except FileInvalid as error:
        return {problem.key for problem in error.problems}
    return set()


@given(configurations())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_text_is_read_as_it_was_written(wanted: dict[str, Any]) -> None:
    once = parsed(yaml.dump(wanted, Dumper=document._Dumper, allow_unicode=True))
    text = document.write(once)
    assert parsed(text) == once
    assert document.write(parsed(text)) == text
    assert changes(once, copy.deepcopy(once)) == []


@given(first=configurations(), second=configurations())
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_loading_what_was_exported_changes_nothing_whatever_it_is(
    made: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[str, Any],
    second: dict[str, Any],
) -> None:
    """One configuration after the other: what the first leaves deactivated does not disturb the second, either."""
    copies = copied(made["empty"], tmp_path_factory.mktemp("trip"))
    centre = next(copies)
    for at, wanted in enumerate((first, second)):
        text = yaml.dump(wanted, Dumper=document._Dumper, allow_unicode=True)
        refused = refusals(centre, text)
        if refused:  # the numbers of what stays may be in the way
            assert at == 1
            assert refused == {"config.wrong.extension_stays"}
            continue
        assert [c for c in centre.load(text).changes if c.action != "keep"] == [], "the same file again"
        before = everything(centre.db)
        exported = centre.export()
        assert centre.load(exported).changes == []
        assert centre.export() == exported
        assert everything(centre.db) == before
    next(copies, None)


def test_the_documented_example_is_such_a_file(centre: Centre) -> None:
    doc = (Path(__file__).resolve().parents[3] / "docs" / "config.md").read_text()
    example = doc.split("```yaml\n")[1].split("```")[0]
    parsed(example)
    assert centre.load(
        example.replace("slug: demo", "slug: example").replace("+3318", "+3319"), create=True
    ).created
    assert parsed(CENTRE)


def test_the_fields_are_documented_as_they_are() -> None:
    doc = (Path(__file__).resolve().parents[3] / "docs" / "config.md").read_text()
    assert doc.endswith(describe.tables()), "write describe.tables() behind the heading Fields"
