"""``ml-connector sandbox``: a simulator of one system, in the foreground until Ctrl-C."""

from __future__ import annotations

import json
import logging
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, Any

import typer

from connector import files, registry
from connector.config import read_settings
from connector.domain.errors import ConfigurationError
from connector.operations.setup.references import text_of
from workers.cli.failing import FAILED
from workers.output import Json, choice, emit, say
from workers.simulators import require_simulators

_log = logging.getLogger(__name__)
#: invoices that `up` begins with unless somebody says otherwise; each simulator has its share of them
_INVOICES = 200


def sandbox(  # noqa: PLR0917 - a person names options, never places them
    system: Annotated[str, typer.Argument(help=choice(registry.system_names()))],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 0,
    host: Annotated[str, typer.Option(help="0.0.0.0 in a container, where others must reach it")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="The same seed gives the same documents.")] = 1,
    documents: Annotated[
        int | None,
        typer.Option(min=0, max=1_000_000, help="About how many invoices to begin with; unless you say, as with `up`."),
    ] = None,
    latency: Annotated[int, typer.Option(min=0, max=60_000, help="Milliseconds each answer takes.")] = 0,
    faults: Annotated[str, typer.Option(metavar="FILE", help="JSON list of fault rules.")] = "",
    once: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Made at the start; where it is there, what was held is forgotten: refuse."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Serve a simulator of one system, on 127.0.0.1 unless told otherwise."""
    require_simulators()
    from sandbox.server import serve  # noqa: PLC0415 - no other command needs a web server
    from sandbox.simulator import SandboxMistakeError, share  # noqa: PLC0415 - likewise

    injected = rules(faults) if faults else []
    settings = read_settings()
    logs = settings.log_format == "json" and not as_json
    if logs:
        from connector.observability import begin  # noqa: PLC0415 - it loads what a simulator at a terminal needs not

        begin(settings.log_level, settings.log_format)
    if once is not None:
        try:
            _refuse_to_forget(system, once)
        except ConfigurationError as error:
            if not logs:
                raise
            _log.critical("sandbox.not_started", extra={"system": system, "error": error.in_full})
            raise typer.Exit(FAILED) from None

    def announce(address: str) -> None:
        if as_json:
            emit({"system": system, "url": address})
        elif logs:
            _log.info("sandbox.started", extra={"system": system, "url": address})
        else:
            say(f"Sandbox {system} at {address}; Ctrl-C stops it.")

    try:
        serve(
            system,
            host=host,
            port=port,
            seed=seed,
            documents=share(system, _INVOICES) if documents is None else documents,
            latency_ms=latency,
            faults=injected,
            announce=announce,
        )
    except SandboxMistakeError as mistake:
        raise ConfigurationError(str(mistake)) from None


def _refuse_to_forget(system: str, once: Path) -> None:
    """End it where it ran before: a ledger that has something as sent would seem to have lost it."""
    if once.exists():
        raise ConfigurationError(
            f"The simulator {system} ran before and has forgotten what it held, which the ledger still has as sent: "
            "begin anew with `docker-compose --profile sandbox down --volumes`, or remove the volume `sandbox` alone "
            f"and see it missing ({once})."
        )
    try:
        files.make_once(once, "")
    except OSError as error:
        raise ConfigurationError(f"{once} cannot be made: {error.strerror}.") from None


def rules(path: str) -> list[dict[str, Any]]:
    """Read fault rules: a list, or an object with the list under ``rules``."""
    try:
        found = json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{path}, line {error.lineno}: this is not JSON: {error.msg}.") from None
    if isinstance(found, dict):
        found = found.get("rules")
    if not isinstance(found, list) or not all(isinstance(rule, dict) for rule in found):
        raise ConfigurationError(
            f'{path} holds no fault rules: write a list such as [{{"match": {{"method": "POST"}}, "kind": "503"}}].'
        )
    return found
