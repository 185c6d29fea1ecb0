"""The directory's answers to the switch, without network."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.directory import snapshot
from fs_app.directory.answer import CACHE_MS, NOT_FOUND, answer, entry
from fs_app.directory.snapshot import Cached, User

ZOE = User("1001", "acme.test", snapshot.a1_hash("1001", "acme.test", "secret"), "acme", "Zoé")


@pytest.fixture
def users(tmp_path: Path) -> Cached:
    snapshot.write(tmp_path / "users.json", [ZOE])
    return Cached(tmp_path / "users.json")


def ask(users: Cached, **question: str) -> str:
    return answer({"section": "directory", "action": "sip_auth", **question}, users)


def test_a_known_user_comes_with_his_digest_context_and_account(users):
    user = ElementTree.fromstring(ask(users, user="1001", domain="acme.test")).find(".//user")
    assert user is not None and user.get("id") == "1001"
    params = {p.get("name"): p.get("value") for p in user.iter("param")}
    variables = {v.get("name"): v.get("value") for v in user.iter("variable")}
    assert params == {"a1-hash": ZOE.a1_hash}
    assert variables["user_context"] == "phones" and variables["fsapp_account"] == "acme"
    assert variables["effective_caller_id_name"] == "Zoé"


def test_the_switch_may_keep_an_answer_as_long_as_its_32_bits_can_count(users):
    user = ElementTree.fromstring(ask(users, user="1001", domain="acme.test")).find(".//user")
    assert user is not None and user.get("cacheable") == str(CACHE_MS)
    assert CACHE_MS * 1000 < 2**31


def test_domains_are_compared_without_case(users):
    assert "a1-hash" in ask(users, user="1001", domain="ACME.test")


@pytest.mark.parametrize(
    "question",
    [
        {"user": "1002", "domain": "acme.test"},
        {"user": "1001", "domain": "other.test"},
        {"user": "1001"},
        {"domain": "acme.test"},
        {"user": "", "domain": ""},
        {"user": "1001", "domain": "acme.test", "section": "dialplan"},
        {"user": "1001", "domain": "acme.test", "purpose": "gateways"},
        {"user": "1001", "domain": "acme.test", "action": "event_socket_auth"},
        {"user": "1001' OR '1'='1", "domain": "acme.test"},
    ],
)
def test_everything_else_is_not_found(users, question):
    assert ask(users, **question) == NOT_FOUND


@given(
    st.dictionaries(
        st.sampled_from(["section", "user", "domain", "key_value", "action", "purpose"]), st.text()
    )
)
def test_no_question_is_repeated_in_an_answer(question):
    class Nobody(Cached):
        def refresh(self) -> None:
            self.users = {}

    assert answer(question, Nobody("nowhere")) == NOT_FOUND


@given(st.text(max_size=200))
def test_a_name_is_no_markup_no_variable_and_no_preprocessor_command(name):
    user = User("1001", "acme.test", ZOE.a1_hash, "acme", name)
    xml = entry(user)
    assert "$" not in xml and "<!--" not in xml and "<X-" not in xml.upper()
    parsed = ElementTree.fromstring(xml)
    shown = next(
        v.get("value") for v in parsed.iter("variable") if v.get("name") == "effective_caller_id_name"
    )
    assert shown and not set(shown) & set('$<>"\\{}[]\r\n')


@pytest.mark.parametrize("field", ["user", "domain", "account", "context"])
@pytest.mark.parametrize("value", ["", "a b", 'a"b', "a<b", "a\nb", "${x}", "x" * 65, "é"])
def test_names_that_can_not_be_used_never_reach_the_snapshot(field, value):
    fields = {
        "user": "1001",
        "domain": "acme.test",
        "a1_hash": ZOE.a1_hash,
        "account": "acme",
        "context": "phones",
    }
    with pytest.raises(ValueError, match=field):
        User(**{**fields, field: value})


def test_a_hash_must_be_one():
    with pytest.raises(ValueError, match="a1_hash"):
        User("1001", "acme.test", "secret", "acme")


def test_a_replaced_snapshot_is_read_and_a_broken_one_leaves_the_last_good_one(users):
    assert ask(users, user="1002", domain="acme.test") == NOT_FOUND
    other = User("1002", "acme.test", ZOE.a1_hash, "acme")
    snapshot.write(users.path, [other])
    assert "1002" in ask(users, user="1002", domain="acme.test")
    users.path.write_text("{ half a file")
    assert "1002" in ask(users, user="1002", domain="acme.test")
    assert users.problem
    users.path.unlink()
    assert "1002" in ask(users, user="1002", domain="acme.test")


def test_without_any_snapshot_there_is_no_answer_at_all(tmp_path):
    with pytest.raises(LookupError):
        ask(Cached(tmp_path / "none"), user="1001", domain="acme.test")


def test_the_snapshot_is_for_its_owner_alone_and_holds_no_password(tmp_path):
    snapshot.write(tmp_path / "users.json", [ZOE])
    assert (tmp_path / "users.json").stat().st_mode & 0o777 == 0o600
    assert "secret" not in (tmp_path / "users.json").read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["users.json"]
