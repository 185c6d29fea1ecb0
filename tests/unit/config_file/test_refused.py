"""Files that are refused: what is wrong is said with its line, all of it at once, and nothing is changed."""

from __future__ import annotations

import re

import pytest

from fs_app.accounts.model import Account
from fs_app.admin.config_file import document
from fs_app.admin.config_file.service import FileInvalid, NoSuchAccount
from fs_app.web import i18n
from tests.unit.config_file.conftest import CENTRE, Centre, everything


def said(error: pytest.ExceptionInfo[FileInvalid]) -> list[tuple[int, str, str]]:
    return [(p.line, p.path, p.key) for p in error.value.problems]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("was", "becomes", "path", "key"),
    [
        ("tier_after_s: 15", "tier_after_s: soon", "queues.Commercial.tier_after_s", "config.wrong.number"),
        ("strategy: tiers", "strategy: darts", "queues.Commercial.strategy", "config.wrong.one_of"),
        ("strategy: tiers", "stratgy: tiers", "queues.Commercial.stratgy", "config.wrong.unknown"),
        ("schedule: Bureau", "schedule: Buro", "queues.Commercial.schedule", "config.missing.schedules"),
        ("elodie: 2", "zoe: 2", "queues.Commercial.agents.zoe", "config.missing.people"),
        ("elodie: 2", "sonia: 2", "queues.Commercial.agents.sonia", "config.wrong.no_telephone"),
        ("Standard/NO\n", "Standard/YES\n", "queues.Commercial.auto_disposition", "config.missing.verdicts"),
        ("number: '201'", "number: '200'", "queues.Technique.number", "config.wrong.extension_twice"),
        ("number: '1001'", "number: '201'", "people.elodie.telephone.number", "config.wrong.extension_twice"),
        ("number: '1001'", "numero: '1001'", "people.elodie.telephone", "config.wrong.missing"),
        ("profile: Débutant", "profile: Chef", "people.elodie.profile", "config.missing.profiles"),
        ("- 14:00-18:00", "- 12:00-18:00", "schedules.Bureau.monday", "hours.wrong.overlap"),
        ("- 14:00-18:00", "- 2pm", "schedules.Bureau.monday.2", "config.wrong.span"),
        ("'2026-06-30'", "'2026-06-31'", "holidays.France.2", "hours.wrong.date"),
        ("'2026-06-30'", "'30/06/2026'", "holidays.France.2.date", "config.wrong.date"),
        (
            "closed_queue: Technique",
            "closed_queue: Commercial",
            "queues.Commercial.closed_queue",
            "hours.wrong.circle",
        ),
        (
            "            level: 2",
            "            level: 7",
            "queues.Commercial.skills.Anglais",
            "config.wrong.step_lower",
        ),
        ("role: admin", "role: agent", "people", "config.wrong.no_admin"),
        ("Europe/Madrid", "Mars/Base", "account.time_zone", "config.wrong.zone"),
        ("code: break", "code: LUNCH", "reasons.2", "config.wrong.twice"),
        ("active: false", "active: perhaps", "skills.Latin.active", "config.wrong.yes_no"),
        ("name: Noël", "name: ''", "holidays.France.1.name", "config.wrong.empty"),
        ("Technique:", "commercial:", "queues.commercial", "config.wrong.twice"),
        ("max_wait_queue: Commercial", "max_wait_s: 4", "queues.Technique.max_wait_s", "config.wrong.twice"),
        ("format: 1", "format: 9", "format", "config.wrong.version"),
        (
            "kept_dispositions:\n      - Standard/SALE",
            "wrap_up: yes",
            "queues.Commercial.kept_dispositions",
            "field.no_disposition_kept",
        ),
        (
            "auto_disposition: Standard/NO",
            "wrap_up: yes",
            "queues.Commercial.auto_disposition",
            "field.needed",
        ),
        (
            "auto_qualify_s: 90",
            "auto_qualify_s: 90\n    announce_every_s: 9",
            "queues.Commercial.announce_every_s",
            "config.wrong.number",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_nothing_is_changed(
    centre: Centre, was: str, becomes: str, path: str, key: str
) -> None:
    assert was in CENTRE
    text, before = CENTRE.replace(was, becomes, 1), everything(centre.db)
    with pytest.raises(FileInvalid) as error:
        centre.load(text)
    found = {(p, k): line for line, p, k in said(error)}
    assert (path, key) in found, found
    line = text.splitlines()[found[path, key] - 1]
    assert (
        path.split(".")[-1].strip('"') in line
        or becomes.strip() in line
        or re.search(r"- |:$|level: 5", line)
    )
    assert everything(centre.db) == before
    for language in i18n.LANGUAGES:
        for problem in error.value.problems:
            assert "%(" not in i18n.translate(language, problem.key, **problem.params)
            assert i18n.known(problem.key)


def test_everything_that_is_wrong_is_said_at_once(centre: Centre) -> None:
    text = CENTRE.replace("strategy: tiers", "strategy: darts").replace("role: supervisor", "role: king")
    with pytest.raises(FileInvalid) as error:
        centre.load(text)
    assert [(line, path) for line, path, _ in said(error)] == [
        (line_of(text, "role: king"), "people.sonia.role"),
        (line_of(text, "strategy: darts"), "queues.Commercial.strategy"),
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "config.wrong.nothing"),
        ("- a\n- b\n", "config.wrong.record"),
        ("format: [1\n", "config.wrong.yaml"),
        ("a: &x 1\nb: *x\n", "config.wrong.alias"),
        ("a\x00b: 1", "config.wrong.yaml"),
        ("\t- x", "config.wrong.yaml"),
        ("{" * 5000, "config.wrong.deep"),
    ],
)
def test_what_is_no_such_file_is_refused(empty: Centre, text: str, key: str) -> None:
    with pytest.raises(FileInvalid) as error:
        empty.load(text)
    assert key in [k for _, _, k in said(error)]


