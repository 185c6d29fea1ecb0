"""Journal entries to messages that wait (inside the projection's transaction).

So a message is wanted exactly once, however often the program dies: its row comes with the entry's own, in the same
transaction that moves the mark. Nothing is rendered here, and what fails here hinders no other row: it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import structlog

from fs_app import metrics
from fs_app.calls.model import Call
from fs_app.journal import Entry
from fs_app.messaging.model import Message, MessageSettings, MessageTemplate, QueueMessage
from fs_app.messaging.state import CANCELLED, EXPIRES_MS, MOMENTS_OF, WAITING
from fs_app.queues.model import Disposition
from fs_app.voicemail.model import Voicemail

log = structlog.get_logger(__name__)

MOST_VARIABLES = 50


def call_ended(e: Entry) -> None:
    """What the queue sends after a call of this outcome."""
    moments = MOMENTS_OF.get(e.data["outcome"], ())
    if moments:
        _safely(f"entry {e.id}", lambda: _by_rules(e, moments))


def call_disposed(e: Entry) -> None:
    """What the queue sends after this verdict; what an earlier verdict of the call wanted is not sent any more."""
    _safely(f"entry {e.id}", lambda: _by_verdict(e))


def wanted(e: Entry) -> None:
    """A voice menu wants a message sent: `message` or `template`, `to` (empty: the caller), `variables`, `language`."""
    _safely(f"entry {e.id}", lambda: _from_menu(e))


def voicemail_left(account: int, voicemail: str, at: int) -> None:
    """Somebody left a message (a row of `voicemail`): word to its box's address, and what its queue sends then."""
    _safely(f"voicemail {voicemail}", lambda: _of_voicemail(account, voicemail, at))


def _of_voicemail(account: int, voicemail: str, at: int) -> None:
    row = Voicemail.get_or_none((Voicemail.id == voicemail) & (Voicemail.account == account))
    if row is None:
        return
    attach = MessageSettings.get_or_none(MessageSettings.account == account)
    common = {
        "account": account,
        "call": row.call_id,
        "created_at": at,
        "due_at": at,
        "expires_at": at + EXPIRES_MS,
    }
    if row.box is not None and row.box.mail:
        with_sound = attach is None or attach.voicemail_attach
        Message.insert(
            origin=f"voicemail {row.id}",
            channel="mail",
            template_name=row.box.name,
            recipient=row.box.mail,
            variables={"box": row.box.name, "length": _length(row.duration_ms)},
            recording=row.recording if with_sound else "",
            state=WAITING,
            **common,
        ).on_conflict_ignore().execute()
    for rule in _rules(row.queue_id, ("voicemail",)) if row.queue_id is not None else []:
        Message.insert(
            origin=f"voicemail {row.id} rule {rule.id}",
            channel=rule.template.channel,
            template=rule.template_id,
            template_name=rule.template.name,
            queue=row.queue_id,
            rule=rule.id,
            recipient=rule.mail_to or (row.number[:40] if rule.template.channel == "sms" else ""),
            variables={"length": _length(row.duration_ms)},
            recording=row.recording if rule.attach and rule.template.channel == "mail" else "",
            state=WAITING,
            **{
                **common,
                "due_at": at + rule.delay_s * 1000,
                "expires_at": at + rule.delay_s * 1000 + EXPIRES_MS,
            },
        ).on_conflict_ignore().execute()


def _length(ms: int) -> str:
    return f"{ms // 60_000:02}:{ms // 1000 % 60:02}"


HANDLERS: dict[str, Callable[[Entry], None]] = {"message.wanted": wanted}


def _safely(what: str, work: Callable[[], None]) -> None:
    try:
        with Message._meta.database.atomic():
            work()
    except Exception:
        metrics.FAILURES.labels(where="messages").inc()
        log.exception("a message that was wanted is not in the outbox", of=what)


def _by_rules(e: Entry, moments: Iterable[str]) -> None:
    call = Call.get_or_none(Call.id == e.call)
    if call is None or call.queue_id is None:
        return
    for rule in _rules(call.queue_id, moments):
        _want(e, call, rule)


def _by_verdict(e: Entry) -> None:
    call = Call.get_or_none(Call.id == e.call)
    if call is None or call.queue_id is None:
        return
    chosen = Disposition.get_or_none(Disposition.id == e.data["disposition"])
    either = {chosen.id, chosen.parent_id} if chosen is not None else set()
    for rule in _rules(call.queue_id, ("disposed",)):
        if either & set(rule.dispositions):
            _want(e, call, rule)
        else:  # the verdict was put right before it was sent
            Message.update(state=CANCELLED, ended_at=e.at, why="verdict_changed").where(
                Message.account == call.account_id,
                Message.origin == _origin(call, rule),
                Message.state == WAITING,
            ).execute()


def _rules(queue: int, moments: Iterable[str]) -> list[Any]:
    query = QueueMessage.select(QueueMessage, MessageTemplate).join(MessageTemplate)
    chosen = query.where(QueueMessage.queue == queue, QueueMessage.moment.in_(list(moments)))
    return list(chosen.order_by(QueueMessage.position, QueueMessage.id))


def _origin(call: Any, rule: Any) -> str:
    """A rule sends once per call."""
    return f"call {call.id} rule {rule.id}"


def _want(e: Entry, call: Any, rule: Any) -> None:
    origin, due_at = _origin(call, rule), e.at + rule.delay_s * 1000
    again = Message.update(state=WAITING, due_at=due_at, ended_at=None, why="").where(
        Message.account == call.account_id,
        Message.origin == origin,
        Message.state == CANCELLED,
        Message.why == "verdict_changed",
    )
    if again.execute():
        return
    template = rule.template
    Message.insert(
        account=call.account_id,
        origin=origin,
        channel=template.channel,
        template=template.id,
        template_name=template.name,
        call=call.id,
        queue=call.queue_id,
        rule=rule.id,
        recipient=rule.mail_to or (call.caller_number[:40] if template.channel == "sms" else ""),
        variables={},
        recording="",
        state=WAITING,
        created_at=e.at,
        due_at=due_at,
        expires_at=due_at + EXPIRES_MS,
    ).on_conflict_ignore().execute()


def _from_menu(e: Entry) -> None:
    d = e.data
    template = MessageTemplate.get_or_none(
        (MessageTemplate.id == (d.get("template") or d.get("message")))
        & (MessageTemplate.account == e.account)
    )
    if template is None:
        log.warning("a voice menu wants a message that is not there", entry=e.id, call=e.call)
        return
    call = Call.get_or_none(Call.id == e.call)
    variables = {
        str(k)[:40]: str(v)[:500] for k, v in list((d.get("variables") or {}).items())[:MOST_VARIABLES]
    }
    Message.insert(
        account=e.account,
        origin=f"entry {e.id}",
        channel=template.channel,
        template=template.id,
        template_name=template.name,
        call=e.call or "",
        queue=call.queue_id if call is not None else None,
        recipient=str(d.get("to") or "")[:254],
        language=str(d.get("language") or "")[:8],
        variables=variables,
        state=WAITING,
        created_at=e.at,
        due_at=e.at,
        expires_at=e.at + EXPIRES_MS,
    ).on_conflict_ignore().execute()
