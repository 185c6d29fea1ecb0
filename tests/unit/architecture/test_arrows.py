"""Who may import whom, and what may live in a module.

The layers, from the inside out:

- **ground**: the modules directly under `fs_app/` that are not the composition (`app…`, `run`, `cli`, `__main__`), not
  the desk and not the program's own fold and projection of the features (`live`, `projection`, `catalog`, `models`,
  `demo`): `journal`, `db`, `clock`, `bus`, `tasks`, `facts`, `ports` … They know no feature and no outside.
- **features**: every folder that is not named below (`agents`, `queues`, `routing`, `calls`, `contacts`, `accounts`,
  `ivr` …). A feature knows the ground, `catalog` and `live`, and of another feature only
    - its tables and its state: `model.py` and `state.py`;
    - what is pure and a word of everybody's language: the modules of VOCABULARY;
    - the type of a service that it is *given* through a constructor: `service.py`, only in the pairs of SERVICES.
  No Flask, no greenswitch, nothing of `web/`, `sim/`, `esl/`, nothing of the composition.
- **switch**: `esl/` knows the ground only. One exception: `esl/recovery.py`, which puts `calls/` and the switch
  together after a connection.
- **outside**: `web/` knows features and ground, not `esl/` and not `sim/`. `sim/` plays FreeSWITCH over TCP: it knows
  `config` and `errors`, and nobody knows it but `cli`, `run` and tests. `directory/` answers telephones in a process of
  its own: it knows `errors` and `digest`.
  `doctor/` looks at an installation from outside, in a process of its own: it knows the ground, words and bytes of the
  event socket, the directory's sign of life, and how digests of passwords are made; nobody knows it but `app` and
  `cli`.
- **composition**: `app` with its parts `app_…`, `checks` and `directory_keeper`, `run`, `cli`, `__main__`, `bench/` may
  know everything, but for `sim/` in `app` and its parts, which nobody else knows.

`desk.py` is what the web is given: it knows features, never Flask or the switch.

State belongs to objects that the composition root makes: a module keeps constants only, except those of SINGLETONS.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "fs_app"

OUTSIDE = {"web", "sim", "esl", "directory", "bench", "doctor"}
FEATURES = {
    p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists() and p.name not in OUTSIDE
}
APP_PARTS = {p.stem for p in PACKAGE.glob("app_*.py")}
COMPOSITION = {"app", *APP_PARTS, "checks", "directory_keeper", "run", "cli", "__main__"}
KNOW_FEATURES = {
    "live",
    "projection",
    "catalog",
    "catalog_loading",
    "infos",
    "counting",
    "models",
    "demo",
    "desk",
    "desk_picture",
    "remembered",
}
GROUND = {p.stem for p in PACKAGE.glob("*.py")} - COMPOSITION - KNOW_FEATURES - {"__init__"}
OPEN_TO_FEATURES = GROUND | {"catalog", "infos", "live"}

SERVICES = {
    ("calls", "agents.service"),
    ("routing", "agents.service"),
    ("routing", "queues.service"),
    ("admin", "accounts.passwords"),
    ("supervision", "agents.service"),
    ("supervision", "calls.service"),
    ("supervision", "queues.service"),
}
"""(feature, the other's service that it gets through a constructor)."""

VOCABULARY = {
    "legal.optouts": "who does not want to be called",
    "legal.rules": "what the law of a country says",
    "calllists.keys": "the order of a list as a number",
    "contacts.filters": "what a filter says",
    "contacts.filter_matching": "whether plain values pass a filter",
    "contacts.filter_sql": "a filter as a condition of SQL",
    "contacts.searching": "the words by which contacts are found",
    "contacts.cells": "what is harmless in a spreadsheet",
    "agents.bell": "an agent's telephone, rung for what is no call",
    "accounts.generated": "passwords that the program makes",
    "accounts.permissions": "the table of who may do what",
    "accounts.profiles": "what a profile says",
    "hours.checks": "how hours and dates are written",
    "hours.opening": "whether it is open, and in which zone",
    "messaging.recipients": "what a mail address and a mobile number are",
    "calls.stages": "the stages of a call",
    "calls.wanted": "what an agent's call is to be",
    "admin.audit": "the audit log, written with the change that it tells of",
    "admin.listing": "pages of a list",
    "admin.form": "what is wrong with a form, field by field",
    "privacy.holds": "of whom nothing may be deleted",
    "recordings.due": "which recordings are to be deleted, and why",
    "recordings.rules": "which conversations a queue records",
    "contacts.directory": "what an entry of the directory is, and how it is found",
    "contacts.listing": "which contacts are asked for",
    "contacts.numbers": "how telephone numbers are read and shown",
    "contacts.overseas": "how the overseas numbers of France are told from each other",
    "contacts.fields": "which fields a contact has",
    "contacts.custom": "values of an account's own fields",
    "contacts.segments": "saved filters of contacts",
    "contacts.columns": "the fields of a contact that filters name",
    "queues.popping": "what opens when a call rings, and what a caller is asked to type",
    "ivr.mapping": "parts of a JSON answer",
    "audio.library": "sounds as calls see them",
    "audio.wav": "folders and headers of sound files",
    "audio.paths": "where the files of sounds lie",
    "audio.use": "where a sound is used",
    "audio.words": "kinds of sounds, limits, why a file is refused",
    "audio.prompts": "how a setting names what is heard",
    "imports.reading.numbers": "what a telephone number is: its kind, country and zone",
    "imports.reading.contents": "what a column holds, by its cells",
    "imports.reading.dialect": "how a file is written",
    "imports.reading.limits": "how much a file may ask for",
    "imports.reading.looking": "the rows of a file, whatever it is",
    "imports.reading.shapes": "what a cell looks like",
    "imports.reading.vocabulary": "what a column is called",
    "imports.reading.words": "why a file can't be read",
    "ivr.spec": "the kinds of nodes of a voice menu",
    "ivr.mentions": "which voice menus name an object",
    "ivr.run": "how far a caller is in a voice menu",
    "ivr.words": "what a voice menu is told and what it wants",
    "outgoing.typed": "how numbers are read that people type",
    "outgoing.settings": "what an account's agents may dial",
    "outgoing.causes": "why a call that was made did not come about",
    "outgoing.blacklist": "numbers that must not be called, in memory",
    "outgoing.forgotten": "what stands on that list for somebody who was erased",
    "outgoing.entries": "the rows of that list",
    "outbound.item": "what is to be called, and the interface of a list",
    "outbound.moments": "dates and times that people choose",
    "calllists.arrival": "a record as it comes onto a list",
    "calllists.picking": "which records come next, and what is written of them",
    "calllists.record": "a record as plain values",
    "calllists.rows": "records between the database and plain values",
    "calllists.whose": "which records are of people who have a number",
    "calllists.working": "how a list is worked at this moment",
    "legal.gathering": "what is known of a number that is to be called",
    "legal.verdict": "whether somebody may be called by law",
    "outbound.promises": "when a call may be promised",
    "outbound.retry": "what follows an attempt that reached nobody",
    "outbound.settings": "how a queue wants its outgoing work done",
    "routing.strategies": "names of the orders in which agents are asked",
}

SIM_MAY_KNOW = {"config", "errors"}
DIRECTORY_MAY_KNOW = {"digest", "errors"}
SIM_IS_KNOWN_BY = {"fs_app.bench.installation", "fs_app.cli", "fs_app.run", "fs_app.bench.scene"}
WEB_LIBRARIES = {
    "flask",
    "flask_babel",
    "flask_limiter",
    "flask_login",
    "flask_socketio",
    "flask_wtf",
    "socketio",
    "werkzeug",
    "whitenoise",
    "wtforms",
}


@cache
def modules() -> dict[str, tuple[Path, ast.Module]]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = (path, ast.parse(path.read_text()))
    return found


def imports(name: str) -> Iterator[str]:
    """Every module that this one imports, also inside functions; `from package import module` is `package.module`."""
    for node in ast.walk(modules()[name][1]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules() else str(node.module)


def ours(name: str) -> Iterator[tuple[str, str]]:
    """(first folder or module under fs_app, the rest of the path) of each import of our own."""
    for imported in imports(name):
        if imported.startswith("fs_app."):
            first, _, rest = imported.removeprefix("fs_app.").partition(".")
            yield first, rest


def inside(*folders: str) -> list[str]:
    return [m for m in modules() if m.count(".") >= 1 and m.split(".")[1] in folders]


def libraries(name: str) -> set[str]:
    return {imported.split(".")[0] for imported in imports(name)}


def test_the_house_is_found() -> None:
    assert {"agents", "queues", "routing", "calls", "contacts", "accounts"} <= FEATURES
    assert {"journal", "db", "clock", "bus", "tasks", "facts", "ports", "errors"} <= GROUND


@pytest.mark.parametrize("name", inside(*GROUND))
def test_the_ground_knows_no_feature_and_no_outside(name: str) -> None:
    assert {first for first, _ in ours(name)} <= GROUND, name
    assert not libraries(name) & (WEB_LIBRARIES | {"greenswitch"})


@pytest.mark.parametrize("name", inside(*FEATURES))
def test_a_feature_knows_its_own_the_ground_and_of_others_model_and_state(name: str) -> None:
    feature = name.split(".")[1]
    for first, rest in ours(name):
        if first == feature or first in OPEN_TO_FEATURES:
            continue
        assert first in FEATURES, f"{name} may not import fs_app.{first}"
        allowed = rest in ("model", "state") or f"{first}.{rest}" in VOCABULARY
        allowed = allowed or (feature, f"{first}.{rest}") in SERVICES
        assert allowed, f"{name} may not import fs_app.{first}.{rest}"
    assert not libraries(name) & (WEB_LIBRARIES | {"greenswitch"}), name


@pytest.mark.parametrize("name", inside(*KNOW_FEATURES))
def test_what_folds_the_features_together_knows_no_outside(name: str) -> None:
    for first, _ in ours(name):
        allowed = GROUND | FEATURES | KNOW_FEATURES | ({"directory"} if name == "fs_app.demo" else set())
        assert first in allowed, f"{name} may not import fs_app.{first}"
    assert not libraries(name) & (WEB_LIBRARIES | {"greenswitch"})


@pytest.mark.parametrize("name", inside("esl"))
def test_the_switch_knows_the_ground_and_recovery_the_calls(name: str) -> None:
    allowed = GROUND | {"esl"} | ({"calls"} if name == "fs_app.esl.recovery" else set())
    for first, rest in ours(name):
        assert first in allowed, f"{name} may not import fs_app.{first}.{rest}"
    assert not libraries(name) & WEB_LIBRARIES


@pytest.mark.parametrize("name", inside("web"))
def test_the_web_knows_neither_the_switch_nor_the_simulator(name: str) -> None:
    for first, _ in ours(name):
        allowed = GROUND | FEATURES | {"web", "desk", "app", "catalog", "infos"}
        assert first in allowed, f"{name} may not import fs_app.{first}"
    assert "greenswitch" not in libraries(name)


@pytest.mark.parametrize("name", inside("web"))
def test_the_web_knows_the_composition_root_by_type_only(name: str) -> None:
    """`app` imports `web`: the other way only for a type checker."""
    tree = modules()[name][1]
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "fs_app.app":
            assert id(node) in typing_only, name


@pytest.mark.parametrize("name", inside("sim"))
def test_the_simulator_knows_nothing_of_the_program(name: str) -> None:
    assert {first for first, _ in ours(name)} <= SIM_MAY_KNOW | {"sim"}, name


@pytest.mark.parametrize("name", inside("directory"))
def test_the_directory_knows_nothing_of_the_program(name: str) -> None:
    assert {first for first, _ in ours(name)} <= DIRECTORY_MAY_KNOW | {"directory"}, name


@pytest.mark.parametrize("name", inside("doctor"))
def test_the_doctor_looks_from_outside(name: str) -> None:
    words = {"esl.wire", "esl.commands", "esl.quoting", "directory.process", "accounts.model"}
    for first, rest in ours(name):
        allowed = first in GROUND | {"doctor"} or f"{first}.{rest}" in words or (first, rest) == ("esl", "")
        assert allowed, f"{name} may not import fs_app.{first}.{rest}"
    assert not libraries(name) & (WEB_LIBRARIES | {"greenswitch"})


def test_nobody_knows_the_doctor_but_who_sends_for_him() -> None:
    known_by = {m for m in modules() if any(first == "doctor" for first, _ in ours(m))}
    senders = {"fs_app.app", "fs_app.app_rounds", "fs_app.cli"}
    assert {m for m in known_by if not m.startswith("fs_app.doctor")} <= senders


def test_nobody_knows_the_parts_of_the_composition_root_but_it() -> None:
    for part in APP_PARTS:
        assert {m for m in modules() if any(first == part for first, _ in ours(m))} == {"fs_app.app"}


def test_nobody_knows_the_simulator_but_those_who_start_it() -> None:
    known_by = {m for m in modules() if any(first == "sim" for first, _ in ours(m))}
    assert {m for m in known_by if not m.startswith("fs_app.sim")} <= SIM_IS_KNOWN_BY


def test_greenswitch_is_met_in_one_place() -> None:
    met = {m for m in modules() if "greenswitch" in libraries(m)}
    assert met <= {"fs_app.esl.connection", "fs_app.bench.esl"}


def test_nobody_imports_tests() -> None:
    assert not [m for m in modules() if "tests" in libraries(m)]


# --- no state in modules ----------------------------------------------------------------------------------------
SINGLETONS = {
    "fs_app.db.proxy": "peewee's models must name a database when they are defined",
    "fs_app.admin.config_file.schema": "frozen shapes of the fields of a file, patterns",
    "fs_app.logs.RECENT": "structlog is configured once per process; this is one of its processors",
    "fs_app.ivr.speech.en.PIECES": "a table, worked out from the words for small numbers",
    "fs_app.ivr.speech.es.PIECES": "the same",
    "fs_app.ivr.speech.fr.PIECES": "the same",
    "fs_app.metrics": "prometheus_client keeps one registry per process",
    "fs_app.accounts.passwords._hasher": "parameters of argon2; it keeps nothing",
}
"""What may be made when a module is imported, and why."""

CONSTANT_MAKERS = {
    "date",
    "datetime",
    "ip_network",
    "len",
    "max",
    "min",
    "range",
    "sorted",
    "str",  # str.maketrans
    "timedelta",
    "Blueprint",  # filled while its module is imported, never after
    "Machine",
    "NodeKind",  # frozen: a kind of node of a voice menu
    "Owned",  # frozen: what is a person's beside his calls
    "Param",  # frozen: a field of its form
    "Part",  # frozen: five functions of a part of the queue form
    "Tab",  # frozen: a tab of the same form
    "Path",
    "TypeVar",
    "frozenset",
    "re",
    "structlog",
    "tuple",
    "words",  # a tuple from a line of text
}
MUTATORS = {
    "add",
    "append",
    "appendleft",
    "clear",
    "discard",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "update",
}
CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def made_at_import(name: str) -> Iterator[tuple[str, ast.expr]]:
    for node in modules()[name][1].body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
            yield node.target.id, node.value


def maker(call: ast.Call) -> str:
    """The name on which everything hangs: `re` of `re.compile(…)`, `Path` of `Path(x).resolve().parent`."""
    node: ast.expr = call
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("name", modules())
def test_a_module_makes_constants_only(name: str) -> None:
    own_classes = {
        n.name
        for n in modules()[name][1].body
        if isinstance(n, ast.ClassDef) and any("frozen=True" in ast.unparse(d) for d in n.decorator_list)
    }
    for target, value in made_at_import(name):
        if f"{name}.{target}" in SINGLETONS or name in SINGLETONS:
            continue
        if isinstance(value, ast.Call):
            made_by = maker(value)
            assert made_by in CONSTANT_MAKERS | own_classes, (
                f"{name}.{target} is made by {made_by}() when the module is imported: "
                "let the composition root make it, or name it in SINGLETONS"
            )


@pytest.mark.parametrize("name", modules())
def test_no_function_changes_what_belongs_to_its_module(name: str) -> None:
    tree = modules()[name][1]
    shared = {target for target, value in made_at_import(name) if isinstance(value, CONTAINERS)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            assert not isinstance(node, ast.Global), f"{name}: {ast.unparse(node)}"
            changed: ast.expr | None = None
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in MUTATORS
            ):
                changed = node.func.value
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                changed = node.value
            if isinstance(changed, ast.Name) and changed.id in shared:
                raise AssertionError(f"{name}: line {node.lineno} changes {changed.id} for everybody")


def test_the_list_of_singletons_is_no_longer_than_it_must_be() -> None:
    there = {f"{m}.{target}" for m in modules() for target, _ in made_at_import(m)} | set(modules())
    assert set(SINGLETONS) <= there


def test_a_wrong_arrow_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test tests: what it must refuse, it refuses."""
    wrong = dict(modules())
    wrong["fs_app.queues.wrong"] = (PACKAGE, ast.parse("def f():\n    from fs_app.calls import service\n"))
    wrong["fs_app.agents.wrong"] = (PACKAGE, ast.parse("import flask.views\n"))
    wrong["fs_app.routing.wrong"] = (PACKAGE, ast.parse("X = {}\nY = Thing()\ndef f():\n    X['a'] = 1\n"))
    wrong["fs_app.web.wrong"] = (PACKAGE, ast.parse("from fs_app.esl import switch\n"))
    monkeypatch.setitem(globals(), "modules", lambda: wrong)
    for check, name in (
        (test_a_feature_knows_its_own_the_ground_and_of_others_model_and_state, "fs_app.queues.wrong"),
        (test_a_feature_knows_its_own_the_ground_and_of_others_model_and_state, "fs_app.agents.wrong"),
        (test_a_module_makes_constants_only, "fs_app.routing.wrong"),
        (test_no_function_changes_what_belongs_to_its_module, "fs_app.routing.wrong"),
        (test_the_web_knows_neither_the_switch_nor_the_simulator, "fs_app.web.wrong"),
    ):
        with pytest.raises(AssertionError):
            check(name)
