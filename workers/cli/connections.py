"""``ml-connector connection``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.domain.sentence import many
from connector.operations.setup import accepting, connection_detail, connections, quick_connect, stopping, yaml_text
from connector.operations.setup import ping as pinging
from connector.operations.setup.references import text_of
from workers.cli.failing import FAILED
from workers.cli.reaching.doing import do
from workers.output import Json, choice, emit, facts, remark, say, table

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer(no_args_is_help=True, help="Credentials for one system and tenant.")

Name = Annotated[str, typer.Argument(help="The connection's name, e.g. acme-qad.")]
ConfigFile = Annotated[
    str, typer.Option("--config", metavar="FILE", help="YAML with its keys; secrets as env:NAME, file:PATH or -.")
]


SameTenant = Annotated[
    bool, typer.Option("--same-tenant", help="It is the same tenant in another place: keep what is known of it.")
]


def _written(path: str) -> dict[str, Any]:
    if path == "-" and sys.stdin.isatty():
        raise ConfigurationError("--config - reads the YAML from standard input; pipe it in.")
    return yaml_text.read(text_of(path), name="standard input" if path == "-" else path).data


@app.command("add")
def add(
    name: Name,
    system: Annotated[str, typer.Option(help=choice(registry.system_names()))],
    config: ConfigFile,
    as_json: Json = False,
) -> None:
    """Add a connection; its secrets go into the vault."""
    added = do(connections.add, name, system, _written(config))
    if as_json:
        emit(added)
    else:
        say(f"Added {added.name}, a connection to {added.system}; try it with `ml-connector connection ping {name}`.")


@app.command("example")
def example(
    system: Annotated[str, typer.Argument(help=choice(registry.system_names()))],
    simulator: Annotated[
        str, typer.Option("--simulator", metavar="URL", help="Instead: the connection to its simulator there.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Print the file that `connection add` takes, with every key, to be filled in."""
    text = connections.example(system, simulator)
    if as_json:
        emit(yaml_text.read(text, name=system).data)
    else:
        sys.stdout.write(text)


