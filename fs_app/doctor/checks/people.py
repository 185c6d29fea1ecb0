"""People: passwords that are guessed, accounts that nobody can administer, agents who can't be rung."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

NEEDS = ("data",)
RULES = {
    "people.weak_password": Level.ERROR,
    "people.weak_phone": Level.ERROR,
    "people.no_admin": Level.WARNING,
    "people.no_account": Level.NOTE,
    "people.no_phone": Level.NOTE,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    accounts = it.data.rows("account")
    if not accounts:
        yield "people.no_account", {}
    users = [u for u in it.data.rows("app_user") if u.get("active", True)]
    agents = [a for a in it.data.rows("agent") if a.get("active", True)]
    known = {user["id"]: user for user in users}
    members = {m["agent_id"] for m in it.data.rows("queue_member")}
    registered = {(user, domain.lower()) for user, domain in it.switch.registrations or ()}
    for account in accounts:
        own = account["id"]
        weak = [login for of, login in it.data.weak if of == own]
        if weak:
            yield "people.weak_password", {"account": own, "logins": names(weak)}
        guessed = [number for of, number in it.data.weak_phones if of == own]
        if guessed:
            yield "people.weak_phone", {"account": own, "numbers": names(guessed)}
        if not any(u["account_id"] == own and u["role"] == "admin" for u in users):
            yield "people.no_admin", {"account": own, "slug": account["slug"]}
        if it.switch.registrations is None:
            continue
        domain = str(account["sip_domain"]).lower()
        absent = [
            f"{known[a['user_id']]['name']} ({a['number']})"
            for a in agents
            if a["account_id"] == own
            and a["id"] in members
            and a["user_id"] in known
            and (str(a["number"]), domain) not in registered
        ]
        if absent:
            yield "people.no_phone", {"account": own, "agents": names(absent), "count": len(absent)}
