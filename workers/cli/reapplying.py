"""What ``flow reapply`` shows, and how it is stopped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector.operations.work import reapplied
from connector.operations.work.reapplying import BATCH, Would
from workers.cli.asking import make_sure
from workers.cli.batches import in_batches
from workers.cli.reaching.doing import do
from workers.output import emit, remark, say, table

if TYPE_CHECKING:
    import datetime as dt

    from connector.operations.work.reapplying import Reapplied

_SAID = {
    Would.SAME: "are in the target as they would be sent today",
    Would.SEND: "differ and {go} again",
    Would.STAYS: "are not sent: the target takes no such change, or there is nothing to map any more",
    Would.CANNOT: "cannot be mapped now and stay as they are",
    Would.MOVED: "were on their way already when their turn came",
}
#: where documents are that are left alone
_LEFT = {
    "under way": "on their way",
    "in doubt": "in doubt",
    "dead": "dead letters",
    "not sent": "whose newest version does not go to the target",
}
_NOTHING = "nothing was sent"
#: of documents that differ, on a terminal
_MOST_SHOWN = 50


def reapply(flow: str, *, since: dt.datetime | None, why: str, dry: bool, yes: bool, as_json: bool) -> None:
    """Look at everything that is meant, say what differs, and send it unless it is a rehearsal."""
    remark(f"Looking at each document that {flow} has loaded.")
    if dry or not yes:
        with in_batches(BATCH, verb="looked at", stopped=_NOTHING) as report:
            found = do(reapplied.look, flow, since=since, report=report)
        if not as_json:
            _show(found.counts, found.differing, "would go")
        if not dry:
            make_sure(f"Send {_documents(found.counts[Would.SEND])} again?", yes=not found.counts[Would.SEND])
    if not dry:
        with in_batches(BATCH) as report:
            found = do(reapplied.reapply, flow, since=since, why=why, report=report)
        if not as_json:
            moved = Counter({Would.MOVED: found.counts[Would.MOVED]})
            _show(*((found.counts, found.differing) if yes else (moved, [])), "go")
    if as_json:
        numbers = {would.value: found.counts[would] for would in Would}
        documents = [{"record": d.record, "key": d.key, "would": d.would, "why": d.why} for d in found.differing]
        emit({"meant": found.meant, "left_alone": found.left_alone, **numbers, "dry_run": dry, "documents": documents})
        return
    if found.left_alone:
        say(f"Left alone: {', '.join(f'{number} {_LEFT[place]}' for place, number in found.left_alone.items())}.")
    say("Nothing was sent." if dry else f"{_documents(found.counts[Would.SEND])} of {flow} sent on their way again.")


def _show(counts: Counter[Would], differing: list[Reapplied], go: str) -> None:
    for would in Would:
        if counts[would]:
            say(f"{counts[would]} {_SAID[would].format(go=go)}.")
    shown = differing[:_MOST_SHOWN]
    if shown:
        table(((one.key, one.would.value, one.why, one.record) for one in shown), "key | would | why | record")
    if len(differing) > len(shown):
        say(f"And {len(differing) - len(shown)} more; --json has them all.")


def _documents(number: int) -> str:
    return f"{number} document{'' if number == 1 else 's'}"
