"""A plan into the database, inside the one `Database.write` of the load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fs_app.accounts.model import Account, Profile, User
from fs_app.accounts.profiles import options_of, to_store
from fs_app.admin import audit, people, queue_outbound
from fs_app.admin.audit import Actor
from fs_app.admin.config_file import heard, schema
from fs_app.admin.config_file.plan import SECRETS, Change, Tables, said
from fs_app.admin.config_file.shapes import Record
from fs_app.agents.model import Agent, NotReadyReason
from fs_app.calls.model import Call
from fs_app.digest import a1_hash
from fs_app.hours.checks import minute
from fs_app.hours.model import Holiday, HolidaySet, Schedule, ScheduleRange
from fs_app.outbound.retry import Result, Rule
from fs_app.outbound.settings import Settings
from fs_app.outbound.settings import to_store as outbound_to_store
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue, QueueMember
from fs_app.recordings.model import KeptDisposition
from fs_app.routing.model import AgentSkill, QueueSkill, Skill, SkillRelaxation
from fs_app.supervision.model import SupervisedQueue

MIDNIGHT = 24 * 60
"""Minutes: the end of a day."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A password that the program made: nobody sees it again. `what`: login, telephone."""

    what: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Passwords:
    """Made before the transaction, which waits for nothing: login → (password, its hash), and of telephones."""

    people: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    telephones: Mapping[str, str] = field(default_factory=dict)


