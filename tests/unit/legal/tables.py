"""What the tests of the law begin with: a person, and what the shipped rules of his country say at a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fs_app.legal import presets
from fs_app.legal.rules import Kind, Purpose
from fs_app.legal.verdict import Facts, Verdict, Yes, verdict

ZONES = {
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "US": "America/New_York",
    "ES": "Europe/Madrid",
    "BE": "Europe/Brussels",
    "DE": "Europe/Berlin",
    "IT": "Europe/Rome",
    "PT": "Europe/Lisbon",
    "CH": "Europe/Zurich",
    "LU": "Europe/Luxembourg",
    "CA": "America/Toronto",
    "RE": "Indian/Reunion",
    "NL": "Europe/Amsterdam",
}
SHOWN = {"FR": "+33162000000", "ES": "+34910000000"}


def ms(text: str, zone: str = "UTC") -> int:
    return round(local(text, zone).timestamp() * 1000)


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def person(country: str, **more: object) -> Facts:
    """Somebody who may be called: he said yes this year, and a number of the right class is shown."""
    given: dict[str, object] = {
        "country": country,
        "zones": (ZONES[country],),
        "consent": Yes(ms("2025-06-01T12:00")),
        "caller_id": SHOWN.get(country, "+33162000000"),
        "kind": Kind.MANUAL,
        "purpose": Purpose.MARKETING,
    }
    return Facts(**(given | more))  # type: ignore[arg-type]


def asked(facts: Facts, at: datetime) -> Verdict:
    rules = presets.resolved(presets.of(facts.country).rules, facts.country, at.astimezone(UTC).year)
    return verdict(facts, at, rules)


def why(facts: Facts, at: datetime) -> set[str]:
    """The names of the rules that forbid it."""
    return {check.rule for check in asked(facts, at).checks if not check.ok}
