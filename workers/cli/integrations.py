"""``ml-connector integration``."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.domain.schedule import describe
from connector.domain.sentence import many
from connector.operations.setup import integrations, removing
from workers.cli.asking import make_sure
from workers.cli.reaching.doing import do
from workers.output import Json, emit, facts, say, table

app = typer.Typer(no_args_is_help=True, help="Pairs of connections, with their flows.")

Name = Annotated[str, typer.Argument(help="The integration's name, e.g. acme-jaggaer.")]


@app.command("add")
def add(
    name: Name,
    kind: Annotated[str, typer.Option(help="Which pair of systems, e.g. qad-jaggaer.")],
    source: Annotated[str, typer.Option("--from", metavar="CONN", help="The connection of the kind's first system.")],
    target: Annotated[str, typer.Option("--to", metavar="CONN", help="The connection of the kind's second system.")],
    as_json: Json = False,
) -> None:
    """Add an integration with all flows of its kind, switched off."""
    added = do(integrations.add, name, kind, source, target)
    if as_json:
        emit(added)
    else:
        say(f"Added {name} with {len(added.flows)} flows, all switched off; see `ml-connector flow list`.")


@app.command("remove")
def remove(
    name: Name,
    why: Annotated[str, typer.Option(help="Why; kept in the audit trail.")],
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Give up what is under way, and discard its dead letters.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first; without a terminal nobody is.")] = False,
    as_json: Json = False,
) -> None:
    """Remove an integration whose records have ended; its history stays, its name is not given again."""
    about = do(integrations.get, name).integration
    make_sure(f"Remove {name} with its {about.flows} flows for good?", yes=yes)
    from workers.cli.progressing import progressing  # noqa: PLC0415 - drawn on a terminal alone

    with progressing(quiet=as_json) as report:
        removed = do(removing.remove, name, why, abandon=abandon, report=report)
    if as_json:
        emit({"removed": name, **vars(removed)})
        return
    say(f"Removed {name}; {many(removed.abandoned, 'record was', 'records were')} given up.")
    if removed.in_doubt:
        say(f"Nobody knows whether the target has these, look there: {', '.join(removed.in_doubt)}.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List integrations."""
    found = do(integrations.list_)
    if as_json:
        emit(found)
        return
    table(
        ((i.name, i.kind, i.source, i.target, f"{i.enabled} of {i.flows}", i.created_at) for i in found),
        "name | kind | from | to | flows enabled | added",
        nothing="No integrations yet; add one with `ml-connector integration add`.",
    )


@app.command("show")
def show(name: Name, as_json: Json = False) -> None:
    """Show an integration and its flows."""
    found = do(integrations.get, name)
    if as_json:
        emit(found)
        return
    about = found.integration
    facts({"name": about.name, "kind": about.kind, "from": about.source, "to": about.target, "added": about.created_at})
    table(
        ((f.name, f.enabled, describe(f.schedule, f.timezone), f.under_way, f.waiting, f.dead) for f in found.flows),
        "flow | enabled | schedule | under way | waiting | dead",
    )
