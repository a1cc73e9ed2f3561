"""``ml-connector crosswalk``."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from connector.domain.errors import UnknownName
from connector.domain.sentence import many
from connector.operations.setup import crosswalk_csv, crosswalks, importing_codes, integrations, target_codes
from connector.operations.setup.importing_codes import File
from connector.operations.setup.references import text_of
from connector.store.operator.crosswalks import Chosen, Code
from workers.cli.asking import Why  # noqa: TC001 - typer reads it when it starts
from workers.cli.reaching.doing import do
from workers.output import Json, emit, remark, say, table

if TYPE_CHECKING:
    from connector.operations.setup.crosswalks import Filled
    from connector.operations.setup.importing_codes import Preview
    from connector.store.operator.crosswalks import Missing

app = typer.Typer(no_args_is_help=True, help="Code tables: what the source calls something, and what the target does.")

Of = Annotated[str | None, typer.Option("--integration", "-i", help="Needed when there is more than one integration.")]
Among = Annotated[str | None, typer.Option("--integration", "-i", help="Only those of this integration.")]
Table = Annotated[str, typer.Argument(metavar="TABLE", help="payment_terms, business_units, units")]


@app.command("list")
def list_(  # noqa: PLR0917 - a person names options, never places them
    integration: Among = None,
    only: Annotated[str | None, typer.Option("--table", help="Only this table.")] = None,
    beginning: Annotated[str, typer.Option("--code", help="Only source codes that begin like this.")] = "",
    after: Annotated[str, typer.Option(metavar="TABLE:CODE", help="Only those behind this one.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 200,
    as_json: Json = False,
) -> None:
    """List codes, by table and source code; `crosswalk export` prints all of them."""
    behind, _, code = after.partition(":")
    chosen = Chosen(table=only, beginning=beginning, after=(behind, code), most=limit)
    names = _every(integration, one=bool(after))
    found, total = _listed(names, chosen)
    if as_json:
        emit([{"integration": name, **vars(code)} for name, code in found])
        return
    rows = ((name, code.table, code.source, code.target) for name, code in found)
    table(rows, "integration | table | source | target", nothing="No codes.")
    if total > len(found) and found:
        last = found[-1][1]
        on = f"`--after {shlex.quote(f'{last.table}:{last.source}')}` goes on"
        remark(f"{len(found):,} of {total:,}; {'--integration shows those of one' if len(names) > 1 else on}.")


def _every(integration: str | None, *, one: bool = False) -> list[str]:
    """The integration that was named, or all of them: of which there must be one, and no more where a list goes on."""
    if integration:
        return [integration]
    names = [each.name for each in do(integrations.list_)]
    return [integrations.only(names)] if one or not names else names


def _listed(names: list[str], chosen: Chosen) -> tuple[list[tuple[str, Code]], int]:
    """The first rows of these integrations, and how many there are; a table that none of them has is refused."""
    found, total = list[tuple[str, Code]](), 0
    unknown: UnknownName | None = None
    for name in names:
        try:
            page = do(crosswalks.list_, name, chosen)
        except UnknownName as error:
            unknown = error
            continue
        found += [(name, code) for code in page.rows]
        total += page.total
    if unknown is not None and not found:
        raise unknown
    return found[: chosen.most], total


@app.command("import")
def import_(  # noqa: PLR0917 - a person names options, never places them
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV with the columns table,source,target; - is stdin.")],
    integration: Of = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Also remove what its tables have and it does not name.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would change.")] = False,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Add and change codes from a CSV file; records that wait for them go on."""
    name = "standard input" if file == "-" else file
    read = File(text=text_of(file), name=name, alone=alone)
    if preview:
        _say_preview(do(importing_codes.preview, integration, read), as_json=as_json)
        return
    from workers.cli.progressing import progressing  # noqa: PLC0415 - drawn on a terminal alone

    with progressing(quiet=as_json) as report:
        filled, removed = do(importing_codes.import_csv, integration, read, why=why, report=report)
    _say_filled(filled, as_json=as_json)
    if removed:
        remark(f"{removed} removed.")


@app.command("export")
def export(integration: Of = None, as_json: Json = False) -> None:
    """Print all codes as the CSV that import reads."""
    found = do(crosswalks.list_, integration).rows
    if as_json:
        emit(found)
    else:
        sys.stdout.write(crosswalk_csv.write(found))


@app.command("choices")
def choices(table_name: Table, integration: Of = None, as_json: Json = False) -> None:
    """Ask the target now which codes it has for a table."""
    found = do(target_codes.read, integration, table_name)
    if as_json:
        emit(found)
    else:
        table(found["codes"], "in the target | called", nothing="It lists none of these codes.")
        if not found["whole"]:
            remark("There are more, or changes only are listed.")


@app.command("set")
def set_(  # noqa: PLR0917 - a person names options, never places them
    table_name: Table,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The code in the source system.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The code in the target system.")],
    integration: Of = None,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Set one code; records that wait for it go on."""
    _say_filled(
        do(crosswalks.fill, integration, [Code(table=table_name, source=source, target=target)], why),
        as_json=as_json,
    )


@app.command("remove")
def remove(
    table_name: Table,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The code in the source system.")],
    integration: Of = None,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Remove one code; what is mapped from now on does without it."""
    target = do(crosswalks.remove, integration, table_name, source, why)
    if as_json:
        emit({"removed": Code(table=table_name, source=source, target=target)})
    else:
        say(f"Removed {table_name} {source}, which was {target}; what it was sent with stays as it is.")


def _say_filled(filled: Filled, *, as_json: bool) -> None:
    if as_json:
        emit(filled)
    else:
        say(
            f"{filled.created} new, {filled.changed} changed, {filled.unchanged} unchanged; "
            f"{many(filled.released, 'waiting record goes on', 'waiting records go on')}."
        )


def _say_preview(found: Preview, *, as_json: bool) -> None:
    if as_json:
        emit(found)
        return
    rows = [
        *(("add", code.table, code.source, "", code.target) for code in found.added),
        *(("change", code.table, code.source, before, code.target) for code, before in found.changed),
        *(("remove", code.table, code.source, code.target, "") for code in found.removed),
    ]
    table(rows, "what | table | source | target now | target then", nothing="It would change nothing.")
    remark(f"{found.unchanged} unchanged; nothing was written.")


def _some(missing: Missing) -> str:
    more = missing.records - len(missing.record_ids)
    return "\n".join(map(str, missing.record_ids)) + (f"\nand {more} more" if more else "")


@app.command("missing")
def missing(integration: Among = None, as_json: Json = False) -> None:
    """List codes that records wait for: without a row, or with one that is incomplete."""
    found = [(name, one) for name in _every(integration) for one in do(crosswalks.missing, name)]
    if as_json:
        emit([{"integration": name, **vars(one)} for name, one in found])
        return
    table(
        ((name, m.table, m.source, m.target or "none", m.records, _some(m)) for name, m in found),
        "integration | table | code | row | records | record ids",
        nothing="No record waits for a code.",
    )
