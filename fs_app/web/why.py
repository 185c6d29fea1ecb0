"""Pourquoi cette fiche n'est-elle pas appelée ? Each rule with its verdict, for a record, a list, a contact (BY-30)."""

from __future__ import annotations

from flask import Blueprint, render_template

from fs_app.legal.explain import Explanation, Reason
from fs_app.web import given
from fs_app.web.access import needs
from fs_app.web.context import the_app, who

blueprint = Blueprint("why", __name__, url_prefix="/why")


@blueprint.get("/record/<int:list_record>")
@needs("lists.view")
def record(list_record: int) -> str:
    found = the_app().why.of_record(who().account, list_record, given.queues())
    return render_template("why/record.html", found=found, groups=groups(found), id=list_record)


@blueprint.get("/list/<int:call_list>")
@needs("lists.view")
def call_list(call_list: int) -> str:
    found = the_app().why.of_list(who().account, call_list, given.queues())
    return render_template("why/list.html", found=found, id=call_list)


@blueprint.get("/contact/<int:contact>")
@needs("contacts.view")
def contact(contact: int) -> str:
    name, found = the_app().why.of_contact(who().account, contact, given.queues())
    shown = [(queue.name, explanation, groups(explanation)) for queue, explanation in found]
    return render_template("why/contact.html", found=shown, id=contact, name=name)


def groups(found: Explanation) -> list[Reason]:
    """What forbids it first, then the rest in its order."""
    return [*(r for r in found.reasons if not r.ok), *(r for r in found.reasons if r.ok)]