@app.command("connect")
def connect(  # noqa: PLR0917 - a person names options, never places them
    name: Name,
    company: Annotated[str, typer.Option("--id", metavar="UUID", help="The company's id, as the App Center gave it.")],
    request_token: Annotated[
        str, typer.Option(metavar="REFERENCE", help="The request token that came with it: env:NAME, file:PATH or -.")
    ],
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="FILE", help="For a new connection: YAML with its other keys."),
    ] = None,
    system: Annotated[
        str, typer.Option(help="For a new connection, where customers of more than one system connect themselves.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Exchange what SAP's App Center, or the like, handed over, at once: for a new connection, or for one that ends."""
    written = None if config is None else _written(config)
    made = do(quick_connect.connect, name, written, company=company, request_token=request_token, system=system)
    if as_json:
        emit(made)
        return
    facts({**made.profile.facts(), "company id": made.company})
    kept = made.connection.name
    if kept != name:
        remark(f"Somebody took or changed {name} meanwhile, so what was handed over is kept as {kept}.")
    say(f"Connected {kept}{' again' if made.again else ''}; try it with `ml-connector connection ping {kept}`.")


@app.command("accept")
def accept(
    name: Name,
    new_name: Annotated[str, typer.Option("--name", help="What it is to be called from now on.")] = "",
    as_json: Json = False,
) -> None:
    """Let a company that connected itself in the App Center be used; `connection remove` turns it away."""
    accepted = do(accepting.accept, name, new_name)
    if as_json:
        emit(accepted)
    else:
        say(f"Accepted {accepted.name}; use it with `ml-connector integration add`.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List connections."""
    found = do(connections.list_)
    if as_json:
        emit(found)
        return
    table(
        ((c.name, c.system, _address(c.config), c.status, c.why, ", ".join(c.used_by)) for c in found),
        "name | system | address | status | why | used by",
        nothing="No connections yet; add one with `ml-connector connection add`.",
    )


def _address(config: Mapping[str, Any]) -> str | None:
    """Where its system is; further addresses of it are called otherwise."""
    return next((str(config[name]) for name in ("base_url", "qxi_url", "url") if config.get(name)), None)


@app.command("show")
def show(name: Name, as_json: Json = False) -> None:
    """Show a connection without its secrets."""
    detail = do(connection_detail.get, name)
    found, behind = detail.connection, detail.changed_behind
    if as_json:
        emit({**vars(found), "address": detail.address, "changed_behind": behind})
        return
    facts(
        {
            "name": found.name,
            "system": found.system,
            "status": found.status,
            "why": behind or found.why,
            "paused until": found.paused_until,
            "failures in a row": found.failures,
            "slowed down at": found.paced_at,
            "used by": ", ".join(found.used_by),
            **{f"company: {key}": value for key, value in (found.profile or {}).items()},
            "address given by its system": detail.address,
            "lapses": detail.lapses_at,
            "added": found.created_at,
            "changed": found.updated_at,
            **{f"config: {key}": value for key, value in found.config.items()},
            **{f"entities: {key}": value for key, value in found.overrides.items()},
        }
    )


@app.command("ping")
def ping(name: Name, as_json: Json = False) -> None:
    """Log in and check every entity the flows use; exit code 1 when something is not as it should be."""
    from workers.cli.progressing import waiting  # noqa: PLC0415 - drawn on a terminal alone

    with waiting(f"Asking {name} ...", quiet=as_json):
        pinged = do(pinging.ping, name)
    report = pinged.report
    if as_json:
        emit({"ok": report.ok, "freed": pinged.freed, **vars(report)})
    else:
        say(f"{name}: logged in ({report.login}) in {report.latency_ms:.0f} ms.")
        table(
            ((check.entity, check.verdict.value, check.path, check.detail) for check in report.checks),
            "entity | verdict | asked for | what to do",
        )
        if pinged.freed:
            say("It is used again: what had stopped or paused it is over, and its records go on.")
        if pinged.stopped_why:
            say(f"It stays stopped: {pinged.stopped_why} `ml-connector connection resume {name}` lets it go on.")
    if not report.ok:
        raise typer.Exit(FAILED)


@app.command("rotate")
def rotate(name: Name, config: ConfigFile, same_tenant: SameTenant = False, as_json: Json = False) -> None:
    """Replace the secrets (and other keys) that FILE holds; frees a stopped connection.

    Another tenant needs a connection of its own, once documents of this one are known.
    """
    changed = do(connections.rotate, name, _written(config), same_tenant=same_tenant)
    if as_json:
        emit(changed)
    else:
        say(f"Changed {name}; try it with `ml-connector connection ping {name}`.")


@app.command("stop")
def stop(
    name: Name,
    why: Annotated[str, typer.Option(help="Why, for whoever wonders; the audit trail keeps it.")],
    as_json: Json = False,
) -> None:
    """Let no flow use a connection until it is resumed: its records wait, and no credentials change that."""
    stopped = do(stopping.stop, name, why)
    if as_json:
        emit(stopped)
    else:
        say(f"Stopped {name}: what was sent is finished; the rest waits for `ml-connector connection resume {name}`.")


@app.command("resume")
def resume(name: Name, as_json: Json = False) -> None:
    """Let a stopped connection be used again; the records that waited for it go on."""
    released = do(stopping.resume, name)
    if as_json:
        emit({"resumed": name, "released": released})
    else:
        say(f"Resumed {name}; {many(released, 'waiting record goes on', 'waiting records go on')}.")


@app.command("remove")
def remove(name: Name, as_json: Json = False) -> None:
    """Remove a connection that no integration uses, with the messages it was sent."""
    gone = do(connections.remove, name)
    if as_json:
        emit({"removed": name, "messages": gone})
    else:
        with_it = f", with {many(gone, 'message', 'messages')} that it was sent" if gone else ""
        say(f"Removed {name}{with_it}.")
