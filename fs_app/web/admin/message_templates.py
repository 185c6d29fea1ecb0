"""Templates of mails and SMS, with a preview of what is typed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.messaging import segments, templates, text
from fs_app.messaging.state import CHANNELS
from fs_app.messaging.templates import SPOKEN, Stored, TemplateForm, Written
from fs_app.web.access import needs
from fs_app.web.admin.common import change, confirm, done, problems_of, read, typed
from fs_app.web.admin.message_parts import WORDS, block
from fs_app.web.context import who
from fs_app.web.i18n import t

blueprint = Blueprint("admin_message_templates", __name__, url_prefix="/admin/messages/templates")
PATH = "/admin/messages/templates"


@blueprint.get("")
@needs("messages.manage")
def listing() -> str:
    return render_template("admin/messages/templates.html", rows=read(templates.listing), **WORDS)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("messages.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    channel = request.values.get("channel", "mail")
    form = _typed(channel if channel in CHANNELS else "mail")
    if request.method == "GET":
        return _form(None, form, {})
    try:
        change(lambda by: templates.save(by, None, form))
    except FormInvalid as error:
        return _form(None, form, problems_of(error)), 400
    return done(PATH, "messages.template_saved", name=form.name)


@blueprint.route("/<int:message_template>", methods=["GET", "POST"])
@needs("messages.manage")
def edit(message_template: int) -> AnyResponse | str | tuple[str, int]:
    stored = read(lambda account: templates.get(account, message_template))
    if request.method == "GET":
        return _form(stored, stored.form, {})
    form = _typed(stored.form.channel)
    try:
        change(lambda by: templates.save(by, message_template, form))
    except FormInvalid as error:
        return _form(stored, form, problems_of(error)), 400
    return done(PATH, "messages.template_saved", name=form.name)


@blueprint.get("/<int:message_template>/delete")
@needs("messages.manage")
def ask_delete(message_template: int) -> str:
    stored = read(lambda account: templates.get(account, message_template))
    says = [t("messages.template_lost")]
    if stored.queues:
        says = [t("error.template_in_use", queues=", ".join(stored.queues))]
    elif stored.waiting:
        says.append(t("messages.waiting_lost", n=stored.waiting))
    title = t("messages.delete_template", name=stored.form.name)
    return confirm(title, says, "" if stored.queues else t("admin.delete"), f"{PATH}/{message_template}")


@blueprint.post("/<int:message_template>/delete")
@needs("messages.manage")
def delete(message_template: int) -> AnyResponse:
    stored = read(lambda account: templates.get(account, message_template))
    change(lambda by: templates.delete(by, message_template))
    return done(PATH, "messages.deleted", name=stored.form.name)


@blueprint.post("/preview")
@needs("messages.manage")
def preview() -> str:
    """What is typed in one language, as somebody would get it."""
    language, channel = request.args.get("language", ""), request.args.get("channel", "")
    written = Written(typed(f"subject-{language}"[:20], 400), block(f"text-{language}"[:20]))
    return render_template("admin/messages/preview.html", **_seen(channel, written), **WORDS)


def _seen(channel: str, written: Written) -> dict[str, Any]:
    values = {**text.NAMES, "account_name": who().account_name, "call_agent": who().name}
    said = text.filled(written.text, values).strip()
    wrong = templates.checked(channel, written) if not written.empty else {}
    return {
        "channel": channel,
        "subject": text.filled_line(written.subject, values),
        "text": said,
        "length": segments.measure(said) if channel == "sms" else None,
        "wrong": [t(key, **params) for key, params in wrong.values()],
        "from_menus": text.from_menus(written.subject + written.text),
    }


def _typed(channel: str) -> TemplateForm:
    return TemplateForm(
        typed("name"),
        channel,
        {s: Written(typed(f"subject-{s}", 400), block(f"text-{s}")) for s in SPOKEN},
    )


def _form(stored: Stored | None, form: TemplateForm, problems: dict[str, str]) -> str:
    return render_template(
        "admin/messages/template.html",
        stored=stored,
        form=form,
        problems=problems,
        spoken=SPOKEN,
        nothing=Written(),
        names=[(name, t(f"messages.name.{name}")) for name in text.NAMES],
        **WORDS,
    )
