"""Every table of the program, and what it knows of people who call or are called: the one list of it (BY-23).

A table that is not here fails a test: whoever makes one says how a person is found in it, and what becomes of him.
docs/privacy.md shows the same to people and is compared with this by a test.

How a person is found (`links`, any of them):
    contact:COLUMN   the column holds the id of one of his contacts
    number:COLUMN    … one of his numbers in any spelling; with a column `contact` in the table only of rows that
                     belong to nobody else
    mail:COLUMN      … one of his mail addresses, whatever the capitals
    more:COLUMN      … a document in which one of his numbers stands
    call:COLUMN      … one of his calls; record:COLUMN: one of his records of a call list
    text:COLUMN      … a text or document in which one of his numbers or addresses is mentioned, however written

What becomes of a row when he is erased (`erase`):
    DELETE    it goes
    BLANK     it stays for the figures, its `blank` columns don't
    HASH      it stays for the law, with a hash in place of the number
    CLEAN     it is somebody else's: what it says of him is taken out
    KEEP      it stays as it is, `why` says why
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Erase(StrEnum):
    DELETE = "DELETE"
    BLANK = "BLANK"
    HASH = "HASH"
    CLEAN = "CLEAN"
    KEEP = "KEEP"


class Whose(StrEnum):
    """Whose data a table holds."""

    PERSON = "person"  # of people who call or are called
    STAFF = "staff"  # of those who work with the program: not what this is about
    NOBODY = "nobody"  # configuration, figures, the program's own


@dataclass(frozen=True, slots=True)
class Known:
    """`kind`: the word under which it is shown (privacy.data.*). `exported` False: it says nothing that another table
    does not say. `hidden`: columns that stay out of an export: the program's own, or other people's."""

    whose: Whose
    kind: str = ""
    links: tuple[str, ...] = ()
    erase: Erase = Erase.KEEP
    blank: Mapping[str, Any] = field(default_factory=dict)
    exported: bool = True
    hidden: frozenset[str] = frozenset()
    why: str = ""


def _person(
    kind: str,
    *links: str,
    erase: Erase,
    blank: Mapping[str, Any] | None = None,
    exported: bool = True,
    hidden: str = "",
    why: str = "",
) -> Known:
    return Known(Whose.PERSON, kind, links, erase, blank or {}, exported, frozenset(hidden.split()), why)


def _staff() -> Known:
    return Known(Whose.STAFF)


def _nobody(*mentions: str) -> Known:
    """`mentions`: texts in which somebody may have written a customer's number all the same."""
    if not mentions:
        return Known(Whose.NOBODY)
    links = tuple(f"text:{m}" for m in mentions)
    return Known(Whose.NOBODY, "mentions", links, Erase.CLEAN, exported=False)


def of(table: str) -> Known | None:
    """What is known of a table, by its name in the database."""
    return REGISTRY.get(table)


JOURNAL_KEYS = frozenset(
    {
        "number",
        "name",
        "caller_number",
        "caller_name",
        "contact",
        "contact_name",
        "shown_number",
        "note",
        "old_note",
        "text",
        "digits",
        "variables",
        "reason",
        "destination",
        "subject",
        "to_name",
        "memo",
    }
)
"""What entries of the journal about one of his calls say of him, whatever the kind of entry."""

JOURNAL_KEYS_OF_KIND = {
    "flow.set": frozenset({"value"}),
    "flow.state": frozenset({"state"}),
    "flow.started": frozenset({"variables"}),
}
"""Beside them, in entries of one kind. The name of a menu is nobody's."""

