"""``ml-connector vault``."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.master_keys import new_key
from connector.operations.setup import vault
from workers.cli.failing import FAILED
from workers.cli.session import current_operator
from workers.output import Json, complain, emit, say, table

app = typer.Typer(no_args_is_help=True, help="Master keys: which are in use, and changing to the newest one.")


@app.command("status")
def status(as_json: Json = False) -> None:
    """Show how many values each master key seals; exit code 1 when a key is missing."""
    found = vault.status(current_operator())
    if as_json:
        emit({"keys": found.keys, "values": found.values, "lost": found.lost, "removable": found.removable})
    else:
        table(((key, _use(found, key), count) for key, count in found.totals.items()), "master key | use | values")
        if found.removable:
            say(f"Seals nothing any more and may be removed: {', '.join(found.removable)}.")
    if found.lost:
        complain(
            f"Values are sealed with {', '.join(found.lost)}, which is not in ML_CONNECTOR_MASTER_KEYS: add it again."
        )
        raise typer.Exit(FAILED)


def _use(found: vault.Status, key: str) -> str:
    if key in found.lost:
        return "missing"
    return "seals and opens" if key == found.keys[0] else "opens"


@app.command("rotate")
def rotate(as_json: Json = False) -> None:
    """Put everything under the first master key, while the system works; may be stopped and started again."""
    rotated = vault.rotate(current_operator())
    if as_json:
        emit(rotated)
        return
    table(rotated.rewrapped.items(), "values | rewrapped")
    if rotated.missed:
        say(f"{rotated.missed} values changed in the same moment; run it once more to be sure.")


@app.command("confirm")
def confirm(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT",
            help="As `audit verify` and `doctor` name it: connection:NAME, flow:INTEGRATION/FLOW, "
            "crosswalk:INTEGRATION/TABLE, link:INTEGRATION/FLOW/KEY, or setup:links.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Take something that was changed behind ml-connector's back as it is, once you have looked at it."""
    content = vault.confirm(current_operator(), subject)
    if as_json:
        emit({"subject": subject, "as": content})
    else:
        say(f"{subject} counts from now on as it is; `ml-connector audit show {subject}` keeps what that is.")


@app.command("new-key")
def make_key(as_json: Json = False) -> None:
    """Print a new master key; put it first in ML_CONNECTOR_MASTER_KEYS, restart, then rotate."""
    key = new_key()
    if as_json:
        emit({"key": key})
    else:
        say(key)
