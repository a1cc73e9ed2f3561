"""``ml-connector drift``."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.operations.work import drifting
from workers.cli.failing import FAILED
from workers.cli.progressing import progressing
from workers.cli.reaching.doing import do
from workers.keeping import keep
from workers.output import Json, complain, emit, remark, say, table


def drift(
    named: Annotated[
        str | None,
        typer.Argument(metavar="[FLOW]", help="A flow of master data, or an integration; without, all that are on."),
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, max=3660, help="Look for what uses it among documents of so many days.")
    ] = 90,
    csv: Annotated[str, typer.Option(metavar="FILE", help="Write the differences into that file as CSV.")] = "",
    as_json: Json = False,
) -> None:
    """Compare master data in both directions: what only one side has, or has shut down; exit code 1 on differences.

    Source and target are asked now, and nothing is changed in either. Exit code 1 also when one could not be asked.
    """
    with progressing(quiet=as_json) as report:
        found = do(drifting.compare, named, days=days, report=report)
    if csv:
        keep(csv, [drifting.as_csv(found)])
    if as_json:
        emit({"ok": not any(line.wrong for line in found), "flows": found})
    elif not found:
        say(
            f"{named} brings no master data, so there is nothing to compare."
            if named and "/" in named
            else "No flow of master data is switched on there."
        )
    else:
        _show(found)
    if csv and not as_json:
        say(f"Written: {csv}.")
    if any(line.wrong for line in found):
        raise typer.Exit(FAILED)


def _show(found: list[drifting.Compared]) -> None:
    rows = [
        (line.flow, one.drift, f"{one.key or one.name}\n{one.label}", _uses(one), one.sentence)
        for line in found
        for one in line.differences
    ]
    if rows:
        table(rows, "flow | drift | which | used by | what to do")
    for line in found:
        if line.unasked:
            (remark if line.never else complain)(f"{line.flow}: {line.unasked}")
            continue
        unread = f"; {line.unread} are not read yet: `ml-connector flow run {line.flow}`" if line.unread else ""
        say(f"{line.flow}: {len(line.differences)} differences; {line.ours} read, {line.theirs} there{unread}.")


def _uses(one: drifting.Difference) -> str:
    named = ", ".join(use.source_key for use in one.used_by)
    return f"{one.uses}: {named}" if one.uses else "none"
