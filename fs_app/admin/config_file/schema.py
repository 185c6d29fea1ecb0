"""What stands in the file, kind by kind: the fields, what they may hold, and the columns they come from.

References are names: of a queue, a set, a skill; the login of a person; `Set/code` of a disposition. What a new column
of the tables means for the file is decided here; a test names those that nobody has decided about (`EXCLUDED`).
"""

from __future__ import annotations

import re
from typing import Any

from fs_app.accounts.model import LANGUAGES, Account, Profile, User, UserSession
from fs_app.accounts.permissions import PERMISSIONS, ROLES
from fs_app.accounts.profiles import NO_PROFILE, SETS, plain
from fs_app.admin.config_file.shapes import Field, Many, OneOf, Place, Record, Table, Text, Whole, YesNo
from fs_app.agents.model import Agent, AgentSettings, NotReadyReason, Phone, Seat, Softphone
from fs_app.audio.model import MusicList, MusicListItem, Sound, SoundFile
from fs_app.calllists.model import CallList, Characteristic, DistributionRule, ListFilter, Planner, Profiler
from fs_app.contacts.fields import NAMES
from fs_app.hours.model import Holiday, HolidaySet, Schedule, ScheduleRange
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.messaging.model import (
    Message,
    MessageProvider,
    MessageSettings,
    MessageTemplate,
    MessageText,
    QueueMessage,
)
from fs_app.outbound.model import RetryRule
from fs_app.outbound.retry import RULED
from fs_app.outbound.settings import ATTEMPTS, BLANK, DELAY_S, LIMITS, STORED
from fs_app.outbound.settings import MODES as OUTBOUND_MODES
from fs_app.outgoing.model import DncEntry, OutgoingSettings
from fs_app.queues.model import EFFECTS, Did, Disposition, DispositionSet, Queue, QueueMember
from fs_app.queues.popping import (
    KINDS,
    LONGEST_S,
    LONGEST_URL,
    METHODS,
    MODES,
    MOST_MAPPED,
    MOST_STEPS,
    TARGETS,
    WHENS,
)
from fs_app.queues.popping import NAME as STEP_NAME
from fs_app.recordings.model import KeptDisposition
from fs_app.recordings.rules import RULES
from fs_app.routing.model import AgentSkill, QueueSkill, Skill, SkillRelaxation
from fs_app.routing.strategies import STRATEGIES
from fs_app.supervision.model import Display, SupervisedQueue
from fs_app.voicemail.model import VoicemailBox

FORMAT = 1
"""One more when a file of before would mean something else."""

