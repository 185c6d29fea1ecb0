"""One live tab per agent."""

from fs_app.web.tabs import Tab, Tabs


def tab(sid: str, name: str = "", agent: int = 1) -> Tab:
    return Tab(sid, name or f"page {sid}", agent)


def test_the_first_tab_is_live_and_the_second_waits() -> None:
    tabs = Tabs()
    assert tabs.arrive(tab("a")) is None
    assert tabs.arrive(tab("b")) is None
    assert tabs.is_live("a")
    assert not tabs.is_live("b")


def test_the_same_page_coming_back_takes_its_place_before_the_old_socket_is_noticed_dead() -> None:
    tabs = Tabs()
    old = tab("a", "page")
    tabs.arrive(old)
    assert tabs.arrive(tab("b", "page")) is old
    assert tabs.is_live("b")
    assert tabs.leave("a") is None
    assert tabs.is_live("b")


def test_a_waiting_tab_takes_over_and_the_other_one_waits() -> None:
    tabs = Tabs()
    first = tab("a")
    tabs.arrive(first)
    tabs.arrive(tab("b"))
    assert tabs.take_over("b") is first
    assert tabs.is_live("b")
    assert [t.sid for t in tabs.of_agent(1)] == ["b", "a"]


def test_a_window_opened_on_purpose_takes_over_at_once() -> None:
    tabs = Tabs()
    first = tab("a")
    tabs.arrive(first)
    assert tabs.arrive(tab("b"), take_over=True) is first
    assert tabs.is_live("b")


def test_when_the_live_tab_goes_the_one_that_waited_last_is_live() -> None:
    tabs = Tabs()
    for sid in "abc":
        tabs.arrive(tab(sid))
    heir = tabs.leave("a")
    assert heir is not None
    assert heir.sid == "c"
    assert tabs.is_live("c")


def test_taking_over_twice_changes_nothing() -> None:
    tabs = Tabs()
    tabs.arrive(tab("a"))
    assert tabs.take_over("a") is None
    assert tabs.is_live("a")


def test_agents_do_not_see_each_others_tabs() -> None:
    tabs = Tabs()
    tabs.arrive(tab("a", "same name", agent=1))
    tabs.arrive(tab("b", "same name", agent=2))
    assert tabs.is_live("a")
    assert tabs.is_live("b")
    assert sorted(tabs.agents()) == [1, 2]


def test_nothing_is_kept_of_an_agent_without_tabs() -> None:
    tabs = Tabs()
    tabs.arrive(tab("a"))
    tabs.leave("a")
    assert tabs.live(1) is None
    assert tabs.agents() == []
    assert tabs.all() == []
    assert tabs.leave("a") is None
