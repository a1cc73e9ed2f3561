"""``ml-connector apply`` and ``export``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from connector.operations.setup import applying, exporting
from connector.operations.setup.references import text_of
from workers.cli.reaching.doing import do
from workers.output import Json, emit, table


def apply(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="YAML with connections, integrations, flows, alerts; - is stdin.")
    ],
    as_json: Json = False,
) -> None:
    """Make the set-up say what FILE says; what it does not mention stays. All of it happens, or nothing.

    Connections and alert channels in it are set as a whole; of integrations, flows and rules what stands there.
    """
    name = "standard input" if file == "-" else file
    applied = do(applying.apply, text_of(file), file=name)
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
    setup = do(exporting.export)
    if as_json:
        emit(setup)
    else:
        sys.stdout.write(exporting.as_yaml(setup))
