"""What stands in a message and who gets it, put together at the moment when it is due. Inside `Database.write`.

Whatever has been learned of the call since (its verdict, its contact and his address) is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_time

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.calls.model import Call, JournalEntry
from fs_app.contacts.model import Contact
from fs_app.hours.opening import zone_named
from fs_app.messaging import builtin, recipients, segments, text
from fs_app.messaging.model import MessageText
from fs_app.queues.model import Queue


class CantBeSent(Exception):
    """For good; `why` is a word of the catalogue."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Prepared:
    recipient: str
    language: str
    subject: str
    text: str
    parts: int  # of an SMS


def prepare(message: Any) -> Prepared:
    """Raises CantBeSent."""
    account = Account.get_by_id(message.account_id)
    call = (
        Call.get_or_none((Call.id == message.call) & (Call.account == account.id)) if message.call else None
    )
    recipient = _recipient(message, account, call)
    if message.text:  # written already: tried again, or sent again by somebody
        parts = _parts(message, message.text)
        return Prepared(recipient, message.language, message.subject, message.text, parts)
    language, subject, words = _written(message, account)
    values = {**dict(message.variables), **values_of(account, call)}
    said = text.filled(words, values).strip()
    if not said:
        raise CantBeSent("empty")
    parts = _parts(message, said)
    if parts > segments.MOST_PARTS:
        raise CantBeSent("too_long")
    return Prepared(recipient, language, text.filled_line(subject, values)[:400], said, parts)


def _parts(message: Any, said: str) -> int:
    return segments.measure(said).parts if message.channel == "sms" else 0


def _recipient(message: Any, account: Any, call: Any) -> str:
    if message.channel == "sms":
        number, why = recipients.mobile(
            message.recipient or (call.caller_number if call else ""), account.country
        )
        if number is None:
            raise CantBeSent(why, message.recipient)
        return number
    wanted = message.recipient if "@" in message.recipient else ""  # a menu's "the caller" is his number
    if not wanted and call is not None and call.contact_id is not None:
        wanted = Contact.get_by_id(call.contact_id).mail
    if not wanted:
        raise CantBeSent("no_address")
    found = recipients.address(wanted)
    if found is None:
        raise CantBeSent("wrong_address", wanted)
    return found


def _written(message: Any, account: Any) -> tuple[str, str, str]:
    """Language, subject and text of the template in the caller's language, the account's, or any that there is."""
    own = {"voicemail": builtin.VOICEMAIL, "test": builtin.TEST}.get(message.origin.partition(" ")[0])
    if own is not None and message.template_id is None:
        language = message.language or account.language
        language = language if language in own else "en"
        return language, *own[language]
    texts = {t.language: t for t in MessageText.select().where(MessageText.template == message.template_id)}
    for language in (message.language, _spoken(message), account.language, *sorted(texts)):
        if language and language in texts:
            return language, texts[language].subject, texts[language].text
    raise CantBeSent("no_text")


def _spoken(message: Any) -> str:
    """The language that the caller chose in a voice menu; '' when he chose none."""
    if not message.call:
        return ""
    kinds = ("flow.started", "flow.language")
    last = (
        JournalEntry.select(JournalEntry.data)
        .where(JournalEntry.call == message.call, JournalEntry.kind.in_(kinds))
        .order_by(JournalEntry.id.desc())
        .first()
    )
    return str(last.data.get("language") or "") if last is not None else ""


def values_of(account: Any, call: Any) -> Mapping[str, str]:
    """The program's own values (`text.NAMES`); what is not known is empty."""
    found = dict.fromkeys(text.NAMES, "")
    found["account_name"] = account.name
    if call is None:
        return found
    where = zone_named(account.time_zone)
    found |= {
        "call_number": shown(call.caller_number, account.country),
        "call_name": call.caller_name,
        "call_called": shown(call.called_number, account.country),
        "call_date": format_date(_moment(call.started_at, where), "short", locale=account.language),
        "call_time": format_time(_moment(call.started_at, where), "short", locale=account.language),
        "call_duration": f"{call.talk_ms // 60_000:02}:{call.talk_ms // 1000 % 60:02}",
        "call_queue": _name(Queue, call.queue_id),
    }
    agent = Agent.get_or_none(Agent.id == call.agent_id)
    if agent is not None:
        found["call_agent"] = _name(User, agent.user_id)
    contact = Contact.get_or_none((Contact.id == call.contact_id) & (Contact.account == account.id))
    if contact is not None:
        found |= {
            "contact_first_name": contact.first_name,
            "contact_last_name": contact.last_name,
            "contact_company": contact.company,
            "contact_mail": contact.mail,
        }
    return found


def shown(number: str, country: str) -> str:
    """As people read it."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _moment(ms: int, where: ZoneInfo) -> Any:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(where)


def _name(table: Any, identifier: int | None) -> str:
    row = table.get_or_none(table.id == identifier) if identifier is not None else None
    return str(row.name) if row is not None else ""
