"""What a record says beyond the contact's fields, in the reader's words: why the call came to him and waited so long
(BY-31), what a web service answered; and which of several contacts it is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from fs_app.contacts.numbers import e164
from fs_app.contacts.record import Known, record_of_call
from fs_app.contacts.service import by_id, country_of
from fs_app.errors import NotFound
from fs_app.events import ContactSaved
from fs_app.listwork.queries import of_call
from fs_app.web import i18n
from fs_app.web.access import needs
from fs_app.web.agent_asking import body, fresh, reader, whose
from fs_app.web.agent_events import identifier, token
from fs_app.web.context import the_app
from fs_app.web.decisions import explained
from fs_app.web.text import clipped

blueprint = Blueprint("agent_record", __name__, url_prefix="/agent")

Json = dict[str, Any]

MOST_REASONS = 12


def told(record: Json, call: str, agent: int) -> Json:
    """The record as a page gets it: `why` in words in place of what was written down, `lookup` as far as it is."""
    decided = record.pop("decided")
    lookup = the_app().lookups.answer(call)
    if (
        record["contact"] is None and lookup is not None
    ):  # a new contact is filled with what the service knows
        record["suggested"] = {**lookup["values"], **record["suggested"]}
    return {**record, "why": _why(decided, agent), "lookup": lookup, "lists": _lists(record, call)}


def _lists(record: Json, call: str) -> list[Json]:
    """The records of call lists that this call is for, and that the person has open beside it."""
    app, contact = the_app(), record["contact"]
    live = app.live.calls.get(call)
    known = live.record if live is not None else None
    account = whose()[0].account
    number = e164(record["call"]["number"], country_of_account(account)) or ""
    who = contact["id"] if contact is not None else None
    return app.db.read(lambda: of_call(account, call, known, number, who))


def country_of_account(account: int) -> str:
    info = the_app().catalog.account(account)
    return info.country if info is not None else ""


def _why(decided: list[Json], agent: int) -> list[str]:
    """From the entries of the journal, in order: each time he stood in a line, was refused, and came to this agent."""
    said: list[str] = []
    missed: list[str] = []
    for entry in decided:
        data = entry["data"]
        if entry["kind"] == "call.queued":
            place = data.get("position")
            queue = clipped(str(data.get("queue_name") or ""), 60)
            if isinstance(place, int) and place > 1:
                said.append(i18n.t("pop.decided.queued", queue=queue, place=place))
        elif entry["kind"] == "call.overflowed":
            said.append(
                i18n.t("pop.decided.overflowed", queue=clipped(str(data.get("new_queue_name") or ""), 60))
            )
        elif entry["kind"] == "call.line_lost":
            said.append(i18n.t("pop.decided.line_lost"))
        elif entry["kind"] == "offer.failed" and data.get("why") not in ("LOSE_RACE", "WITHDRAWN"):
            missed.append(clipped(str(data.get("agent_name") or i18n.t("journal.an_agent")), 60))
        elif entry["kind"] == "offer.made" and data.get("agent") == agent:
            if missed:
                said.append(i18n.t("pop.decided.missed", who=", ".join(missed), n=len(missed)))
                missed = []
            why = explained(data, i18n)
            if why:
                said.append(why)
    return said[-MOST_REASONS:]


@blueprint.post("/record/<call>/contact")
@needs("contacts.view")
def choose(call: str) -> Response:
    """Several contacts have the caller's number: this is the one. The call's record, and its page, go by it."""
    (identity, agent), app = whose(), the_app()
    call = token({"call": call}, "call")
    by = reader()
    live, now = app.live.calls.get(call), app.clock.now_ms()
    theirs = live is not None and live.account == identity.account and agent in _agents_of(live)
    known = known_of(app.desk.picture(agent), call)
    app.db.read(lambda: record_of_call(by, call, known, now))  # of another's call nothing else is said
    contact = identifier(body(), "contact")
    found = app.db.read(lambda: record_of_call(by, call, known, now, contact))
    chosen = found["contact"]
    if chosen["id"] not in [one["id"] for one in found["others"]]:
        raise NotFound(f"contact {contact} has another number")
    if theirs:
        name = " ".join(filter(None, (chosen["first_name"], chosen["last_name"]))) or chosen["company"]
        app.live.record("call.contact", account=identity.account, call=call, contact=contact, name=name)
    return fresh(jsonify(told(found, call, agent)))


def _agents_of(call: Any) -> set[int | None]:
    return {call.agent, *(offer.agent for offer in call.offers.values())}


@blueprint.get("/contacts/<int:contact>")
@needs("contacts.view")
def contact_now(contact: int) -> Response:
    """The contact as it is: asked for when somebody else has saved it."""
    identity, _ = whose()

    def ask() -> Json | None:
        return by_id(identity.account, contact, country_of(identity.account))

    found = the_app().db.read(ask)
    if found is None:
        raise NotFound(f"contact {contact}")
    return fresh(jsonify(contact=found))


def tell_saved(account: int, contact: Json, by: int) -> None:
    """Pages on which this contact is open are told at once (BA-82)."""
    saved = ContactSaved(account, contact["id"], contact["version"], by, contact["updated_by"])
    the_app().bus.publish(saved)


def known_of(picture: dict[str, Any], call: str) -> Known | None:
    """What the agent's own picture says of this call; None when it is not his call now."""
    work = picture.get("work")
    if work and work["call"] == call:
        queue = work.get("queue")
        return Known(
            number=work.get("number") or "",
            name=work.get("name") or "",
            queue=queue["id"] if queue else None,
            contact=work.get("contact"),
            disposition_set=work.get("disposition_set"),
        )
    return None
