"""The tabs of the queue's form: what is typed there is what calls go by, and nothing else changes."""

from __future__ import annotations

import re

import pytest

from fs_app.admin.model import AuditEntry
from fs_app.outbound.model import RetryRule
from fs_app.outbound.retry import DEFAULTS, Result, Rule
from fs_app.queues.model import Did, Disposition, Queue
from fs_app.routing.model import AgentSkill, Skill
from tests.unit.web.conftest import Visitor, Web

BASIC = {
    "name": "Commercial",
    "number": "200",
    "ring_s": "20",
    "no_answer_delay_s": "10",
    "inter_call_s": "3",
    "wrap_up": "1",
}
STRATEGY = {"tabs": "strategy", "strategy": "tiers", "priority": "0", "last_agent_wait_s": "0"}


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


@pytest.fixture
def at(web: Web) -> str:
    return f"/admin/queues/{web.ids.desk.queue}"


def skill(web: Web, name: str) -> str:
    return str(web.app.db.write(lambda: Skill.create(account=web.ids.desk.account, name=name).id))


def wrong(page: str) -> dict[str, str]:
    return dict(re.findall(r'id="e-([\w-]+)">.*?<span>(.*?)</span>', page, re.S))


def agents(web: Web) -> list[str]:
    return [str(web.ids.desk.agent), str(web.ids.desk.colleague)]


def test_a_strategy_with_tiers_is_what_calls_go_by(web: Web, admin: Visitor, at: str) -> None:
    first, second = agents(web)
    form = {**BASIC, **STRATEGY, "agents": [first, second], f"tier-{first}": "1", f"tier-{second}": "2"}
    answer = admin.post(at, **{**form, "tier_after_s": "15", "last_agent": "1", "last_agent_wait_s": "40"})
    assert answer.status_code == 303
    info = web.app.catalog.queue(web.ids.desk.queue)
    assert info is not None
    assert (info.strategy, info.tier_after_s, info.last_agent, info.last_agent_wait_s) == (
        "tiers",
        15,
        True,
        40,
    )
    assert info.tiers == {int(first): 1, int(second): 2}
    page = admin.page(at)
    assert re.search(r'value="tiers" checked', page)
    line = web.app.db.read(lambda: AuditEntry.select().order_by(AuditEntry.id.desc()).get())
    assert line.after["strategy"] == "tiers"
    assert list(line.after["tiers"].values()) == [2], "by name, and who is in the first tier is not told"


def test_a_tab_that_was_not_sent_stays_as_it_is(web: Web, admin: Visitor, at: str) -> None:
    admin.post(at, **BASIC, **{**STRATEGY, "tier_after_s": "15"})
    admin.post(at, **{**BASIC, "ring_s": "33"})
    info = web.app.catalog.queue(web.ids.desk.queue)
    assert info is not None and (info.ring_s, info.strategy, info.tier_after_s) == (33, "tiers", 15)


def test_what_is_wrong_in_a_strategy_is_said_beside_its_field(web: Web, admin: Visitor, at: str) -> None:
    form = {**BASIC, **STRATEGY, "strategy": "favourites", "priority": "101", "tier_after_s": "x"}
    page = admin.post(at, **form, **{f"tier-{web.ids.desk.agent}": "10"}).text
    assert set(wrong(page)) == {"strategy", "priority", "tier_after_s", f"tier-{web.ids.desk.agent}"}
    assert 'id="tab-strategy"' in page and "tone-red" in page.split('id="tab-strategy"')[1][:200]


