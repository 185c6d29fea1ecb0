"""The configuration of an account out of the database, as the file has it. Inside `Database.read` or `write`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from fs_app.accounts.model import Account, Profile, User
from fs_app.accounts.profiles import SETS, options_of, plain
from fs_app.admin.config_file import heard, schema
from fs_app.admin.config_file.document import Document
from fs_app.admin.config_file.shapes import Record
from fs_app.agents.model import Agent, NotReadyReason
from fs_app.hours.checks import clock
from fs_app.hours.model import Holiday, HolidaySet, Schedule, ScheduleRange
from fs_app.outbound.model import RetryRule
from fs_app.outbound.settings import STORED, settings_of
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue, QueueMember
from fs_app.recordings.model import KeptDisposition
from fs_app.routing.model import AgentSkill, QueueSkill, Skill, SkillRelaxation
from fs_app.supervision.model import SupervisedQueue


def read(account: int) -> Document:
    """Everything, secrets too."""
    row = Account.get_by_id(account)
    return normal(
        {
            "format": schema.FORMAT,
            "account": {"slug": row.slug, **_columns(schema.ACCOUNT, row)},
            "skills": {s.name: {"active": s.active} for s in _of(Skill, account)},
            "schedules": _schedules(account),
            "holidays": _holidays(account),
            "dispositions": _dispositions(account),
            "reasons": [
                _columns(schema.REASON, r)
                for r in _of(NotReadyReason, account).order_by(NotReadyReason.position, NotReadyReason.id)
            ],
            "profiles": {
                p.name: {
                    "role": p.role,
                    "denied": list(p.denied),
                    **plain(options_of(p.options)),
                }
                for p in _of(Profile, account)
            },
            "people": _people(account),
            "queues": _queues(account),
            "numbers": _numbers(account),
        }
    )


def normal(document: Document) -> Document:
    """In the one order in which it is written and compared: where order means nothing it is made."""
    for week in document["schedules"].values():
        for day in schema.DAYS:
            week[day] = sorted(week[day])
    for days in document["holidays"].values():
        days.sort(key=lambda d: (d["date"].rjust(10), d["from"], d["name"]))
    order = {name: at for at, name in enumerate(schema.PERMISSIONS)}
    for profile in document["profiles"].values():
        profile["denied"] = sorted({p for p in profile["denied"] if p in order}, key=lambda p: order[p])
        for option, values in SETS.items():
            profile[option] = [one for one in values if one in profile[option]]
    for person in document["people"].values():
        person["supervises"] = sorted(set(person["supervises"]))
    for queue in document["queues"].values():
        queue["kept_dispositions"] = sorted(set(queue["kept_dispositions"]))
    return document


def _of(model: Any, account: int) -> Any:
    return model.select().where(model.account == account)


def _columns(record: Record, row: Any) -> dict[str, Any]:
    """Fields that are columns and no references."""
    return {field: getattr(row, column) for column, field in record.columns().items()}


def _schedules(account: int) -> dict[str, Any]:
    spans: dict[int, dict[str, list[str]]] = defaultdict(lambda: {day: [] for day in schema.DAYS})
    for r in _of(ScheduleRange, account):
        spans[r.schedule_id][schema.DAYS[r.weekday]].append(f"{clock(r.begin)}-{clock(r.end)}")
    return {s.name: spans[s.id] for s in _of(Schedule, account)}


def _holidays(account: int) -> dict[str, Any]:
    days: dict[int, list[dict[str, Any]]] = defaultdict(list)
    heard_as = heard.names(account)
    for d in _of(Holiday, account):
        year = "" if d.year is None else f"{d.year}-"
        days[d.set_id].append(
            {
                "date": f"{year}{d.month:02}-{d.day:02}",
                "name": d.name,
                "from": clock(d.begin),
                "to": clock(d.end),
                "message": heard_as(d.message),
            }
        )
    return {s.name: days[s.id] for s in _of(HolidaySet, account)}


def _dispositions(account: int) -> dict[str, Any]:
    below: dict[tuple[int, int | None], list[Any]] = defaultdict(list)
    for d in _of(Disposition, account).order_by(Disposition.position, Disposition.id):
        below[d.set_id, d.parent_id].append(d)

    def branch(set_id: int, row: Any) -> dict[str, Any]:
        children = [_columns(schema.DISPOSITION, child) for child in below[set_id, row.id]]
        return {**_columns(schema.DISPOSITION, row), "children": children}

    return {s.name: [branch(s.id, d) for d in below[s.id, None]] for s in _of(DispositionSet, account)}


def _people(account: int) -> dict[str, Any]:
    profiles = {p.id: p.name for p in _of(Profile, account)}
    queues = {q.id: q.name for q in _of(Queue, account)}
    skills = {s.id: s.name for s in _of(Skill, account)}
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    for a in _of(AgentSkill, account):
        levels[a.agent_id][skills[a.skill_id]] = a.level
    given: dict[int, list[str]] = defaultdict(list)
    for s in _of(SupervisedQueue, account):
        given[s.user_id].append(queues[s.queue_id])
    telephones = {
        a.user_id: {**_columns(schema.TELEPHONE, a), "skills": levels[a.id]} for a in _of(Agent, account)
    }
    return {
        u.login: {
            **_columns(schema.PERSON, u),
            "profile": profiles.get(u.profile_id, ""),
            "telephone": telephones.get(u.id, {}),
            "supervises": given[u.id],
        }
        for u in User.select().where(User.account == account)
    }


def _queues(account: int) -> dict[str, Any]:
    names = {
        "schedules": {s.id: s.name for s in _of(Schedule, account)},
        "holidays": {s.id: s.name for s in _of(HolidaySet, account)},
        "dispositions": {s.id: s.name for s in _of(DispositionSet, account)},
        "queues": {q.id: q.name for q in _of(Queue, account)},
    }
    verdicts = {d.id: f"{names['dispositions'][d.set_id]}/{d.code}" for d in _of(Disposition, account)}
    skills = {s.id: s.name for s in _of(Skill, account)}
    logins = {
        a.id: a.user.login for a in Agent.select(Agent, User).join(User).where(Agent.account == account)
    }
    agents: dict[int, dict[str, int]] = defaultdict(dict)
    for m in _of(QueueMember, account):
        agents[m.queue_id][logins[m.agent_id]] = m.tier
    relax: dict[int, list[dict[str, int]]] = defaultdict(list)
    for r in _of(SkillRelaxation, account).order_by(SkillRelaxation.after_s):
        relax[r.queue_skill_id].append({"after_s": r.after_s, "level": r.level})
    needs: dict[int, dict[str, Any]] = defaultdict(dict)
    for n in _of(QueueSkill, account):
        needs[n.queue_id][skills[n.skill_id]] = {"level": n.level, "relax": relax[n.id]}
    retry: dict[int, dict[str, Any]] = defaultdict(dict)
    for rule in _of(RetryRule, account).where(RetryRule.owner == "queue"):
        verdict = verdicts.get(rule.disposition_id, "")
        retry[rule.owner_id][rule.result] = {
            "delay_s": rule.delay_s,
            "attempts": rule.attempts,
            "disposition": verdict,
        }
    kept: dict[int, list[str]] = defaultdict(list)
    for k in _of(KeptDisposition, account):
        kept[k.queue_id].append(verdicts[k.disposition_id])
    heard_as = heard.names(account)
    return {
        q.name: {
            **_columns(schema.QUEUE, q),
            **{f: names[part].get(q.__data__[f], "") for f, part in schema.REFERENCES},
            **{f: heard_as(getattr(q, f)) for f in heard.FIELDS},
            "auto_disposition": verdicts.get(q.__data__["auto_disposition"], ""),
            "agents": agents[q.id],
            "skills": needs[q.id],
            "outbound": _outbound(q.outbound),
            "retry": retry[q.id],
            "kept_dispositions": kept[q.id],
        }
        for q in _of(Queue, account)
    }


def _outbound(stored: dict[str, Any]) -> dict[str, Any]:
    settings = settings_of(stored)
    return {name: list(v) if isinstance(v := getattr(settings, name), tuple) else v for name in STORED}


def _numbers(account: int) -> dict[str, Any]:
    queues = {q.id: q.name for q in _of(Queue, account)}
    return {
        d.number: {**_columns(schema.NUMBER, d), "queue": queues.get(d.queue_id, "")}
        for d in _of(Did, account)
    }
