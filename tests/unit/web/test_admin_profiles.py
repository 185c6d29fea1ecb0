"""Profiles take rights of a role away, at once and on the server; skills are given per person and in a grid."""

from __future__ import annotations

import re

import pytest

from fs_app.accounts.model import Profile, User
from fs_app.accounts.permissions import PERMISSIONS
from fs_app.accounts.profiles import AgentOptions, granted, of_role, options_of, to_store
from fs_app.admin.model import AuditEntry
from fs_app.agents.model import Agent
from fs_app.routing.model import AgentSkill, QueueSkill, Skill
from fs_app.web import i18n
from tests.support import deskworld, routes
from tests.unit.web.conftest import Visitor, Web


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


def user(web: Web, login: str) -> int:
    return int(web.app.db.read(lambda: User.get(User.login == login).id))


def profile(web: Web, admin: Visitor, role: str, without: set[str], **more: str) -> str:
    allowed = [name for name in of_role(role) if name not in without]
    options = {"option-sees_waiting": "1", **more}
    answer = admin.post(
        "/admin/profiles/new",
        name=f"Without {len(without)}",
        role=role,
        **{f"allow-{role}": allowed},
        **options,
    )
    assert answer.status_code == 303, answer.text
    return str(web.app.db.read(lambda: Profile.select().order_by(Profile.id.desc()).get().id))


def give(web: Web, admin: Visitor, login: str, number: str) -> None:
    person = web.app.db.read(lambda: User.get(User.login == login))
    agent = web.app.db.read(lambda: Agent.get_or_none(Agent.user == person.id))
    form = {
        "name": person.name,
        "login": login,
        "role": person.role,
        "number": agent.number if agent else "",
        "capacity_voice": "1",
    }
    answer = admin.post(f"/admin/people/{person.id}", **form, profile=number)
    assert answer.status_code == 303, answer.text


def wrong(page: str) -> dict[str, str]:
    return dict(re.findall(r'id="e-([\w-]+)">.*?<span>(.*?)</span>', page, re.S))


# --- what a profile is ------------------------------------------------------------------------------------------
def test_a_profile_never_gives_more_than_the_role() -> None:
    assert granted("agent", ()) == set(of_role("agent"))
    assert granted("agent", {"desk.use", "audit.view"}) == set(of_role("agent")) - {"desk.use"}
    assert granted("janitor", ()) == frozenset()


def test_options_of_another_version_do_not_break_this_one() -> None:
    assert options_of({"sees_waiting": "no", "flies": True}) == AgentOptions()
    assert options_of(None) == AgentOptions()
    assert options_of(to_store(AgentOptions(sees_waiting=False))) == AgentOptions(sees_waiting=False)
    assert to_store(AgentOptions()) == {}


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_every_permission_can_be_said_to_who_gives_it(permission: str) -> None:
    assert i18n.known(f"permission.{permission}")


# --- what it does -----------------------------------------------------------------------------------------------
def test_what_a_profile_denies_is_refused_at_the_next_click(web: Web, admin: Visitor) -> None:
    sonia = web.person("sonia")
    assert sonia.get("/status").status_code == 200
    number = profile(web, admin, "supervisor", {"status.view", "calls.export"})
    give(web, admin, "sonia", number)
    assert sonia.get("/status").status_code == 403
    assert sonia.get("/calls/export.csv").status_code == 403
    assert 'href="/status"' not in sonia.page("/calls")
    form = {"name": "More", "role": "supervisor", "allow-supervisor": of_role("supervisor")}
    assert admin.post(f"/admin/profiles/{number}", **form).status_code == 303
    assert sonia.get("/status").status_code == 200
    lines = web.app.db.read(lambda: [(r.action, r.kind) for r in AuditEntry.select().order_by(AuditEntry.id)])
    assert lines == [("create", "profile"), ("update", "user"), ("update", "profile")]