def test_needs_are_relaxed_in_steps(web: Web, admin: Visitor, at: str) -> None:
    english, dutch = skill(web, "English"), skill(web, "Dutch")
    form = {
        "need-0-skill": english,
        "need-0-level": "8",
        "need-0-after": ["60", "30", ""],
        "need-0-to": ["0", "5", ""],
        "need-4-skill": dutch,
        "need-4-level": "3",
        "need-5-skill": "",
    }
    assert admin.post(at, **BASIC, tabs="skills", **form).status_code == 303
    info = web.app.catalog.queue(web.ids.desk.queue)
    assert info is not None
    assert [(n.name, n.level, n.steps) for n in info.needs] == [
        ("Dutch", 3, ()),
        ("English", 8, ((30, 5), (60, 0))),
    ]
    line = web.app.db.read(lambda: AuditEntry.select().order_by(AuditEntry.id.desc()).get())
    assert line.after["skills"] == {"Dutch": "3", "English": "8, 30 s → 5, 60 s → 0"}
    assert admin.post(at, **BASIC, tabs="skills").status_code == 303
    info = web.app.catalog.queue(web.ids.desk.queue)
    assert info is not None and info.needs == ()


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"need-0-skill": "999"}, "need-0-skill", "no longer exists"),
        ({"need-1-skill": "ENGLISH"}, "need-1-skill", "asked for above"),
        ({"need-0-level": "11"}, "need-0-level", "from 1 to 10"),
        ({"need-0-after": "0", "need-0-to": "1"}, "need-0-steps", "1 to 3600"),
        ({"need-0-after": "30", "need-0-to": ""}, "need-0-steps", "a wait"),
        ({"need-0-after": ["30", "30"], "need-0-to": ["2", "1"]}, "need-0-steps", "the same wait"),
        ({"need-0-after": "30", "need-0-to": "5"}, "need-0-steps", "level 5 or more"),
        (
            {"need-0-after": [str(i) for i in range(1, 12)], "need-0-to": ["0"] * 11},
            "need-0-steps",
            "10 at most",
        ),
    ],
)
def test_a_need_that_makes_no_sense_says_why(
    web: Web, admin: Visitor, at: str, typed: dict[str, str], field: str, said: str
) -> None:
    english = skill(web, "English")
    form = {"need-0-skill": english, "need-0-level": "5", "need-1-level": "1"} | {
        name: english if value == "ENGLISH" else value for name, value in typed.items()
    }
    answer = admin.post(at, **BASIC, tabs="skills", **form)
    assert answer.status_code == 400
    assert said in wrong(answer.text)[field]


def test_a_copy_has_everything_but_name_and_numbers(web: Web, admin: Visitor, at: str) -> None:
    english = skill(web, "English")
    first, second = agents(web)
    form = {**BASIC, **STRATEGY, "tabs": ["strategy", "skills", "opening"], "tier_after_s": "9"}
    form |= {"agents": [first, second], f"tier-{second}": "3", "need-0-skill": english, "need-0-level": "4"}
    form |= {"closed_message": "fr/closed.wav", "closed_then": "hang_up"}
    assert admin.post(at, **form).status_code == 303
    page = admin.page(f"{at}/copy")
    assert 'value="Commercial (2)"' in page
    assert set(wrong(admin.post(f"{at}/copy", name="Commercial", number="200").text)) == {"name", "number"}
    answer = admin.post(f"{at}/copy", name="Export", number="205")
    assert answer.status_code == 303
    info = web.app.catalog.queue_by_number(web.ids.desk.account, "205")
    was = web.app.catalog.queue(web.ids.desk.queue)
    assert info is not None and was is not None
    assert answer.location == f"/admin/queues/{info.id}"
    for name in (
        "ring_s",
        "strategy",
        "tier_after_s",
        "tiers",
        "needs",
        "agents",
        "closed_message",
        "wrap_up",
    ):
        assert getattr(info, name) == getattr(was, name), name
    assert not [d for d in web.app.catalog.now.dids.values() if d.queue == info.id]


def test_every_setting_of_a_queue_is_in_a_copy(web: Web, admin: Visitor, at: str) -> None:
    """Also one whose tab somebody adds later: a column that no tab carries is named here."""
    admin.post(f"{at}/copy", name="Twin", number="299")

    def differs() -> set[str]:
        was, twin = (Queue.get(Queue.name == name).__data__ for name in ("Commercial", "Twin"))
        return {name for name in was if was[name] != twin[name]}

    web.app.db.write(lambda: Queue.update(name="Other").where(Queue.name == "Twin").execute())
    assert admin.post(f"{at}/copy", name="Twin", number="298").status_code == 303
    assert web.app.db.read(differs) <= {"id", "name", "number", "created_at"}


def test_the_list_finds_a_queue_by_its_name_or_number(web: Web, admin: Visitor) -> None:
    admin.post("/admin/queues/new", **{**BASIC, "name": "Support", "number": "300"})
    for sought in ("supp", "300"):
        page = admin.page(f"/admin/queues?q={sought}")
        assert ">Support<" in page.replace("</bdi>", "<") and "Commercial" not in page.split("<tbody")[1]
    assert "/admin/queues/" in admin.page("/admin/queues") and "/copy" in admin.page("/admin/queues")


