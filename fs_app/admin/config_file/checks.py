"""What belongs together in a file: names that must be there, numbers that can be there once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

from fs_app.accounts.profiles import KEEPS_THE_KEYS, granted
from fs_app.admin.config_file import heard, schema
from fs_app.admin.config_file.document import Document, Parsed
from fs_app.admin.queue_waiting import SHORTEST_ROUND_S
from fs_app.hours import checks as hours
from fs_app.hours.checks import Typed, WrongFields
from fs_app.queues import popping
from fs_app.recordings.rules import DISPOSITIONS

Path = tuple[str, ...]


def check(parsed: Parsed, now: Document | None) -> None:
    """Notes in `parsed` what is wrong. `now`: what the account has, None for a new one: what is not in the file stays,
    deactivated, and keeps its number."""
    document = parsed.document
    _account(parsed)
    for path, name, part in _references(document):
        known = _verdicts(document) if part == "verdicts" else document[part]
        if name and name not in known:
            parsed.wrong(path, f"config.missing.{part}", name=name)
    for part in ("skills", "schedules", "holidays", "dispositions", "profiles", "people", "queues"):
        _once(parsed, [((part, name), name.casefold()) for name in document[part]])
    _hours(parsed)
    _codes(parsed)
    _people(parsed)
    _queues(parsed)
    _extensions(parsed, now)


def _account(parsed: Parsed) -> None:
    zone = parsed.document["account"]["time_zone"]
    if zone not in available_timezones():
        parsed.wrong(("account", "time_zone"), "config.wrong.zone", value=zone)


def _references(document: Document) -> Iterator[tuple[Path, str, str]]:
    """Where a name stands, the name, and the part of the file that must have it."""
    for name, queue in document["queues"].items():
        at = ("queues", name)
        for field, part in schema.REFERENCES:
            yield (*at, field), queue[field], part
        yield (*at, "auto_disposition"), queue["auto_disposition"], "verdicts"
        for result, rule in queue["retry"].items():
            yield (*at, "retry", result, "disposition"), rule["disposition"], "verdicts"
        for i, verdict in enumerate(queue["kept_dispositions"], 1):
            yield (*at, "kept_dispositions", str(i)), verdict, "verdicts"
        for skill in queue["skills"]:
            yield (*at, "skills", skill), skill, "skills"
        for login in queue["agents"]:
            yield (*at, "agents", login), login, "people"
    for login, person in document["people"].items():
        at = ("people", login)
        yield (*at, "profile"), person["profile"], "profiles"
        for i, queue_name in enumerate(person["supervises"], 1):
            yield (*at, "supervises", str(i)), queue_name, "queues"
        for skill in person["telephone"].get("skills", ()):
            yield (*at, "telephone", "skills", skill), skill, "skills"
    for number, did in document["numbers"].items():
        yield ("numbers", number, "queue"), did["queue"], "queues"


def _verdicts(document: Document) -> set[str]:
    return {
        f"{name}/{each['code']}"
        for name, top in document["dispositions"].items()
        for one in top
        for each in (one, *one["children"])
    }


def _once(parsed: Parsed, found: list[tuple[Path, str]], key: str = "config.wrong.twice") -> None:
    seen: dict[str, Path] = {}
    for path, value in found:
        if value in seen:
            parsed.wrong(path, key, line=parsed.lines.get(seen[value], 0))
        else:
            seen[value] = path


def _hours(parsed: Parsed) -> None:
    for name, week in parsed.document["schedules"].items():
        lines = [
            Typed(weekday, *span.split("-")) for weekday, day in enumerate(schema.DAYS) for span in week[day]
        ]
        try:
            hours.ranges(lines)
        except WrongFields as error:
            for field, key in error.fields.items():
                parsed.wrong(("schedules", name, schema.DAYS[int(field.removeprefix("day-"))]), key)
    for name, days in parsed.document["holidays"].items():
        for i, day in enumerate(days, 1):
            typed = {
                "name": day["name"],
                "date": day["date"] if len(day["date"]) == 10 else f"2000-{day['date']}",
                "part": "1",
                "begin": day["from"],
                "end": day["to"],
                "message": "" if heard.is_named(day["message"]) else day["message"],
            }
            try:
                hours.holiday(typed)
            except WrongFields as error:
                for key in error.fields.values():
                    parsed.wrong(("holidays", name, str(i)), key)


def _codes(parsed: Parsed) -> None:
    document = parsed.document
    _once(parsed, [(("reasons", str(i)), r["code"].casefold()) for i, r in enumerate(document["reasons"], 1)])
    for name, top in document["dispositions"].items():
        codes: list[tuple[Path, str]] = []
        for i, one in enumerate(top, 1):
            at = ("dispositions", name, str(i))
            codes.append((at, one["code"].casefold()))
            codes += [
                ((*at, "children", str(j)), child["code"].casefold())
                for j, child in enumerate(one["children"], 1)
            ]
        _once(parsed, codes)
        if "/" in name:
            parsed.wrong(("dispositions", name), "config.wrong.slash")


def _people(parsed: Parsed) -> None:
    profiles, people = parsed.document["profiles"], parsed.document["people"]
    keys = False
    for login, person in people.items():
        profile = profiles.get(person["profile"])
        if profile is not None and profile["role"] != person["role"]:
            parsed.wrong(("people", login, "profile"), "field.profile_role")
        denied = profile["denied"] if profile else ()
        keys |= person["active"] and KEEPS_THE_KEYS in granted(person["role"], denied)
    if not keys:
        parsed.wrong(("people",), "config.wrong.no_admin")


def _queues(parsed: Parsed) -> None:
    queues, people = parsed.document["queues"], parsed.document["people"]
    for name, queue in queues.items():
        for login in queue["agents"]:
            if login in people and not people[login]["telephone"]:
                parsed.wrong(("queues", name, "agents", login), "config.wrong.no_telephone", name=login)
        for field in ("closed_message", "holiday_message"):
            try:
                hours.message("" if heard.is_named(queue[field]) else queue[field], field)
            except WrongFields as error:
                parsed.wrong(("queues", name, field), error.fields[field])
        seen, at = {name}, queue["closed_queue"]
        while at in queues:
            if at in seen:
                parsed.wrong(("queues", name, "closed_queue"), "hours.wrong.circle")
                break
            seen.add(at)
            at = queues[at]["closed_queue"]
        for prefix in ("max_wait", "max_length", "exit"):
            then = queue[f"{prefix}_then"]
            if then in ("queue", "number") and not queue[f"{prefix}_{then}"]:
                parsed.wrong(("queues", name, f"{prefix}_{then}"), "config.wrong.empty")
        if queue["auto_qualify_s"] and not queue["auto_disposition"]:
            parsed.wrong(("queues", name, "auto_disposition"), "field.needed")
        if queue["record_rule"] == DISPOSITIONS and not queue["kept_dispositions"]:
            parsed.wrong(("queues", name, "kept_dispositions"), "field.no_disposition_kept")
        _pop_and_digits(parsed, name, queue)
        if 0 < queue["announce_every_s"] < SHORTEST_ROUND_S:
            number = {"least": SHORTEST_ROUND_S, "most": 3600, "value": queue["announce_every_s"]}
            parsed.wrong(("queues", name, "announce_every_s"), "config.wrong.number", **number)


def _pop_and_digits(parsed: Parsed, name: str, queue: dict[str, Any]) -> None:
    """Addresses that can be opened, what the service's answer goes to, and what is asked of a caller."""
    for field, places in (("pop_url", True), ("lookup_url", True), ("capture_url", False)):
        wrong = popping.wrong_address(queue[field], places) if queue[field] else ""
        if wrong:
            parsed.wrong(("queues", name, field), f"field.{wrong}", most=popping.LONGEST_URL)
    if queue["pop_mode"] == "url" and not queue["pop_url"]:
        parsed.wrong(("queues", name, "pop_url"), "config.wrong.empty")
    for row, one in enumerate(queue["lookup_map"]):
        wrong = popping.wrong_mapped(popping.Mapped(**one))
        if wrong:
            parsed.wrong(("queues", name, "lookup_map", str(row)), f"pop.wrong.{wrong}")
    steps = [popping.Step(**one) for one in queue["capture_steps"]]
    for row, step in enumerate(steps):
        wrong = popping.wrong_step(step)
        least, most = popping.LIMITS[step.kind]
        if wrong:
            key = f"pop.wrong.step_{wrong}"
            parsed.wrong(("queues", name, "capture_steps", str(row)), key, least=least, most=most)
        elif [other.name for other in steps].index(step.name) != row:
            parsed.wrong(("queues", name, "capture_steps", str(row)), "pop.wrong.step_twice")


def _extensions(parsed: Parsed, now: Document | None) -> None:
    """Queues and telephones share their numbers; so do those that stay though the file does not have them."""
    mine = list(_numbers(parsed.document))
    _once(parsed, [(path, number) for path, number, _ in mine], "config.wrong.extension_twice")
    stay = {} if now is None else {number: who for _, number, who in _numbers(now, parsed.document)}
    for path, number, _ in mine:
        if number in stay:
            parsed.wrong(path, "config.wrong.extension_stays", name=stay[number])


def _numbers(document: Document, other: Document | None = None) -> Iterator[tuple[Path, str, str]]:
    """Path, number, who has it; with `other` only those that are not in it."""
    for name, queue in document["queues"].items():
        if other is None or name not in other["queues"]:
            yield ("queues", name, "number"), queue["number"], name
    for login, person in document["people"].items():
        there: Mapping[str, Any] = (
            {} if other is None else other["people"].get(login, {}).get("telephone", {})
        )
        if person["telephone"] and not there:
            yield ("people", login, "telephone", "number"), person["telephone"]["number"], login
