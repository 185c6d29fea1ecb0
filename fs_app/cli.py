"""The command line: `fs-app run`, `fs-app sim`, `fs-app bench …`."""

from __future__ import annotations

import signal
import sys

import click
import structlog
from gevent.event import Event

from fs_app import config, logs
from fs_app.errors import FsAppError

log = structlog.get_logger(__name__)


@click.group()
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


@cli.group()
def bench() -> None:
    """Measurements; each prints a table and ends with status 1 when a goal is missed."""
    logs.configure("console", "warning")


def _settings() -> config.Settings:
    try:
        return config.load()
    except FsAppError as error:
        click.echo(f"fs-app: {error}", err=True)
        sys.exit(2)


def _attach() -> None:
    from fs_app.admin.command import account
    from fs_app.admin.config_file.command import command as config_file
    from fs_app.bench.assignments import assignments
    from fs_app.bench.erlang import erlang
    from fs_app.bench.esl import esl
    from fs_app.bench.load import load
    from fs_app.bench.menus import menus
    from fs_app.bench.routing import routing
    from fs_app.bench.web import web
    from fs_app.doctor.command import command as doctor
    from fs_app.sim.command import sim
    from fs_app.web.i18n import translate

    cli.add_command(account)
    cli.add_command(config_file(translate))
    cli.add_command(doctor(translate))
    cli.add_command(sim)
    bench.add_command(esl)
    bench.add_command(assignments)
    bench.add_command(erlang)
    bench.add_command(routing)
    bench.add_command(web)
    bench.add_command(load)
    bench.add_command(menus)


_attach()
