"""The command line: `fs-app run`, `fs-app sim`, `fs-app bench …`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click
import structlog
from gevent.event import Event

from fs_app import config, logs
from fs_app.errors import FsAppError

log = structlog.get_logger(__name__)


class Later(click.Group):
    """Commands that are imported when they are asked for: a program that starts again after a death loads none of the
    others."""

    def __init__(self, *given: Any, later: Mapping[str, Callable[[], click.Command]], **named: Any) -> None:
        super().__init__(*given, **named)
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = self._later.get(cmd_name)
        return found() if found is not None else super().get_command(ctx, cmd_name)


def _of(module: str, name: str, in_words: bool = False) -> Callable[[], click.Command]:
    """The command `name` of a module; `in_words`: it is made with the catalogues of texts."""

    def load() -> click.Command:
        found = getattr(import_module(module), name)
        if in_words:
            from fs_app.web.i18n import translate

            found = found(translate)
        assert isinstance(found, click.Command)
        return found

    return load


COMMANDS = {
    "account": _of("fs_app.admin.command", "account"),
    "config": _of("fs_app.admin.config_file.command", "command", in_words=True),
    "import": _of("fs_app.imports.command", "command", in_words=True),
    "doctor": _of("fs_app.doctor.command", "command", in_words=True),
    "sim": _of("fs_app.sim.command", "sim"),
}
BENCHES = ("assignments", "erlang", "esl", "lists", "load", "menus", "reading", "routing", "web")


@click.group(cls=Later, later=COMMANDS)
@click.version_option(package_name="fs-app")
def cli() -> None:
    """Contact centre for FreeSWITCH."""


@cli.command()
@click.option(
    "--demo", is_flag=True, help="Make the demonstration account first, with callers who keep calling."
)
@click.option("--new-passwords", is_flag=True, help="With --demo: new passwords for an account that exists.")
def run(demo: bool, new_passwords: bool) -> None:
    """Run the program until it is told to end (SIGTERM, Ctrl+C)."""
    from fs_app.run import serve

    settings = _settings()
    logs.configure(settings.log_format, settings.log_level)
    end = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    try:
        serve(settings, demo, end, new_passwords)
    except FsAppError as error:
        click.echo(f"fs-app: {error}", err=True)
        raise SystemExit(1) from error


@cli.group(
    cls=Later,
    later={
        **{name: _of(f"fs_app.bench.{name}", name) for name in BENCHES},
        "import": _of("fs_app.bench.importing", "importing"),
    },
)
def bench() -> None:
    """Measurements; each prints a table and ends with status 1 when a goal is missed."""
    logs.configure("console", "warning")


def _settings() -> config.Settings:
    try:
        return config.load()
    except FsAppError as error:
        click.echo(f"fs-app: {error}", err=True)
        sys.exit(2)
