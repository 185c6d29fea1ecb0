"""Every text of the interface is said in three languages, and nothing is said that nobody reads."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import fs_app
from fs_app.accounts.permissions import ROLES
from fs_app.calls.rows import OUTCOMES
from fs_app.calls.stages import Stage
from fs_app.errors import FsAppError
from fs_app.web import i18n, timeline

ROOT = Path(fs_app.__file__).parent
TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))
SCRIPTS = sorted(p for p in (ROOT / "web" / "static").rglob("*.js") if "vendor" not in p.parts)
PYTHON = sorted(p for p in ROOT.rglob("*.py") if "bench" not in p.parts)

SPOKEN = re.compile(r"""\bt(?:_or)?\(\s*(['"`])([\w.-]*[\w-])\1\s*[,)]""")
"""t("some.key"…) in all three languages of programming."""


def keys(language: str) -> set[str]:
    return {m.id if isinstance(m.id, str) else m.id[0] for m in i18n.catalogue(language) if m.id}


def html_literals(script: str) -> list[str]:
    """The text of each html`…` of a script, without what stands in its ${…}; nested ones each for themselves."""
    found: list[str] = []

    def literal(at: int) -> tuple[str, int]:
        text = ""
        while script[at] != "`":
            if script.startswith("${", at):
                at = code(at + 2, "}")
            elif script[at] == "\\":
                at += 2
                continue
            else:
                text += script[at]
            at += 1
        return text, at

    def code(at: int, end: str) -> int:
        while at < len(script) and script[at] != end:
            char = script[at]
            if script.startswith("//", at):
                at = script.find("\n", at)
            elif script.startswith("/*", at):
                at = script.find("*/", at) + 1
            elif char in "\"'":
                at += 1
                while script[at] != char:
                    at += 2 if script[at] == "\\" else 1
            elif char == "`":
                text, closing = literal(at + 1)
                if script[:at].endswith("html"):
                    found.append(text)
                at = closing
            elif char in "{([":
                at = code(at + 1, {"{": "}", "(": ")", "[": "]"}[char])
            at += 1
        return at

    code(0, "")
    return found


def sources() -> dict[Path, str]:
    return {path: path.read_text() for path in (*TEMPLATES, *SCRIPTS, *PYTHON)}


def test_the_three_languages_say_the_same_things() -> None:
    assert keys("fr") == keys("en") == keys("es")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_text_is_said_in_all_its_forms(language: str) -> None:
    for message in i18n.catalogue(language):
        if message.id:
            forms = [message.string] if isinstance(message.id, str) else list(message.string)
            assert all(forms), f"{language}: {message.id} has no text"
            assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", ["en", "es"])
def test_placeholders_are_the_same_as_in_french(language: str) -> None:
    def named(lang: str, key: str) -> set[str]:
        message = i18n.catalogue(lang).get(key)
        assert message is not None
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        return {name for form in forms for name in re.findall(r"%\((\w+)\)s", form)}

    for key in keys("fr"):
        assert named(language, key) == named("fr", key), key


def test_every_text_that_is_spoken_is_in_the_catalogue() -> None:
    known = keys("fr")
    for path, text in sources().items():
        for _, key in SPOKEN.findall(text):
            if "." in key:
                assert key in known, f"{path.relative_to(ROOT)} says {key}"


def test_every_text_of_the_catalogue_is_spoken_somewhere() -> None:
    # Whole keys, and the beginnings of keys that are put together: "stage." ~ name, f"cause.{value}", `desk.${x}`.
    everything = "\n".join(sources().values())
    whole = set(re.findall(r"""['"`]([\w.-]+)['"`]""", everything))
    begun = set(re.findall(r"""['"`]([a-z_]+(?:\.[\w-]+)*\.)(?:['"`]|\{|\$\{)""", everything))
    begun |= {
        f"{family}." for family in (*timeline.FAMILIES.values(), timeline.AGENT_FAMILY, timeline.LINE_FAMILY)
    }
    # names of kinds, checks and rules, which hold dots themselves
    composed = ("journal.", "health.", "permission.", "doctor.")
    unused = {
        key
        for key in keys("fr")
        if key not in whole
        and not key.startswith(composed)
        and not any(key.startswith(b) and "." not in key[len(b) :] for b in begun)
    }
    assert not unused


def test_every_error_of_the_program_can_be_said() -> None:
    for module in pkgutil.walk_packages(fs_app.__path__, "fs_app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    known, left = keys("fr"), [FsAppError]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if kind.__module__.startswith("fs_app"):
            assert kind.key in known, f"{kind.__module__}.{kind.__name__}: {kind.key}"


def test_every_stage_outcome_and_role_can_be_said() -> None:
    known = keys("fr")
    assert {f"stage.{stage}" for stage in Stage} <= known
    assert {f"call.outcome.{outcome}" for outcome in OUTCOMES} <= known
    assert {f"role.{role}" for role in ROLES} <= known


def test_every_kind_of_journal_entry_about_a_call_can_be_said() -> None:
    known = keys("fr")
    written = set()
    for path in (ROOT / "calls").glob("*.py"):
        written |= set(re.findall(r'"((?:call|offer|leg|line|recording)\.[a-z_]+)"', path.read_text()))
    assert written
    assert {f"journal.{kind}" for kind in written} <= known


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "web" / "templates")))
def test_no_template_has_words_of_its_own(path: Path) -> None:
    text = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", path.read_text())
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
    said = re.findall(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"', text)
    said.append(re.sub(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", " ", text, flags=re.S))
    for words in said:
        letters = re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", "", words))
        assert not letters, f"{path.name}: {letters}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: str(p.relative_to(ROOT / "web" / "static")))
def test_no_script_has_words_of_its_own(path: Path) -> None:
    for literal in html_literals(path.read_text()):
        said = re.findall(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"', literal)
        said.append(re.sub(r"<[^>]*>", " ", literal))
        for words in said:
            assert not re.findall(r"[^\W\d_]{2,}", words), f"{path.name}: {words.strip()[:200]}"


def test_french_uses_the_singular_for_zero_and_english_does_not() -> None:
    assert i18n.translate("fr", "calls.count", n=0) == "0 appel"
    assert i18n.translate("fr", "calls.count", n=2) == "2 appels"
    assert i18n.translate("en", "calls.count", n=0) == "0 calls"
    assert i18n.translate("es", "calls.count", n=1) == "1 llamada"


def test_an_unknown_text_says_itself_and_a_missing_value_breaks_nothing() -> None:
    assert i18n.translate("fr", "no.such.key") == "no.such.key"
    assert "%(number)s" in i18n.translate("fr", "call.title")


def test_a_value_that_looks_like_a_placeholder_is_not_filled_in() -> None:
    said = i18n.filled("%(a)s and %(b)s", {"b": "B", "a": "%(b)s"})
    assert said == "%(b)s and B"


def test_two_files_may_not_say_the_same_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    for name in ("one", "two"):
        (tmp_path / "fr" / f"{name}.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "a.b"\nmsgstr "x"\n')
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"a\.b is said twice"):
        i18n.catalogue.__wrapped__("fr")


def test_the_words_of_a_script_are_found_among_its_code() -> None:
    script = (
        'const a = "html`no`"; html`<b>Hi ${x ? html`<i>There</i>` : f({ y: "}" })} you</b>`; // html`no`\n'
    )
    assert html_literals(script) == ["<i>There</i>", "<b>Hi  you</b>"]
