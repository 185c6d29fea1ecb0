"""A contact's page: all that is known of him, his calls and messages, the lists he is on, what he agreed to."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.contacts import own_fields, people
from fs_app.contacts import record as records
from fs_app.contacts.custom import Own, typed
from fs_app.contacts.fields import KINDS, InvalidFields
from fs_app.contacts.model import MOST_NUMBERS, new_guid
from fs_app.contacts.people import TEXTS, StaleContact
from fs_app.errors import NotAllowed
from fs_app.privacy import holds
from fs_app.web import given
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, confirm, done, typed_number
from fs_app.web.agent_record import tell_saved
from fs_app.web.contacts import words
from fs_app.web.context import the_app, who, zone
from fs_app.web.i18n import t

blueprint = Blueprint("contact", __name__, url_prefix="/contacts")
PATH = "/contacts"
Json = dict[str, Any]

TABS = ("record", "history", "lists")
LONGEST = 20_000
_ROW = re.compile(r"number-(\d{1,3})-number")


@blueprint.route("/new", methods=["GET", "POST"])
@needs("contacts.browse")
def new() -> AnyResponse | str | tuple[str, int]:
    own = _own()
    if request.method == "GET":
        blank = dict.fromkeys(TEXTS, "")
        return _form(None, blank, [], {}, {}, 0, own)
    return _save(None, own)


@blueprint.route("/<int:contact>", methods=["GET", "POST"])
@needs("contacts.browse")
def one(contact: int) -> AnyResponse | str | tuple[str, int]:
    identity = who()
    now = the_app().db.read(lambda: people.survivor(identity.account, contact))
    if now != contact:  # it was a duplicate
        return redirect(f"{PATH}/{now}", 302)
    tab = request.args.get("tab", "record")
    if request.method == "GET" and tab == "history":
        return _history(contact)
    if request.method == "GET" and tab == "lists":
        return _lists(contact)
    row = _detail(contact)
    own = _own()
    if request.method == "POST":
        return _save(row, own)
    values = {one.name: typed(one, row["custom"].get(one.name), zone()) for one in own}
    return _form(row, row, row["numbers"], values, {}, row["version"], own)


@blueprint.get("/<int:contact>/delete")
@needs("contacts.delete")
def ask_delete(contact: int) -> str:
    account = who().account
    lost = the_app().db.read(lambda: people.at_stake(account, contact))
    says = [t("contacts.delete_says")]
    for what in ("calls", "callbacks", "records"):
        n = getattr(lost, what)
        if n:
            says.append(t(f"contacts.delete_loses.{what}", n=n))
    button = t("contacts.delete")
    if the_app().db.read(lambda: holds.is_held(account, contact)):
        says, button = [t(holds.Held.key)], ""
    name = lost.name or t("contacts.nameless")
    return confirm(t("contacts.delete_ask", name=name), says, button, f"{PATH}/{contact}")


@blueprint.post("/<int:contact>/delete")
@needs("contacts.delete")
def delete(contact: int) -> AnyResponse:
    by = actor()
    name = the_app().db.write(lambda: people.delete(by, contact))
    return done(PATH, "contacts.deleted", name=name or t("contacts.nameless"))


# --- inside -------------------------------------------------------------------------------------------------------
def _own() -> list[Own]:
    account = who().account
    return the_app().db.read(lambda: own_fields.of(account))


def _detail(contact: int) -> Json:
    identity = who()
    return the_app().db.read(lambda: people.detail(identity.account, contact, identity.country))


def _save(row: Json | None, own: list[Own]) -> AnyResponse | str | tuple[str, int]:
    identity, by = who(), actor()
    if not identity.may("contacts.edit"):
        raise NotAllowed(f"contacts.edit: user {identity.user} is {identity.role}")
    texts = {name: request.form.get(name, "")[:LONGEST] for name in TEXTS}
    numbers = _typed_numbers()
    values = {one.name: request.form.get(f"custom.{one.name}", "")[:LONGEST] for one in own}
    version = typed_number("version") or 0
    before = row["custom"] if row else {}
    guid = request.form.get("guid", "")[:40]
    try:
        whole = people.read(texts, numbers, values, own, identity.country, zone(), before)
        if row is None:
            made = the_app().db.write(lambda: people.create(by, whole, identity.country, guid))
            return done(f"{PATH}/{made}", "contacts.created")
        the_app().db.write(lambda: people.save(by, row["id"], version, whole, identity.country))
    except InvalidFields as error:
        problems = {name: t(key) for name, key in error.fields.items()}
        return _form(row, texts, numbers, values, problems, version, own), 400
    except StaleContact as stale:
        problems = _theirs(stale.theirs, texts, numbers, values, own)
        return _form(row, texts, numbers, values, problems, stale.theirs["version"], own, stale), 409
    _tell(row["id"])
    return done(f"{PATH}/{row['id']}", "contact.saved")


def _tell(contact: int) -> None:
    """Agents who have the record open get what is there now."""
    identity = who()
    tell_saved(identity.account, _detail(contact), identity.user)


def _typed_numbers() -> list[Json]:
    """The lines of the form, in their order; wrong ones with what was typed."""
    found: list[Json] = []
    for key in request.form:
        row = _ROW.fullmatch(key)
        if row is None or len(found) >= 4 * MOST_NUMBERS:
            continue
        before = f"number-{row.group(1)}-"
        text = request.form.get(key, "")[:100]
        if text.strip():
            found.append(
                {
                    "number": text,
                    "shown": text,
                    "kind": request.form.get(f"{before}kind", "")[:20],
                    "time_zone": request.form.get(f"{before}time_zone", "")[:50],
                    "wrong": request.form.get(f"{before}wrong") == "1",
                }
            )
    return found


def _theirs(theirs: Json, texts: Json, numbers: list[Json], values: Json, own: list[Own]) -> dict[str, str]:
    """What the other one saved, beside each field that differs."""
    problems = {}
    for name in TEXTS:
        if theirs[name] != texts[name].strip().replace("\r\n", "\n"):
            problems[name] = t("desk.directory.theirs", value=theirs[name] or "–")
    for one in own:
        here = typed(one, theirs["custom"].get(one.name), zone())
        if here != values[one.name].strip():
            problems[f"custom.{one.name}"] = t("desk.directory.theirs", value=here or "–")
    mine = [n["shown"].replace(" ", "") for n in numbers]
    if [n["shown"].replace(" ", "") for n in theirs["numbers"]] != mine:
        listed = ", ".join(n["shown"] for n in theirs["numbers"]) or "–"
        problems["numbers"] = t("desk.directory.theirs", value=listed)
    return problems


def _form(
    row: Json | None,
    texts: Json,
    numbers: list[Json],
    custom: Json,
    problems: dict[str, str],
    version: int,
    own: list[Own],
    stale: StaleContact | None = None,
) -> str:
    return render_template(
        "contacts/record.html",
        row=row,
        tab="record",
        texts=texts,
        numbers=numbers,
        most_numbers=MOST_NUMBERS,
        custom=custom,
        own=own,
        problems=problems,
        version=version,
        guid="" if row else request.form.get("guid", "")[:40] or new_guid(),
        stale=stale,
        most=TEXTS,
        kinds=[(kind, t(f"contacts.kind.{kind}")) for kind in KINDS],
        countries=[("", t("contacts.country_of_account")), *words.countries()],
        languages=[("", "–"), *words.languages(texts["language"])],
        zones=words.zones(),
    )


def _history(contact: int) -> str:
    identity, now = who(), the_app().clock.now_ms()
    reader = records.Reader(
        identity.account, identity.agent, identity.may("calls.view_all"), given.scope().queues
    )

    def ask() -> tuple[Json, Json]:
        row = people.detail(identity.account, contact, identity.country)
        return row, records.of_contact(reader, contact, now)

    row, told = the_app().db.read(ask)
    return render_template("contacts/history.html", row=row, tab="history", **told)


def _lists(contact: int) -> str:
    identity = who()

    def ask() -> tuple[Json, list[Json]]:
        row = people.detail(identity.account, contact, identity.country)
        return row, people.lists_of(identity.account, contact)

    row, listed = the_app().db.read(ask)
    return render_template("contacts/lists.html", row=row, tab="lists", records=listed)
