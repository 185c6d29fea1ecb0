"""Messages to look at: providers, templates, a log with one of each state."""

from __future__ import annotations

from typing import Any

from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.messaging.model import Message, MessageProvider, MessageTemplate, MessageText, QueueMessage
from fs_app.messaging.service import Messages
from fs_app.messaging.vault import Vault
from fs_app.outward import networks
from fs_app.tasks import Tasks, Threads

HOSTILE = '<img src=x onerror="alert(1)">\u202e'


def messages(db: Database, clock: Clock, folder: Any) -> Messages:
    vault = Vault("k" * 32)
    return Messages(
        db, clock, Tasks("messages"), Threads("messages", 1), vault, folder, networks("127.0.0.0/8")
    )


def write(account: int, queue: int, call: str, now: int) -> None:
    """Inside `Database.write`."""
    of: dict[str, Any] = {"account": account, "created_at": now}
    mail = {"host": "smtp.example.org", "port": 587, "tls": "starttls", "user": "boutique"}
    mail |= {"sender": "boutique@example.org", "sender_name": "Boutique Étoile"}
    sms = {
        "url": "https://sms.example.org/send",
        "method": "POST",
        "headers": "Authorization: Bearer {{secret}}",
        "kind": "json",
        "body": '{"to": "{{to}}", "text": "{{text}}"}',
        "sender": "Étoile",
        "success_status": "2xx",
        "success_text": "",
        "reference": "messages.0.id",
    }
    MessageProvider.create(name="Serveur du siège", channel="mail", settings=mail, preferred=True, **of)
    gateway = MessageProvider.create(name="SMS Express", channel="sms", settings=sms, preferred=True, **of)
    thanks = MessageTemplate.create(name="Merci de votre appel", channel="sms", **of)
    MessageText.create(
        account=account,
        template=thanks,
        language="fr",
        text="Bonjour {{contact_first_name}}, merci de votre appel à {{call_queue}}. Votre avis : https://avis.example/4",
    )
    closed = MessageTemplate.create(name="Nos horaires", channel="mail", **of)
    MessageText.create(
        account=account,
        template=closed,
        language="fr",
        subject="Vous nous avez appelés à {{call_time}}",
        text="Bonjour,\n\nNous sommes ouverts du lundi au vendredi de 9 h à 18 h.\n\n{{account_name}}",
    )
    QueueMessage.create(account=account, queue=queue, moment="answered", template=thanks, delay_s=60)
    states = (
        ("WAITING", ""),
        ("SENDING", ""),
        ("SENT", ""),
        ("FAILED", "refused_by_provider"),
        ("UNKNOWN", "died"),
        ("CANCELLED", "not_mobile"),
    )
    for i, (state, why) in enumerate(states):
        Message.create(
            origin=f"call {i}",
            channel="sms",
            template=thanks,
            template_name=thanks.name,
            provider=gateway,
            provider_name=gateway.name,
            call=call,
            queue=queue,
            recipient=f"+3361234567{i}",
            text="" if state == "WAITING" else "Bonjour Jeanne, merci de votre appel.",
            parts=1,
            state=state,
            tries=0 if state == "WAITING" else 1,
            due_at=now,
            expires_at=now + 86_400_000,
            claimed_at=None if state == "WAITING" else now - i * 60_000,
            ended_at=now if state in ("SENT", "FAILED", "UNKNOWN", "CANCELLED") else None,
            why=why,
            detail=f"402 {HOSTILE}" if state == "FAILED" else "",
            account=account,
            created_at=now - i * 60_000,
        )
