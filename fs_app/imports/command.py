"""`fs-app import`: the same imports on the command line, beside the running program or without it.

A file is brought with a plan (JSON as the API's), or with what is remembered of its source, or with what its columns
seem to be. The program sees the import on its pages; it goes on with it if this command is killed and the program is
started again.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
import gevent

from fs_app import config, logs
from fs_app.accounts.model import LANGUAGES, Account
from fs_app.admin.audit import Actor
from fs_app.bus import Bus
from fs_app.clock import RealClock
from fs_app.db import Database
from fs_app.errors import FsAppError
from fs_app.imports.service import Imports, Mistaken
from fs_app.imports.state import AT_WORK, State
from fs_app.tasks import Threads

Json = dict[str, Any]
Say = Callable[..., str]
"""language, key, values → the sentence."""

LOOK_S = 0.3


def command(say: Say) -> click.Group:
    """The group; `say` speaks the languages of the interface."""

    def shared(function: Any) -> Any:
        for option in (
            click.option("--account", default="", help="Its short name; needed when there are several."),
            click.option(
                "--language",
                type=click.Choice(LANGUAGES[1:]),
                default=None,
                help="Of what is said; otherwise that of the terminal.",
            ),
            click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line."),
        ):
            function = option(function)
        return function

    @click.group("import")
    def group() -> None:
        """Bring contacts and call lists from files, and take them out again (docs/imports.md)."""

    @group.command()
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--plan", type=click.File("rb"), help="JSON; otherwise what is remembered or guessed.")
    @click.option("--source", default="", help="Whose mapping is remembered, for example `crm`.")
    @click.option("--list", "call_list", default="", help="Name of the call list; made when there is none.")
    @click.option("--contact-file", default="", help="Name of a new contact file.")
    @click.option("--check", is_flag=True, help="A dry run: say what would become of the lines.")
    @click.option(
        "--refused", type=click.Path(path_type=Path, dir_okay=False), help="Where to put refused lines."
    )
    @shared
    def file(
        file: Path,
        plan: Any,
        source: str,
        call_list: str,
        contact_file: str,
        check: bool,
        refused: Path | None,
        account: str,
        language: str | None,
        as_json: bool,
    ) -> None:
        """Import FILE. Interrupted (Ctrl+C) it stops after the batch, and `resume` goes on."""
        with _work(say, account, language) as work:
            with file.open("rb") as stream:
                job = work.imports.upload(work.by, file.name, stream)["id"]
            wanted = _plan(work, job, plan, source)
            if call_list:
                wanted["call_list"] = work.list_named(call_list)
            if contact_file:
                wanted["contact_file"] = {"new": contact_file}
            problems = work.imports.save(work.by, job, wanted)
            if problems:
                for problem in problems:
                    click.echo(f"{problem.place}: {work.say(problem.key, **problem.params)}", err=True)
                raise click.ClickException(work.say("imports.error.mistaken"))
            if check:
                work.imports.check(work.by, job)
            else:
                work.imports.start(work.by, job)
            work.follow(job, as_json, refused)

    @group.command()
    @click.argument("job", type=int)
    @shared
    def resume(job: int, account: str, language: str | None, as_json: bool) -> None:
        """Go on with the import JOB where it stopped."""
        with _work(say, account, language) as work:
            if (
                work.imports.job(work.by.account, job)["state"] == State.RUNNING
            ):  # of a command that was killed
                work.imports.cancel(work.by, job)
            work.imports.resume(work.by, job)
            work.follow(job, as_json, None)

    @group.command()
    @click.argument("job", type=int)
    @shared
    def undo(job: int, account: str, language: str | None, as_json: bool) -> None:
        """Take the import JOB out again; what people have changed since stays."""
        with _work(say, account, language) as work:
            work.imports.undo(work.by, job)
            work.follow(job, as_json, None)

    @group.command("list")
    @shared
    def listing(account: str, language: str | None, as_json: bool) -> None:
        """The newest imports of the account."""
        with _work(say, account, language) as work:
            found = work.imports.jobs(work.by.account)["list"]
            for job in found:
                done = f"{job['done']}/{job['total']}"
                click.echo(f"{job['id']:>6}  {job['state']:<9} {done:>16}  {_plain(job['file'])}")
            if as_json:
                click.echo(json.dumps(found))

    return group


class _Work:
    def __init__(self, say: Say, language: str, imports: Imports, db: Database, by: Actor) -> None:
        self._say, self._language = say, language
        self.imports, self._db, self.by = imports, db, by

    def say(self, key: str, **params: Any) -> str:
        return self._say(self._language, key, **params)

    def list_named(self, name: str) -> Json:
        found = self._db.read(lambda: self.imports.lists_of(self.by.account))
        return {"id": found[name]} if name in found else {"new": name}

    def follow(self, job: int, as_json: bool, refused: Path | None) -> None:
        """Until it is over; what became of it. Ends with status 1 when it broke off."""
        shown = self.imports.job(self.by.account, job)
        shows = sys.stderr.isatty()
        try:
            while State(shown["state"]) in AT_WORK:
                if shows:
                    click.echo(
                        f"\r{shown['done']}/{shown['total']}  {shown['per_second']:.0f}/s   ",
                        nl=False,
                        err=True,
                    )
                gevent.sleep(LOOK_S)
                shown = self.imports.job(self.by.account, job)
        except KeyboardInterrupt:
            with suppress(FsAppError):
                self.imports.cancel(self.by, job)
            shown = self.imports.job(self.by.account, job)
        if shows:
            click.echo("", err=True)
        click.echo(f"{shown['id']}  {shown['state']}  {_plain(shown['file'])}")
        for name, count in shown["counts"].items():
            if isinstance(count, dict):
                for inner, n in count.items():
                    click.echo(f"  {name + '.' + inner:<24}{n:>10}")
            elif count or name == "lines":
                click.echo(f"  {name:<24}{count:>10}")
        if refused is not None and shown["refused"]:
            made = self.imports.refused(self.by.account, job, lambda key, params: self.say(key, **params))
            shutil.move(made, refused)
            refused.chmod(0o600)
        if as_json:
            click.echo(json.dumps(shown))
        if shown["error"]:
            raise click.ClickException(self.say(shown["error"]["key"], **shown["error"]["params"]))
        if shown["state"] in (State.STOPPED, State.HALFWAY):
            raise SystemExit(1)


@contextmanager
def _work(say: Say, account: str, language: str | None) -> Iterator[_Work]:
    """Imports over the installation's database. Errors of ours become sentences."""
    spoken = (os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "")[:2]
    chosen = language or (spoken if spoken in LANGUAGES[1:] else "fr")
    logs.configure("console", "warning")
    try:
        settings = config.load()
        db = Database(settings.database, settings.migrations_dir)
        db.open()
    except FsAppError as error:
        raise click.ClickException(str(error)) from error
    clock, threads = RealClock(), Threads("files", 2)
    most = settings.import_most_mb * 1024**2
    imports = Imports(db, clock, Bus(), threads, settings.data_dir / "imports", most)
    try:
        known: dict[str, int] = db.read(lambda: dict(Account.select(Account.slug, Account.id).tuples()))
        if not account and len(known) == 1:
            account = next(iter(known))
        if account not in known:
            raise click.ClickException(
                say(chosen, "config.which_account", known=", ".join(sorted(known)) or "–")
            )
        by = Actor(known[account], None, "fs-app import", clock.now_ms())
        yield _Work(say, chosen, imports, db, by)
    except Mistaken as error:
        for problem in error.problems:
            click.echo(f"{problem.place}: {say(chosen, problem.key, **problem.params)}", err=True)
        raise click.ClickException(say(chosen, error.key)) from error
    except FsAppError as error:
        raise click.ClickException(say(chosen, error.key, **error.params)) from error
    finally:
        imports.stop()
        threads.stop()
        db.close()


def _plan(work: _Work, job: int, plan: Any, source: str) -> Json:
    """What was given; without a dialect, or without anything, the file is looked at."""
    given: Json = {}
    if plan is not None:
        try:
            given = json.loads(plan.read())
        except ValueError as error:
            raise click.ClickException(f"--plan: {error}") from error
        if not isinstance(given, dict):
            raise click.ClickException(work.say("imports.plan.form"))
    seen = work.imports.preview(
        work.by.account, job, given.get("dialect"), source or str(given.get("source", ""))
    )
    if not given.get("columns"):
        return {**seen["plan"], **{name: value for name, value in given.items() if name != "columns"}}
    return {"dialect": seen["dialect"], **given}


def _plain(text: str) -> str:
    """A name out of the database, harmless for a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
