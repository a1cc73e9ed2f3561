"""``ml-connector record``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from connector.operations.work import lineage as explaining
from connector.operations.work import meant, records, seeking
from connector.operations.work.audit import by, describe
from connector.store.operator.records import Filter
from workers.cli.asking import Discarded, Why  # noqa: TC001 - typer reads it when it starts
from workers.cli.reaching.doing import do
from workers.cli.seeking import Amount, Party, Search, Since, Until, called, say_if_more
from workers.output import Json, console, emit, facts, say, table
from workers.screen import document
from workers.spelling import short

app = typer.Typer(no_args_is_help=True, help="Versions of documents on their journey.")

RecordId = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Its id, how that begins, or its document's key or number (then the newest version)."
    ),
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
    search: Search = "",
    party: Party = "",
    amount: Amount = "",
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List records, the newest first."""
    now = dt.datetime.now(dt.UTC)
    sought = seeking.sought(now=now, search=search, party=party, amount=amount, since=since, until=until)
    wanted = Filter(flow=flow, state=state, hold=hold, key=key, warned=warned, sought=sought, most=limit)
    found, there = do(records.listed, wanted)
    if as_json:
        emit(found)
    else:
        table(
            (
                (
                    f"{r.id}\n{r.flow}\n{short(r.updated_at)}",
                    called(r),
                    r.hold or r.state,
                    (r.warning if warned else "") or r.gate or r.why,
                )
                for r in found
            ),
            "record | document | state | why",
        )
    say_if_more(found, there)


@app.command("show")
def show(
    record: RecordId,
    payload: Annotated[bool, typer.Option("--payload", help="The documents, too; this is audited.")] = False,
    lineage: Annotated[
        bool, typer.Option("--lineage", help="Only what each field of the target document is made of; this is audited.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show a record, every attempt at the target and its history."""
    if lineage:
        from workers.cli import lineage as shown  # noqa: PLC0415 - no other look maps anything

        shown.show(do(explaining.told, do(meant.record, record)), as_json=as_json)
        return
    found = do(records.get, do(meant.record, record), payloads=payload)
    if as_json:
        emit(found)
        return
    facts({name.replace("_", " "): _short(value) for name, value in vars(found.record).items()})
    others = [version for version in found.versions if version.id != found.record.id]
    if others:
        table(
            ((f"v{other.version}", other.id, other.state, other.created_at) for other in others),
            "other version | record | state | read",
        )
    table(
        ((a.number, a.key, a.sent_at, a.answered_at, a.answer, a.target_id) for a in found.attempts),
        "attempt | key | sent | answered | answer | target id",
        nothing="It was never sent to the target.",
    )
    for attempt in found.attempts:
        if attempt.warning:
            say(f"Attempt {attempt.number} was taken with a warning: {attempt.warning}")
    table(
        ((e.at, e.name, by(e.actor), e.detail.get("why") or describe(e.detail)) for e in found.events),
        "at | event | by | detail",
    )
    if payload:
        for name, held in (("source document", found.source), ("target document", found.target)):
            say(f"{name}:")
            console().print(document(held), soft_wrap=True)
        if found.source is None:
            say("Retention has removed the source document.")


def _short(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else value


@app.command("replay")
def replay(record: RecordId, discarded: Discarded = False, why: Why = "", as_json: Json = False) -> None:
    """Map and load a record once more; what the target already has is not sent twice."""
    again = do(records.replay, do(meant.record, record), why=why, discarded=discarded)
    if as_json:
        emit(again)
    else:
        say(f"{again.source_key} of {again.flow} is on its way again; see `ml-connector record show {again.id}`.")


@app.command("correct")
def correct(  # noqa: PLR0917 - a person names options, never places them
    record: RecordId,
    field: Annotated[str, typer.Option(metavar="PATH", help="The source field: lines.2.account, positions from 1.")],
    value: Annotated[str, typer.Option(metavar="V", help="What it should say.")],
    why: Annotated[str, typer.Option(metavar="TEXT", help="Kept in the audit trail.")],
    dry: Annotated[bool, typer.Option("--dry-run", help="Only show what it would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first; without a terminal nobody is.")] = False,
    as_json: Json = False,
) -> None:
    """Correct one field of a record that is stuck, and let it go on; what was read stays as it is.

    The flow's own rules are asked first, and what would be sent otherwise is shown.
    """
    from workers.cli import correcting  # noqa: PLC0415 - likewise

    correcting.correct(do(meant.record, record), field=field, value=value, why=why, dry=dry, yes=yes, as_json=as_json)
