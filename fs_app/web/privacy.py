"""Privacy: what is known of a person, its export and its erasure (BY-23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from fs_app.errors import NotFound
from fs_app.privacy import access, finding, holds, queries, search
from fs_app.privacy.finding import Amount
from fs_app.privacy.person import Person, digits_of, masked, tidy_mails, whole_number
from fs_app.web import handed_out, i18n
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, change, done, read, ticked, typed
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t
from fs_app.web.recordings import size

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")
PATH = "/privacy"

LOOK_S = 60.0
MOST = 50
AnyPage = str | tuple[str, int]


class NoFile(NotFound):
    """Its days are over, or somebody removed it."""

    key = "error.privacy_no_file"


@blueprint.get("")
@needs("privacy.manage")
def overview() -> str:
    return _overview()


@blueprint.post("")
@needs("privacy.manage")
def look_for() -> str:
    """By POST: what is typed here belongs into no history of a browser and no log of a proxy."""
    sought = typed("q", 200)
    country, by = who().country, actor()
    the_app().db.write(lambda: access.write(by, access.SEARCH, access.PERSON, "", label=masked(sought)))
    found = read(lambda account: search.candidates(account, sought, country), timeout=LOOK_S)
    return _overview(sought, found)


def _overview(sought: str = "", found: list[search.Candidate] | None = None) -> str:
    jobs = read(queries.listing)
    return render_template("privacy/overview.html", sought=sought, found=found, jobs=jobs, size=size)


@blueprint.get("/person")
@needs("privacy.manage")
def person_by_contact() -> AnyPage:
    """From the page of a contact: its identifier says nothing of anybody."""
    return _person_page(_chosen([request.args.get("contact", "")], [], []))


@blueprint.post("/person")
@needs("privacy.manage")
def person() -> AnyPage:
    """Several candidates ticked are one person."""
    return _person_page(_of_form())


def _person_page(chosen: Person, problem: str = "", status: int = 200, typed_text: str = "") -> AnyPage:
    shown = _described(chosen)
    by = actor()
    the_app().db.write(
        lambda: access.write(by, access.OPEN, access.PERSON, _identifiers(chosen), label=shown.label)
    )
    amounts = the_app().persons.known(chosen)
    page = render_template(
        "privacy/person.html",
        person=chosen,
        shown=shown,
        going=[a for a in amounts if a.becomes != "kept"],
        staying=_staying(amounts),
        blacklisted=any(a.kind == "blacklist" for a in amounts),
        total=sum(a.rows for a in amounts),
        problems={"typed": problem} if problem else {},
        typed=typed_text,
    )
    return page if status == 200 else (page, status)


@blueprint.post("/export")
@needs("privacy.manage")
def export() -> AnyResponse:
    chosen = _of_form()
    job = the_app().persons.export(actor(), chosen, _described(chosen).label, i18n.language())
    return done(f"{PATH}/jobs/{job}", "privacy.export_asked")


@blueprint.post("/erase")
@needs("privacy.manage")
def erase() -> AnyResponse | AnyPage:
    """Only for who types the number or the name: nothing of this can be taken back."""
    chosen = _of_form()
    shown, text = _described(chosen), typed("typed", 200)
    if not _confirmed(text, shown, chosen):
        return _person_page(chosen, t("privacy.typed_wrong"), 400, text)
    try:
        job = the_app().persons.erase(actor(), chosen, shown.label, ticked("never_call"))
    except holds.Held:
        return _person_page(chosen, t("error.privacy_held"), 409, text)
    return done(f"{PATH}/jobs/{job}", "privacy.erase_asked")


@blueprint.get("/jobs/<int:person_job>")
@needs("privacy.manage")
def job_page(person_job: int) -> str:
    found = read(lambda account: queries.one(account, person_job))
    return render_template("privacy/job.html", job=found, size=size)


@blueprint.get("/jobs/<int:person_job>.json")
@needs("privacy.manage")
def job_now(person_job: int) -> dict[str, Any]:
    found = read(lambda account: queries.one(account, person_job))
    return {"state": found.state, "phase": found.phase, "percent": found.percent, "open": found.open}


@blueprint.get("/jobs/<int:person_job>/file")
@needs("privacy.manage")
def file(person_job: int) -> AnyResponse:
    """The ZIP; each download is written down before its first byte leaves."""
    found = read(lambda account: queries.one(account, person_job))
    path = the_app().persons.file_of(found.file) if found.file else None
    if path is None or not path.is_file():
        raise NoFile(f"export {person_job}")
    by = actor()

    def write() -> None:
        access.write(by, access.DOWNLOAD, access.PERSON, str(person_job), label=found.label)
        queries.downloaded(person_job)

    the_app().db.write(write)
    handed_out.written()
    response: Response = send_file(
        path, mimetype="application/zip", as_attachment=True, download_name=f"person-{person_job}.zip"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/jobs/<int:person_job>/remove")
@needs("privacy.manage")
def remove(person_job: int) -> AnyResponse:
    the_app().persons.remove(actor(), person_job)
    return done(PATH, "privacy.file_removed")


@blueprint.post("/hold")
@needs("privacy.manage")
def hold() -> AnyResponse:
    """Nothing of this contact is deleted from now on."""
    contact, reason = request.form.get("contact", ""), typed("reason", 2 * holds.LONGEST_REASON)
    if not (contact.isascii() and contact.isdigit() and len(contact) <= 9):
        raise NotFound("contact")
    change(lambda by: holds.put(by, int(contact), reason))
    return done("/privacy/retention", "privacy.hold_put")


@blueprint.post("/holds/<int:legal_hold>/release")
@needs("privacy.manage")
def release(legal_hold: int) -> AnyResponse:
    change(lambda by: holds.release(by, legal_hold))
    return done("/privacy/retention", "privacy.hold_released")


# --- who is meant ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shown:
    """`label` masked, for logs; `names`: any of them, or any number, is to be typed for an erasure."""

    title: str
    label: str
    names: tuple[str, ...]
    hold: str


def _of_form() -> Person:
    """Raises NotFound."""
    return _chosen(
        request.form.getlist("contact"), request.form.getlist("number"), request.form.getlist("mail")
    )


def _chosen(contacts: list[str], numbers: list[str], mails: list[str]) -> Person:
    country = who().country
    ids = [int(c) for c in contacts[:MOST] if c.isascii() and c.isdigit() and len(c) <= 9]
    known = [n for n in (whole_number(n[:40], country) for n in numbers[:MOST]) if n]
    written = tidy_mails(m[:254] for m in mails[:MOST])

    def look(account: int) -> Person:
        if ids:
            found = finding.whole(account, country, ids, known)
            return Person(
                account, country, found.contacts, found.numbers, tuple(sorted({*found.mails, *written}))
            )
        if not known and not written:
            raise finding.NobodyMeant("nothing ticked")
        return Person(account, country, (), tuple(sorted(set(known))), written)

    return read(look)


def _described(chosen: Person) -> Shown:
    names = read(lambda account: search.names(account, chosen))
    title = names[0] if names else (chosen.numbers or chosen.mails or ("",))[0]
    number = f" {masked(chosen.numbers[0])}" if chosen.numbers and names else ""
    hold = read(lambda account: search.hold(account, chosen))
    return Shown(title, masked(title) + number, tuple(names), hold)


def _confirmed(text: str, shown: Shown, chosen: Person) -> bool:
    said = " ".join(text.casefold().split())
    if not said:
        return False
    if said in {" ".join(n.casefold().split()) for n in shown.names} or said in chosen.mails:
        return True
    number = whole_number(text, chosen.country)
    return bool(number and number in chosen.numbers) or (
        len(digits_of(text)) >= 3 and digits_of(text) in {digits_of(n) for n in chosen.numbers}
    )


def _identifiers(chosen: Person) -> str:
    return " ".join(map(str, chosen.contacts))[:200]


def _staying(amounts: list[Amount]) -> list[Amount]:
    """What an erasure leaves, and why."""
    return [a for a in amounts if a.why]