def test_an_archived_skill_stays_where_it_is_and_is_offered_nowhere_else(
    web: Web, admin: Visitor, at: str
) -> None:
    english = skill(web, "English")
    web.app.db.write(lambda: Skill.update(active=False).where(Skill.id == int(english)).execute())
    answer = admin.post(at, **BASIC, tabs="skills", **{"need-0-skill": english, "need-0-level": "4"})
    assert answer.status_code == 400
    assert web.app.db.read(lambda: AgentSkill.select().count()) == 0


def test_a_queue_qualifies_by_itself_with_a_disposition_of_its_own_group(
    web: Web, admin: Visitor, at: str
) -> None:
    stored = web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue))
    own = web.app.db.read(
        lambda: Disposition.select().where(Disposition.set == stored.disposition_set_id).first().id
    )
    form = {**BASIC, "disposition_set": str(stored.disposition_set_id)}
    assert (
        admin.post(at, **form, tabs="wrap_up", auto_qualify_s="45", auto_disposition=str(own)).status_code
        == 303
    )
    info = web.app.catalog.queue(web.ids.desk.queue)
    assert info is not None and (info.auto_qualify_s, info.auto_disposition) == (45, own)
    page = admin.post(at, **form, tabs="wrap_up", auto_qualify_s="45", auto_disposition="").text
    assert set(wrong(page)) == {"auto_disposition"}
    page = admin.post(at, **form, tabs="wrap_up", auto_qualify_s="9999", auto_disposition="99999").text
    assert set(wrong(page)) == {"auto_qualify_s", "auto_disposition"}


@pytest.mark.parametrize(
    ("typed", "kept", "number"),
    [
        ({"closed_then": "voicemail"}, "voicemail", ""),
        ({"closed_then": "number", "closed_number": "01 85 09 00 11"}, "number", "+33185090011"),
        ({"closed_then": "hang_up", "closed_number": "01 85 09 00 11"}, "hang_up", ""),
    ],
)
def test_who_calls_a_closed_queue_goes_where_it_says(
    web: Web, admin: Visitor, at: str, typed: dict[str, str], kept: str, number: str
) -> None:
    assert admin.post(at, **BASIC, tabs="opening", **typed).status_code == 303
    info = web.app.catalog.queue(web.ids.desk.queue)
    assert info is not None and (info.closed.then, info.closed.number) == (kept, number)
    page = admin.page(at)
    assert f'name="closed_then" value="{kept}" checked' in page
    assert page.count('name="closed_then"') == 4, "one choice, in one tab"


def test_a_closed_queue_with_nowhere_to_go_says_so(web: Web, admin: Visitor, at: str) -> None:
    for typed, field in (
        ({"closed_then": "number"}, "closed_number"),
        ({"closed_then": "number", "closed_number": "hello"}, "closed_number"),
        ({"closed_then": "queue"}, "closed_queue"),
        ({"closed_then": "nowhere"}, "closed_then"),
    ):
        assert set(wrong(admin.post(at, **BASIC, tabs="opening", **typed).text)) == {field}


def test_no_two_fields_of_the_form_have_the_same_name(admin: Visitor, at: str) -> None:
    """Tabs are made apart from each other, and sent together."""
    page = admin.page(at)
    parts = re.split(r'<section id="part-', page)[1:]
    seen: dict[str, str] = {}
    for part in parts:
        tab = part.split('"')[0]
        for name in set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', part)) - {"tabs"}:
            assert name not in seen, f"{name} is in {seen.get(name)} and in {tab}"
            seen[name] = tab


def test_free_numbers_are_ticked_and_those_of_others_are_not_taken(web: Web, admin: Visitor, at: str) -> None:
    own = web.app.db.read(lambda: Did.get(Did.number == "+33185090000").id)
    free = web.app.db.write(lambda: Did.create(account=web.ids.desk.account, number="+33144556677").id)
    assert admin.post(at, **BASIC, tabs="numbers", numbers=[str(own), str(free)]).status_code == 303
    did = web.app.catalog.did("+33144556677")
    assert did is not None and did.queue == web.ids.desk.queue
    answer = admin.post(
        "/admin/queues/new", **{**BASIC, "name": "B", "number": "299"}, tabs="numbers", numbers=str(own)
    )
    assert answer.status_code == 400 and set(wrong(answer.text)) == {"numbers"}
    assert admin.post(f"{at}/copy", name="Twin", number="298").status_code == 303
    did = web.app.catalog.did("+33144556677")
    assert did is not None and did.queue == web.ids.desk.queue, "a copy takes no callers away"
    assert admin.post(at, **BASIC, tabs="numbers", numbers=str(own)).status_code == 303
    did = web.app.catalog.did("+33144556677")
    assert did is not None and did.queue is None


