"""All commands in one place: their names and what each is for. What a command needs is loaded when it is typed."""

from __future__ import annotations

import io
import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.elsewhere import SERVER, TOKEN, TOKEN_FILE, choose
from workers.cli.failing import ErrorReportingGroup
from workers.cli.later import Commands, Later
from workers.hardening import leave_no_core

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, Later] = {
    "up": Later(
        "workers.cli.stack:up",
        "Start servers, workers, beat, Flower and the console, until Ctrl-C; data is kept for the next time.",
    ),
    "demo": Later(
        "workers.cli.stack:demo",
        "Run all flows against simulators that misbehave, reconcile, and exit 0 only when nothing is missing or twice.",
    ),
    "doctor": Later(
        "workers.cli.doctor:doctor",
        "Check settings, servers, migrations, keys, clocks, workers and connections; exit code 1 when one is wrong.",
    ),
    "needs": Later(
        "workers.cli.needs:needs",
        "List what needs a person, one row for each cause: what happened, what to do, how much waits, since when.",
    ),
    "apply": Later("workers.cli.setup:apply", "Make the set-up say what FILE says; what it does not mention stays."),
    "export": Later(
        "workers.cli.setup:export",
        "Print the set-up as the YAML that apply reads, with env: references instead of secrets.",
    ),
    "sandbox": Later(
        "workers.cli.sandbox:sandbox", "Serve a simulator of one system, on 127.0.0.1 unless told otherwise."
    ),
    "db": Later("workers.cli.database:app", "The ledger's database."),
    "connection": Later("workers.cli.connections:app", "Credentials for one system and tenant."),
    "integration": Later("workers.cli.integrations:app", "Pairs of connections, with their flows."),
    "flow": Later("workers.cli.flows:app", "One document type in one direction."),
    "run": Later("workers.cli.runs:app", "Executions of flows."),
    "record": Later("workers.cli.records:app", "Versions of documents on their journey."),
    "dead": Later("workers.cli.dead:app", "Dead letters: what could not be done, and what to do about it."),
    "message": Later("workers.cli.messages:app", "Messages that systems sent to us, as they came."),
    "crosswalk": Later(
        "workers.cli.crosswalks:app", "Code tables: what the source calls something, and what the target does."
    ),
    "reconcile": Later(
        "workers.cli.reconcile:reconcile",
        "Compare what the source has of a period with what stands in the target; exit code 1 when something is wrong.",
    ),
    "period": Later("workers.cli.periods:app", "Who signed which period off, and what has changed since then."),
    "drift": Later(
        "workers.cli.drift:drift",
        "Compare master data in both directions: what only one side has, or has shut down; exit code 1 on differences.",
    ),
    "alert": Later("workers.cli.alerts:app", "What needs a person, and who is told of it."),
    "audit": Later("workers.cli.audit:app", "Who did what, and proof that nobody changed it since."),
    "vault": Later("workers.cli.vault:app", "Master keys: which are in use, and changing to the newest one."),
    "operator": Later("workers.cli.operators:app", "Who may use the console and the API, and as what."),
    "webhook": Later("workers.cli.webhooks:app", "Events of a system that bring a poll forward."),
}


class AllCommands(ErrorReportingGroup):
    """The program: its commands are known before they are loaded."""

    def __init__(self, **typers: Any) -> None:  # noqa: ANN401 - typer's signature
        super().__init__(**typers)
        self.commands: Any = Commands({name: partial(later.load, name) for name, later in COMMANDS.items()})

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - typer's signature
        """Return the names, in the order of the table."""
        return list(COMMANDS)

    def format_commands(self, ctx: object, formatter: Any) -> None:  # noqa: ANN401, ARG002 - typer's signature
        """Write the list of ``--help`` as typer does, without loading a command for its sentence."""
        room = formatter.width - 6 - max(map(len, COMMANDS))  # as wide as typer makes it
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.short(room)) for name, command in COMMANDS.items()])


app = typer.Typer(
    name="ml-connector",
    cls=AllCommands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - for those who ask

        typer.echo(f"ml-connector {version('ml-connector')}")
        raise typer.Exit


def _in_utc(wanted: bool) -> None:
    if wanted:
        os.environ["TZ"] = "UTC"
        time.tzset()


@app.callback(
    help="Moves documents between finance systems: nothing lost, nothing posted twice, every decision explainable."
)
def _program(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    _utc: Annotated[
        bool, typer.Option("--utc", callback=_in_utc, is_eager=True, help="Show times in UTC, not in your time zone.")
    ] = False,
    server: Annotated[
        str,
        typer.Option(
            "--server",
            metavar="URL",
            envvar=SERVER,
            show_envvar=False,
            help=f"Work with the API of this console, with the token in {TOKEN} or {TOKEN_FILE}.",
        ),
    ] = "",
) -> None:
    """Nothing is done before a command."""
    choose(server, context.invoked_subcommand)


def main() -> None:
    """The console script."""
    leave_no_core()
    speak_utf8(sys.stdin, sys.stdout, sys.stderr)
    app()


def speak_utf8(*streams: object) -> None:
    """Whatever the locale is: what one command writes another one reads. What is no text is shown by its number.

    Who names another encoding (PYTHONIOENCODING) gets that, and by its number what it lacks.
    """
    encoding = None if os.environ.get("PYTHONIOENCODING") else "utf-8"
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
