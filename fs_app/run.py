"""`fs-app run`: the switch it asks for, the program, the demonstration, and their end."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress

import click
from gevent.event import Event

from fs_app import demo as demonstration
from fs_app import interpreter
from fs_app.app import Application
from fs_app.clock import RealClock
from fs_app.config import Settings
from fs_app.lock import FolderLock
from fs_app.sim import process as sim_process


def serve(settings: Settings, demo: bool, end: Event, new_passwords: bool = False) -> None:
    """Run until `end` is set. Raises what keeps the program from starting, in words; then nothing is left running."""
    lock = FolderLock(settings.data_dir)
    lock.take()  # before anything in the folder is touched: it may be another program's
    simulated = settings.switch == "sim"
    with ExitStack() as stops:
        stops.callback(lock.release)
        shown = demonstration.prepare(settings, RealClock(), new_passwords) if demo else None
        if shown is not None:
            _say_passwords(shown)  # at once: they are in the database now, whatever comes
        if simulated:
            stops.callback(sim_process.stop, settings)
            settings.switch = sim_process.ensure_running(
                settings, demonstration.sim_options() if demo else ()
            )
        app = Application(settings, lock=lock)
        stops.callback(app.stop)
        app.start()
        interpreter.tune()
        _say_where(app, simulated, demo and shown is None)
        end.wait()
        _say("fs-app: stopping")


def _say_passwords(shown: demonstration.Credentials) -> None:
    click.echo(f"\naccount (compte): {shown.account}")
    for login, password, role in shown.web:
        click.echo(f"  {role:<11} {login:<8} password {password}")
    for number, password in shown.phones:
        click.echo(f"  {'telephone':<11} {number:<8} password {password} domain {demonstration.DOMAIN}")
    click.echo("These passwords are shown this once.\n")


def _say(text: str) -> None:
    """What may be lost when the disk under our output is full; the calls go on. Past the buffer of sys.stdout: what
    stays in it is a failure at the end."""
    with suppress(OSError, ValueError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())


def _say_where(app: Application, simulated: bool, made_before: bool) -> None:
    host = app.settings.web_listen.rpartition(":")[0]
    _say(f"\nhttp://{host}:{app.web.port}/   switch: {'simulated' if simulated else 'FreeSWITCH'}")
    if made_before:
        _say(
            f"account (compte): {demonstration.SLUG}, made earlier; its passwords were shown then. "
            "For new ones: make run NEW_PASSWORDS=1"
        )
    _say("Ctrl+C ends it.\n")
