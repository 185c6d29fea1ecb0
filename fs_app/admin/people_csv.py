"""People out of a CSV file (PW-20): read as far as it is clear, refused in words where it is not.

`table` and `lines` are pure; `check` and `create` run inside `Database.read` and `write`.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fs_app.accounts.permissions import ROLES
from fs_app.admin import people, profiles, queues
from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid, Problems
from fs_app.admin.people import Person
from fs_app.errors import Invalid

BIGGEST = 300_000
"""Bytes of a file."""

MOST_PEOPLE = 300
"""Of one file: each password costs 0.1 s of a processor."""

MOST_COLUMNS = 50
LONGEST_CELL = 2_000
DELIMITERS = ";,\t|"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "nom", "nombre", "full name", "nom complet", "nombre completo"),
    "login": ("login", "identifiant", "usuario", "user", "username", "id"),
    "role": ("role", "rol"),
    "language": ("language", "langue", "idioma"),
    "number": ("number", "extension", "poste", "numero de poste", "numero", "telefono", "phone"),
    "queues": ("queues", "queue", "files", "file", "colas", "cola"),
    "profile": ("profile", "profil", "perfil"),
    "password": ("password", "mot de passe", "contrasena"),
}
"""Field → what its column may be called, without accents and capitals."""

ROLE_WORDS: Mapping[str, str] = {
    "superviseur": "supervisor",
    "administrateur": "admin",
    "administrator": "admin",
    "agente": "agent",
    "administrador": "admin",
}
LANGUAGE_WORDS: Mapping[str, str] = {
    "francais": "fr",
    "french": "fr",
    "frances": "fr",
    "english": "en",
    "anglais": "en",
    "ingles": "en",
    "espanol": "es",
    "spanish": "es",
    "espagnol": "es",
}


class UglyFile(Invalid):
    """This file can't be read; which sentence says why is in `key`."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key, **params)
        self.key = key


@dataclass(frozen=True, slots=True)
class Table:
    """`rows`: (line of the file, cells)."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    delimiter: str


@dataclass(slots=True)
class Line:
    """One person of the file. `cells`: field → as it was written; `problems`: field → (sentence, values)."""

    number: int
    cells: Mapping[str, str]
    person: Person = field(default_factory=Person)
    password: str = ""
    problems: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)


# --- the file -----------------------------------------------------------------------------------------------------
def decoded(raw: bytes, biggest: int = BIGGEST) -> tuple[str, str]:
    """The text and its encoding: by the mark at its beginning, else UTF-8, else that of Windows. Raises UglyFile."""
    if len(raw) > biggest:
        raise UglyFile("people_csv.too_big", most=biggest // 1000)
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            try:
                return raw.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise UglyFile("people_csv.not_text") from error
    if b"\0" in raw or raw.startswith(b"PK\x03\x04"):
        raise UglyFile("people_csv.not_text")
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UglyFile("people_csv.not_text")


def table(text: str, encoding: str = "utf-8") -> Table:
    """Raises UglyFile."""
    if not text.strip():
        raise UglyFile("people_csv.empty")
    first = next((line for line in text.splitlines() if line.strip() and not _is_sign(line)), "")
    known = {word for words in COLUMNS.values() for word in words}
    delimiter = max(
        DELIMITERS, key=lambda d: (sum(plain(c.strip('" ')) in known for c in first.split(d)), first.count(d))
    )
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        begins = 1
        for cells in reader:
            if any(cell.strip() for cell in cells) and (rows or not _is_sign("".join(cells))):
                rows.append((begins, tuple(" ".join(cell.split()) for cell in cells)))
            begins = reader.line_num + 1
            if len(rows) > MOST_PEOPLE + 1:
                raise UglyFile("people_csv.too_many", most=MOST_PEOPLE)
            if len(cells) > MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in cells):
                raise UglyFile("people_csv.too_wide", line=reader.line_num)
    except csv.Error as error:
        raise UglyFile("people_csv.quotes", line=reader.line_num) from error
    if len(rows) < 2:
        raise UglyFile("people_csv.no_lines" if rows else "people_csv.empty")
    return Table(rows[0][1], tuple(rows[1:]), encoding, delimiter)


def _is_sign(line: str) -> bool:
    """`sep=;`, which some spreadsheets write above the names of the columns."""
    return re.fullmatch(r"\s*sep=.?\s*", line, re.IGNORECASE) is not None


def mapped(headers: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Field → column, and the columns that nobody knows. Raises UglyFile."""
    found: dict[str, int] = {}
    unknown = []
    for at, header in enumerate(headers):
        name = next((f for f, words in COLUMNS.items() if plain(header) in words), None)
        if name is None:
            unknown.append(header)
        elif name in found:
            raise UglyFile("people_csv.column_twice", first=headers[found[name]], second=header)
        else:
            found[name] = at
    missing = [name for name in ("name", "login") if name not in found]
    if missing:
        raise UglyFile("people_csv.no_column", headers=", ".join(h for h in headers if h)[:200] or "–")
    return found, unknown


