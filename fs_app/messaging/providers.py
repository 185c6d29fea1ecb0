"""Providers and limits, as an administrator works on them. Inside `Database.read` and `Database.write`.

A password never leaves: forms have a place for a new one, the audit log says that it changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.messaging import mail, recipients, sms
from fs_app.messaging.model import Message, MessageProvider, MessageSettings
from fs_app.messaging.outbox import Limits, limits
from fs_app.messaging.state import CANCELLED, CHANNELS, SENT, WAITING
from fs_app.messaging.vault import Vault

KIND = "message_provider"
LONGEST_SECRET = 500
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """`values` as typed: text for each field of `mail.Server` or `sms.Gateway`. `secret` None: as it is; '' none."""

    name: str = ""
    channel: str = "mail"
    active: bool = True
    values: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Last:
    state: str
    why: str
    detail: str
    at: int

    @property
    def works(self) -> bool:
        """The provider took it, or refused this one message for what it was."""
        return self.state == SENT or self.why in ("refused_by_server", "refused_by_provider")


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    form: ProviderForm
    preferred: bool
    has_secret: bool
    where: str  # its address, for lists
    last: Last | None  # what became of the last message that it was given


def listing(account: int) -> list[Stored]:
    """By channel and name."""
    rows = MessageProvider.select().where(MessageProvider.account == account)
    return [_stored(row) for row in rows.order_by(MessageProvider.channel, MessageProvider.name)]


def get(account: int, provider: int) -> Stored:
    """Raises NotFound."""
    return _stored(find(MessageProvider, account, provider))


def blank(channel: str) -> ProviderForm:
    made = mail.Server() if channel == "mail" else sms.Gateway()
    return ProviderForm(channel=channel, values={name: str(value) for name, value in asdict(made).items()})


def save(by: Actor, provider: int | None, form: ProviderForm, vault: Vault) -> int:
    """Make one (None) or change it; its channel stays. The first one of a channel is the preferred one. Raises
    FormInvalid, NotFound."""
    stored = get(by.account, provider) if provider is not None else None
    channel = stored.form.channel if stored is not None else form.channel
    settings = _checked(by.account, provider, channel, form)
    before = _told(stored.form) if stored is not None else None
    columns: dict[str, Any] = {"name": form.name, "active": form.active, "settings": settings}
    if form.secret is not None:
        columns["secret"] = vault.close(by.account, form.secret)
    if stored is None:
        others = MessageProvider.select().where(
            MessageProvider.account == by.account, MessageProvider.channel == channel
        )
        first = not others.exists()
        row = MessageProvider.create(
            account=by.account, channel=channel, preferred=first, created_at=by.now, **columns
        )
        provider = int(row.id)
    else:
        MessageProvider.update(columns).where(MessageProvider.id == provider).execute()
    after = _told(ProviderForm(form.name, channel, form.active, {k: str(v) for k, v in settings.items()}))
    audit.write(by, "update" if stored else "create", KIND, provider, form.name, before, after)
    if stored is not None and form.secret is not None:
        audit.write(by, "password", KIND, provider, form.name)
    return int(provider or 0)


def prefer(by: Actor, provider: int) -> str:
    """This one is used for its channel from now on; returns its name. Raises NotFound."""
    stored = get(by.account, provider)
    same = (MessageProvider.account == by.account) & (MessageProvider.channel == stored.form.channel)
    MessageProvider.update(preferred=False).where(same).execute()
    MessageProvider.update(preferred=True).where(same, MessageProvider.id == provider).execute()
    audit.write(by, "prefer", KIND, provider, stored.form.name)
    return stored.form.name


def waiting(account: int, channel: str) -> int:
    """Messages of this channel that wait to be sent."""
    return int(
        Message.select()
        .where(Message.account == account, Message.channel == channel, Message.state == WAITING)
        .count()
    )


def delete(by: Actor, provider: int) -> str:
    """Returns its name. What was sent by it stays in the log. Raises NotFound."""
    stored = get(by.account, provider)
    MessageProvider.delete().where(
        MessageProvider.id == provider, MessageProvider.account == by.account
    ).execute()
    audit.write(by, "delete", KIND, provider, stored.form.name, _told(stored.form))
    return stored.form.name


def set_limits(by: Actor, per_minute: int | None, per_recipient_day: int | None, attach: bool) -> None:
    """Raises FormInvalid."""
    problems = Problems()
    problems.number("per_minute", per_minute, 1, 10_000)
    problems.number("per_recipient_day", per_recipient_day, 1, 1000)
    problems.check()
    before = limits(by.account)
    after = Limits(per_minute or 1, per_recipient_day or 1, attach)
    if not MessageSettings.update(asdict(after)).where(MessageSettings.account == by.account).execute():
        MessageSettings.create(account=by.account, **asdict(after))
    audit.write(by, "update", "message_limits", by.account, "", asdict(before), asdict(after))


def trial(by: Actor, provider: int, to: str) -> Any:
    """A test message in the outbox, to be sent at once by this very provider. Raises FormInvalid, NotFound."""
    stored = get(by.account, provider)
    problems = Problems()
    if stored.form.channel == "mail" and recipients.address(to) is None:
        problems.add("to", "messages.why.wrong_address")
    problems.check()
    audit.write(by, "test", KIND, provider, stored.form.name, None, {"to": to})
    return Message.create(
        account=by.account,
        origin=f"test {provider} {by.now}",
        channel=stored.form.channel,
        template_name=stored.form.name,
        recipient=to[:254],
        variables={"provider": provider},
        created_at=by.now,
        due_at=by.now,
        expires_at=by.now + 60_000,
        wanted_by=by.name[:200],
    )


def _checked(account: int, provider: int | None, channel: str, form: ProviderForm) -> dict[str, Any]:
    problems = Problems()
    problems.text("name", form.name, 100)
    taken = MessageProvider.select().where(
        MessageProvider.account == account,
        MessageProvider.name == form.name,
        MessageProvider.id != (provider or 0),
    )
    if taken.exists():
        problems.add("name", "messages.wrong.taken")
    if channel not in CHANNELS:
        problems.add("channel", "field.choice")
    if form.secret is not None and (
        len(form.secret) > LONGEST_SECRET or any(c in "\r\n\0" for c in form.secret)
    ):
        problems.add("secret", "field.unreadable")
    made = _server(form.values, problems) if channel == "mail" else _gateway(form.values, problems)
    problems.check()
    return made


def _server(values: Mapping[str, str], problems: Problems) -> dict[str, Any]:
    host, port = values.get("host", "").strip(), values.get("port", "").strip()
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None
    problems.number("port", number, 1, 65_535)
    if not _HOST.fullmatch(host):
        problems.add("host", "messages.wrong.host")
    if values.get("tls") not in mail.TLS:
        problems.add("tls", "field.choice")
    sender = recipients.address(values.get("sender", ""))
    if sender is None:
        problems.add("sender", "messages.why.wrong_address")
    for name in ("user", "sender_name"):
        problems.text(name, values.get(name, ""), 200, needed=False)
    if values.get("user") and values.get("tls") == "none":
        problems.add("tls", "messages.wrong.password_in_clear")
    server = mail.Server(
        host,
        number or 0,
        values.get("tls", ""),
        values.get("user", ""),
        sender or "",
        values.get("sender_name", ""),
    )
    return asdict(server)


def _gateway(values: Mapping[str, str], problems: Problems) -> dict[str, Any]:
    gateway = sms.Gateway(
        **{name: values.get(name, default) for name, default in asdict(sms.Gateway()).items()}
    )
    try:
        parts = urlsplit(gateway.url)
        right = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        right = False
    if not right or len(gateway.url) > 1000 or any(c.isspace() for c in gateway.url):
        problems.add("url", "messages.wrong.url")
    if gateway.method not in sms.METHODS:
        problems.add("method", "field.choice")
    if gateway.kind not in sms.KINDS:
        problems.add("kind", "field.choice")
    try:
        sms.header_lines(gateway.headers)
    except ValueError as error:
        problems.add("headers", "messages.wrong.header", line=str(error))
    for name in ("url", "headers", "body"):
        strange = [p for p in sms.places(getattr(gateway, name)) if p not in sms.PLACES]
        if strange:
            problems.add(name, "messages.wrong.name", name="{{" + strange[0] + "}}")
    if not sms.body_is_right(gateway):
        problems.add("body", "messages.wrong.json")
    whole = gateway.url + (gateway.body if gateway.method != "GET" else "")
    if not {"to", "digits"} & set(sms.places(whole)) or "text" not in sms.places(whole):
        problems.add("url" if gateway.method == "GET" else "body", "messages.wrong.without_text")
    if not re.fullmatch(r"\s*[1-5](\d\d|xx|XX)\s*(,\s*[1-5](\d\d|xx|XX)\s*)*", gateway.success_status):
        problems.add("success_status", "messages.wrong.status")
    for name, most in (("sender", 40), ("success_text", 200), ("reference", 100)):
        problems.text(name, getattr(gateway, name), most, needed=False)
    for name in ("headers", "body"):
        if len(getattr(gateway, name)) > 5000:
            problems.add(name, "field.too_long", most=5000)
    return asdict(gateway)


def _stored(row: Any) -> Stored:
    values = {name: str(value) for name, value in row.settings.items()}
    if row.channel == "mail":
        where = f"{values['host']}:{values['port']}"
    else:
        where = urlsplit(values["url"]).hostname or ""
    form = ProviderForm(row.name, row.channel, row.active, values)
    return Stored(row.id, form, row.preferred, bool(row.secret), where, _last(row.account_id, row.id))


def _last(account: int, provider: int) -> Last | None:
    found = (
        Message.select()
        .where(
            Message.account == account,
            Message.provider == provider,
            Message.claimed_at.is_null(False),
            (Message.state == SENT) | (Message.why != ""),
            Message.state != CANCELLED,
        )
        .order_by(Message.claimed_at.desc())
        .first()
    )
    return Last(found.state, found.why, found.detail, found.ended_at or found.claimed_at) if found else None


def _told(form: ProviderForm) -> dict[str, Any]:
    """Without the password, which is no part of the form's values."""
    return {"name": form.name, "channel": form.channel, "active": form.active, **dict(form.values)}
