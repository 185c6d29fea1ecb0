"""The command line: `fs-app sim`, or `python -m fs_app.sim`."""

from __future__ import annotations

import os
import secrets
import signal
from pathlib import Path

import click


@click.command("sim")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the event socket.")
@click.option("--port", default=8021, show_default=True, help="Port of the event socket; 0 takes a free one.")
@click.option(
    "--password", default="", help="Password of the event socket; drawn and printed when not given."
)
@click.option("--outbound", default="", help="HOST:PORT where `socket` in the dialplan rings.")
@click.option(
    "--conf", type=click.Path(path_type=Path), default=None, help="FreeSWITCH configuration folder."
)
@click.option("--cdr", type=click.Path(path_type=Path), default=None, help="Folder for CDR files.")
@click.option("--sounds", default="", help="Folder of relative sound files.")
@click.option("--seed", default=1, show_default=True, help="Seed of everything that is drawn.")
@click.option(
    "--set", "variables", multiple=True, metavar="NAME=VALUE", help="A global variable of the switch."
)
@click.option(
    "--demo", "dids", multiple=True, metavar="DID", help="Demo callers call this number; repeatable."
)
@click.option(
    "--demo-phone", "phones", multiple=True, metavar="USER@DOMAIN", help="A demo phone; repeatable."
)
@click.option(
    "--demo-caller", "known", multiple=True, metavar="NUMBER", help="A caller who calls often; repeatable."
)
@click.option("--per-hour", default=60.0, show_default=True, help="Demo calls in an hour.")
@click.option("--most-callers", default=20, show_default=True, help="Demo callers at once.")
@click.option("--talk", default=90.0, show_default=True, help="Mean talk time of demo callers, seconds.")
@click.option("--patience", default=120.0, show_default=True, help="Mean patience of demo callers, seconds.")
@click.option(
    "--recording-most", default=7200.0, show_default=True, help="Longest recording written, seconds."
)
@click.option("--with-parent", is_flag=True, help="End when the process that started this one has ended.")
@click.option("--check-users", is_flag=True, help="Ask the program's directory before a phone may register.")
def sim(
    host: str, port: int, password: str, outbound: str, conf: Path | None, cdr: Path | None, sounds: str,
    seed: int, variables: tuple[str, ...], dids: tuple[str, ...], phones: tuple[str, ...],
    known: tuple[str, ...], per_hour: float,
    most_callers: int, talk: float, patience: float, recording_most: float, check_users: bool, with_parent: bool,
) -> None:  # fmt: skip
    """Run a simulated FreeSWITCH: event socket, scripted callers and telephones, CDR files."""
    from fs_app.sim import config
    from fs_app.sim.core import Core

    given = dict(part.split("=", 1) for part in variables if "=" in part)
    if outbound:
        given["fsapp_outbound"] = outbound
    if sounds:
        given["sounds_dir"] = sounds
    password = password or os.environ.get("FS_APP_ESL_PASSWORD", "")
    drawn = not password
    password = password or secrets.token_urlsafe(18)
    settings = config.load(
        password, port=port, host=host, seed=seed, cdr_folder=cdr, folder=conf or config.CONFIGURATION,
        given=given, recording_most_s=recording_most, check_users=check_users,
    )  # fmt: skip
    core = Core(settings)
    core.server.listen()
    plan = core.demo.plan
    plan.dids, plan.per_hour, plan.most = list(dids), per_hour, most_callers
    plan.talk_mean_s, plan.patience_mean_s = talk, patience
    plan.known = list(known)
    for phone in phones:
        user, _, domain = phone.partition("@")
        core.demo.add_phone(user, domain)
    core.demo.start()
    shown = f" password {password}" if drawn else ""
    click.echo(f"simulated switch: event socket on {host} port {core.server.port}{shown}")
    stop = core.until_stopped()
    import gevent

    gevent.signal_handler(signal.SIGTERM, stop.set)
    gevent.signal_handler(signal.SIGINT, stop.set)
    parent = os.getppid()
    while not stop.wait(1.0):
        if with_parent and os.getppid() != parent:
            break
