"""``ml-connector audit``."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer

from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.operations.work import audit, dossier_page, seeking, times, verifying_trail
from workers.cli.failing import FAILED
from workers.cli.progressing import progressing
from workers.cli.reaching.doing import do
from workers.keeping import keep
from workers.output import Json, complain, emit, plain, remark, say, table

app = typer.Typer(no_args_is_help=True, help="Who did what, and proof that nobody changed it since.")

Moment = Annotated[str, typer.Option(metavar="T", help="2026-11-01, 2026-11-01T08:00+01:00 or 3d.")]


@app.command("show")
def show(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="RECORD",
            help="A record's id; a document (all its versions), as in `record show`; connection:acme-qad.",
        ),
    ],
    since: Moment = "",
    until: Moment = "",
    as_json: Json = False,
) -> None:
    """Show everything that happened to a record or to each version of a document, oldest first."""
    period = seeking.sought(now=dt.datetime.now(dt.UTC), since=since, until=until)
    found = do(audit.history, subject, since=period.since, until=period.until)
    if as_json:
        emit(found)
        return
    table(
        ((e.id, e.at, e.name, audit.by(e.actor), audit.describe(e.detail)) for e in found),
        "event | at | what | by | detail",
    )


@app.command("export")
def export(  # noqa: PLR0917 - a person names options, never places them
    since: Moment = "",
    until: Moment = "",
    document: Annotated[
        str, typer.Option(metavar="NUMBER", help="The file of this document, named as in `record show`.")
    ] = "",
    csv: Annotated[str, typer.Option(metavar="FILE", help="Write that file as CSV.")] = "",
    page: Annotated[str, typer.Option(metavar="FILE", help="Write that file as a page to read and to print.")] = "",
    as_json: Json = False,
) -> None:
    """Print events as JSON, one a line, the oldest first; or the file of one document, with what proves it.

    The ids of events tell the order they were written in.

    The file is JSON on stdout, CSV by --csv, a page by --page; exit code 1 when the document's trail is not whole.
    """
    if document:
        _export_document(document, csv=csv, page=page, as_json=as_json)
        return
    if csv or page:
        raise ConfigurationError("--csv and --page write the file of one document: name it by --document NUMBER.")
    now = dt.datetime.now(dt.UTC)
    start = times.read(since, now=now) if since else None
    end = times.read(until, now=now) if until else None
    for event in do(audit.walk, since=start, until=end):
        sys.stdout.write(canonical.dumps(plain(event)).decode() + "\n")


def _export_document(named: str, *, csv: str, page: str, as_json: bool) -> None:
    found = do(dossier_page.shapes, named)
    written = [name for name in (csv, page) if name]
    if csv:
        keep(csv, found.csv())
    if page:
        keep(page, found.page())
    if as_json or not written:
        emit(found.told)
    else:
        say(f"Written: {' and '.join(written)}.")
    proof = plain(found.told)["proof"]
    (remark if proof["whole"] else complain)(proof["said"])
    if not proof["whole"]:
        raise typer.Exit(FAILED)


@app.command("seals")
def seals(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """Show the newest seals; keep one elsewhere, and no later change of what it covers goes unnoticed."""
    found = do(audit.seals, most=limit)
    if as_json:
        emit(found)
        return
    table(
        ((s.number, s.made_at, s.upto, s.events, s.key_id or "none", s.digest) for s in found),
        "seal | made at | up to event | events | master key | digest",
        nothing="Nothing is sealed yet.",
    )


@app.command("verify")
def verify(
    since_last: Annotated[
        bool, typer.Option("--since-last", help="Only events that came since the last time all was whole.")
    ] = False,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="SEAL", help="The digest of a seal that must be part of the trail; several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check every chain and seal; exit code 1 and the rows by name when something was changed."""
    with progressing(quiet=as_json) as report:
        found = do(verifying_trail.verify, since_last=since_last, expected=expect or (), report=report)
    if as_json:
        emit({name: value for name, value in found.items() if name != "said"})
    elif found["ok"]:
        for sentence in found["said"]:
            say(sentence)
    else:
        complain(found["said"][0])
        table(
            ((one["subject"], one["event"], one["problem"]) for one in found["findings"]), "subject | event | problem"
        )
    if since_last and found["since"] is None and not as_json:
        remark("No verification had found a sealed trail whole before, so every event was looked at.")
    if not found["ok"]:
        raise typer.Exit(FAILED)
