"""What a column holds, judged by its cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from fs_app.imports.reading.numbers import Check, Checked
from fs_app.imports.reading.shapes import shape_of
from fs_app.imports.reading.vocabulary import folded, words

MOST = 100

_TITLES = words(
    "m mr mme mlle mrs ms miss monsieur madame mademoiselle dr docteur me maitre prof sr sra srta "
    "senor senora don dona "
    "m mme mr mme m et mme melle mmes mm"
) | {"m et mme", "m mme", "mr mme", "mr et mme", "monsieur et madame"}
_COUNTRIES = words(
    "france espagne belgique suisse luxembourg allemagne italie portugal maroc tunisie algerie canada spain belgium "
    "switzerland germany italy morocco espana belgica suiza alemania italia marruecos royaume uni united kingdom "
    "united states etats unis"
) | {"royaume uni", "united kingdom", "united states", "etats unis"}
_ISO = words("fr es be ch lu de it pt ma tn dz ca gb uk us re gp mq gf yt mc ad nl ie at pl ro sn ci")
_POSTAL = re.compile(r"(?:[A-Z]{1,2}-)?\d{5}|(?:[A-Z]{1,2}-)?\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.I)
_DENIED = words(
    "siret siren naf ape iban bic rib tva fax telecopie telecopieur insee nir date montant amount prix price total "
    "quantite qte annee year code numero num no n id ref reference"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """`target`: what the cells would be by themselves, "" for anything; `shape`: what most look like."""

    target: str = ""
    sure: float = 0.0
    shape: str = "empty"
    share: float = 0.0
    filled: int = 0


def of(cells: Iterable[str], country: str) -> Seen:
    said = [cell for cell in cells if cell][:MOST]
    if not said:
        return Seen()
    counts: dict[str, int] = {}
    for cell in said:
        shape = shape_of(cell)
        counts[shape] = counts.get(shape, 0) + 1
    shape = max(counts, key=lambda s: counts[s])
    share = counts[shape] / len(said)
    target, sure = _target(said, counts, country)
    return Seen(target, sure, shape, share, len(said))


def contradicts(target: str, seen: Seen) -> bool:
    """Whether the cells can hardly be what their column is called."""
    if seen.share < 0.8:
        return False
    if target == "number":
        return seen.shape in ("mail", "date", "web") or (seen.shape == "text" and seen.filled > 3)
    if target == "mail":
        return seen.shape in ("telephone", "date", "number", "text") and seen.filled > 3
    if target in ("callback_at", "consent.given_at"):
        return seen.shape in ("mail", "telephone", "text", "web") and seen.filled > 3
    if target in ("last_name", "first_name", "city", "title", "company"):
        return seen.shape in ("mail", "telephone", "date")
    return target not in ("memo", "description", "reference") and seen.shape == "mail"


def is_denied(name: str) -> bool:
    """Columns whose digits are no telephone numbers, whatever they look like."""
    return bool(set(folded(name).split()) & _DENIED)


def _target(said: list[str], counts: dict[str, int], country: str) -> tuple[str, float]:
    total = len(said)
    mails = counts.get("mail", 0) / total
    if mails >= 0.7:
        return "mail", min(0.95, mails)
    numeric = counts.get("telephone", 0) + counts.get("number", 0) + counts.get("code", 0)
    if numeric * 2 >= total:
        check = Check(country)
        good = sum(isinstance(check.check(cell), Checked) for cell in said) / total
        if good >= 0.6 and not _are_counted(said):
            return "number", min(0.9, good)
    folds = [folded(cell) for cell in said]
    if sum(fold in _TITLES for fold in folds) >= 0.9 * total:
        return "title", 0.9
    if sum(
        fold in _COUNTRIES or (len(cell) == 2 and fold in _ISO)
        for fold, cell in zip(folds, said, strict=True)
    ) > (0.9 * total):
        return "country", 0.7
    if sum(_POSTAL.fullmatch(cell) is not None for cell in said) >= 0.95 * total and _are_places(said):
        return "postal_code", 0.5
    return "", 0.0


def _are_counted(said: list[str]) -> bool:
    """Identifiers rise by small steps; telephone numbers do not."""
    digits = [int(cell) for cell in said if cell.isascii() and cell.isdigit() and len(cell) < 18]
    if len(digits) < 5 or len(digits) < len(said):
        return False
    steps = [b - a for a, b in pairwise(digits)]
    return all(0 < step <= 1000 for step in steps)


def _are_places(said: list[str]) -> bool:
    """French postal codes are of some departments; five digits in a row are not."""
    five = [cell for cell in said if len(cell) == 5 and cell.isdigit()]
    if len(five) < len(said):
        return len(five) == 0 and any(not cell.isdigit() for cell in said)
    return not _are_counted(said) and all("01000" <= cell <= "98999" for cell in five)
