"""``ml-connector message``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from connector.domain.errors import ConfigurationError, ConnectorError
from connector.operations.work import messages, seeking
from connector.operations.work.audit import by, describe
from connector.store.operator.messages import Filter
from workers.cli.failing import FAILED
from workers.cli.reaching.doing import do
from workers.cli.seeking import Since, Until, say_if_more
from workers.output import Json, complain, console, emit, facts, say, table

if TYPE_CHECKING:
    from connector.store.operator.messages import Stored

app = typer.Typer(no_args_is_help=True, help="Messages that systems sent to us, as they came.")

Number = Annotated[int, typer.Argument(min=1, metavar="NUMBER", help="As `message list` shows it.")]


@app.command("list")
def list_(  # noqa: PLR0917 - a person names options, never places them
    connection: Annotated[str | None, typer.Option(help="Only what this connection was sent.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only what brings this: invoices, orders, ...")] = None,
    key: Annotated[str | None, typer.Option(help="Only what is about the document with this source key.")] = None,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Only what cannot be read.")] = False,
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List messages, the newest first."""
    came = seeking.sought(now=dt.datetime.now(dt.UTC), since=since, until=until)
    wanted = Filter(
        connection=connection, entity=entity, key=key, quarantined=quarantined, since=came.since, until=came.until
    )
    found, there = do(messages.listed, wanted, most=limit)
    if as_json:
        emit(found)
    else:
        table(
            (
                (m.number, f"{m.connection}\n{m.entity}", f"{m.key}\n{m.message_id}", _how(m), m.received_at)
                for m in found
            ),
            "number | connection, brings | about, id | status | received",
            nothing="No messages.",
        )
    say_if_more(found, there)


@app.command("show")
def show(
    number: Number,
    payload: Annotated[bool, typer.Option("--payload", help="The message itself, too; this is audited.")] = False,
    as_json: Json = False,
) -> None:
    """Show a message and its history."""
    found = do(messages.get, number, payload=payload)
    if as_json:
        emit(found)
        return
    about = {**vars(found.message), "status": found.message.status}
    facts({name.replace("_", " "): value for name, value in about.items()})
    table(
        ((e.at, e.name, by(e.actor), e.detail.get("why") or describe(e.detail)) for e in found.events),
        "at | event | by | detail",
    )
    if payload:
        say("message:" if found.body_base64 is None else "message, in base64:")
        console().print(Text(found.body or found.body_base64 or ""), soft_wrap=True)


@app.command("retry")
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Messages.")] = None,
    connection: Annotated[str | None, typer.Option(help="All that is quarantined of this connection.")] = None,
    as_json: Json = False,
) -> None:
    """Have messages read once more, after an upgrade or when their connection was changed."""
    if bool(numbers) is bool(connection):
        raise ConfigurationError("Name messages by NUMBER, or a connection with --connection.")
    asked = dict.fromkeys(do(messages.quarantined, connection) if connection else numbers or [])
    tried: list[dict[str, object]] = []
    for number in asked:
        try:
            found = do(messages.retry, number)
            tried.append({"number": number, "status": found.status, "why": found.problem})
        except ConnectorError as error:
            tried.append({"number": number, "status": "failed", "why": error.message})
    if as_json:
        emit(tried)
    else:
        table((tuple(one.values()) for one in tried), "number | status | why", nothing="Nothing is quarantined.")
    failed = [one for one in tried if one["status"] == "failed"]
    if failed:
        complain(f"Message {failed[0]['number']} was not read once more: {failed[0]['why']}")
        raise typer.Exit(FAILED)


@app.command("discard")
def discard(
    number: Number,
    why: Annotated[str, typer.Option(help="Why nobody needs it; kept in the audit trail.")],
    as_json: Json = False,
) -> None:
    """Have a message read by nobody; one about the same document that came before it counts again."""
    found = do(messages.discard, number, why)
    if as_json:
        emit(found)
    else:
        say(f"Discarded message {number} of {found.connection}; `ml-connector message restore {number}` takes it back.")


@app.command("restore")
def restore(number: Number, as_json: Json = False) -> None:
    """Take back that a message was discarded; or have one count of which nobody could tell whether it does.

    What stands in its place is discarded then.
    """
    found = do(messages.restore, number)
    if as_json:
        emit(found)
    else:
        again = "is quarantined again, as it was before it was discarded"
        now = again if found.status == "quarantined" else f"counts: it is {found.status}"
        say(f"Message {number} of {found.connection} {now}.")


def _how(message: Stored) -> str:
    return f"{message.status}\n{message.problem}" if message.status == "quarantined" else message.status
