"""What the agent's page loads first is no more than it needs, and nothing that it needs is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fs_app.web import assets, i18n, lean

USED = {"btn", "card", "is-here", "a:b"}


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".btn{color:red}", ".btn{color:red}"),
        (".nav{color:red}", ""),
        (".btn,.nav{color:red}", ".btn{color:red}"),
        (".card .btn:hover>.is-here{x:y}", ".card .btn:hover>.is-here{x:y}"),
        (".card .nav{x:y}", ""),
        (".btn:not(.nav){x:y}", ".btn:not(.nav){x:y}"),
        ("a[href],body{x:y}", "a[href],body{x:y}"),
        (":is(.btn,a){x:y}", ":is(.btn,a){x:y}"),
        (".a\\:b{x:y}", ".a\\:b{x:y}"),
        ('@charset "utf-8;";.btn{x:y}', '@charset "utf-8;";.btn{x:y}'),
        ("@media (min-width:1px){.nav{x:y}}", ""),
        ("@media print{.nav{x:y}.btn{x:y}}", "@media print{.btn{x:y}}"),
        ("@keyframes k{from{x:y}to{x:z}}", "@keyframes k{from{x:y}to{x:z}}"),
        ('.btn{content:"}"}.nav{x:y}', '.btn{content:"}"}'),
        (".btn{background:url('data:;{')}", ".btn{background:url('data:;{')}"),
        ("/*! {.btn */.card{x:y}", ".card{x:y}"),
        (".btn{x:y", ".btn{x:y}"),
        ("", ""),
    ],
)
def test_rules_of_unknown_classes_go_and_all_others_stay(css: str, kept: str) -> None:
    assert lean.pruned(css, USED) == kept


def test_the_pages_part_of_the_style_sheet_has_what_it_uses_and_is_small() -> None:
    whole = (assets.SOURCE / "vendor" / "tabler.css").read_text()
    used = {"btn", "form-check-input"}
    part = lean.pruned(whole, used)
    assert ".btn{" in part and ".form-check-input{" in part
    assert ":root" in part and "@media" in part
    assert ".accordion" not in part
    assert part.count("{") == part.count("}")
    assert lean.pruned(whole, lean.words([whole])).count("{") == re.sub(
        r"/\*.*?\*/", "", whole, flags=re.S
    ).count("{")


def test_modules_are_found_through_all_that_they_import_but_not_what_is_fetched_later(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "main.js").write_text(
        'import { x } from "./one.js";\nimport {\n  y,\n} from "../two.js";\nconst l = () => import("./late.js");\n'
    )
    (tmp_path / "a" / "one.js").write_text('export { z } from "../two.js";\nimport "./main.js";\n')
    (tmp_path / "two.js").write_text("export const y = 1;\n")
    (tmp_path / "a" / "late.js").write_text("")
    assert lean.modules(tmp_path, "a/main.js") == ["a/main.js", "a/one.js", "two.js"]


def test_words_are_those_that_scripts_say_whole_or_put_together() -> None:
    scripts = ['t("a.b") + t(`c.d.${x}`) + t("e." + y)', "const title = 'f.g';"]
    keys = ["a.b", "a.c", "c.d.one", "c.e", "e.two", "f.g", "g.h"]
    assert lean.spoken(scripts, keys) == {"a.b", "c.d.one", "e.two", "f.g"}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_text_that_a_script_of_the_page_says_is_among_its_words(language: str) -> None:
    packed, version = i18n.browser_catalogue(language, "desk")
    whole, other = i18n.browser_catalogue(language)
    assert version != other and len(packed) < len(whole) / 2
    assert i18n.words_url(language, "desk").endswith(version)
    spoken = re.compile(r"""\bt\(\s*(['"`])([\w.-]*[\w-])\1\s*[,)]""")
    for path in (assets.SOURCE / "agent").rglob("*.js"):
        for _, key in spoken.findall(path.read_text()):
            assert "." not in key or key in i18n._of_the_desk(), f"{path.name} says {key}"
