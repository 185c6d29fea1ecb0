"""Two people have the same form open: the second is told, keeps what he typed, and sees what the first saved."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from fs_app.accounts.model import Profile
from fs_app.calllists.model import CallList, Characteristic, DistributionRule, ListFilter, Planner, Profiler
from fs_app.contacts.model import ContactField, Segment
from fs_app.hours.model import Schedule, ScheduleRange
from fs_app.legal.model import LegalRule
from fs_app.outgoing.model import OutgoingSettings
from fs_app.privacy import kinds
from fs_app.queues.model import Queue, QueueMember
from tests.unit.web.conftest import Visitor, Web

PARIS = '{"field": "city", "op": "is", "value": "paris"}'
LYON = '{"field": "city", "op": "is", "value": "lyon"}'
SLOT = '[{"name": "%s", "days": [6], "from": "22:00", "until": "24:00", "filter": ' + PARIS + "}]"
QUEUE = {
    "name": "Une",
    "number": "799",
    "ring_s": "20",
    "no_answer_delay_s": "10",
    "inter_call_s": "3",
    "wrap_up": "1",
}
LAW = {"purposes": "marketing", "kinds": ["MANUAL", "PREVIEW", "PROGRESSIVE", "PREDICTIVE", "ROBOT"]}


@dataclass(frozen=True)
class Kind:
    """`first` and `second` are what two people send; `theirs`: what the second is shown of the first's, `mine`: what
    stands in the page of his own; `now` reads what is saved. `new`: where one is made before, with what."""

    path: str
    first: dict[str, Any]
    second: dict[str, Any]
    theirs: str
    mine: str
    now: Callable[[int], Any]
    saved: tuple[Any, Any]
    new: tuple[str, dict[str, str]] | None = None
    model: Any = None
    token: str = "version"


def _value(text: str) -> str:
    return f'value="{html.escape(text)}"'


def _shared(kind: str, model: Any, column: str, contents: tuple[str, str]) -> Kind:
    return Kind(
        f"/lists/shared/{kind}/%d",
        {"name": "Une", "content": contents[1]},
        {"name": "Deux", "content": contents[0]},
        "Now: Une",
        _value("Deux"),
        lambda one: model.get_by_id(one).name,
        ("Une", "Deux"),
        (f"/lists/shared/{kind}/new", {"name": "Avant", "content": contents[0]}),
        model,
    )


KINDS = {
    "segment": Kind(
        "/contacts/segments/%d",
        {"name": "Une", "filter": LYON},
        {"name": "Deux", "filter": PARIS},
        "Now: Une",
        _value("Deux"),
        lambda one: Segment.get_by_id(one).name,
        ("Une", "Deux"),
        ("/contacts/segments/new", {"name": "Avant", "filter": PARIS}),
        Segment,
    ),
    "contact field": Kind(
        "/contacts/fields/%d",
        {"label": "Une", "kind": "CHOICE", "choices": "a\nb\nc"},
        {"label": "Avant", "kind": "CHOICE", "choices": "a\nb\nd"},
        "Now: a, b, c",
        "a\nb\nd",
        lambda one: ContactField.get_by_id(one).choices,
        (["a", "b", "c"], ["a", "b", "d"]),
        ("/contacts/fields/new", {"label": "Avant", "kind": "CHOICE", "choices": "a\nb"}),
        ContactField,
    ),
    "list filter": Kind(
        "/lists/1/filters/%d",
        {"name": "Une", "filter": LYON},
        {"name": "Deux", "filter": PARIS},
        "Now: Une",
        _value("Deux"),
        lambda one: ListFilter.get_by_id(one).name,
        ("Une", "Deux"),
        ("/lists/1/filters/new", {"name": "Avant", "filter": PARIS}),
        ListFilter,
    ),
    "rule": _shared("rule", DistributionRule, "keys", ('[{"by": "priority"}]', '[{"by": "random"}]')),
    "profiler": _shared(
        "profiler",
        Profiler,
        "quotas",
        ('[{"name": "P", "most": 3, "filter": {}}]', '[{"name": "P", "most": 5, "filter": {}}]'),
    ),
    "planner": _shared("planner", Planner, "slots", (SLOT % "Nuit", SLOT % "Soir")),
    "characteristic": _shared("characteristic", Characteristic, "filter", (PARIS, LYON)),
    "call list": Kind(
        "/lists/1/edit",
        {"name": "Une", "attempts": "3", "threshold": "3", "weight": "2", "exclusive": "1"},
        {"name": "Deux", "attempts": "4", "threshold": "3", "weight": "2"},
        "Now: yes",
        _value("Deux"),
        lambda _: (CallList.get_by_id(1).name, CallList.get_by_id(1).exclusive),
        (("Une", True), ("Deux", False)),
    ),
    "calling rules": Kind(
        "/admin/blacklist/rules",
        {"only": "+33", "premium": "1"},
        {"only": "+32", "emergency": "1"},
        "Now: +33",
        _value("+32"),
        lambda _: OutgoingSettings.get().only,
        ("+33", "+32"),
    ),
    "legal rule": Kind(
        "/admin/legal/FR/attempts",
        {**LAW, "most": "2", "days": "30"},
        {**LAW, "most": "3", "days": "30"},
        "Now: 2",
        _value("3"),
        lambda _: LegalRule.get().rules["most"],
        (2, 3),
    ),
    "hours of the law": Kind(
        "/admin/legal/FR/hours",
        {**LAW, "mon": "11:00-12:00"},
        {**LAW, "mon": "10:00-11:00"},
        "Now: 11:00-12:00",
        _value("10:00-11:00"),
        lambda _: LegalRule.get().rules["week"],
        ({"mon": "11:00-12:00"}, {"mon": "10:00-11:00"}),
    ),
    "queue": Kind(
        "/admin/queues/1",
        {**QUEUE, "ring_s": "33"},
        {**QUEUE, "ring_s": "44"},
        "Now: 33",
        _value("44"),
        lambda _: Queue.get_by_id(1).ring_s,
        (33, 44),
        token="seen",
    ),
    "queue, another tab": Kind(
        "/admin/queues/1",
        {**QUEUE, "agents": ["1"]},
        {**QUEUE, "name": "Deux"},
        "Now: ",
        _value("Deux"),
        lambda _: (Queue.get_by_id(1).name, QueueMember.select().where(QueueMember.queue == 1).count()),
        (("Une", 1), ("Deux", 0)),
        token="seen",
    ),
    "profile": Kind(
        "/admin/profiles/%d",
        {"name": "Une", "role": "agent"},
        {"name": "Deux", "role": "agent"},
        "Now: Une",
        _value("Deux"),
        lambda one: Profile.get_by_id(one).name,
        ("Une", "Deux"),
        ("/admin/profiles/new", {"name": "Avant", "role": "agent"}),
        Profile,
        token="seen",
    ),
    "schedule": Kind(
        "/admin/schedules/%d",
        {"name": "Une", "begin-0": "09:00", "end-0": "18:00"},
        {"name": "Deux", "begin-0": "08:00", "end-0": "18:00"},
        "Now: Une",
        _value("Deux"),
        lambda one: (Schedule.get_by_id(one).name, ScheduleRange.get(ScheduleRange.schedule == one).begin),
        (("Une", 540), ("Deux", 480)),
        ("/admin/schedules/new", {"name": "Avant", "begin-0": "07:00", "end-0": "18:00"}),
        Schedule,
        token="seen",
    ),
    "retention": Kind(
        "/privacy/retention",
        {"calls": "1095", "exports": "7", "imports": "30"},
        {"calls": "", "exports": "7", "imports": "60"},
        "Now: 1095",
        _value("60"),
        lambda account: (kinds.days(account, "calls"), kinds.days(account, "imports")),
        ((1095, 30), (0, 60)),
        token="shown",
    ),
}


@pytest.fixture
def web(own_web: Web) -> Web:
    own_web.app.db.write(lambda: LegalRule.delete().execute())
    return own_web


def _send(visitor: Visitor, path: str, fields: dict[str, Any]) -> Any:
    return visitor.client.post(path, data=MultiDict({"csrf_token": visitor.token("/calls"), **fields}))


@pytest.mark.parametrize("name", KINDS)
def test_who_saves_second_is_told_and_nothing_is_lost(web: Web, admin: Visitor, name: str) -> None:
    kind = KINDS[name]
    one = web.ids.desk.account
    if kind.new:
        assert _send(admin, kind.new[0], kind.new[1]).status_code == 303
        one = web.app.db.read(lambda: kind.model.select().order_by(kind.model.id.desc()).get().id)
    path = kind.path % one if "%d" in kind.path else kind.path
    other = web.english("admin")
    seen = admin.hidden(path, kind.token)
    assert other.hidden(path, kind.token) == seen

    assert _send(admin, path, {**kind.first, kind.token: seen}).status_code == 303
    told = _send(other, path, {**kind.second, kind.token: seen})
    assert told.status_code == 409
    assert "Somebody else has saved in the meantime" in told.text
    assert "Save again to keep what you typed" in told.text
    assert kind.theirs in told.text
    assert kind.mine in told.text
    assert web.app.db.read(lambda: kind.now(one)) == kind.saved[0]

    again = re.search(rf'<input type="hidden" name="{kind.token}" value="([^"]*)"', told.text)
    assert again
    assert _send(other, path, {**kind.second, kind.token: again[1]}).status_code == 303
    assert web.app.db.read(lambda: kind.now(one)) == kind.saved[1]


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Quelqu’un d’autre vient d’enregistrer"), ("es", "Otra persona ha guardado")],
)
def test_he_is_told_in_his_language(web: Web, language: str, words: str) -> None:
    visitor = web.person("admin")
    visitor.post("/language", language=language, next="/")
    told = _send(visitor, "/lists/1/edit", {**KINDS["call list"].second, "version": "0"})
    assert told.status_code == 409
    assert words in told.text


def test_a_rule_that_was_put_back_to_the_preset_meanwhile_is_told_too(web: Web, admin: Visitor) -> None:
    path = "/admin/legal/FR/attempts"
    assert _send(admin, path, {**LAW, "most": "2", "days": "30", "version": "0"}).status_code == 303
    seen = admin.hidden(path)
    assert _send(admin, f"{path}/reset", {}).status_code == 303
    # Somebody makes another of it: the first one's row was the highest, and its id is not given again.
    assert _send(admin, path, {**LAW, "most": "1", "days": "30", "version": "0"}).status_code == 303
    late = _send(admin, path, {**LAW, "most": "3", "days": "30", "version": seen})
    assert late.status_code == 409
    assert "Now: 1" in late.text
