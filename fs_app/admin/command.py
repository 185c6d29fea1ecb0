"""`fs-app account create`: the first day of a centre."""

from __future__ import annotations

import click

from fs_app import config
from fs_app.admin.first_run import NewAccount, create_account
from fs_app.clock import RealClock
from fs_app.db import Database
from fs_app.errors import FsAppError


@click.group()
def account() -> None:
    """Accounts of the platform."""


@account.command()
@click.argument("slug")
@click.option("--name", required=True, help="What people read, for example the company's name.")
@click.option("--admin", required=True, metavar="LOGIN", help="Login of the first administrator.")
@click.option("--language", default="fr", show_default=True, help="fr, en or es.")
@click.option("--country", default="FR", show_default=True, help="How national numbers are read.")
@click.option("--time-zone", default="Europe/Paris", show_default=True)
@click.option("--domain", default="", help="SIP domain of its telephones; otherwise SLUG.fs-app.local.")
def create(
    slug: str, name: str, admin: str, language: str, country: str, time_zone: str, domain: str
) -> None:
    """Make the account SLUG with an administrator; the password is printed this once.

    The program may be running meanwhile.
    """
    try:
        settings = config.load()
        db = Database(settings.database, settings.migrations_dir)
        db.open()
        try:
            wanted = NewAccount(slug, name, admin, language, country, time_zone, domain)
            password = create_account(db, RealClock(), wanted)
        finally:
            db.close()
    except FsAppError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"account   {slug}\nlogin     {admin}\npassword  {password}\n\nIt is shown this once.")