EXTENSION = re.compile(r"[0-9*#]{2,16}")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,32}")
LOGIN = re.compile(r"[^\s|/\\]{1,100}")
OUTSIDE = re.compile(r"\+?[0-9*#]{1,31}")
OUTSIDE_LIST = re.compile(r"\+?[0-9*#]{1,31}( \+?[0-9*#]{1,31}){0,40}")
SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
DATE = re.compile(r"(20\d\d-|2100-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CATEGORIES = ("positive", "argued", "not_argued")
THEN = ("hang_up", "queue", "number", "voicemail")

_name = Text(100, needed=True)
_reference = Text(150)
_sound = Text(300)
_outside = Text(32, pattern=OUTSIDE, hint="config.wrong.outside")
_seconds = Whole(0, 86_400)


def _same(name: str, shape: Any, default: Any, **more: Any) -> Field:
    """A field that is called like its column."""
    return Field(name, shape, default, column=name, **more)


def _disposition_fields() -> tuple[Field, ...]:
    return (
        Field("code", Text(32, True, CODE, "config.wrong.code"), needed=True, column="code"),
        Field("label", _name, needed=True, column="label"),
        _same("category", OneOf(CATEGORIES), "argued"),
        _same("effect", OneOf(EFFECTS), ""),
        _same("active", YesNo(), True),
    )


ACCOUNT = Record(
    (
        Field(
            "slug", Text(64, True, re.compile(r"[a-z0-9][a-z0-9-]{0,62}"), "config.wrong.slug"), needed=True
        ),
        Field("name", Text(200, True), needed=True, column="name"),
        _same("language", OneOf(LANGUAGES[1:]), "fr"),
        _same("country", Text(2, True, re.compile("[A-Z]{2}"), "config.wrong.country"), "FR"),
        _same("time_zone", Text(64, True), "Europe/Paris"),
        Field(
            "sip_domain",
            Text(200, True, re.compile(r"[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?"), "config.wrong.domain"),
            needed=True,
            column="sip_domain",
        ),
        _same("accent", Text(7, True, re.compile("#[0-9a-fA-F]{6}"), "config.wrong.colour"), "#066fd1"),
        _same("recording_days", Whole(0, 3650), 0),
    )
)

PROFILE = Record(
    (
        Field("role", OneOf(ROLES), needed=True, column="role"),
        Field("denied", Many(OneOf(tuple(PERMISSIONS))), list, column="denied"),
        *(
            Field(name, Many(OneOf(SETS[name])), lambda value=value: list(value))
            if name in SETS
            else Field(name, YesNo(), value)
            for name, value in plain(NO_PROFILE).items()
        ),
    )
)

SKILL = Record((_same("active", YesNo(), True),))

SCHEDULE = Record(
    tuple(Field(day, Many(Text(11, True, SPAN, "config.wrong.span"), 12), list) for day in DAYS)
)

HOLIDAY = Record(
    (
        Field("date", Text(10, True, DATE, "config.wrong.date"), needed=True),
        Field("name", _name, needed=True, column="name"),
        Field("from", Text(5, True, TIME, "config.wrong.time"), "00:00"),
        Field("to", Text(5, True, TIME, "config.wrong.time"), "24:00"),
        _same("message", _sound, ""),
    )
)

DISPOSITION = Record(
    (*_disposition_fields(), Field("children", Many(Record(_disposition_fields()), 1000), list))
)

REASON = Record(
    (
        Field("code", Text(32, True, CODE, "config.wrong.code"), needed=True, column="code"),
        Field("label", _name, needed=True, column="label"),
        _same("active", YesNo(), True),
    )
)

TELEPHONE = Record(
    (
        Field("number", Text(16, True, EXTENSION, "config.wrong.extension"), needed=True, column="number"),
        _same("active", YesNo(), True),
        _same("permanent_line", YesNo(), False),
        _same("capacity_voice", Whole(0, 1), 1),
        _same("capacity_chat", Whole(0, 100), 3),
        _same("capacity_mail", Whole(0, 100), 1),
        _same("capacity_case", Whole(0, 100), 1),
        Field("skills", Table(_name, Whole(1, 10)), dict),
        Field(
            "sip_ha1",
            Text(32, True, re.compile("[0-9a-f]{32}"), "config.wrong.ha1"),
            secret=True,
            column="sip_ha1",
        ),
    )
)

PERSON = Record(
    (
        Field("name", Text(200, True), needed=True, column="name"),
        Field("role", OneOf(ROLES), needed=True, column="role"),
        Field("profile", _reference, "", column="profile"),
        _same("language", OneOf(LANGUAGES), ""),
        _same("active", YesNo(), True),
        Field("telephone", TELEPHONE, dict),
        Field("supervises", Many(_reference), list),
        Field("password_hash", Text(500, True), secret=True, column="password_hash"),
    )
)


def _steps_fall(value: dict[str, Any], node: Any, place: Place) -> None:
    """Later and lower with each step."""
    last_s, enough = 0, value["level"]
    for step in value["relax"]:
        if step["after_s"] <= last_s:
            place.wrong(node, "config.wrong.step_order")
        elif step["level"] >= enough:
            place.wrong(node, "config.wrong.step_lower", level=enough)
        last_s, enough = step["after_s"], step["level"]


NEED = Record(
    (
        Field("level", Whole(1, 10), 1),
        Field(
            "relax",
            Many(
                Record(
                    (
                        Field("after_s", Whole(1, 3600), needed=True),
                        Field("level", Whole(0, 10), needed=True),
                    )
                ),
                10,
            ),
            list,
        ),
    ),
    _steps_fall,
)


def _then(prefix: str) -> tuple[Field, ...]:
    """What follows a limit or a key."""
    return (
        _same(f"{prefix}_then", OneOf(THEN), "hang_up"),
        _same(f"{prefix}_queue", _reference, ""),
        _same(f"{prefix}_message", _sound, ""),
        _same(f"{prefix}_number", _outside, ""),
    )


_key = Text(1, pattern=re.compile("[0-9*#]"), hint="config.wrong.key")

MAPPED = Record(
    (
        Field("path", Text(300, True), needed=True),
        Field("field", OneOf(("", *NAMES)), ""),
        Field("label", Text(60), ""),
    )
)

STEP = Record(
    (
        Field("name", Text(30, True, STEP_NAME, "config.wrong.step_name"), needed=True),
        Field("kind", OneOf(KINDS), "digits"),
        Field("label", Text(60), ""),
        Field("least", Whole(1, 32), 1),
        Field("most", Whole(1, 32), 32),
    )
)

RETRY = Record(
    (
        Field("delay_s", Whole(*DELAY_S), needed=True),
        Field("attempts", Whole(*ATTEMPTS), needed=True),
        _same("disposition", _reference, ""),
    )
)


def _outbound_field(name: str, value: Any) -> Field:
    if name == "modes":
        return Field(name, Many(OneOf(OUTBOUND_MODES), len(OUTBOUND_MODES)), lambda: list(OUTBOUND_MODES))
    return Field(name, YesNo() if isinstance(value, bool) else Whole(*LIMITS[name]), value)


OUTBOUND_WORK = Record(tuple(_outbound_field(name, getattr(BLANK, name)) for name in STORED))


def _blank_outbound() -> dict[str, Any]:
    return {f.name: f.blank() for f in OUTBOUND_WORK.fields}


QUEUE = Record(
    (
        Field("number", Text(16, True, EXTENSION, "config.wrong.extension"), needed=True, column="number"),
        _same("active", YesNo(), True),
        Field("agents", Table(Text(100, True), Whole(1, 9)), dict),
        _same("disposition_set", _reference, ""),
        _same("wrap_up", YesNo(), True),
        _same("auto_qualify_s", _seconds, 0),
        _same("auto_disposition", _reference, ""),
        _same("greeting", _sound, ""),
        _same("music", _sound, ""),
        _same("ring_s", Whole(5, 120), 20),
        _same("no_answer_delay_s", Whole(0, 600), 10),
        _same("inter_call_s", Whole(0, 600), 3),
        _same("strategy", OneOf(tuple(STRATEGIES)), "longest_idle"),
        _same("priority", Whole(0, 100), 0),
        _same("tier_after_s", Whole(0, 3600), 0),
        _same("last_agent", YesNo(), False),
        _same("last_agent_wait_s", Whole(0, 3600), 0),
        Field("skills", Table(_name, NEED, 20), dict),
        _same("service_s", Whole(1, 3600), 20),
        _same("service_percent", Whole(1, 100), 80),
        _same("alert_waiting", Whole(0, 10_000), 0),
        _same("alert_waiting_red", Whole(0, 10_000), 0),
        _same("alert_callbacks", Whole(0, 10_000), 0),
        _same("alert_callbacks_red", Whole(0, 10_000), 0),
        _same("schedule", _reference, ""),
        _same("holiday_set", _reference, ""),
        _same("closed_message", _sound, ""),
        _same("holiday_message", _sound, ""),
        _same("closed_then", OneOf(("hang_up", "number", "voicemail")), "hang_up"),
        _same("closed_queue", _reference, ""),
        _same("closed_number", _outside, ""),
        _same("closing_waiting", OneOf(("serve", "closed")), "serve"),
        _same("max_wait_s", _seconds, 0),
        *_then("max_wait"),
        _same("max_length", Whole(0, 10_000), 0),
        *_then("max_length"),
        _same("exit_key", _key, ""),
        _same("exit_prompt", _sound, ""),
        *_then("exit"),
        _same("outside_ring_s", Whole(5, 120), 30),
        _same("transfer_returns", YesNo(), True),
        _same("preferred_s", Whole(0, 300), 20),
        _same("voicemail_greeting", _sound, ""),
        _same("voicemail_max_s", Whole(5, 600), 120),
        _same("voicemail_silence_s", Whole(1, 30), 4),
        _same("hold_message", _sound, ""),
        _same("announce_position", YesNo(), False),
        _same("announce_wait", YesNo(), False),
        _same("announce_first_s", Whole(1, 3600), 15),
        _same("announce_every_s", Whole(0, 3600), 45),
        _same("callback_key", _key, ""),
        _same("callback_prompt", _sound, ""),
        _same("callback_number", _outside, ""),
        _same("callback_tries", Whole(1, 20), 3),
        _same("callback_retry_s", Whole(10, 86_400), 300),
        _same("keep_abandoned", YesNo(), True),
        Field("outbound", OUTBOUND_WORK, _blank_outbound),
        Field("retry", Table(OneOf(tuple(map(str, RULED))), RETRY, len(RULED)), dict),
        _same("caller_id", _outside, ""),
        _same("caller_ids", Text(1000, pattern=OUTSIDE_LIST, hint="config.wrong.outside"), ""),
        _same("customer_schedule", _reference, ""),
        _same("customer_holidays", _reference, ""),
        _same("purpose", OneOf(("service", "marketing")), "service"),
        _same("record_rule", OneOf(RULES), "all"),
        _same("recording_days", Whole(0, 3650), 0),
        Field("kept_dispositions", Many(_reference), list),
        _same("pop_mode", OneOf(MODES), "record"),
        _same("pop_when", OneOf(WHENS), "ring"),
        _same("pop_url", Text(LONGEST_URL), ""),
        _same("pop_target", OneOf(TARGETS), "tab"),
        _same("lookup_url", Text(LONGEST_URL), ""),
        _same("lookup_name", Text(60), ""),
        _same("lookup_method", OneOf(METHODS), "GET"),
        _same("lookup_timeout_s", Whole(1, LONGEST_S), 3),
        _same("lookup_map", Many(MAPPED, MOST_MAPPED), list),
        _same("capture_url", Text(LONGEST_URL), ""),
        _same("capture_prompt", _sound, ""),
        _same("capture_timeout_s", Whole(5, 120), 20),
        _same("capture_steps", Many(STEP, MOST_STEPS), list),
    )
)

NUMBER = Record(
    (
        _same("label", Text(100), ""),
        _same("queue", _reference, ""),
        _same("priority", Whole(0, 1000), 0),
        _same("active", YesNo(), True),
    )
)

FILE = Record(
    (
        Field("format", Whole(1, 1_000_000), needed=True),
        Field("account", ACCOUNT, needed=True),
        Field("skills", Table(_name, SKILL), dict),
        Field("schedules", Table(_name, SCHEDULE), dict),
        Field("holidays", Table(_name, Many(HOLIDAY, 1000)), dict),
        Field("dispositions", Table(_name, Many(DISPOSITION, 1000)), dict),
        Field("reasons", Many(REASON, 1000), list),
        Field("profiles", Table(_name, PROFILE), dict),
        Field("people", Table(Text(100, True, LOGIN, "config.wrong.login"), PERSON), dict),
        Field("queues", Table(_name, QUEUE), dict),
        Field("numbers", Table(Text(32, True, OUTSIDE, "config.wrong.outside"), NUMBER), dict),
    )
)

REFERENCES: tuple[tuple[str, str], ...] = (
    ("disposition_set", "dispositions"),
    ("schedule", "schedules"),
    ("holiday_set", "holidays"),
    ("customer_schedule", "schedules"),
    ("customer_holidays", "holidays"),
    ("closed_queue", "queues"),
    ("max_wait_queue", "queues"),
    ("max_length_queue", "queues"),
    ("exit_queue", "queues"),
)
"""Fields of a queue and the part of the file in which their names stand."""

RECORDS = {Account: ACCOUNT, Profile: PROFILE, Agent: TELEPHONE, User: PERSON, Queue: QUEUE, Did: NUMBER}
"""Tables whose columns are the fields of a record."""

EXCLUDED: dict[Any, dict[str, str]] = {
    Account: {"slug": "names the account", "config_version": "counts changes"},
    Profile: {"name": "the key", "options": "its own fields"},
    User: {"login": "the key", "theme": "a choice of the person's own"},
    Agent: {"user": "stands below the person"},
    Queue: {
        "lookup_secret": "a password",
        "capture_secret": "a password",
        "name": "the key",
        "outbound": "its own fields",
        "survey_flow": "chosen beside the voice menus",
    },
    Did: {"number": "the key", "flow": "chosen beside the voice menus"},
    Skill: {"name": "the key", "active": "SKILL"},
    AgentSkill: {"agent": "below the person", "skill": "skills", "level": "skills"},
    NotReadyReason: {"code": "REASON", "label": "REASON", "active": "REASON", "position": "the order"},
    DispositionSet: {"name": "the key"},
    Disposition: {
        "set": "stands below it",
        "parent": "stands below it",
        "code": "DISPOSITION",
        "label": "DISPOSITION",
        "category": "DISPOSITION",
        "effect": "DISPOSITION",
        "active": "DISPOSITION",
        "position": "the order",
    },
    Schedule: {"name": "the key"},
    ScheduleRange: {"schedule": "SCHEDULE", "weekday": "SCHEDULE", "begin": "SCHEDULE", "end": "SCHEDULE"},
    HolidaySet: {"name": "the key"},
    Holiday: {
        "set": "stands below it",
        "name": "HOLIDAY",
        "message": "HOLIDAY",
        "year": "date",
        "month": "date",
        "day": "date",
        "begin": "from",
        "end": "to",
    },
    QueueMember: {"queue": "agents", "agent": "agents", "tier": "agents"},
    QueueSkill: {"queue": "skills", "skill": "skills", "level": "NEED"},
    SkillRelaxation: {"queue_skill": "NEED", "after_s": "NEED", "level": "NEED"},
    SupervisedQueue: {"user": "supervises", "queue": "supervises"},
    RetryRule: {
        "owner": "a queue",
        "owner_id": "a queue",
        "result": "retry",
        "delay_s": "RETRY",
        "attempts": "RETRY",
        "disposition": "RETRY",
    },
    KeptDisposition: {"queue": "kept_dispositions", "disposition": "kept_dispositions"},
}
"""Columns that are no fields of a record, each with where they are instead. `id`, `account` and `created_at` are
nobody's configuration."""

NOT_CONFIGURATION = {
    Sound: "a file is no text; who names one names it by its name",
    AgentSettings: "choices of the person's own, made on his page",
    Phone: "its password is shown once, where it is made",
    Seat: "a PC, known by its cookie: connected where it stands",
    Softphone: "passwords of logins under way",
    SoundFile: "lies in the library's folder",
    MusicList: "what it lists are files",
    MusicListItem: "stands below its list",
    UserSession: "logins under way",
    Display: "its link is a secret that is shown once; it is made where it hangs",
    Flow: "published by who drew it, each version with its date: exported and taken in by the editor",
    FlowVersion: "what was published, and never changes",
    VoicemailBox: "what a menu names; the messages in it are nobody's configuration",
    MessageProvider: "its password is encrypted with this installation's key; it is typed where it is used",
    MessageTemplate: "texts are written on their own page; a queue of a file sends nothing by itself",
    MessageText: "stands below its template",
    QueueMessage: "names templates, which are not in the file",
    OutgoingSettings: "what the account's agents may dial: set where the blacklist is",
    DncEntry: "people, not configuration",
    MessageSettings: "limits of the page of providers",
    CallList: "people to call, with what its rules make of them",
    DistributionRule: "names columns and characteristics of this account's own; made beside its lists",
    Characteristic: "names fields of this account's own; made beside the lists",
    Profiler: "counts results of lists, which are not in the file",
    Planner: "its filters name fields of this account's own; made beside the lists",
    ListFilter: "stands below its list",
    Message: "what was sent",
}
"""Tables that do not stand in the file although an administrator's page is about them."""
