"""A configuration as one file: there and back without a change, all or nothing, errors by line."""

from __future__ import annotations

import pytest
import yaml

from fs_app import models
from fs_app.accounts.model import Account, Profile, User
from fs_app.admin.config_file import schema
from fs_app.admin.config_file.reading import read
from fs_app.admin.config_file.service import FileInvalid
from fs_app.admin.model import AuditEntry
from fs_app.agents.model import Agent, NotReadyReason
from fs_app.audio.model import MusicList, Sound
from fs_app.bus import Bus
from fs_app.calls.model import Call
from fs_app.catalog import Catalog
from fs_app.digest import a1_hash
from fs_app.events import CatalogChanged
from fs_app.hours.model import Schedule
from fs_app.queues.model import Disposition, DispositionSet, Queue
from tests.unit.config_file.conftest import CENTRE, Centre, everything


# --- there and back --------------------------------------------------------------------------------------------
def test_what_was_loaded_is_exported_word_for_word(centre: Centre) -> None:
    assert centre.export() == CENTRE


def test_loading_an_export_changes_nothing(centre: Centre) -> None:
    before = everything(centre.db)
    for with_passwords in (False, True):
        outcome = centre.load(centre.export(with_passwords))
        assert outcome.changes == [] and outcome.secrets == []
        assert everything(centre.db) == before


def test_a_centre_moves_to_another_machine_with_its_passwords(empty: Centre) -> None:
    empty.load(CENTRE, create=True)
    there = empty.export(with_passwords=True)

    def gone() -> None:
        for table in reversed(models.TABLES):
            table.delete().execute()

    empty.db.write(gone)
    outcome = empty.load(there, create=True)
    assert outcome.created and outcome.secrets == []
    assert empty.export(with_passwords=True) == there


def test_sounds_stand_in_the_file_by_name_and_a_missing_one_waits_for_its_file(centre: Centre) -> None:
    def choose() -> None:
        account = Account.get().id
        sound = Sound.create(account=account, name="Accueil", created_at=1, changed_at=1)
        music = MusicList.create(account=account, name="Soir", created_at=1)
        Queue.update(greeting=f"sound:{sound.id}", music=f"list:{music.id}", exit_prompt="sound:99").where(
            Queue.name == "Commercial"
        ).execute()

    centre.db.write(choose)
    text = centre.export()
    assert "greeting: library:Accueil" in text and "music: music:Soir" in text and "sound:99" not in text
    centre.load(text)
    assert centre.db.read(lambda: Queue.get(Queue.name == "Commercial").greeting) == "sound:1"
    told = centre.load(text.replace("library:Accueil", "library:Bonjour"))
    assert [(c.kind, c.key, c.action) for c in told.changes if c.kind == "sounds"] == [
        ("sounds", "Bonjour", "add")
    ]
    assert centre.db.read(lambda: Queue.get(Queue.name == "Commercial").greeting) == "sound:2"


def test_hashes_are_in_the_file_only_when_asked_for(centre: Centre) -> None:
    assert "hash of" not in centre.export() and "sip_ha1" not in centre.export()
    assert centre.export(with_passwords=True).count("hash of") == 3


# --- what is new, what is gone ---------------------------------------------------------------------------------
def test_new_people_get_passwords_that_are_told_once(empty: Centre) -> None:
    outcome = empty.load(CENTRE, create=True)
    web = {s.name: s.password for s in outcome.secrets if s.what == "login"}
    sip = {s.name: s.password for s in outcome.secrets if s.what == "telephone"}
    assert set(web) == {"admin", "elodie", "sonia"} and set(sip) == {"1001"}
    user, agent = empty.db.read(lambda: (User.get(User.login == "elodie"), Agent.get()))
    assert user.password_hash == f"hash of {web['elodie']}"
    assert agent.sip_ha1 == a1_hash("1001", "demo.example", sip["1001"])
    log = str(empty.db.read(lambda: list(AuditEntry.select().dicts())))
    assert not any(secret in log for secret in [*web.values(), *sip.values(), "hash of", agent.sip_ha1])


def test_a_dry_run_says_the_same_and_writes_nothing(centre: Centre) -> None:
    wanted = CENTRE.replace("strategy: tiers", "strategy: random").replace("label: Vente", "label: Vendu")
    before = everything(centre.db)
    dry = centre.load(wanted, dry_run=True)
    assert everything(centre.db) == before
    real = centre.load(wanted)
    assert dry.changes == real.changes
    assert [(c.kind, c.key, c.action, c.fields) for c in real.changes] == [
        ("dispositions", "Standard/SALE", "change", (("label", "Vente", "Vendu"),)),
        ("queues", "Commercial", "change", (("strategy", "tiers", "random"),)),
    ]
    lines = centre.db.read(lambda: [(r.kind, r.label, r.before) for r in AuditEntry.select()])
    assert lines[-1] == ("queue", "Commercial", {"strategy": "tiers"})