class Writer:
    """`wanted` are the tables of the file."""

    def __init__(self, actor: Actor, wanted: Tables, passwords: Passwords) -> None:
        self._by = actor
        self._account = actor.account
        self._wanted = wanted
        self._passwords = passwords
        self.secrets: list[Secret] = []
        self.done: list[Change] = []

    def write(self, changes: list[Change]) -> None:
        """Raises LastAdmin."""
        self._free_numbers(changes)
        later: list[Callable[[], None]] = []
        taken_away = [c for c in changes if c.action in ("deactivate", "delete")]
        for change in changes:
            if change not in taken_away:
                values = self._wanted[change.kind][change.key]
                getattr(self, f"_put_{change.kind}")(change, values, later)
                self._note(change)
        for step in later:
            step()
        for change in reversed(taken_away):
            gone = change.action == "deactivate" or getattr(self, f"_delete_{change.kind}")(change.key)
            if change.action == "deactivate":
                self._deactivate(change)
            self._note(change if gone else Change(change.kind, change.key, "keep"))
        people.somebody_keeps_the_keys(self._account)

    def _note(self, change: Change) -> None:
        self.done.append(change)
        if change.action == "keep":
            return
        action = {"add": "create", "change": "update"}.get(change.action, change.action)
        audit.write(
            self._by,
            action,
            _AUDIT_KINDS[change.kind],
            "",
            change.key or "account",
            {name: said(name, was) for name, was, _ in change.fields if name not in SECRETS} or None,
            {name: said(name, value) for name, _, value in change.fields if name not in SECRETS} or None,
        )

    # --- small things -------------------------------------------------------------------------------------------
    def _heard(self, text: str, field: str) -> str:
        """What is to be heard; a sound that is missing is made, without a file."""
        return heard.setting(self._by, text, field, lambda kind, name: self._note(Change(kind, name, "add")))

    def _find(self, model: Any, column: str, value: str) -> Any:
        return model.get_or_none((model.account == self._account) & (getattr(model, column) == value))

    def _named(self, model: Any, column: str, value: str) -> int | None:
        row = self._find(model, column, value) if value else None
        return None if row is None else int(row.id)

    def _upsert(self, model: Any, key: str, name: str, values: dict[str, Any]) -> int:
        row = self._find(model, key, name)
        if row is not None:
            if values:
                model.update(**values).where(model.id == row.id).execute()
            return int(row.id)
        if "created_at" in model._meta.fields:
            values["created_at"] = self._by.now
        return int(model.create(account=self._account, **{key: name}, **values).id)

    def _deactivate(self, change: Change) -> None:
        kind, key = change.kind, change.key
        if kind == "dispositions":
            self._verdict(key, active=False)
            return
        model, column = _ACTIVE[kind]
        if kind == "people":
            people.end_sessions(self._find(User, "login", key).id, self._by.now)
        model.update(active=False).where(
            model.account == self._account, getattr(model, column) == key
        ).execute()

    def _verdict(self, key: str, **values: Any) -> None:
        set_name, _, code = key.rpartition("/")
        chosen = self._find(DispositionSet, "name", set_name)
        Disposition.update(**values).where(Disposition.set == chosen.id, Disposition.code == code).execute()

    def _verdict_id(self, key: str) -> int | None:
        set_name, _, code = key.rpartition("/")
        chosen = self._named(DispositionSet, "name", set_name)
        row = Disposition.get_or_none((Disposition.set == chosen) & (Disposition.code == code))
        return None if row is None else int(row.id)

    def _free_numbers(self, changes: list[Change]) -> None:
        """Two that change their numbers with each other: neither stands in the other's way for a moment."""
        for change in changes:
            if change.action != "change":
                continue
            names = [name for name, _, _ in change.fields]
            if change.kind == "queues" and "number" in names:
                row = self._find(Queue, "name", change.key)
                Queue.update(number=f"~{row.id}").where(Queue.id == row.id).execute()
            if change.kind == "people" and "telephone.number" in names:
                user = self._find(User, "login", change.key)
                agent = Agent.get_or_none(Agent.user == user.id)
                if agent is not None:
                    Agent.update(number=f"~{agent.id}").where(Agent.id == agent.id).execute()

    # --- each kind ----------------------------------------------------------------------------------------------
    def _put_account(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        Account.update(**values).where(Account.id == self._account).execute()
        if any(
            name == "sip_domain" for name, _, _ in change.fields
        ):  # each telephone's digest holds the domain
            for agent in Agent.select(Agent, User).join(User).where(Agent.account == self._account):
                if "sip_ha1" not in self._wanted["people"].get(agent.user.login, {}).get("telephone", {}):
                    self._new_telephone_password(agent.user.login, agent.id, agent.number)

    def _put_skills(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        self._upsert(Skill, "name", change.key, dict(values))

    def _put_schedules(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        row = self._upsert(Schedule, "name", change.key, {})
        ScheduleRange.delete().where(ScheduleRange.schedule == row).execute()
        for weekday, day in enumerate(schema.DAYS):
            for span in values[day]:
                begin, end = (minute(text) or 0 for text in span.split("-"))
                ScheduleRange.create(
                    account=self._account, schedule=row, weekday=weekday, begin=begin, end=end or MIDNIGHT
                )

    def _put_holidays(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        row = self._upsert(HolidaySet, "name", change.key, {})
        Holiday.delete().where(Holiday.set == row).execute()
        for day in values["days"]:
            year, month, number = day["date"].rjust(10, "-").rsplit("-", 2)
            Holiday.create(
                account=self._account,
                set=row,
                name=day["name"],
                year=int(year) if year.isdigit() else None,
                month=int(month),
                day=int(number),
                begin=minute(day["from"]) or 0,
                end=minute(day["to"]) or MIDNIGHT,
                message=self._heard(day["message"], "message"),
            )

    def _put_sets(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        self._upsert(DispositionSet, "name", change.key, {})

    def _put_dispositions(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        set_name = change.key.rpartition("/")[0]
        chosen = self._named(DispositionSet, "name", set_name)
        parent = self._verdict_id(f"{set_name}/{values['parent']}") if values["parent"] else None
        columns = {**values, "parent": parent}
        if self._verdict_id(change.key) is None:
            Disposition.create(account=self._account, set=chosen, **columns)
        else:
            columns.pop("code")
            self._verdict(change.key, **columns)
        self._behind(Disposition, [k for k in self._wanted["dispositions"] if k.startswith(f"{set_name}/")])

    def _behind(self, model: Any, keys: list[str]) -> None:
        """What is archived and not in the file stands behind what is."""
        if model is NotReadyReason:
            stay = model.account == self._account
            known = [self._named(model, "code", key) for key in keys]
        else:
            stay = model.set == self._named(DispositionSet, "name", keys[0].rpartition("/")[0])
            known = [self._verdict_id(key) for key in keys]
        others = model.select().where(stay, model.id.not_in([i for i in known if i is not None]))
        for at, row in enumerate(others.order_by(model.position, model.id)):
            model.update(position=len(keys) + at).where(model.id == row.id).execute()

    def _put_reasons(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        self._upsert(NotReadyReason, "code", change.key, {k: v for k, v in values.items() if k != "code"})
        self._behind(NotReadyReason, list(self._wanted["reasons"]))

    def _put_profiles(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        options = to_store(options_of(values))
        columns = {"role": values["role"], "denied": values["denied"], "options": options}
        self._upsert(Profile, "name", change.key, columns)

    def _put_people(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        columns = _columns(schema.PERSON, values)
        columns["profile"] = self._named(Profile, "name", values["profile"])
        new = self._find(User, "login", change.key) is None
        if new and "password_hash" not in columns:
            password, columns["password_hash"] = self._passwords.people[change.key]
            self.secrets.append(Secret("login", change.key, password))
        user = self._upsert(User, "login", change.key, columns)
        ends = not values["active"] or any(n == "password_hash" for n, _, _ in change.fields)
        if not new and ends:
            people.end_sessions(user, self._by.now)
        self._put_telephone(change.key, user, values["telephone"])
        later.append(lambda: self._supervises(user, values["supervises"]))

    def _put_telephone(self, login: str, user: int, values: dict[str, Any]) -> None:
        agent = Agent.get_or_none(Agent.user == user)
        if not values:
            if agent is not None:
                Agent.update(active=False).where(Agent.id == agent.id).execute()
            return
        columns = _columns(schema.TELEPHONE, values)
        if agent is None:
            made = Agent.create(
                account=self._account,
                user=user,
                created_at=self._by.now,
                **{"sip_ha1": "", **columns},
            )
            row, renewed = int(made.id), True
        else:
            row, renewed = int(agent.id), agent.number != values["number"] or not agent.active
            Agent.update(**columns).where(Agent.id == row).execute()
        if renewed and "sip_ha1" not in columns:
            self._new_telephone_password(login, row, values["number"])
        AgentSkill.delete().where(AgentSkill.agent == row).execute()
        for name, level in values["skills"].items():
            skill = self._named(Skill, "name", name)
            AgentSkill.create(account=self._account, agent=row, skill=skill, level=level)

    def _new_telephone_password(self, login: str, agent: int, number: str) -> None:
        password = self._passwords.telephones[login]
        domain = self._wanted["account"][""]["sip_domain"]
        Agent.update(sip_ha1=a1_hash(number, domain, password)).where(Agent.id == agent).execute()
        self.secrets = [s for s in self.secrets if (s.what, s.name) != ("telephone", number)]
        self.secrets.append(Secret("telephone", number, password))

    def _supervises(self, user: int, names: list[str]) -> None:
        SupervisedQueue.delete().where(SupervisedQueue.user == user).execute()
        for name in names:
            queue = self._named(Queue, "name", name)
            SupervisedQueue.create(account=self._account, user=user, queue=queue)

    def _put_queues(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        references = {field for field, _ in schema.REFERENCES} | {"auto_disposition"}
        columns = {k: v for k, v in _columns(schema.QUEUE, values).items() if k not in references}
        columns |= {k: self._heard(v, k) for k, v in columns.items() if k in heard.FIELDS}
        outbound = {**values["outbound"], "modes": tuple(values["outbound"]["modes"])}
        columns["outbound"] = outbound_to_store(Settings(**outbound))
        row = self._upsert(Queue, "name", change.key, columns)
        later.append(lambda: self._queue_references(row, values))

    def _queue_references(self, row: int, values: dict[str, Any]) -> None:
        """When all queues are there: they refer to each other."""
        columns: dict[str, int | None] = {
            name: self._named(_MODELS[part], "name", values[name]) for name, part in schema.REFERENCES
        }
        columns["auto_disposition"] = self._verdict_id(values["auto_disposition"])
        Queue.update(**columns).where(Queue.id == row).execute()
        QueueMember.delete().where(QueueMember.queue == row).execute()
        for login, tier in values["agents"].items():
            user = self._named(User, "login", login)
            agent = Agent.get(Agent.user == user)
            QueueMember.create(account=self._account, queue=row, agent=agent, tier=tier)
        QueueSkill.delete().where(QueueSkill.queue == row).execute()
        for name, need in values["skills"].items():
            made = QueueSkill.create(
                account=self._account,
                queue=row,
                skill=self._named(Skill, "name", name),
                level=need["level"],
            )
            for step in need["relax"]:
                SkillRelaxation.create(account=self._account, queue_skill=made, **step)
        rules = {
            Result(name): Rule(rule["delay_s"], rule["attempts"], self._verdict_id(rule["disposition"]))
            for name, rule in values["retry"].items()
        }
        queue_outbound.store_rules(self._account, row, rules)
        KeptDisposition.delete().where(KeptDisposition.queue == row).execute()
        for key in values["kept_dispositions"]:
            KeptDisposition.create(account=self._account, queue=row, disposition=self._verdict_id(key))

    def _put_numbers(self, change: Change, values: dict[str, Any], later: list[Any]) -> None:
        later.append(
            lambda: (
                self._upsert(
                    Did,
                    "number",
                    change.key,
                    {**values, "queue": self._named(Queue, "name", values["queue"])},
                )
                and None
            )
        )

    # --- what is not in the file ----------------------------------------------------------------------------------
    def _delete_schedules(self, key: str) -> bool:
        row = self._named(Schedule, "name", key)
        if Queue.select().where((Queue.schedule == row) | (Queue.customer_schedule == row)).exists():
            return False
        return bool(Schedule.delete().where(Schedule.id == row).execute())

    def _delete_holidays(self, key: str) -> bool:
        row = self._named(HolidaySet, "name", key)
        if Queue.select().where((Queue.holiday_set == row) | (Queue.customer_holidays == row)).exists():
            return False
        return bool(HolidaySet.delete().where(HolidaySet.id == row).execute())

    def _delete_profiles(self, key: str) -> bool:
        row = self._named(Profile, "name", key)
        if User.select().where(User.profile == row).exists():
            return False
        return bool(Profile.delete().where(Profile.id == row).execute())

    def _delete_sets(self, key: str) -> bool:
        """With its dispositions, when no queue and no call has any of them."""
        row = self._named(DispositionSet, "name", key)
        mine = Disposition.select(Disposition.id).where(Disposition.set == row)
        used = (
            Queue.select().where((Queue.disposition_set == row) | Queue.auto_disposition.in_(mine)).exists()
        )
        used = used or Call.select().where(Call.disposition.in_(mine)).exists()
        if used or KeptDisposition.select().where(KeptDisposition.disposition.in_(mine)).exists():
            return False
        Disposition.delete().where(Disposition.set == row, Disposition.parent.is_null(False)).execute()
        Disposition.delete().where(Disposition.set == row).execute()
        return bool(DispositionSet.delete().where(DispositionSet.id == row).execute())


def _columns(record: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    return {column: values[field] for column, field in record.columns().items() if field in values}


_MODELS: Mapping[str, Any] = {
    "dispositions": DispositionSet,
    "schedules": Schedule,
    "holidays": HolidaySet,
    "queues": Queue,
}
_ACTIVE: Mapping[str, tuple[Any, str]] = {
    "skills": (Skill, "name"),
    "reasons": (NotReadyReason, "code"),
    "people": (User, "login"),
    "queues": (Queue, "name"),
    "numbers": (Did, "number"),
}
_AUDIT_KINDS = {
    "account": "account",
    "skills": "skill",
    "schedules": "schedule",
    "holidays": "holiday_set",
    "sets": "disposition_set",
    "dispositions": "disposition",
    "reasons": "reason",
    "profiles": "profile",
    "people": "user",
    "queues": "queue",
    "numbers": "number",
    "sounds": "sound",
    "music_lists": "music_list",
}
