"""``ml-connector record``."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.operations.work import meant, records
from connector.operations.work.audit import by, describe
from connector.store.operator.records import Filter
from workers.cli.session import current_operator
from workers.output import Json, console, emit, facts, local, say, table
from workers.screen import document

app = typer.Typer(no_args_is_help=True, help="Versions of documents on their journey.")

RecordId = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, how that begins, or its document's key (the newest version).")
]


@app.command("list")
def list_(  # noqa: PLR0917 - a person names options, never places them
    flow: Annotated[str | None, typer.Option(help="Only records of this flow.")] = None,
    state: Annotated[
        str | None, typer.Option(help="extracted, mapped, loaded, done, dead, rejected, gate, ...")
    ] = None,
    hold: Annotated[str | None, typer.Option(help="What holds it: retry, gate, park, version, connection.")] = None,
    key: Annotated[str | None, typer.Option(help="Its source key.")] = None,
    warned: Annotated[
        bool, typer.Option("--warned", help="Only what the target took with a warning: a person should look.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List records, the newest first."""
    found = records.list_(
        current_operator(), Filter(flow=flow, state=state, hold=hold, key=key, warned=warned, most=limit)
    )
    if as_json:
        emit(found)
        return
    table(
        (
            (f"{r.id}\n{r.flow}", f"{r.source_key} v{r.version}", r.hold or r.state, r.gate or r.why, r.updated_at)
            for r in found
        ),
        "record | key | state | why | changed",
    )


@app.command("show")
def show(
    record: RecordId,
    payload: Annotated[bool, typer.Option("--payload", help="The documents, too; this is audited.")] = False,
    as_json: Json = False,
) -> None:
    """Show a record, every attempt at the target and its history."""
    operator = current_operator()
    found = records.get(operator, meant.record(operator, record), payloads=payload)
    if as_json:
        emit(found)
        return
    facts({name.replace("_", " "): _short(value) for name, value in vars(found.record).items()})
    table(
        ((a.number, a.key, local(a.sent_at), local(a.answered_at), a.answer, a.target_id) for a in found.attempts),
        "attempt | key | sent | answered | answer | target id",
        nothing="It was never sent to the target.",
    )
    for attempt in found.attempts:
        if attempt.warning:
            say(f"Attempt {attempt.number} was taken with a warning: {attempt.warning}")
    table(
        ((local(e.at), e.name, by(e.actor), e.detail.get("why") or describe(e.detail)) for e in found.events),
        "at | event | by | detail",
    )
    if payload:
        for name, held in (("source document", found.source), ("target document", found.target)):
            say(f"{name}:")
            console().print(document(held), soft_wrap=True)
        if found.source is None:
            say("Retention has removed the source document.")


def _short(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@app.command("replay")
def replay(record: RecordId, as_json: Json = False) -> None:
    """Map and load a record once more; what the target already has is not sent twice."""
    operator = current_operator()
    again = records.replay(operator, meant.record(operator, record))
    if as_json:
        emit(again)
    else:
        say(f"{again.source_key} of {again.flow} is on its way again; see `ml-connector record show {again.id}`.")
