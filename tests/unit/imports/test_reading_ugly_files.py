"""Every file of the corpus comes to what is expected of it: the rows exactly, or a sentence that says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app.imports.reading import Dialect, Told, Unreadable, guess, rows, sample
from fs_app.web import i18n
from tests.support.uglyfiles import MAKERS


def test_the_corpus_is_large() -> None:
    assert len(MAKERS) >= 40


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_as_customers_send_it(name: str, tmp_path: Path) -> None:
    ugly = MAKERS[name]()
    path = tmp_path / "source"
    path.write_bytes(ugly.content)

    if ugly.unreadable:
        with pytest.raises(Unreadable) as refused:
            sample(path, guess(path, ugly.name))
        assert refused.value.reason == ugly.unreadable
        assert i18n.catalogue("fr").get(refused.value.key) is not None
        return

    dialect = guess(path, ugly.name)
    assert {key: getattr(dialect, key) for key in ugly.dialect} == ugly.dialect
    assert Dialect.of(dialect.to_json()) == dialect
    seen, told = sample(path, dialect), Told()
    read = list(rows(path, dialect, told))
    assert seen.header == ugly.header
    assert read == ugly.rows
    assert seen.rows == ugly.rows[:100]
    assert seen.total == len(ugly.rows)
    assert told.counts == ugly.told
