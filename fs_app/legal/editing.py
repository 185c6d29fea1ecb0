"""What an account makes of the law: looked at, made stricter freely, looser with a reason. Inside `Database.read` or
`write`; who calls it tells `Legal.reload` afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, Stale
from fs_app.errors import NotFound
from fs_app.legal import presets, writing
from fs_app.legal.model import LegalRule
from fs_app.legal.rules import Rule, ids
from fs_app.legal.strictness import looser

KIND = "legal_rule"


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as a page shows it. `rule` None: the account does without it; `preset` None: it is the account's own.
    `looser`: the parts in which it forbids less than the preset. `version` 0: the preset is in force."""

    id: str
    rule: Rule | None
    preset: Rule | None
    edited: bool = False
    looser: tuple[str, ...] = ()
    source: str = ""
    reason: str = ""
    edited_at: int | None = None
    edited_by: str = ""
    version: int = 0

    @property
    def shown(self) -> Rule:
        """What there is to say about it."""
        found = self.rule or self.preset
        assert found is not None
        return found


def preset(country: str) -> presets.Preset:
    """Raises NotFound."""
    found = presets.all_of_them().get(country)
    if found is None:
        raise NotFound(f"country {country[:4]}")
    return found


def lines(account: int, country: str, year: int) -> list[Line]:
    """The preset's rules in their order, then the account's own. Raises NotFound."""
    given = ids(preset(country).rules)
    rows = {row.kind: row for row in _rows(account, country)}
    found = []
    for identifier in [*given, *(kind for kind in rows if kind not in given)]:
        row, shipped = rows.get(identifier), given.get(identifier)
        if row is None:
            found.append(Line(identifier, shipped, shipped))
            continue
        rule = writing.read(row.rules) if row.rules is not None else None
        if rule is None and shipped is None:
            continue
        found.append(
            Line(
                identifier,
                rule,
                shipped,
                True,
                looser(shipped, rule, country, year),
                row.source,
                row.reason,
                row.edited_at,
                row.edited_by,
                row.id,
            )
        )
    return found


def one(account: int, country: str, identifier: str, year: int) -> Line:
    """Raises NotFound."""
    for line in lines(account, country, year):
        if line.id == identifier:
            return line
    raise NotFound(f"rule {identifier[:40]}")


def save(
    by: Actor,
    country: str,
    rule: Rule | None,
    identifier: str,
    source: str,
    reason: str,
    year: int,
    version: int = 0,
) -> None:
    """Change what was read at `version`. `rule` None: without it. What is as the preset has it is no change any more.
    Raises NotFound, FormInvalid, Stale: its `theirs` has the `line` that there is now."""
    given = ids(preset(country).rules)
    shipped = given.get(identifier)
    before = (
        one(by.account, country, identifier, year)
        if shipped or _row(by.account, country, identifier)
        else None
    )
    problems = Problems()
    problems.text("source", source, 500, needed=False)
    problems.text("reason", reason, 500, needed=bool(looser(shipped, rule, country, year)))
    problems.check()
    if before is not None and before.version != version:
        raise Stale(f"rule {country}/{identifier}", before.version, {"line": before})
    values = writing.write(rule) if rule is not None else None
    if shipped is not None and rule is not None and values == writing.write(shipped):
        reset(by, country, identifier, year)
        return
    _delete(by.account, country, identifier)
    if rule is not None or shipped is not None:
        LegalRule.create(
            account=by.account,
            country=country,
            kind=identifier,
            rules=values,
            source=source,
            reason=reason,
            edited_at=by.now,
            edited_by=by.name[:200],
        )
    was = _told(before.rule) if before is not None else {}
    after = {**_told(rule), "reason": reason, "looser": ", ".join(looser(shipped, rule, country, year))}
    audit.write(by, "update", KIND, f"{country}/{identifier}", f"{country or '–'} {identifier}", was, after)


def reset(by: Actor, country: str, identifier: str, year: int) -> None:
    """Back to the preset; a rule of the account's own goes. Raises NotFound."""
    before = one(by.account, country, identifier, year)
    if not before.edited:
        return
    _delete(by.account, country, identifier)
    audit.write(
        by,
        "update",
        KIND,
        f"{country}/{identifier}",
        f"{country or '–'} {identifier}",
        {**_told(before.rule), "reason": before.reason},
        {**_told(before.preset), "reason": ""},
    )


def _told(rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"rule": "–"}
    written = writing.write(rule)
    return {name: value for name, value in written.items() if name not in ("id", "source", "note")}


def _rows(account: int, country: str) -> Any:
    return LegalRule.select().where(LegalRule.account == account, LegalRule.country == country)


def _row(account: int, country: str, identifier: str) -> Any:
    return _rows(account, country).where(LegalRule.kind == identifier).first()


def _delete(account: int, country: str, identifier: str) -> None:
    LegalRule.delete().where(
        LegalRule.account == account, LegalRule.country == country, LegalRule.kind == identifier
    ).execute()