@pytest.mark.parametrize("login", ["elodie", "sonia", "admin"])
def test_every_route_asks_for_what_the_profile_left(web: Web, login: str) -> None:
    """Whatever page comes later: with all rights of the role taken away nothing that needs one answers."""
    objects = routes.foreign(web.app, web.ids.desk.other_account)
    role = {"elodie": "agent", "sonia": "supervisor"}.get(login, "admin")

    def bare() -> None:
        made = Profile.create(
            account=web.ids.desk.account, name="None", role=role, denied=list(PERMISSIONS), created_at=1
        )
        User.update(profile=made).where(User.login == login).execute()

    web.app.db.write(bare)
    person = web.visitor()
    person.log_in("demo", login, deskworld.PASSWORD)
    token = person.token("/login")
    for address in routes.addresses(web.flask, objects):
        if address.permission:
            answer = person.client.open(address.url, method=address.method, headers={"X-CSRFToken": token})
            assert answer.status_code == 403, address


def test_an_agent_who_may_not_see_the_waiting_is_not_told(web: Web, admin: Visitor) -> None:
    number = profile(web, admin, "agent", set(), **{"option-sees_waiting": "0"})
    give(web, admin, "elodie", number)
    info = web.app.catalog.agent(web.ids.desk.agent)
    assert info is not None and not info.options.sees_waiting
    give(web, admin, "elodie", "")
    info = web.app.catalog.agent(web.ids.desk.agent)
    assert info is not None and info.options.sees_waiting


# --- what is refused ----------------------------------------------------------------------------------------------
def test_a_profile_is_of_a_role_and_people_have_one_of_theirs(web: Web, admin: Visitor) -> None:
    number = profile(web, admin, "supervisor", {"status.view"})
    answer = admin.post(
        f"/admin/people/{user(web, 'elodie')}",
        name="Élodie",
        login="elodie",
        role="agent",
        number="1001",
        capacity_voice="1",
        profile=number,
    )
    assert answer.status_code == 400 and set(wrong(answer.text)) == {"profile"}
    give(web, admin, "sonia", number)
    answer = admin.post(f"/admin/profiles/{number}", name="X", role="agent")
    assert answer.status_code == 400 and set(wrong(answer.text)) == {"role"}
    assert admin.post(f"/admin/profiles/{number}/delete").status_code == 409
    assert "Sonia" in admin.page(f"/admin/profiles/{number}/delete")
    give(web, admin, "sonia", "")
    assert admin.post(f"/admin/profiles/{number}/delete").status_code == 303


def test_somebody_keeps_the_keys(web: Web, admin: Visitor) -> None:
    number = profile(web, admin, "admin", {"people.manage"})
    me = user(web, "admin")
    answer = admin.post(f"/admin/people/{me}", name="Ahmed", login="admin", role="admin", profile=number)
    assert answer.status_code == 409
    assert "the last administrator" in answer.text
    assert web.app.db.read(lambda: User.get_by_id(me).profile_id) is None


def test_nobody_gives_what_he_does_not_have(web: Web, admin: Visitor) -> None:
    number = profile(web, admin, "admin", {"audit.view"})
    admin.post(
        "/admin/people/new",
        name="Deputy",
        login="deputy",
        role="admin",
        password="0123456789ab",
        profile=number,
    )
    deputy = web.visitor()
    assert deputy.log_in("demo", "deputy", "0123456789ab").status_code == 303
    new = {"name": "Friend", "login": "friend", "password": "0123456789ab"}
    assert deputy.post("/admin/people/new", **new, role="admin").status_code == 403, "he would read the log"
    assert deputy.post("/admin/people/new", **new, role="admin", profile=number).status_code == 200
    me = user(web, "deputy")
    assert deputy.post(f"/admin/people/{me}", name="D", login="deputy", role="admin").status_code == 403
    assert deputy.post(f"/admin/people/{user(web, 'admin')}/password").status_code == 403
    form = {"name": "All", "role": "admin", "allow-admin": of_role("admin")}
    assert deputy.post("/admin/profiles/new", **form).status_code == 403
    assert deputy.post(f"/admin/profiles/{number}", **form).status_code == 403


