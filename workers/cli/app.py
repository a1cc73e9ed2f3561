"""All commands in one place."""

from __future__ import annotations

import io
import sys

import typer

from workers.cli import (
    audit,
    connections,
    crosswalks,
    dead,
    doctor,
    flows,
    integrations,
    messages,
    records,
    restoring,
    runs,
    sandbox,
    setup,
    stack,
    vault,
    webhooks,
)
from workers.cli.failing import ErrorReportingGroup
from workers.hardening import leave_no_core

app = typer.Typer(
    name="ml-connector",
    cls=ErrorReportingGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Moves documents between finance systems: nothing lost, nothing posted twice, every decision explainable.",
)

app.command("up")(stack.up)
app.command("demo")(stack.demo)
app.command("doctor")(doctor.doctor)
app.command("apply")(setup.apply)
app.command("export")(setup.export)
app.command("sandbox")(sandbox.sandbox)
for command in (restoring.dump, restoring.restore, restoring.restored):
    setup.database.command(command.__name__)(command)
app.add_typer(setup.database, name="db")
app.add_typer(connections.app, name="connection")
app.add_typer(integrations.app, name="integration")
app.add_typer(flows.app, name="flow")
app.add_typer(runs.app, name="run")
app.add_typer(records.app, name="record")
app.add_typer(dead.app, name="dead")
app.add_typer(messages.app, name="message")
app.add_typer(crosswalks.app, name="crosswalk")
app.add_typer(audit.app, name="audit")
app.add_typer(vault.app, name="vault")
app.add_typer(webhooks.app, name="webhook")


def main() -> None:
    """The console script."""
    leave_no_core()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a sign that the terminal's encoding lacks is shown by its number
            stream.reconfigure(errors="backslashreplace")
    app()
