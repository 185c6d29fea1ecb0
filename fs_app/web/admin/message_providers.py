"""Mail servers, SMS providers and limits; a password goes in and never comes out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.messaging import log, providers, sms
from fs_app.messaging.outbox import limits
from fs_app.messaging.providers import ProviderForm, Stored
from fs_app.messaging.state import CHANNELS, SENT
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    actor,
    change,
    confirm,
    done,
    problems_of,
    read,
    ticked,
    typed,
    typed_number,
)
from fs_app.web.admin.message_parts import WORDS, block, state_words, why_words
from fs_app.web.context import the_app
from fs_app.web.i18n import t

blueprint = Blueprint("admin_message_providers", __name__, url_prefix="/admin/messages/providers")
PATH = "/admin/messages/providers"


@blueprint.get("")
@needs("messages.manage")
def listing() -> str:
    return _listing({}, None)


@blueprint.post("/limits")
@needs("messages.manage")
def save_limits() -> AnyResponse | tuple[str, int]:
    values = {
        "per_minute": typed_number("per_minute"),
        "per_recipient_day": typed_number("per_recipient_day"),
        "voicemail_attach": ticked("voicemail_attach"),
    }
    try:
        change(lambda by: providers.set_limits(by, *values.values()))  # type: ignore[arg-type]
    except FormInvalid as error:
        return _listing(problems_of(error), values), 400
    return done(PATH, "messages.limits_saved")


@blueprint.route("/new", methods=["GET", "POST"])
@needs("messages.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    channel = request.values.get("channel", "mail")
    channel = channel if channel in CHANNELS else "mail"
    if request.method == "GET":
        return _form(None, providers.blank(channel), {})
    form, vault = _typed(channel, None), the_app().messages.vault
    try:
        made = change(lambda by: providers.save(by, None, form, vault))
    except FormInvalid as error:
        return _form(None, form, problems_of(error)), 400
    return done(f"{PATH}/{made}", "messages.provider_saved", name=form.name)


@blueprint.route("/<int:provider>", methods=["GET", "POST"])
@needs("messages.manage")
def edit(provider: int) -> AnyResponse | str | tuple[str, int]:
    stored = read(lambda account: providers.get(account, provider))
    if request.method == "GET":
        return _form(stored, stored.form, {})
    form, vault = _typed(stored.form.channel, stored), the_app().messages.vault
    try:
        change(lambda by: providers.save(by, provider, form, vault))
    except FormInvalid as error:
        return _form(stored, form, problems_of(error)), 400
    return done(f"{PATH}/{provider}", "messages.provider_saved", name=form.name)


@blueprint.post("/<int:provider>/test")
@needs("messages.manage")
def test(provider: int) -> AnyResponse | tuple[str, int]:
    """Send one to oneself, and say at once what became of it."""
    by, to = actor(), typed("to", 254)
    stored = read(lambda account: providers.get(account, provider))
    try:
        made = the_app().messages.send_now(lambda: providers.trial(by, provider, to))
    except FormInvalid as error:
        return _form(stored, stored.form, problems_of(error), to), 400
    line = read(lambda account: log.one(account, made))
    if line.state == SENT:
        flash(t("messages.test_sent", to=line.recipient), "green")
    else:
        flash(f"{state_words(line.state)}. {why_words(line.why, line.detail)}", "orange")
    return redirect(f"{PATH}/{provider}", 303)


@blueprint.post("/<int:provider>/prefer")
@needs("messages.manage")
def prefer(provider: int) -> AnyResponse:
    return done(PATH, "messages.now_preferred", name=change(lambda by: providers.prefer(by, provider)))


@blueprint.get("/<int:provider>/delete")
@needs("messages.manage")
def ask_delete(provider: int) -> str:
    def ask(account: int) -> tuple[Stored, int]:
        found = providers.get(account, provider)
        return found, providers.waiting(account, found.form.channel)

    stored, waiting = read(ask)
    says = [t("messages.provider_lost")]
    if waiting:
        says.append(t("messages.waiting_for_it", n=waiting))
    title = t("messages.delete_provider", name=stored.form.name)
    return confirm(title, says, t("admin.delete"), f"{PATH}/{provider}")


@blueprint.post("/<int:provider>/delete")
@needs("messages.manage")
def delete(provider: int) -> AnyResponse:
    return done(PATH, "messages.deleted", name=change(lambda by: providers.delete(by, provider)))


def _typed(channel: str, stored: Stored | None) -> ProviderForm:
    """An empty password is the one that is there; `no_secret` takes it away."""
    values = {}
    for name in providers.blank(channel).values:
        values[name] = block(name) if name in ("headers", "body") else typed(name, 1000)
    secret: str | None = request.form.get("secret", "")[:600]
    if not secret and stored is not None:
        secret = "" if ticked("no_secret") else None
    return ProviderForm(typed("name"), channel, ticked("active"), values, secret)


def _listing(problems: dict[str, str], values: dict[str, Any] | None) -> str:
    rows, kept = read(lambda account: (providers.listing(account), limits(account)))
    return render_template(
        "admin/messages/providers.html",
        rows=rows,
        limits=values or asdict(kept),
        problems=problems,
        channels=CHANNELS,
        **WORDS,
    )


def _form(stored: Stored | None, form: ProviderForm, problems: dict[str, str], to: str = "") -> str:
    return render_template(
        f"admin/messages/{form.channel}_provider.html",
        stored=stored,
        form=form,
        values=form.values,
        problems=problems,
        to=to,
        methods=[(m, m) for m in sms.METHODS],
        kinds=[(k, t(f"messages.kind.{k}")) for k in sms.KINDS],
        tls=[(k, t(f"messages.tls.{k}")) for k in ("starttls", "tls", "none")],
        **WORDS,
    )