def test_the_assistant_goes_through_what_a_new_queue_needs(admin: Visitor) -> None:
    page = admin.page("/admin/queues/new")
    assert re.findall(r'id="tab-(\w+)"', page) == ["general", "numbers", "agents", "opening", "strategy"]
    assert page.count('<section id="part-') > 10, "the others are there with their defaults"
    assert len(re.findall(r'id="tab-', admin.page("/admin/queues/new?all"))) > 10


# --- outgoing calls -----------------------------------------------------------------------------------------
def outbound_form(**changes: str) -> dict[str, str]:
    """What the tab sends when nobody has changed anything."""
    form = {
        **BASIC,
        "tabs": "outbound",
        "preview_s": "0",
        "automatic_s": "5",
        "latest_days": "30",
        "step_min": "5",
    }
    form |= {
        "most_personal": "0",
        "correct_hours": "24",
        "may_skip": "1",
        "inbound_first": "1",
        "closed_hours": "1",
    }
    for result, delay, unit, attempts in (
        ("busy", "5", "min", "5"),
        ("no_answer", "1", "h", "4"),
        ("machine", "2", "h", "3"),
        ("gave_up", "5", "min", "0"),
    ):
        form |= {f"retry-{result}-delay": delay, f"retry-{result}-unit": unit}
        form |= {f"retry-{result}-attempts": attempts, f"retry-{result}-disposition": ""}
    return {**form, "modes": "manual", **changes}


def test_the_four_rules_and_the_modes_are_what_calls_go_by(web: Web, admin: Visitor, at: str) -> None:
    disposition = web.app.db.write(
        lambda: Disposition.get(Disposition.set == web.ids.desk.dispositions, Disposition.code == "NO")
    )
    changes = {
        "preview_s": "20",
        "retry-busy-delay": "90",
        "retry-busy-unit": "s",
        "retry-busy-attempts": "2",
        "retry-busy-disposition": str(disposition.id),
        "disposition_set": str(web.ids.desk.dispositions),
    }
    assert admin.post(at, **outbound_form(**changes)).status_code == 303
    settings = web.app.catalog.queue(web.ids.desk.queue).outbound  # type: ignore[union-attr]
    assert (settings.modes, settings.preview_s) == (("manual",), 20)
    assert settings.rules[Result.BUSY] == Rule(90, 2, disposition.id)
    assert settings.rules[Result.MACHINE] == DEFAULTS[Result.MACHINE]
    assert web.app.db.read(lambda: RetryRule.select().count()) == 1, "what is as by itself has no row"
    assert 'name="retry-busy-delay" value="90"' in admin.page(at)
    admin.post(at, **outbound_form(disposition_set=str(web.ids.desk.dispositions)))
    assert web.app.db.read(lambda: RetryRule.select().count()) == 0
    copy = admin.post(f"{at}/copy", name="Copy", number="299")
    assert copy.status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"modes": ""}, "modes"),
        ({"modes": "fast"}, "modes"),
        ({"preview_s": "-1"}, "preview_s"),
        ({"preview_s": "soon"}, "preview_s"),
        ({"latest_days": "0"}, "latest_days"),
        ({"step_min": "61"}, "step_min"),
        ({"retry-busy-delay": "31", "retry-busy-unit": "day"}, "retry-busy-delay"),
        ({"retry-busy-unit": "year"}, "retry-busy-delay"),
        ({"retry-machine-attempts": "51"}, "retry-machine-attempts"),
        ({"retry-gave_up-disposition": "999999"}, "retry-gave_up-disposition"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_beside_its_field(
    web: Web, admin: Visitor, at: str, changes: dict[str, str], field: str
) -> None:
    answer = admin.post(at, **outbound_form(**changes))
    assert answer.status_code == 400
    assert field in wrong(answer.text)
    assert web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue).outbound) == {}