REGISTRY: dict[str, Known] = {
    # --- the person -----------------------------------------------------------------------------------------
    "contact": _person(
        "contact",
        "contact:id",
        erase=Erase.DELETE,
        hidden="account name_key updated_by guid version owner_id import_id merged_into_id",
    ),
    "contact_number": _person("contact", "contact:contact", erase=Erase.DELETE, hidden="account import_id"),
    "contact_search": _person("contact", "contact:contact", erase=Erase.DELETE, exported=False),
    "contact_merge": _person(
        "merges", "contact:kept_id", "contact:lost_id", erase=Erase.DELETE, hidden="account by by_name"
    ),
    "legal_hold": _person(
        "contact", "contact:contact", erase=Erase.DELETE, hidden="account user_name numbers"
    ),
    "directory_entry": _person(
        "directory",
        *("number:office", "number:mobile", "mail:mail"),
        erase=Erase.DELETE,
        hidden="account owner folded digits version updated_by brought_by",
    ),
    # --- his calls ------------------------------------------------------------------------------------------
    "call": _person(
        "calls",
        *("contact:contact", "number:caller_number"),
        erase=Erase.BLANK,
        blank={"caller_number": "", "caller_name": "", "disposition_note": "", "contact": None},
        hidden="account ticket agent",
    ),
    "leg": _person(
        "calls",
        "call:call",
        erase=Erase.BLANK,
        blank={"number": "", "sip_call_id": ""},
        hidden="account agent sip_call_id",
    ),
    "call_part": _person(
        "calls",
        "call:call",
        erase=Erase.BLANK,
        blank={"number": "", "name": ""},
        exported=False,
    ),
    "journal_entry": _person(
        "journal", "call:call", erase=Erase.CLEAN, hidden="account agent id"
    ),  # an erasure looks through all the others, too (`erasing.journal_part`)
    "recording": _person(
        "recordings",
        "call:call",
        erase=Erase.BLANK,
        hidden="account agent path kept_by delete_by delete_reason delete_trouble judged_at",
        why="privacy.why.figures",
    ),
    "voicemail": _person(
        "voicemails",
        *("call:call", "number:number"),
        erase=Erase.BLANK,
        blank={"number": "", "name": ""},
        hidden="account heard_by",
    ),
    "survey_answer": _person(
        "surveys", "call:call", erase=Erase.KEEP, hidden="account agent", why="privacy.why.nameless"
    ),
    "callback": _person(
        "callbacks",
        *("contact:contact", "number:number", "call:from_call"),
        erase=Erase.BLANK,
        blank={"number": "", "name": "", "note": "", "contact": None, "recording": ""},
        hidden="account owner",
    ),
    "message": _person(
        "messages",
        *("number:recipient", "mail:recipient", "call:call"),
        erase=Erase.BLANK,
        blank={
            "recipient": "",
            "subject": "",
            "text": "",
            "variables": {},
            "detail": "",
            "reference": "",
        },
        hidden="account wanted_by provider reference",
    ),
    # --- lists ----------------------------------------------------------------------------------------------
    "list_record": _person(
        "records",
        *("contact:contact", "number:number", "more:more"),
        erase=Erase.BLANK,
        blank={"number": "", "contact": None, "more": None, "memo": "", "due_at": None, "owner": None},
        hidden="account owner order_key last_agent",
    ),
    "contact_file_row": _person(
        "records",
        "contact:contact",
        erase=Erase.BLANK,
        blank={"contact": None, "answers": None, "last_call": ""},
        hidden="account last_agent last_agent_name",
    ),
    "record_attempt": _person(
        "records",
        *("contact:contact_id", "number:number"),
        erase=Erase.BLANK,
        blank={"number": "", "contact_id": None},
        hidden="account agent_id",
    ),
    "list_change": _person("records", "record:record", erase=Erase.DELETE, exported=False),
    "consent": _person(
        "consents",
        *("contact:contact", "number:number", "mail:mail"),
        erase=Erase.HASH,
        blank={"contact": None, "mail": "", "text": ""},
        hidden="account created_by withdrawn_by",
        why="privacy.why.proof",
    ),
    "dnc_entry": _person(
        "blacklist",
        "number:number",
        erase=Erase.HASH,
        blank={"reason": "", "source": "erased", "prefix": False},
        hidden="account created_by",
        why="privacy.why.never_called",
    ),
    "opt_out_number": Known(
        Whose.PERSON, "registers", (), Erase.KEEP, exported=False, why="privacy.why.register"
    ),
    # --- what files and people left -------------------------------------------------------------------------
    "import_change": _person(
        "imports",
        *("text:before", "text:after"),
        erase=Erase.CLEAN,
        hidden="account",
    ),
    "import_job": _person(
        "imports", "text:error_params", erase=Erase.CLEAN, exported=False, hidden="account salt by by_name"
    ),
    "directory_import": _person("imports", "text:refused_file", erase=Erase.CLEAN, exported=False),
    "audit_entry": _person(
        "audit",
        *("text:label", "text:before", "text:after"),
        erase=Erase.CLEAN,
        hidden="account user user_name address",
        why="privacy.why.trace",
    ),
    "agent_message": _person(
        "mentions", "text:text", erase=Erase.CLEAN, hidden="account sender sender_agent recipient"
    ),
    "person_job": Known(Whose.PERSON, "privacy", (), Erase.KEEP, exported=False, why="privacy.why.masked"),
    "access_log": Known(Whose.STAFF),
    # --- configuration in which a number may stand ------------------------------------------------------------
    "list_action": _nobody("params", "filter"),
    "list_filter": _nobody("filter"),
    "segment": _nobody("filter"),
    "characteristic": _nobody("filter"),
    # --- those who work with it -------------------------------------------------------------------------------
    **{
        name: _staff()
        for name in (
            *("app_user", "user_session", "agent", "agent_settings", "agent_skill", "queue_member"),
            *("supervised_queue", "phone", "seat", "softphone", "api_key", "display"),
        )
    },
    # --- configuration and the program's own --------------------------------------------------------------------
    **{
        name: _nobody()
        for name in (
            *("account", "profile", "not_ready_reason", "disposition_set", "disposition", "schedule"),
            *("schedule_range", "holiday_set", "holiday", "flow", "flow_version", "queue", "did"),
            *("projection_mark", "retry_rule", "skill", "queue_skill", "skill_relaxation"),
            *("kept_disposition", "voicemail_box", "message_provider", "message_template", "message_text"),
            *("queue_message", "message_settings", "sound", "sound_file", "music_list", "music_list_item"),
            *("outgoing_settings", "contact_field", "contact_file", "distribution_rule", "profiler"),
            *("planner", "call_list", "legal_rule", "opt_out_list", "import_mapping"),
            *("retention_rule", "privacy_secret"),
        )
    },
}