def test_what_is_not_in_the_file_is_deactivated_and_history_stays(centre: Centre) -> None:
    wanted = yaml.safe_load(CENTRE)
    del wanted["people"]["sonia"], wanted["queues"]["Technique"], wanted["numbers"]
    del wanted["queues"]["Commercial"]["closed_queue"]
    wanted["reasons"] = wanted["reasons"][1:]
    wanted["dispositions"]["Standard"] = wanted["dispositions"]["Standard"][:1]
    del wanted["queues"]["Commercial"]["auto_disposition"], wanted["queues"]["Commercial"]["auto_qualify_s"]
    text = yaml.safe_dump(wanted)
    outcome = centre.load(text)
    assert {(c.kind, c.key) for c in outcome.changes if c.action == "deactivate"} == {
        ("people", "sonia"),
        ("queues", "Technique"),
        ("numbers", "+33185090000"),
        ("reasons", "lunch"),
        ("dispositions", "Standard/NO"),
        ("dispositions", "Standard/PRICE"),
    }
    assert not centre.db.read(lambda: User.get(User.login == "sonia").active)
    assert centre.load(text).changes == [], "said once"
    again = centre.load(CENTRE)
    assert {c.action for c in again.changes} == {"change"}
    assert centre.export() == CENTRE, "and everything comes back"


def test_what_nothing_uses_is_deleted_and_what_something_uses_is_kept(centre: Centre) -> None:
    wanted = yaml.safe_load(CENTRE)
    wanted["schedules"]["Nachts"] = {}
    wanted["dispositions"]["Spare"] = [{"code": "X", "label": "X"}]
    centre.load(yaml.safe_dump(wanted))
    assert {(c.kind, c.action) for c in centre.load(CENTRE).changes} == {
        ("schedules", "delete"),
        ("sets", "delete"),
        ("dispositions", "deactivate"),
    }
    assert centre.db.read(lambda: Schedule.select().count()) == 1
    assert centre.db.read(lambda: DispositionSet.select().count()) == 1
    gone = yaml.safe_load(CENTRE)  # the queue that works by it stays for history, and so does the schedule
    gone["schedules"] = {}
    del gone["queues"]["Commercial"], gone["numbers"], gone["people"]["sonia"]["supervises"]
    for name in list(gone["queues"]["Technique"]):
        if name.startswith("max_wait"):
            del gone["queues"]["Technique"][name]
    kept = centre.load(yaml.safe_dump(gone)).changes
    assert ("schedules", "Bureau", "keep") in [(c.kind, c.key, c.action) for c in kept]


def test_a_set_whose_dispositions_calls_have_stays(centre: Centre) -> None:
    wanted = yaml.safe_load(CENTRE)
    wanted["dispositions"]["Old"] = [{"code": "X", "label": "X"}]
    centre.load(yaml.safe_dump(wanted))

    def call() -> None:
        row = Disposition.get(Disposition.code == "X")
        Call.create(id="c", account=row.account_id, stage="ENDED", started_at=1, disposition=row)

    centre.db.write(call)
    changes = [(c.kind, c.key, c.action) for c in centre.load(CENTRE).changes]
    assert changes == [("sets", "Old", "keep"), ("dispositions", "Old/X", "deactivate")] or set(changes) == {
        ("sets", "Old", "keep"),
        ("dispositions", "Old/X", "deactivate"),
    }
    assert centre.db.read(lambda: Call.get().disposition.label) == "X"


def test_two_queues_and_two_telephones_exchange_their_numbers(centre: Centre) -> None:
    wanted = yaml.safe_load(CENTRE)
    wanted["people"]["bruno"] = {"name": "Bruno", "role": "agent", "telephone": {"number": "1002"}}
    centre.load(yaml.safe_dump(wanted))
    wanted["people"]["bruno"]["telephone"]["number"] = "1001"
    wanted["people"]["elodie"]["telephone"]["number"] = "1002"
    wanted["queues"]["Commercial"]["number"], wanted["queues"]["Technique"]["number"] = "201", "200"
    outcome = centre.load(yaml.safe_dump(wanted))
    assert {s.name for s in outcome.secrets if s.what == "telephone"} == {"1001", "1002"}
    numbers = centre.db.read(lambda: {q.name: q.number for q in Queue.select()})
    assert numbers == {"Commercial": "201", "Technique": "200"}


def test_order_in_the_file_is_the_order_of_reasons_and_dispositions(centre: Centre) -> None:
    wanted = yaml.safe_load(CENTRE)
    wanted["reasons"].reverse()
    centre.load(yaml.safe_dump(wanted))
    rows = centre.db.read(lambda: [r.code for r in NotReadyReason.select().order_by(NotReadyReason.position)])
    assert rows == ["break", "lunch"]


