"""The tab Mail and SMS: what a queue sends, and when (TC-10, TC-11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.queue_parts import Checking, Part
from fs_app.messaging import recipients
from fs_app.messaging.model import MessageTemplate, QueueMessage
from fs_app.messaging.state import MOMENTS
from fs_app.queues.model import Disposition, DispositionSet

MOST = 20
LONGEST_DELAY_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Send:
    """`id` None: a new one. `mail_to` empty: to the caller."""

    id: int | None = None
    moment: str = "answered"
    template: int | None = None
    dispositions: tuple[int, ...] = ()
    delay_s: int | None = 0
    mail_to: str = ""
    attach: bool = False


@dataclass(frozen=True, slots=True)
class Sends:
    sends: tuple[Send, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """(identifier, name) each; templates with their channel before the name."""

    templates: tuple[tuple[int, str, str], ...]
    dispositions: tuple[tuple[int, str], ...]


def load(account: int, queue: int) -> Sends:
    rows = QueueMessage.select().where(QueueMessage.account == account, QueueMessage.queue == queue)
    return Sends(
        tuple(
            Send(r.id, r.moment, r.template_id, tuple(r.dispositions), r.delay_s, r.mail_to, r.attach)
            for r in rows.order_by(QueueMessage.position, QueueMessage.id)
        )
    )


def check(checking: Checking, value: Sends) -> None:
    problems = checking.problems
    if len(value.sends) > MOST:
        problems.add("send", "messages.wrong.many", most=MOST)
    channels = dict(
        MessageTemplate.select(MessageTemplate.id, MessageTemplate.channel)
        .where(MessageTemplate.account == checking.account)
        .tuples()
    )
    known = {
        i
        for (i,) in Disposition.select(Disposition.id).where(Disposition.account == checking.account).tuples()
    }
    for row, send in enumerate(value.sends):
        if send.moment not in MOMENTS:
            problems.add(f"send-{row}-moment", "field.choice")
        if send.template not in channels:
            problems.add(f"send-{row}-template", "field.choice")
        if send.moment == "disposed" and not send.dispositions:
            problems.add(f"send-{row}-dispositions", "messages.wrong.no_disposition")
        if not set(send.dispositions) <= known:
            problems.add(f"send-{row}-dispositions", "field.choice")
        problems.number(f"send-{row}-delay", send.delay_s, 0, LONGEST_DELAY_S)
        if send.mail_to and channels.get(send.template or 0) != "mail":
            problems.add(f"send-{row}-to", "messages.wrong.only_mail")
        elif send.mail_to and recipients.address(send.mail_to) is None:
            problems.add(f"send-{row}-to", "messages.why.wrong_address")


def store(account: int, queue: int, value: Sends) -> None:
    """What stays keeps its identifier: it has sent once per call, whatever is saved meanwhile."""
    own = (QueueMessage.account == account) & (QueueMessage.queue == queue)
    there = {i for (i,) in QueueMessage.select(QueueMessage.id).where(own).tuples()}
    kept: set[int] = set()
    for position, send in enumerate(value.sends):
        columns = {
            "moment": send.moment,
            "template": send.template,
            "dispositions": list(send.dispositions) if send.moment == "disposed" else [],
            "delay_s": send.delay_s or 0,
            "mail_to": recipients.address(send.mail_to) or "",
            "attach": send.attach and send.moment == "voicemail",
            "position": position,
        }
        if send.id is not None and send.id in there - kept:
            QueueMessage.update(columns).where(own, QueueMessage.id == send.id).execute()
            kept.add(send.id)
        else:
            kept.add(int(QueueMessage.create(account=account, queue=queue, **columns).id))
    QueueMessage.delete().where(own, QueueMessage.id.not_in(list(kept))).execute()


def described(account: int, value: Sends) -> Mapping[str, Any]:
    names = dict(
        MessageTemplate.select(MessageTemplate.id, MessageTemplate.name)
        .where(MessageTemplate.account == account)
        .tuples()
    )
    labels = dict(
        Disposition.select(Disposition.id, Disposition.label).where(Disposition.account == account).tuples()
    )

    def told(send: Send) -> str:
        verdicts = ", ".join(labels.get(d, "") for d in send.dispositions)
        parts = (
            names.get(send.template, ""),
            verdicts,
            f"{send.delay_s} s" if send.delay_s else "",
            send.mail_to,
        )
        return f"{send.moment}: {' · '.join(part for part in parts if part)}"

    return {"sends": [told(send) for send in value.sends]}


def offered(account: int) -> Offered:
    templates = MessageTemplate.select().where(MessageTemplate.account == account)
    rows = (
        Disposition.select(Disposition.id, DispositionSet.name, Disposition.label)
        .join(DispositionSet, on=(Disposition.set == DispositionSet.id))
        .where(Disposition.account == account, Disposition.active)
        .order_by(DispositionSet.name, Disposition.position, Disposition.id)
        .tuples()
    )
    return Offered(
        tuple(
            (x.id, x.channel, x.name)
            for x in templates.order_by(MessageTemplate.channel, MessageTemplate.name)
        ),
        tuple((identifier, f"{group} · {label}") for identifier, group, label in rows),
    )


PART = Part("sends", Sends(), load, check, store, described)
