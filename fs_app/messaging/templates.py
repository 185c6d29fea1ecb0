"""Templates, as an administrator works on them. Inside `Database.read` and `Database.write`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fs_app.accounts.model import LANGUAGES
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.errors import Conflict
from fs_app.ivr.mentions import mentioned
from fs_app.ivr.spec import ParamKind
from fs_app.messaging import segments, text
from fs_app.messaging.model import Message, MessageTemplate, MessageText, QueueMessage
from fs_app.messaging.state import CHANNELS, WAITING

KIND = "message_template"
SPOKEN = tuple(language for language in LANGUAGES if language)
LONGEST_SUBJECT = 200


class InUse(Conflict):
    """A queue or a voice menu sends it; `params["queues"]` names them."""

    key = "error.template_in_use"


@dataclass(frozen=True, slots=True)
class Written:
    subject: str = ""
    text: str = ""

    @property
    def empty(self) -> bool:
        return not self.subject and not self.text


@dataclass(frozen=True, slots=True)
class TemplateForm:
    name: str = ""
    channel: str = "mail"
    texts: Mapping[str, Written] = field(default_factory=dict)  # language → what is written


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    form: TemplateForm
    queues: tuple[str, ...]  # that send it, and voice menus
    waiting: int  # messages that wait to be sent


def listing(account: int) -> list[Stored]:
    """By name."""
    rows = MessageTemplate.select().where(MessageTemplate.account == account).order_by(MessageTemplate.name)
    menus = mentioned(account, ParamKind.MESSAGE)
    return [_stored(row, menus.get(row.id, [])) for row in rows]


def get(account: int, template: int) -> Stored:
    """Raises NotFound."""
    menus = mentioned(account, ParamKind.MESSAGE)
    return _stored(find(MessageTemplate, account, template), menus.get(template, []))


def save(by: Actor, template: int | None, form: TemplateForm) -> int:
    """Make one (None) or change it; its channel stays what it was. Raises FormInvalid, NotFound."""
    stored = get(by.account, template) if template is not None else None
    channel = stored.form.channel if stored is not None else form.channel
    written = {language: w for language, w in form.texts.items() if language in SPOKEN and not w.empty}
    _check(by.account, template, form.name, channel, written)
    if stored is None:
        row = MessageTemplate.create(account=by.account, name=form.name, channel=channel, created_at=by.now)
        template = int(row.id)
    else:
        MessageTemplate.update(name=form.name).where(MessageTemplate.id == template).execute()
        MessageText.delete().where(MessageText.template == template).execute()
    for language, one in written.items():
        MessageText.create(
            account=by.account, template=template, language=language, subject=one.subject, text=one.text
        )
    before = _told(stored.form) if stored is not None else None
    after = _told(TemplateForm(form.name, channel, written))
    audit.write(by, "update" if stored else "create", KIND, template, form.name, before, after)
    return int(template or 0)


def delete(by: Actor, template: int) -> None:
    """What waits is sent no more. Raises InUse, NotFound."""
    stored = get(by.account, template)
    if stored.queues:
        raise InUse(f"template {template}", queues=", ".join(stored.queues))
    Message.update(state="CANCELLED", ended_at=by.now, why="template_deleted").where(
        Message.template == template, Message.state == WAITING
    ).execute()
    MessageTemplate.delete().where(
        MessageTemplate.id == template, MessageTemplate.account == by.account
    ).execute()
    audit.write(by, "delete", KIND, template, stored.form.name, _told(stored.form))


def checked(channel: str, written: Written) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is wrong with one language's words: `subject`, `text` → (key, values)."""
    problems = Problems()
    for name, words in (("subject", written.subject), ("text", written.text)):
        if text.broken(words):
            problems.add(name, "messages.wrong.braces")
        elif strange := text.unknown(words):
            problems.add(name, "messages.wrong.name", name="{{" + strange[0] + "}}")
    if not written.text.strip():
        problems.add("text", "field.needed")
    if len(written.text) > text.LONGEST_TEXT:
        problems.add("text", "field.too_long", most=text.LONGEST_TEXT)
    if channel == "mail":
        problems.text("subject", written.subject, LONGEST_SUBJECT)
    elif segments.measure(text.filled(written.text, text.NAMES)).parts > segments.MOST_PARTS:
        problems.add("text", "messages.wrong.parts", most=segments.MOST_PARTS)
    return problems.found


def _check(
    account: int, template: int | None, name: str, channel: str, written: Mapping[str, Written]
) -> None:
    problems = Problems()
    problems.text("name", name, 100)
    taken = MessageTemplate.select().where(
        MessageTemplate.account == account,
        MessageTemplate.name == name,
        MessageTemplate.id != (template or 0),
    )
    if taken.exists():
        problems.add("name", "messages.wrong.taken")
    if channel not in CHANNELS:
        problems.add("channel", "field.choice")
    if not written:
        problems.add("texts", "messages.wrong.no_text")
    for language, one in written.items():
        for place, (key, values) in checked(channel, one).items():
            problems.add(f"{place}-{language}", key, **values)
    problems.check()


def _stored(row: Any, menus: Sequence[tuple[int, str]]) -> Stored:
    texts = {
        t.language: Written(t.subject, t.text)
        for t in MessageText.select().where(MessageText.template == row.id).order_by(MessageText.id)
    }
    used = QueueMessage.select().where(QueueMessage.template == row.id)
    waiting = Message.select().where(Message.template == row.id, Message.state == WAITING).count()
    names = (*sorted({u.queue.name for u in used}), *(name for _, name in menus))
    return Stored(row.id, TemplateForm(row.name, row.channel, texts), names, waiting)


def _told(form: TemplateForm) -> dict[str, Any]:
    return {
        "name": form.name,
        "channel": form.channel,
        "texts": {
            language: f"{w.subject} | {w.text}".strip(" |") for language, w in sorted(form.texts.items())
        },
    }
