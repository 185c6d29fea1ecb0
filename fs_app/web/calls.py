"""Calls: the list with its filters, its export, and the page of one call (BY-32) with its recording."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.service import Identity
from fs_app.calls import queries
from fs_app.errors import NotFound
from fs_app.messaging import log as messages
from fs_app.privacy import access
from fs_app.surveys import queries as surveys
from fs_app.web import callfilter, given, handed_out, i18n, text, timeline
from fs_app.web.access import needs
from fs_app.web.callcsv import TooMany, as_csv, as_workbook
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.peaks import peaks_of
from fs_app.web.recordings import said
from fs_app.web.sheets import as_file

blueprint = Blueprint("calls", __name__, url_prefix="/calls")

EXPORT_TIMEOUT_S = 60.0


class NoRecording(NotFound):
    """The file is not where it should be."""

    key = "error.recording_missing"


class Deleted(NotFound):
    """The file was deleted, and the page of the call says by whom."""

    key = "error.recording_deleted"


@blueprint.get("")
@needs("calls.view_own")
def listing() -> str:
    identity = who()
    form = callfilter.read(request.args, zone())
    wanted = _wanted(identity, form)

    def ask() -> tuple[int, list[queries.CallRow], queries.Choices]:
        total = queries.count(identity.account, wanted)
        number = min(form.page, max(1, -(-total // queries.PAGE)))
        return total, queries.page(identity.account, wanted, number), queries.choices(identity.account)

    nothing: tuple[int, list[queries.CallRow], queries.Choices] = 0, [], queries.Choices([], [], [])
    total, rows, offered = the_app().db.read(ask) if _sees_any(identity) else nothing
    pages = max(1, -(-total // queries.PAGE))
    return render_template(
        "calls/list.html",
        form=form,
        rows=rows,
        total=total,
        pages=pages,
        number=min(form.page, pages),
        choices=offered,
        outcomes=[_Option(name, i18n.t(f"call.outcome.{name}")) for name in queries.OUTCOMES],
        link=lambda **changes: callfilter.link("/calls", form, **changes),
        export_link=callfilter.link("/calls/export.csv", form, page=1),
        sheet_link=callfilter.link("/calls/export.xlsx", form, page=1),
        all_agents=identity.may("calls.view_all"),
        now=the_app().clock.now_ms(),
    )


@blueprint.get("/export.csv")
@needs("calls.export")
def export() -> AnyResponse:
    rows = _rows_asked()
    content = site().threads.run(
        as_csv, rows, i18n.language(), zone(), who().country, timeout=EXPORT_TIMEOUT_S
    )
    day = text.moment(the_app().clock.now_ms(), zone()).strftime("%Y-%m-%d")
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="calls-{day}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/export.xlsx")
@needs("calls.export")
def export_sheet() -> AnyResponse:
    """The same rows and columns as a workbook."""
    rows = _rows_asked()
    words = i18n.language()
    content = site().threads.run(as_workbook, rows, words, zone(), who().country, timeout=EXPORT_TIMEOUT_S)
    day = text.moment(the_app().clock.now_ms(), zone()).strftime("%Y-%m-%d")
    return as_file(content, "xlsx", f"calls-{day}")


def _rows_asked() -> list[queries.CallRow]:
    """All that the address asks for. Raises TooMany."""
    identity = who()
    wanted = _wanted(identity, callfilter.read(request.args, zone()))

    def ask() -> list[queries.CallRow]:
        n = queries.count(identity.account, wanted)
        if n > queries.MOST_EXPORTED:
            raise TooMany(f"{n} calls", n=n, most=queries.MOST_EXPORTED)
        return queries.export(identity.account, wanted)

    return the_app().db.read(ask, timeout=EXPORT_TIMEOUT_S)


@blueprint.get("/<call_id>")
@needs("calls.view_own")
def call(call_id: str) -> str:
    identity = who()
    found, answers = the_app().db.read(
        lambda: (queries.detail(identity.account, call_id), surveys.of_call(identity.account, call_id))
    )
    if found is None or not _may(identity, "calls.view_all", found.agent_id, found.queue_id):
        raise NotFound(f"call {call_id[:50]!r}")
    now = the_app().clock.now_ms()
    return render_template(
        "calls/call.html",
        call=found,
        row=found.row,
        steps=timeline.steps(found.entries, found.row.started_at, found.names, _Words(identity.country)),
        phases=timeline.phases(found.entries, found.row.started_at, found.row.ended_at, now),
        answers=answers,
        may_listen=_may(identity, "recordings.listen_all", found.agent_id, found.queue_id),
        may_download=identity.may("recordings.download"),
        may_keep=identity.may("recordings.keep"),
        may_delete=identity.may("recordings.delete"),
        fate=said,
        messages=the_app().db.read(lambda: messages.of_call(identity.account, call_id))
        if identity.may("messages.manage")
        else 0,
        steering=the_app().calls.recording_ways(identity.account, call_id)
        if identity.may("recordings.steer") and found.row.running
        else [],
        now=now,
    )


@blueprint.post("/<call_id>/recording/<steering>")
@needs("recordings.steer")
def steer_recording(call_id: str, steering: str) -> AnyResponse:
    """A supervisor starts, pauses or resumes the recording of a call that goes on."""
    identity = who()
    if steering not in ("start", "pause", "resume"):
        raise NotFound("no such thing to do with a recording")
    _check(identity, "calls.view_all", call_id)
    the_app().calls.steer_recording(identity.account, call_id, steering, identity.name)
    return redirect(f"/calls/{quote(call_id, safe='')}", 303)


@blueprint.get("/<call_id>/recordings/<recording_id>.wav")
@needs("recordings.listen_own")
def sound(call_id: str, recording_id: str) -> AnyResponse:
    """The audio, in parts if the browser asks so; `?download` as a file, for those who may."""
    return audio(call_id, recording_id)


def audio(call_id: str, recording_id: str, kind: str = access.RECORDING) -> AnyResponse:
    """For another page's address, too: the same checks, the same line in the audit log."""
    identity = who()
    path = _file_of(identity, call_id, recording_id)
    as_file = "download" in request.args
    if as_file and not identity.may("recordings.download"):
        raise NotFound("not for this role")
    site().heard.note(identity, call_id, recording_id, as_file, request.remote_addr or "", kind)
    handed_out.written()
    response = send_file(
        path,
        mimetype="audio/wav",
        conditional=True,
        as_attachment=as_file,
        download_name=f"{recording_id}.wav",
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/<call_id>/recordings/<recording_id>.json")
@needs("recordings.listen_own")
def shape(call_id: str, recording_id: str) -> Response:
    """Duration and peaks, so that a browser draws the curve without loading the whole recording."""
    path = _file_of(who(), call_id, recording_id)
    found = site().threads.run(peaks_of, path, timeout=20.0)
    if found is None:
        raise NoRecording(f"{path.name} is no audio that we can read")
    response = Response(found.json(), mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@dataclass(frozen=True, slots=True)
class _Option:
    id: str
    label: str


class _Words:
    """The reader's language and country, for the time line."""

    def __init__(self, country: str) -> None:
        self._country = country

    t = staticmethod(i18n.t)
    t_or = staticmethod(i18n.t_or)

    def phone(self, number: str) -> str:
        return text.phone(number, self._country)

    def moment(self, ms: int) -> str:
        return text.date_time(ms, zone(), i18n.language())


def _sees_any(identity: Identity) -> bool:
    return identity.agent is not None or identity.may("calls.view_all")


def _only_agent(identity: Identity) -> int | None:
    return None if identity.may("calls.view_all") else identity.agent


def _wanted(identity: Identity, form: callfilter.CallForm) -> queries.CallFilter:
    """What the address asks for, of what this person may see."""
    now = the_app().clock.now_ms()
    return replace(callfilter.wanted(form, _only_agent(identity), zone(), now), queues=_only_queues(identity))


def _only_queues(identity: Identity) -> tuple[int, ...] | None:
    return given.queues() if identity.may("calls.view_all") else None


def _may(identity: Identity, permission: str, agent: int | None, queue: int | None) -> bool:
    """With the permission for all calls, those of the queues that he is given; and everybody his own."""
    own = agent is not None and agent == identity.agent
    return own or (identity.may(permission) and given.scope().has_queue(queue))


def _check(identity: Identity, permission: str, call_id: str) -> None:
    """Raises NotFound when this person may not have that of this call."""
    found = the_app().db.read(lambda: queries.whose(identity.account, call_id))
    if found is None or not _may(identity, permission, *found):
        raise NotFound(f"call {call_id[:50]!r}")


def _file_of(identity: Identity, call_id: str, recording_id: str) -> Path:
    """The file of a recording that this person may hear. Raises NotFound, whatever the reason."""
    whose = the_app().db.read(lambda: queries.recorded_agent(identity.account, call_id, recording_id))
    if whose is None or whose != identity.agent:
        _check(identity, "recordings.listen_all", call_id)
    found = the_app().db.read(lambda: queries.recording(identity.account, call_id, recording_id))
    if found is None:
        raise NotFound(f"recording {recording_id[:50]!r}")
    if found.delete_asked_at is not None:
        raise Deleted(f"recording {recording_id[:50]!r}")
    base = the_app().settings.recordings.resolve()
    path = (base / found.path).resolve()
    if not path.is_relative_to(base) or not path.is_file():
        raise NoRecording(f"{found.path!r}")
    return path
