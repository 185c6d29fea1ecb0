"""What agents choose for their pages: read with suspicion, kept for each of them, known to the core."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.accounts.model import Profile
from fs_app.accounts.profiles import MODULES, AgentOptions, options_of, to_store
from fs_app.agents import settings
from fs_app.agents.settings import BLANK, InvalidSettings
from fs_app.errors import Invalid
from tests.unit.web.conftest import Visitor, Web


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


def kept(person: Visitor) -> Any:
    answer: Any = person.get("/agent/settings").json
    return answer["settings"]


def put(person: Visitor, url: str, body: Any) -> Any:
    return person.client.put(
        url, json=body, headers={"X-CSRFToken": person.token(), "Accept": "application/json"}
    )


# --- the values -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given_", "field", "why"),
    [
        ({"max_records": 0}, "max_records", "settings.error.number"),
        ({"max_records": True}, "max_records", "settings.error.number"),
        ({"volume": 101}, "volume", "settings.error.number"),
        ({"sound": "yes"}, "sound", "settings.error.choice"),
        ({"keys": {"hold": "Shift+F12"}}, "keys", "settings.error.key"),
        ({"keys": {"hold": "F99"}}, "keys", "settings.error.key"),
        ({"flies": True}, "flies", "settings.error.unknown"),
        ({"keys": {"hold": "F5"}}, "keys", "settings.error.key"),
        ({"keys": {"hold": "Enter"}}, "keys", "settings.error.key"),
        ({"keys": {"hold": "7"}}, "keys", "settings.error.key"),
        ({"keys": {"hold": "n", "mute": "N"}}, "keys", "settings.error.key_twice"),
        ({"keys": {"../x": "F2"}}, "keys", "settings.error.choice"),
        ({"keys": ["F2"]}, "keys", "settings.error.choice"),
    ],
)
def test_each_wrong_setting_is_named(given_: dict[str, Any], field: str, why: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings.read(given_, BLANK)
    assert caught.value.fields == {field: why}


def test_what_is_not_said_stays_and_only_what_was_chosen_is_kept() -> None:
    first = settings.read(
        {"max_records": 3, "keys": {"hold": "h", "mute": "", "note": "", "swap": "Shift+F2"}}, BLANK
    )
    second = settings.read({"volume": 20}, first)
    assert (second.max_records, second.volume, second.keys) == (3, 20, first.keys)
    assert settings.to_store(second) == {"max_records": 3, "volume": 20, "keys": first.keys}
    assert settings.settings_of(settings.to_store(second)) == second
    assert settings.to_store(BLANK) == {}


def test_what_another_version_wrote_does_not_break_this_one() -> None:
    stored = {"max_records": "many", "flies": 1, "volume": 30, "keys": {"hold": "F1"}}
    assert settings.settings_of(stored) == settings.read({"volume": 30}, BLANK)
    assert settings.settings_of(None) == BLANK
    assert settings.layout_of({"order": [1], "folded": 3}) == {"order": [], "folded": {}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from([*settings.to_store(BLANK), "keys", "max_records", "order", "folded"]), JSON
    )
)
def test_whatever_a_page_sends_is_kept_or_refused(sent: dict[str, Any]) -> None:
    for reader in (lambda: settings.read(sent, BLANK), lambda: settings.read_layout(sent)):
        try:
            reader()
        except Invalid:
            continue


def test_options_that_are_sets_are_kept_in_their_order_and_without_what_nobody_knows() -> None:
    options = options_of({"modules_off": ["history", "flies", "queues"], "modes": "manual"})
    assert options.modules_off == ("queues", "history")
    assert options.modes == AgentOptions().modes
    assert to_store(options) == {"modules_off": ["queues", "history"]}


# --- over HTTP --------------------------------------------------------------------------------------------------
def test_settings_are_each_agents_own_and_the_core_hears_of_those_that_matter_to_it(web: Web) -> None:
    elodie, bruno = web.person("elodie"), web.person("bruno")
    answer = put(elodie, "/agent/settings", {"settings": {"max_records": 4, "available_on_login": True}})
    assert answer.status_code == 200, answer.text
    assert kept(elodie)["max_records"] == 4
    assert kept(bruno)["max_records"] == 1
    info = web.app.catalog.agent(web.ids.desk.agent)
    assert info is not None and info.settings.available_on_login


def test_a_refused_setting_is_said_in_the_readers_words_and_nothing_is_kept(web: Web) -> None:
    elodie = web.person("elodie")
    answer = put(elodie, "/agent/settings", {"settings": {"max_records": 99, "volume": 10}})
    assert answer.status_code == 400
    assert answer.json["fields"]["max_records"] == "Ce nombre est hors des limites."
    assert kept(elodie)["volume"] == 70


@pytest.mark.parametrize("body", [None, [], "x", {"settings": 3}])
def test_what_is_no_object_is_refused(web: Web, body: Any) -> None:
    assert put(web.person("elodie"), "/agent/settings", body).status_code == 400


def test_the_layout_is_kept_and_the_page_begins_with_it(web: Web) -> None:
    elodie = web.person("elodie")
    layout = {"order": ["statistics", "queues"], "folded": {"queues": True}}
    assert put(elodie, "/agent/layout", layout).status_code == 200
    assert put(elodie, "/agent/layout", {"order": ["queues", "queues"]}).status_code == 400
    page = elodie.page("/agent")
    assert "&#34;order&#34;: [&#34;statistics&#34;, &#34;queues&#34;]" in page
    assert all(name in page for name in MODULES)


def test_who_has_no_telephone_has_no_settings(web: Web) -> None:
    assert web.person("admin").get("/agent/settings").status_code == 403


# --- what the administrator says ----------------------------------------------------------------------------------
def test_a_profile_says_which_modules_and_modes_there_are_and_a_form_without_them_leaves_all(
    web: Web,
) -> None:
    admin = web.person("admin")
    shown = [name for name in MODULES if name not in ("history", "pop")]
    form = {"name": "Brief", "role": "agent", "sets": "1", "module": shown, "mode": ["automatic"]}
    answer = admin.post("/admin/profiles/new", **form, **{"option-may_tick_queues": "1"})
    assert answer.status_code == 303, answer.text
    page = admin.page("/admin/profiles")
    number = re.findall(r"/admin/profiles/(\d+)", page)[0]
    stored = web.app.db.read(lambda: Profile.get_by_id(int(number)).options)
    assert stored == {
        "sees_waiting": False,
        "free_seating": False,
        "may_tick_queues": True,
        "modules_off": ["history", "pop"],
        "modes": ["automatic"],
    }
    ticked = re.findall(r'name="module" value="(\w+)" checked', admin.page(f"/admin/profiles/{number}"))
    assert ticked == shown
    answer = admin.post(f"/admin/profiles/{number}", name="Brief", role="agent")
    assert answer.status_code == 303
    options = options_of(web.app.db.read(lambda: Profile.get_by_id(int(number)).options))
    assert (options.modules_off, options.modes) == ((), AgentOptions().modes)


def test_red_comes_after_orange(web: Web) -> None:
    admin = web.person("admin")
    form = {
        "name": "Support",
        "number": "290",
        "ring_s": "20",
        "no_answer_delay_s": "10",
        "inter_call_s": "3",
    }
    form |= {"tabs": "service", "service_s": "20", "service_percent": "80", "alert_waiting": "10"}
    answer = admin.post("/admin/queues/new", **form, alert_waiting_red="5")
    assert answer.status_code == 400 and "Le rouge vient après l’orange" in answer.text
    assert admin.post("/admin/queues/new", **form, alert_waiting_red="20").status_code == 303
    queue = next(q for q in web.app.catalog.now.queues.values() if q.name == "Support")
    assert queue.alert_waiting == (10, 20)
