"""`fs-app config export|load`: the configuration of an account as one file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fs_app import config
from fs_app.accounts.model import LANGUAGES, Account
from fs_app.accounts.passwords import Passwords
from fs_app.admin.config_file import service
from fs_app.admin.config_file.plan import Change, said
from fs_app.admin.config_file.service import FileInvalid, Outcome
from fs_app.clock import RealClock
from fs_app.db import Database
from fs_app.errors import FsAppError

Say = Callable[..., str]
"""language, key, values → the sentence."""

SIGNS = {"add": "+", "change": "~", "deactivate": "-", "delete": "-", "keep": "="}


def command(say: Say) -> click.Group:
    """The group; `say` speaks the languages of the interface."""
    language = click.option(
        "--language",
        type=click.Choice(LANGUAGES[1:]),
        default=None,
        help="Of what is said; otherwise that of the terminal.",
    )

    @click.group("config")
    def group() -> None:
        """The whole configuration of an account as one file (docs/config.md)."""

    @group.command()
    @click.option("--account", default="", help="Its short name; needed when there are several.")
    @click.option(
        "--output", type=click.Path(path_type=Path, dir_okay=False), help="Otherwise to the terminal."
    )
    @click.option(
        "--with-passwords", is_flag=True, help="With the hashes of passwords: for moving to another machine."
    )
    @language
    def export(account: str, output: Path | None, with_passwords: bool, language: str | None) -> None:
        """Write the configuration as YAML."""
        with _Work(say, language) as work:
            text = service.export(work.db, account or work.only_account(), with_passwords)
        if output is None:
            click.echo(text, nl=False)
        else:
            _write(output, text)

    @group.command()
    @click.argument("file", type=click.File("rb"))
    @click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
    @click.option("--create", is_flag=True, help="Also when there is no such account yet.")
    @language
    def load(file: Any, dry_run: bool, create: bool, language: str | None) -> None:
        """Make the account what FILE says (- is the standard input), all of it or nothing.

        What is not in the file is deactivated, or deleted where nothing uses it. A running program takes it up within
        a second or two.
        """
        raw, name = file.read(service.document.BIGGEST * 4 + 1), getattr(file, "name", "-")
        with _Work(say, language) as work:
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                line = raw[: error.start].count(b"\n") + 1
                raise click.ClickException(work.say("config.wrong.utf8", line=line)) from error
            passwords = Passwords()
            try:
                outcome = service.load(
                    work.db, RealClock(), text, passwords.hash, dry_run=dry_run, create=create
                )
            except FileInvalid as error:
                for problem in error.problems:
                    at = f"{name}:{problem.line}: " if problem.line else f"{name}: "
                    where = f"{problem.path}: " if problem.path else ""
                    click.echo(at + where + work.say(problem.key, **problem.params), err=True)
                raise click.ClickException(work.say("config.refused", n=len(error.problems))) from error
            finally:
                passwords.stop()
            _report(work, outcome, dry_run)

    return group


class _Work:
    """An open database, and the words. Errors of ours become sentences."""

    def __init__(self, say: Say, language: str | None) -> None:
        self._say = say
        spoken = (os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "")[
            :2
        ]
        self._language = language or (spoken if spoken in LANGUAGES[1:] else "fr")

    def say(self, key: str, **params: Any) -> str:
        return self._say(self._language, key, **params)

    def __enter__(self) -> _Work:
        try:
            settings = config.load()
            self.db = Database(settings.database, settings.migrations_dir)
            self.db.open()
        except FsAppError as error:
            raise click.ClickException(str(error)) from error
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.db.close()
        if isinstance(error, FsAppError):
            raise click.ClickException(self.say(error.key, **error.params)) from error

    def only_account(self) -> str:
        known = self.db.read(lambda: sorted(s for (s,) in Account.select(Account.slug).tuples()))
        if len(known) != 1:
            raise click.ClickException(self.say("config.which_account", known=", ".join(known) or "–"))
        return str(known[0])


def _report(work: _Work, outcome: Outcome, dry_run: bool) -> None:
    for change in outcome.changes:
        click.echo("\n".join(_lines(work, change)))
    real = [change for change in outcome.changes if change.action != "keep"]
    click.echo(work.say("config.dry_run" if dry_run else "config.loaded", n=len(real)))
    if outcome.secrets and not dry_run:
        click.echo("\n" + work.say("config.passwords"))
        for secret in outcome.secrets:
            click.echo(f"  {work.say(f'config.{secret.what}')} {secret.name}\t{secret.password}")


def _lines(work: _Work, change: Change) -> list[str]:
    note = "" if change.action in ("add", "change") else f"  ({work.say(f'config.action.{change.action}')})"
    found = [f"{SIGNS[change.action]} {change.kind} {change.key}".rstrip() + note]
    if change.action == "change":
        found += [
            f"    {name}: {_shown(said(name, was))} → {_shown(said(name, value))}"
            for name, was, value in change.fields
        ]
    return found


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:200]


def _write(path: Path, text: str) -> None:
    """For its owner alone: names, logins, perhaps hashes."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(str(path), err=True)
