"""What the doctor found: as values, as JSON, and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fs_app.doctor.finding import EXIT_STATUS, Finding, Level

Say = Callable[..., str]
"""(language, key, **values) → the sentence; a value of any type."""

FORMAT = 1
ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)
SIGNS = {Level.ERROR: "✖", Level.WARNING: "▲", Level.NOTE: "·"}


@dataclass(frozen=True, slots=True)
class Report:
    """`at`: epoch ms; `families`: name → why it was not looked at (empty: it was)."""

    at: int
    seconds: float
    findings: tuple[Finding, ...]
    families: Mapping[str, str]

    @property
    def worst(self) -> Level | None:
        return next((level for level in ORDER if any(f.level is level for f in self.findings)), None)

    @property
    def status(self) -> int:
        """Of the process: 0 (notes at most), 1 (warnings), 2 (errors)."""
        return EXIT_STATUS[self.worst] if self.worst is not None else 0

    def count(self, level: Level) -> int:
        return sum(f.level is level for f in self.findings)

    def of(self, account: int) -> Report:
        """What people of this account may see: its own, and the installation's."""
        seen = tuple(f for f in self.findings if f.account in (0, account))
        return Report(self.at, self.seconds, seen, self.families)

    @staticmethod
    def words(finding: Finding, say: Say, language: str) -> tuple[str, str]:
        """(what is wrong, how to mend it), for who has only the report."""
        return in_words(finding, say, language)

    def as_dict(self, say: Say | None = None, language: str = "en") -> dict[str, Any]:
        """For JSON; with `say` also in words."""
        found = []
        for finding in self.findings:
            one = {**asdict(finding), "level": str(finding.level)}
            if say is not None:
                one["text"], one["mend"] = in_words(finding, say, language)
            found.append(one)
        return {
            "format": FORMAT,
            "at": self.at,
            "seconds": self.seconds,
            "worst": str(self.worst or ""),
            "findings": found,
            "families": dict(self.families),
        }


def from_dict(told: Mapping[str, Any]) -> Report:
    """What `as_dict` made. Raises ValueError for anything else."""
    if told.get("format") != FORMAT:
        raise ValueError("no report of the doctor")
    try:
        return Report(
            int(told["at"]),
            float(told["seconds"]),
            tuple(
                Finding(str(f["rule"]), Level(f["level"]), dict(f["params"]), int(f["account"]))
                for f in told["findings"]
            ),
            {str(name): str(why) for name, why in told["families"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no report of the doctor: {error}") from error


def in_words(finding: Finding, say: Say, language: str) -> tuple[str, str]:
    """(what is wrong, how to mend it)."""
    params = dict(finding.params)
    if finding.rule == "program.unhealthy" and params.get("key"):
        # the check of the status page has a sentence of its own, in this language too
        params["text"] = say(language, params["key"], **params.get("params", {}))
    return (
        say(language, f"doctor.{finding.rule}", **params),
        say(language, f"doctor.{finding.rule}.mend", **params),
    )


def text(report: Report, say: Say, language: str) -> Iterable[str]:
    """Lines for a terminal."""
    for level in ORDER:
        for finding in report.findings:
            if finding.level is not level:
                continue
            what, mend = in_words(finding, say, language)
            badly = say(language, f"doctor.level.{level}")
            yield f"{SIGNS[level]} {say(language, 'doctor.line', level=badly, what=what)}"
            yield f"    → {mend}"
            yield f"      [{finding.rule}]"
    unseen: dict[str, list[str]] = {}
    for family, why in report.families.items():
        if why:
            unseen.setdefault(why, []).append(say(language, f"doctor.family.{family}"))
    for why, families in unseen.items():
        yield say(
            language, "doctor.unseen", families=", ".join(families), why=say(language, f"doctor.why.{why}")
        )
    looked = sum(1 for why in report.families.values() if not why)
    errors, warnings = report.count(Level.ERROR), report.count(Level.WARNING)
    key = "doctor.result" if errors or warnings else "doctor.result_well"
    yield say(
        language,
        key,
        errors=errors,
        warnings=warnings,
        notes=report.count(Level.NOTE),
        looked=looked,
        seconds=report.seconds,
    )