def test_a_new_sip_domain_renews_the_telephones_passwords(centre: Centre) -> None:
    outcome = centre.load(CENTRE.replace("demo.example", "phones.example"))
    (secret,) = outcome.secrets
    agent = centre.db.read(lambda: Agent.get())
    assert agent.sip_ha1 == a1_hash("1001", "phones.example", secret.password)


# --- a running program -----------------------------------------------------------------------------------------
def test_a_running_program_follows_what_another_process_changed(centre: Centre) -> None:
    catalog, bus = Catalog(centre.db, bus := Bus()), bus
    told: list[CatalogChanged] = []
    bus.subscribe(CatalogChanged, told.append)
    catalog.reload()
    catalog.follow()
    assert len(told) == 1, "nothing changed: nothing is read"
    centre.load(CENTRE.replace("strategy: tiers", "strategy: random"))
    catalog.follow()
    assert len(told) == 2
    assert "random" in {q.strategy for q in catalog.now.queues.values()}
    centre.load(
        CENTRE.replace("slug: demo", "slug: second")
        .replace("demo.example", "b.example")
        .replace("+331", "+332"),
        create=True,
    )
    catalog.follow()
    assert {a.slug for a in catalog.now.accounts.values()} == {"demo", "second"}


# --- nothing is forgotten --------------------------------------------------------------------------------------
def test_every_column_of_configuration_is_in_the_file_or_left_out_on_purpose() -> None:
    nobody = {"id", "account", "created_at"}
    known = {*schema.RECORDS, *schema.EXCLUDED}
    for table in known:
        columns = set(table._meta.fields) - nobody
        fields = set(schema.RECORDS[table].columns()) if table in schema.RECORDS else set()
        excluded = set(schema.EXCLUDED.get(table, ()))
        assert columns == fields | excluded, f"{table.__name__}: {columns ^ (fields | excluded)}"
        assert not fields & excluded
    work = {
        "Contact",
        "ContactNumber",
        "Call",
        "Leg",
        "Recording",
        "JournalEntry",
        "ProjectionMark",
        "AuditEntry",
    }
    work |= {"Callback", "Voicemail", "SurveyAnswer"}
    work |= {"CallPart", "AgentMessage", "DirectoryEntry", "DirectoryImport"}
    # Rules of law are changed on their page alone, where what is looser needs a reason; the rest are people's data.
    work |= {"LegalRule", "Consent", "OptOutList", "OptOutNumber"}
    work |= {"ContactFile", "ContactFileRow", "ListRecord", "ListAction", "ListChange", "RecordAttempt"}
    work |= {"ContactSearch", "ContactMerge", "ImportJob", "ImportChange", "AccessLog", "PersonJob"}
    # Made on their pages and bound to one installation: keys, secrets, holds, what contacts and imports remember.
    work |= {
        "ApiKey",
        "PrivacySecret",
        "LegalHold",
        "RetentionRule",
        "ContactField",
        "Segment",
        "ImportMapping",
    }
    others = {t.__name__ for t in models.TABLES if t not in known and t not in schema.NOT_CONFIGURATION}
    assert others <= work, f"configuration or not? {others - work}"


def test_a_field_left_out_means_what_the_table_means() -> None:
    """So an old file is not changed by a new field."""
    for table, record in schema.RECORDS.items():
        for field in record.fields:
            if field.column and not field.needed and not field.secret:
                column = table._meta.fields[field.column]
                default = column.default() if callable(column.default) else column.default
                blank = field.blank()
                assert blank == default or (blank == "" and default is None), (table.__name__, field.name)


def test_profiles_of_a_new_version_do_not_lose_permissions_that_are_not_known_any_more(
    centre: Centre,
) -> None:
    centre.db.write(lambda: Profile.update(denied=["gone.away", "desk.use"]).execute())
    account = centre.db.read(lambda: Account.get().id)
    assert centre.db.read(lambda: read(account))["profiles"]["Débutant"]["denied"] == ["desk.use"]


def test_rules_for_calls_that_reached_nobody_are_in_the_file(centre: Centre) -> None:
    """Once given they stay given, and a file loaded again changes nothing."""
    text = CENTRE.replace(
        "    record_rule: dispositions\n",
        "    record_rule: dispositions\n    outbound:\n      modes:\n        - preview\n      preview_s: 15\n"
        "    retry:\n      busy:\n        delay_s: 60\n        attempts: 3\n        disposition: Standard/NO\n",
    )
    assert text != CENTRE
    centre.load(text)
    exported = centre.export()
    assert "preview_s: 15" in exported and "disposition: Standard/NO" in exported
    assert centre.load(text).changes == []
    with pytest.raises(FileInvalid) as refused:
        centre.load(text.replace("Standard/NO", "Standard/NEVER"))
    assert any("retry.busy.disposition" in problem.path for problem in refused.value.problems)