def plain(text: str) -> str:
    """Without accents, capitals and signs around it."""
    letters = unicodedata.normalize("NFKD", text.strip().strip("*:").strip().casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("_", " ")


# --- its lines ------------------------------------------------------------------------------------------------------
def lines(found: Table) -> tuple[list[Line], list[str]]:
    """The people of the file, not yet compared with those there are, and the unknown columns. Raises UglyFile."""
    columns, unknown = mapped(found.headers)
    made = []
    for number, cells in found.rows:
        values = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        line = Line(number, values)
        if len(cells) > len(found.headers) and any(cells[len(found.headers) :]):
            line.problems["name"] = ("people_csv.cells", {"n": len(cells), "most": len(found.headers)})
        made.append(line)
    return made, unknown


def check(account: int, found: list[Line]) -> None:
    """Fills in what each line means and all that is wrong with it."""
    known_queues = {q.label.casefold(): q.id for q in queues.names(account)}
    known_profiles = {p.name.casefold(): p.id for p in profiles.choices(account)}
    logins: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for line in found:
        problems = Problems()
        problems.found = line.problems
        cells = line.cells
        role = ROLE_WORDS.get(plain(cells.get("role", "")), plain(cells.get("role", "")) or "agent")
        language = LANGUAGE_WORDS.get(plain(cells.get("language", "")), plain(cells.get("language", "")))
        if role not in ROLES:
            problems.add("role", "people_csv.role", value=cells["role"][:40])
        profile = cells.get("profile", "")
        if profile and profile.casefold() not in known_profiles:
            problems.add("profile", "people_csv.profile", value=profile[:40])
        line.person = Person(
            login=cells["login"],
            name=cells["name"],
            role=role,
            language=language,
            number=cells.get("number", "").replace(" ", ""),
            queues=_queues(cells.get("queues", ""), known_queues, problems),
            profile=known_profiles.get(profile.casefold()),
        )
        line.password = cells.get("password", "")
        _once(problems, "login", line.person.login.casefold(), line.number, logins)
        _once(problems, "number", line.person.number, line.number, numbers)
        for name, wrong in _refusals(account, line):
            problems.found.setdefault(name, wrong)


def _refusals(account: int, line: Line) -> list[tuple[str, tuple[str, dict[str, Any]]]]:
    found: list[tuple[str, tuple[str, dict[str, Any]]]] = []
    checks: list[Callable[[], None]] = [lambda: people.check(account, None, line.person)]
    if line.password:
        checks.append(lambda: people.check_password(line.password))
    for each in checks:
        try:
            each()
        except FormInvalid as error:
            found += error.problems.items()
    return found


def _queues(cell: str, known: Mapping[str, int], problems: Problems) -> tuple[int, ...]:
    if not cell:
        return ()
    if cell.casefold() in known:  # a name may hold a comma
        return (known[cell.casefold()],)
    for sign in ("|", ";"):
        cell = cell.replace(sign, ",")
    wanted = [name.strip() for name in cell.split(",") if name.strip()]
    missing = [name for name in wanted if name.casefold() not in known]
    if missing:
        problems.add("queues", "people_csv.queues", names=", ".join(missing)[:200])
    return tuple(sorted({known[name.casefold()] for name in wanted if name.casefold() in known}))


def _once(problems: Problems, name: str, value: str, number: int, seen: dict[str, int]) -> None:
    if value and value in seen:
        problems.add(name, "people_csv.twice", line=seen[value])
    elif value:
        seen[value] = number


def create(actor: Actor, found: Sequence[Line], hashes: Sequence[str], sip_passwords: Sequence[str]) -> None:
    """All of them or nobody. Raises FormInvalid when somebody was faster, MoreThanOwn."""
    for line, hashed, sip in zip(found, hashes, sip_passwords, strict=True):
        people.save(actor, None, replace(line.person), hashed, sip)
