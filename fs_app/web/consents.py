"""Consentements d'un contact: what he said yes to, with its proof, and what he took back."""

from __future__ import annotations

from datetime import date, datetime, time

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid, find
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.legal import consents
from fs_app.legal.consents import CHANNELS, Row, Typed
from fs_app.legal.rules import Purpose
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, done, problems_of, read, typed
from fs_app.web.context import the_app, zone
from fs_app.web.i18n import t

blueprint = Blueprint("consents", __name__, url_prefix="/consents")


@blueprint.get("/<int:contact>")
@needs("contacts.view")
def of_contact(contact: int) -> str:
    return _page(contact, Typed(), "", {})


@blueprint.post("/<int:contact>")
@needs("contacts.edit")
def add(contact: int) -> AnyResponse | tuple[str, int]:
    given = typed("given_at", 20)
    form = Typed(
        typed("number", 32),
        "",
        typed("purpose", 20),
        _moment(given),
        typed("source", 300),
        request.form.get("text", "")[: consents.MOST_TEXT + 1].strip(),
        typed("channel", 20),
    )
    by = actor()
    try:
        the_app().db.write(lambda: consents.add(by, contact, form))
    except FormInvalid as error:
        return _page(contact, form, given, problems_of(error)), 400
    return done(f"/consents/{contact}", "consent.added")


@blueprint.post("/<int:contact>/withdraw")
@needs("contacts.edit")
def withdraw(contact: int) -> AnyResponse:
    by, how = actor(), typed("how", 200)
    n = the_app().db.write(lambda: consents.withdraw(by, contact, Purpose.MARKETING.value, how))
    return done(f"/consents/{contact}", "consent.withdrawn_now", n=n)


def _moment(text: str) -> int | None:
    """Noon of a day in the account's zone: nobody knows the hour any more. Today: now."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    now = the_app().clock.now_ms()
    if day == datetime.fromtimestamp(now / 1000, zone()).date():
        return now
    return round(datetime.combine(day, time(12), zone()).timestamp() * 1000)


def _page(contact: int, form: Typed, given: str, problems: dict[str, str]) -> str:
    def ask(account: int) -> tuple[str, list[str], list[Row]]:
        row = find(Contact, account, contact)
        numbers = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact == contact)
        name = " ".join(part for part in (row.first_name, row.last_name) if part) or row.company
        return name, [n for (n,) in numbers.tuples()], consents.of_contact(account, contact)

    name, numbers, rows = read(ask)
    return render_template(
        "consents/contact.html",
        id=contact,
        name=name,
        rows=rows,
        open_ones=[r for r in rows if r.withdrawn_at is None and r.purpose == Purpose.MARKETING.value],
        form=form,
        given=given,
        problems=problems,
        numbers=[("", t("consent.every_number")), *((n, n) for n in numbers)],
        channels=[(c, t(f"consent.channel.{c}")) for c in CHANNELS],
        purposes=[(p.value, t(f"queues.purpose.{p.value}")) for p in Purpose],
    )
