"""``ml-connector apply``, ``export`` and ``db upgrade``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from connector.config import load_settings
from connector.operations.setup import applying, exporting
from connector.operations.setup.references import text_of
from connector.store import identity, migrate
from workers.cli.session import desk
from workers.output import Json, emit, remark, say, table

database = typer.Typer(no_args_is_help=True, help="The ledger's database.")


def apply(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="YAML with connections, integrations, flows; - is stdin.")
    ],
    as_json: Json = False,
) -> None:
    """Make the set-up say what FILE says; what it does not mention stays. All of it happens, or nothing."""
    name = "standard input" if file == "-" else file
    applied = applying.apply(desk(), text_of(file), name=name)
    if as_json:
        emit(applied)
    else:
        table(
            ((a.what, a.name, a.verdict, a.detail) for a in applied),
            "what | name | verdict | detail",
            nothing="The file sets nothing up.",
        )


def export(as_json: Json = False) -> None:
    """Print the set-up as the YAML that apply reads, with env: references instead of secrets."""
    setup = exporting.export(desk())
    if as_json:
        emit(setup)
    else:
        sys.stdout.write(exporting.as_yaml(setup))


@database.command("upgrade")
def upgrade(as_json: Json = False) -> None:
    """Bring the ledger's tables up to date; any number of processes may try at once."""
    settings = load_settings(needs=("database_url",))
    url = settings.owner_url
    before = migrate.current(url)
    migrate.upgrade(url, login_url=settings.database_url, tell=remark)
    identity.settle(settings.database_url)
    after = migrate.current(url)
    if as_json:
        emit({"before": before, "after": after})
    else:
        say(
            f"The ledger is at {after}."
            if before == after
            else f"The ledger went from {before or 'nothing'} to {after}."
        )
