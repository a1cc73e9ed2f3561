"""What ``flow rehearse`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from connector.operations.setup.references import text_of
from connector.operations.work import rehearsing
from connector.operations.work.rehearsing import BATCH, Change, Tally
from workers.cli.batches import in_batches
from workers.cli.failing import FAILED
from workers.cli.reaching.doing import do
from workers.output import emit, remark, say, table

if TYPE_CHECKING:
    import datetime as dt

_SAID = {
    Change.SAME: "stay as they are",
    Change.OTHERWISE: "would be sent with other fields",
    Change.SENT: "are not sent now, and would be",
    Change.NOT_SENT: "are sent now, and would not be",
    Change.OTHER_REASON: "are not sent either way, for another reason",
    Change.UNREADABLE: "cannot be looked at: their document is gone or does not open",
}
_MOST_NAMED = 6


def rehearse(flow: str, *, since: dt.datetime, codes: str, options: str, as_json: bool) -> None:
    """Look at everything that is meant, and say which documents would become what else."""
    its_codes, its_options = ((file, text_of(file)) if file else None for file in (codes, options))
    remark(f"Mapping what {flow} has read since then by what is saved and by what is edited.")
    with in_batches(BATCH, verb="looked at", stopped="nothing was written") as report:
        tally = do(rehearsing.tallied, flow, since=since, codes=its_codes, options=its_options, report=report)
    _show(tally, as_json=as_json)
    if tally.changes[Change.NOT_SENT]:
        raise typer.Exit(FAILED)


def _show(tally: Tally, *, as_json: bool) -> None:
    if as_json:
        counts = {change.value: tally.changes[change] for change in Change}
        shown = {"looked_at": tally.looked_at, "changes": counts, "fields": dict(tally.fields)}
        emit({**shown, "in_the_target_already": tally.loaded, "examples": tally.examples})
        return
    if tally.examples:
        table(
            (
                (
                    one.key,
                    one.change.value,
                    "\n".join(f"{field.path}: {field.before} -> {field.after}" for field in one.fields[:_MOST_NAMED])
                    or f"{one.before}\n-> {one.after}",
                )
                for one in tally.examples
            ),
            "for example | change | what",
        )
    if tally.fields:
        most_first = sorted(tally.fields.items(), key=lambda one: (-one[1], one[0]))
        table(most_first, "target field | documents")
    for change in Change:
        if tally.changes[change]:
            say(f"{tally.changes[change]} {_SAID[change]}.")
    if tally.loaded:
        say(
            f"{tally.loaded} of those that change are in the target already: once this is saved, `flow reapply` says "
            "what goes again."
        )
    say(f"{tally.looked_at} documents looked at, nothing was written.")
