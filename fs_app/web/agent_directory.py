"""The directory on the agent's page (BA-100), and whom a call may go to (BA-121); JSON, same session, CSRF header."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from fs_app.contacts import directory
from fs_app.contacts.directory import PublicEntry, Reader, StaleEntry, TooManyOwn
from fs_app.contacts.fields import InvalidFields
from fs_app.web import i18n
from fs_app.web.access import needs
from fs_app.web.agent_asking import body, fresh, refused, whose
from fs_app.web.agent_events import identifier
from fs_app.web.context import the_app
from fs_app.web.text import page_number

blueprint = Blueprint("agent_directory", __name__, url_prefix="/agent")

PAGE = 20
MOST_TARGETS = 8
WHICH = ("", "public", "own")


def reader() -> Reader:
    """Who asks, for the directory. Raises NoTelephone."""
    identity, agent = whose()
    info = the_app().catalog.agent(agent)
    by_profile = info is not None and info.options.edits_directory
    return Reader(
        identity.account,
        identity.user,
        identity.country,
        agent,
        identity.may("directory.edit_public") or by_profile,
    )


@blueprint.get("/directory")
@needs("directory.view")
def listing() -> Response:
    """`q` is what was typed, `which`: everything, `public`, or `own`."""
    by, which = reader(), request.args.get("which", "")
    query, number = (
        request.args.get("q", "")[: directory.LONGEST_SEARCH],
        page_number(request.args.get("page", "")),
    )
    found = the_app().db.read(
        lambda: directory.search(by, query, which if which in WHICH else "", number, PAGE)
    )
    return fresh(jsonify(**found, may_add_public=by.edits_public))


@blueprint.post("/directory")
@needs("directory.view")
def create() -> Response:
    by, sent, now = reader(), body(), the_app().clock.now_ms()
    public = sent.get("public") is True

    def work() -> Any:
        return directory.create(by, directory.read(sent.get("fields"), by.country), public, now)

    return _answered(work, 201)


@blueprint.put("/directory/<int:directory_entry>")
@needs("directory.view")
def save(directory_entry: int) -> Response:
    by, now = _changes(directory_entry), the_app().clock.now_ms()
    sent = body()
    version = identifier(sent, "version")

    def work() -> Any:
        values = directory.read(sent.get("fields"), by.country)
        return directory.save(by, directory_entry, version, values, now)

    return _answered(work)


@blueprint.delete("/directory/<int:directory_entry>")
@needs("directory.view")
def delete(directory_entry: int) -> Response:
    by = _changes(directory_entry)
    version = identifier(body(), "version")
    return _answered(lambda: directory.delete(by, directory_entry, version))


@blueprint.get("/targets")
@needs("desk.use")
def targets() -> Response:
    """Agents, queues and entries of the directory that `q` may mean, with what they do now."""
    by, app = reader(), the_app()
    assert by.agent is not None
    query = request.args.get("q", "")[: directory.LONGEST_SEARCH]
    found = (
        app.db.read(lambda: directory.search(by, query, "", 1, MOST_TARGETS))["list"] if query.strip() else []
    )
    return fresh(
        jsonify(
            agents=app.targets.agents(by.agent, query),
            queues=app.targets.queues(by.agent, query),
            numbers=[
                {
                    "kind": "number",
                    "number": number,
                    "shown": entry[which],
                    "which": which,
                    "name": entry["name"] or entry["company"],
                    "company": entry["company"],
                    "public": entry["public"],
                }
                for entry in found
                for which, number in entry["call"].items()
            ],
        )
    )


def _changes(entry: int) -> Reader:
    """Who wants to change it. Raises NotFound before anything of what he sent is looked at."""
    by = reader()
    the_app().db.read(lambda: directory.get(by, entry))
    return by


def _answered(work: Any, status: int = 200) -> Response:
    try:
        entry = the_app().db.write(work)
    except StaleEntry as stale:
        return fresh(refused(stale, theirs=stale.theirs))
    except InvalidFields as wrong:
        return fresh(refused(wrong, fields={name: i18n.t(key) for name, key in wrong.fields.items()}))
    except (PublicEntry, TooManyOwn) as error:
        return fresh(refused(error))
    answer = jsonify(ok=True, entry=entry)
    answer.status_code = status
    return fresh(answer)