def test_words_of_yaml_keep_their_letters() -> None:
    """`on`, `NO`, `0612` and `22:00` are what they look like, not truth, not octal, not seconds."""
    text = CENTRE.replace("code: 'NO'", "code: NO").replace("name: Ahmed Lefèvre", "name: on")
    parsed = document.parse(text.replace("number: '1001'", "number: 0612"))
    assert not parsed.problems
    assert parsed.document["people"]["admin"]["name"] == "on"
    assert parsed.document["people"]["elodie"]["telephone"]["number"] == "0612"
    assert parsed.document["dispositions"]["Standard"][1]["code"] == "NO"


def test_a_number_of_somebody_who_stays_deactivated_is_not_given_away(centre: Centre) -> None:
    text = CENTRE.replace("  Technique:\n    number: '201'", "  Support:\n    number: '201'").replace(
        "closed_queue: Technique", "closed_queue: Support"
    )
    with pytest.raises(FileInvalid) as error:
        centre.load(text)
    assert said(error) == [
        (line_of(text, "number: '201'"), "queues.Support.number", "config.wrong.extension_stays")
    ]


def test_an_account_that_is_not_there_is_made_only_when_asked_to(empty: Centre) -> None:
    with pytest.raises(NoSuchAccount):
        empty.load(CENTRE)
    with pytest.raises(NoSuchAccount):
        empty.export()
    dry = empty.load(CENTRE, create=True, dry_run=True)
    assert dry.created and empty.db.read(lambda: Account.select().count()) == 0


def test_what_belongs_to_another_account_is_refused(centre: Centre) -> None:
    other = CENTRE.replace("slug: demo", "slug: other")
    with pytest.raises(FileInvalid) as error:
        centre.load(other, create=True)
    assert {key for _, _, key in said(error)} == {"config.wrong.domain_taken", "field.did_elsewhere"}
