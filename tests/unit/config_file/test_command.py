"""`fs-app config` as people type it: what it prints, in whose language, and what it leaves behind."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fs_app.cli import cli
from fs_app.db import Database
from tests.unit.config_file.conftest import CENTRE
from tests.unit.core.databases import MIGRATIONS


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command")
    db = Database(f"sqlite:///{folder}/data/fs_app.db", MIGRATIONS)
    (folder / "data").mkdir()
    db.open()
    db.close()
    (folder / "centre.yaml").write_text(CENTRE)
    return folder


def run(place: Path, *words: str, text: str = "", lang: str = "en_GB.UTF-8") -> Result:
    env = {
        "FS_APP_DATABASE_URL": f"sqlite:///{place}/data/fs_app.db",
        "FS_APP_DATA_DIR": str(place / "data"),
        "LC_ALL": lang,
    }
    return CliRunner().invoke(cli, ["config", *words], input=text, env=env)


def test_a_centre_from_a_file_and_back(place: Path) -> None:
    file = str(place / "centre.yaml")
    missing = run(place, "load", file)
    assert missing.exit_code == 1 and "There is no account “demo”" in missing.stderr
    made = run(place, "load", file, "--create")
    assert made.exit_code == 0, made.stderr
    assert "+ queues Commercial" in made.stdout and "telephone 1001\t" in made.stdout
    assert "shown this once" in made.stdout
    again = run(place, "load", file)
    assert again.stdout.strip().startswith("0 changes in force")

    exported = run(place, "export")
    assert exported.stdout == CENTRE
    out = place / "out.yaml"
    assert run(place, "export", "--output", str(out), "--with-passwords").exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600 and "argon2id" in out.read_text()

    changed = CENTRE.replace("strategy: tiers", "strategy: random")
    dry = run(place, "load", "-", "--dry-run", text=changed)
    assert dry.stdout.splitlines() == [
        "~ queues Commercial",
        '    strategy: "tiers" → "random"',
        "1 change; nothing was written (dry run).",
    ]
    wrong = changed.replace("schedule: Bureau", "schedule: Buro").replace("priority", "priority")
    line = wrong[: wrong.index("schedule: Buro")].count("\n") + 1
    refused = run(place, "load", "-", text=wrong)
    assert refused.exit_code == 1
    assert f":{line}: queues.Commercial.schedule: There is no schedule “Buro” in the file." in refused.stderr
    assert "Rien n’est changé" in run(place, "load", "-", text=wrong, lang="fr_FR.UTF-8").stderr
    assert "No se ha cambiado nada" in run(place, "load", "-", "--language", "es", text=wrong).stderr
    assert run(place, "export").stdout == CENTRE