# --- skills -------------------------------------------------------------------------------------------------------
def test_skills_are_added_renamed_archived_and_restored(web: Web, admin: Visitor) -> None:
    assert admin.post("/admin/skills/new", name="English").status_code == 303
    assert set(wrong(admin.post("/admin/skills/new", name="ENGLISH").text)) == {"name"}
    number = web.app.db.read(lambda: Skill.get(Skill.name == "English").id)
    assert admin.post(f"/admin/skills/{number}", name="British English").status_code == 303
    assert "British English" in admin.page("/admin/skills")
    web.app.db.write(
        lambda: QueueSkill.create(account=web.ids.desk.account, queue=web.ids.desk.queue, skill=number)
    )
    answer = admin.post(f"/admin/skills/{number}/archive")
    assert answer.status_code == 409 and "Commercial" in answer.text
    web.app.db.write(lambda: QueueSkill.delete().execute())
    assert admin.post(f"/admin/skills/{number}/archive").status_code == 303
    assert "is in the archive" in admin.page("/admin/skills")
    assert "British English" not in admin.page(f"/admin/people/{user(web, 'elodie')}")
    assert admin.post(f"/admin/skills/{number}/restore").status_code == 303
    assert "British English" in admin.page(f"/admin/people/{user(web, 'elodie')}")


def test_levels_are_set_for_a_person_and_in_the_grid(web: Web, admin: Visitor) -> None:
    english, dutch = (
        web.app.db.write(lambda name=name: Skill.create(account=web.ids.desk.account, name=name).id)
        for name in ("English", "Dutch")
    )
    person = {
        "name": "Élodie Garçon",
        "login": "elodie",
        "role": "agent",
        "number": "1001",
        "capacity_voice": "1",
    }
    at = f"/admin/people/{user(web, 'elodie')}"
    assert admin.post(at, **person, **{f"skill-{english}": "8", f"skill-{dutch}": ""}).status_code == 303
    agent = web.ids.desk.agent

    def levels() -> dict[int, int]:
        info = web.app.catalog.agent(agent)
        assert info is not None
        return dict(info.skills)

    assert levels() == {english: 8}
    assert set(wrong(admin.post(at, **person, **{f"skill-{english}": "11"}).text)) == {f"skill-{english}"}
    field = f"agent-{agent}-skill-{dutch}"
    assert f'name="{field}"' in admin.page("/admin/skills/grid")
    assert admin.post("/admin/skills/grid", **{field: "3"}).status_code == 303
    assert levels() == {english: 8, dutch: 3}, "what is not in the form stays"
    page = admin.post("/admin/skills/grid", **{field: "99"})
    assert page.status_code == 400 and set(wrong(page.text)) == {field}
    assert "Élodie Garçon" in admin.page(f"/admin/skills/grid?skill={dutch}")
    assert "Bruno Roy" not in admin.page(f"/admin/skills/grid?skill={dutch}")
    assert "Name,Extension,Dutch,English" in admin.get("/admin/skills/grid/export.csv").data.decode(
        "utf-8-sig"
    )
    assert admin.post(at, **person, **{f"skill-{english}": "0"}).status_code == 303
    assert levels() == {dutch: 3}


def test_levels_of_another_account_are_neither_seen_nor_set(web: Web, admin: Visitor) -> None:
    other = web.ids.desk.other_account
    foreign = web.app.db.write(lambda: Skill.create(account=other, name="Secret").id)
    own = web.app.db.write(lambda: Skill.create(account=web.ids.desk.account, name="Own").id)
    field = f"agent-{web.ids.desk.agent}-skill-{foreign}"
    assert admin.post("/admin/skills/grid", **{field: "3"}).status_code == 400
    stranger = f"agent-{web.ids.desk.stranger}-skill-{own}"
    assert admin.post("/admin/skills/grid", **{stranger: "3"}).status_code == 404
    assert web.app.db.read(lambda: AgentSkill.select().count()) == 0
    assert "Secret" not in admin.page("/admin/skills/grid")
