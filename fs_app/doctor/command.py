"""`fs-app doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import json
import os
import sys

import click

from fs_app import config
from fs_app.accounts.model import LANGUAGES
from fs_app.doctor.examine import examine, unusable
from fs_app.doctor.report import Say, text
from fs_app.errors import ConfigError


def command(say: Say) -> click.Command:
    """The command; `say` speaks the languages of the interface."""

    @click.command("doctor")
    @click.option("--json", "as_json", is_flag=True, help="For programs.")
    @click.option(
        "--language",
        type=click.Choice(LANGUAGES[1:]),
        default=None,
        help="Of what is said; otherwise that of the terminal.",
    )
    def doctor(as_json: bool, language: str | None) -> None:
        """Say what is wrong with this installation, how bad it is, and how to mend it.

        Looks at the settings, FreeSWITCH, the database, the files and this machine, whether the program runs or not,
        and changes nothing. Ends with status 0 (nothing, or notes), 1 (warnings) or 2 (errors). docs/doctor.md lists
        the checks.
        """
        spoken = language or of_terminal()
        try:
            report = examine(config.read())
        except ConfigError as error:
            report = unusable(str(error).split("; FS_APP_"))
        if as_json:
            click.echo(json.dumps(report.as_dict(say, spoken), ensure_ascii=False))
        else:
            click.echo("\n".join(text(report, say, spoken)))
        # Work that hangs in a native thread (a dead network disk) must not keep the process from ending.
        sys.stdout.flush()
        os._exit(report.status)

    return doctor


def of_terminal() -> str:
    """The language of the environment, French when it is none of ours."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return said[:2] if said[:2] in LANGUAGES[1:] else "fr"
