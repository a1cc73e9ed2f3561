"""``ml-connector webhook``."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.operations.work import webhooks
from workers.cli.reaching.doing import do
from workers.output import Json, emit, say, table

app = typer.Typer(no_args_is_help=True, help="Events of a system that bring a poll forward.")

Connection = Annotated[str, typer.Argument(help="A connection to a system that sends events.")]


@app.command("subscribe")
def subscribe(
    connection: Connection,
    endpoint: Annotated[str, typer.Option(help="Where it reaches this product: https://host/webhooks/SYSTEM")],
    as_json: Json = False,
) -> None:
    """Ask its system to send events to ENDPOINT; to change the address, remove the old webhook first."""
    name = do(webhooks.subscribe, connection, endpoint)
    if as_json:
        emit({"subscribed": name, "endpoint": endpoint})
    else:
        say(f"Subscribed as {name}; polling goes on as scheduled, events only bring it forward.")


@app.command("list")
def list_(connection: Connection, as_json: Json = False) -> None:
    """Show every webhook of our application there."""
    found = do(webhooks.list_, connection)
    if as_json:
        emit(found)
    else:
        table(((one.name, one.endpoint, one.filter) for one in found), "name | endpoint | filter")


@app.command("remove")
def remove(
    connection: Connection,
    name: Annotated[str, typer.Argument(help="As `webhook list` shows it.")],
    as_json: Json = False,
) -> None:
    """Ask for no more events under NAME."""
    do(webhooks.remove, connection, name)
    if as_json:
        emit({"removed": name})
    else:
        say(f"Removed {name}.")
