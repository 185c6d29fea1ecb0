"""`fs-app run`: the switch it asks for, the program, the demonstration, and their end."""

from __future__ import annotations

import click
from gevent.event import Event

from fs_app import demo as demonstration
from fs_app.app import Application
from fs_app.config import Settings
from fs_app.sim import process as sim_process


def serve(settings: Settings, demo: bool, end: Event) -> None:
    """Run until `end` is set. Raises what keeps the program from starting, in words."""
    simulated = settings.switch == "sim"
    if simulated:
        settings.switch = sim_process.ensure_running(settings, demonstration.sim_options() if demo else ())
    app = Application(settings)
    shown = None
    if demo:
        shown = demonstration.prepare(settings, app.clock)
    app.start()
    try:
        _say_where(app, simulated, shown)
        end.wait()
    finally:
        app.stop()
        if simulated:
            sim_process.stop(settings)


def _say_where(app: Application, simulated: bool, shown: demonstration.Credentials | None) -> None:
    host = app.settings.web_listen.rpartition(":")[0]
    click.echo(f"\nhttp://{host}:{app.web.port}/   switch: {'simulated' if simulated else 'FreeSWITCH'}\n")
    if shown is not None:
        click.echo(f"account (compte): {shown.account}")
        for login, password, role in shown.web:
            click.echo(f"  {role:<11} {login:<8} password {password}")
        if not simulated:
            for number, password in shown.phones:
                click.echo(f"  telephone {number} in domain {demonstration.DOMAIN} password {password}")
        click.echo("These passwords are shown this once.\n")
