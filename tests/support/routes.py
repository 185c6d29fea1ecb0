"""Every address of the program, filled with the objects of another account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from fs_app.accounts.model import Profile, User
from fs_app.agents.model import Agent, NotReadyReason, Phone, Seat
from fs_app.apikeys.model import ApiKey
from fs_app.audio.model import MusicList, Sound
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import (
    CallList,
    ContactFile,
    DistributionRule,
    ListAction,
    ListFilter,
    ListRecord,
)
from fs_app.calls.model import Recording
from fs_app.contacts.model import (
    Contact,
    ContactField,
    ContactMerge,
    DirectoryEntry,
    DirectoryImport,
    Segment,
)
from fs_app.hours.model import Holiday, HolidaySet, Schedule
from fs_app.imports.model import ImportJob
from fs_app.ivr.flows import EMPTY
from fs_app.ivr.model import Flow
from fs_app.legal.model import OptOutList
from fs_app.messaging.model import Message, MessageProvider, MessageTemplate
from fs_app.outgoing.model import DncEntry
from fs_app.privacy.model import LegalHold, PersonJob
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue
from fs_app.routing.model import Skill
from fs_app.supervision.model import Display
from fs_app.voicemail.model import Voicemail, VoicemailBox
from fs_app.web.access import API
from tests.support import callworld

SECRET = "Geheimsache"
"""In the name of everything that belongs to the other account."""


@dataclass(frozen=True, slots=True)
class Address:
    method: str
    url: str
    permission: str | None
    of_others: bool  # it names an object of the other account


def foreign(app: Any, other_account: int) -> dict[str, Any]:
    """Make one object of each kind in the other account: name of the route's argument → identifier."""

    def make() -> dict[str, Any]:
        now, of = app.clock.now_ms(), {"account": other_account}
        chosen = DispositionSet.create(name=SECRET, **of)
        queue = Queue.create(name=SECRET, number="333", disposition_set=chosen, created_at=now, **of)
        User.update(name=SECRET).where(User.account == other_account).execute()
        holidays = HolidaySet.create(name=SECRET, created_at=now, **of)
        day = Holiday.create(set=holidays, name=SECRET, month=12, day=24, begin=0, end=1440, **of)
        call_list = CallList.create(name=SECRET, created_at=now, updated_at=now, **of)
        template = MessageTemplate.create(name=SECRET, channel="sms", created_at=now, **of)
        return {
            "seat": Seat.create(
                token_hash=SECRET, name=SECRET, how="phone", number="333", created_at=now, used_at=now, **of
            ).id,
            "desk_phone": Phone.create(number="444", sip_ha1="0" * 32, label=SECRET, created_at=now, **of).id,
            "register": OptOutList.create(name=SECRET, created_at=now, **of).id,
            "message_template": template.id,
            "call_list": call_list.id,
            "list_record": ListRecord.create(list=call_list, index=1, memo=SECRET, imported_at=now, **of).id,
            "list_filter": ListFilter.create(list=call_list, name=SECRET, **of).id,
            "list_action": ListAction.create(list=call_list, kind="exclude", state="DONE", at=now, **of).id,
            "contact_file": ContactFile.create(name=SECRET, created_at=now, **of).id,
            "shared": DistributionRule.create(name=SECRET, updated_at=now, **of).id,
            "provider": MessageProvider.create(
                name=SECRET,
                channel="sms",
                settings={"url": f"https://{SECRET}.example"},
                created_at=now,
                **of,
            ).id,
            "message": Message.create(
                origin="x", channel="sms", text=SECRET, created_at=now, due_at=now, expires_at=now, **of
            ).id,
            "api_key": ApiKey.create(
                name=SECRET,
                prefix="ffffffff",
                hash="0" * 64,
                permissions=[],
                user=User.get(User.account == other_account).id,
                created_at=now,
                **of,
            ).id,
            "import_job": ImportJob.create(file=SECRET, name=SECRET, salt="0" * 32, at=now, **of).id,
            "person_job": PersonJob.create(kind="export", label=SECRET, created_at=now, **of).id,
            "profile": Profile.create(name=SECRET, role="agent", created_at=now, **of).id,
            "sound": Sound.create(name=SECRET, created_at=now, changed_at=now, **of).id,
            "music_list": MusicList.create(name=SECRET, created_at=now, **of).id,
            "box": VoicemailBox.create(name=SECRET, created_at=now, **of).id,
            "skill": Skill.create(name=SECRET, **of).id,
            "day": day.id,
            "flow": Flow.create(name=SECRET, draft=EMPTY, created_at=now, updated_at=now, **of).id,
            "user": User.get(User.account == other_account).id,
            "queue": queue.id,
            "agent": Agent.get(Agent.account == other_account).id,
            "set_id": chosen.id,
            "item": Disposition.create(set=chosen, code="x", label=SECRET, **of).id,
            "reason": NotReadyReason.create(code="x", label=SECRET, **of).id,
            "entry": DncEntry.create(number="+33100000002", reason=SECRET, created_at=now, **of).id,
            "number": Did.create(number="+33100000000", label=SECRET, queue=queue, **of).id,
            "display": Display.create(name=SECRET, token_hash="0" * 64, queues=[], created_at=now, **of).id,
            "schedule": Schedule.create(name=SECRET, created_at=now, **of).id,
            "holiday_set": holidays.id,
            "callback": Callback.create(
                id="4ea1c052-b387-4e82-9e99-7f5ebf42b654",
                number="+33100000001",
                name=SECRET,
                queue=queue,
                reason="VOICEMAIL",
                recording=callworld.RECORDING,
                from_call=callworld.OTHERS,
                created_at=now,
                changed_at=now,
                **of,
            ).id,
            "call_id": callworld.OTHERS,
            "call": callworld.OTHERS,
            "recording_id": callworld.RECORDING,
            "recording": Recording.create(
                id="of-others", call=callworld.OTHERS, path="x.wav", started_at=1, ended_at=2, **of
            ).id,
            "directory_entry": DirectoryEntry.create(name=SECRET, created_at=now, updated_at=now, **of).id,
            "directory_import": DirectoryImport.create(file=SECRET, at=now, **of).id,
            "contact": Contact.create(last_name=SECRET, created_at=now, updated_at=now, **of).id,
            "contact_field": ContactField.create(name="x", label=SECRET, created_at=now, **of).id,
            "segment": Segment.create(name=SECRET, created_at=now, updated_at=now, **of).id,
            "contact_merge": ContactMerge.create(kept_id=1, lost_id=2, at=now, **of).id,
        }

    def leave_message(found: dict[str, Any]) -> None:
        """Somebody spoke into the other account's box."""
        found["voicemail"] = Voicemail.create(
            id="of-others",
            account=other_account,
            box=found["box"],
            call=callworld.OTHERS,
            recording=found["recording"],
            name=SECRET,
            left_at=1,
            changed_at=1,
        ).id

    found: dict[str, Any] = app.db.write(make)
    app.db.write(lambda: leave_message(found))
    held = {"account": other_account, "contact": found["contact"], "reason": SECRET, "at": 1}
    found["legal_hold"] = app.db.write(lambda: LegalHold.create(**held).id)
    return found


def addresses(flask: Flask, objects: dict[str, Any], api: bool = False) -> list[Address]:
    """All routes of pages, or of the API (which programs open with a key), with all their methods. A KeyError: this
    route has an argument that `foreign` does not know."""
    fixed = {
        "language": "fr",
        "law_of": "FR",
        "law_rule": "hours",
        "name": "greeting",
        "lang": "fr",
        "digest": "x",
        "path": "y",
        "way": "up",
        "steering": "pause",
        "part": "link",
        "kind": "csv",
        "what": "rule",
        "action": "exclude",
        "job": "none",
        "batch": "0" * 16,
        "file": 1,
    }
    adapter = flask.url_map.bind("localhost")
    found = []
    for rule in flask.url_map.iter_rules():
        if rule.rule.startswith(API) != api:
            continue
        values = {name: objects[name] if name in objects else fixed[name] for name in rule.arguments}
        view = flask.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            url = adapter.build(rule.endpoint, values, method=method)
            found.append(
                Address(method, url, getattr(view, "permission", None), bool(set(values) & set(objects)))
            )
    return found
