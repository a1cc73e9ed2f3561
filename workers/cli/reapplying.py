"""What ``flow reapply`` shows, and how it is stopped."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector.operations.work import reapplying
from connector.operations.work.reapplying import Would
from workers.cli.asking import make_sure
from workers.cli.batches import in_batches
from workers.output import emit, remark, say, table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator

    from connector.operations.operator import Operator
    from connector.operations.work.reapplying import Batch, Reapplied

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
_GOES_ON = "the same command goes on with the rest"
#: of documents that differ, on a terminal
_MOST_SHOWN = 50


def reapply(operator: Operator, flow: str, *, since: dt.datetime | None, dry: bool, yes: bool, as_json: bool) -> None:
    """Look at everything that is meant, say what differs, and send it unless it is a rehearsal."""
    what = reapplying.select(operator, flow, since=since)
    remark(f"{flow} has loaded {_documents(what.total)}; looking at each of them.")
    if dry or not yes:
        counts, differing = _looked(reapplying.rehearse(operator, what), what.total, "looked at", _NOTHING)
        if not as_json:
            _show(counts, differing, "would go")
        if not dry:
            make_sure(f"Send {_documents(counts[Would.SEND])} again?", yes=not counts[Would.SEND])
    if not dry:
        counts, differing = _looked(reapplying.reapply(operator, what), what.total, "done", _GOES_ON)
        if not as_json:
            moved = Counter({Would.MOVED: counts[Would.MOVED]})
            _show(*((counts, differing) if yes else (moved, [])), "go")
    if as_json:
        numbers = {would.value: counts[would] for would in Would}
        documents = [{"record": d.record, "key": d.key, "would": d.would, "why": d.why} for d in differing]
        emit({"meant": what.total, "left_alone": what.left_alone, **numbers, "dry_run": dry, "documents": documents})
        return
    if what.left_alone:
        say(f"Left alone: {', '.join(f'{number} {_LEFT[place]}' for place, number in what.left_alone.items())}.")
    say("Nothing was sent." if dry else f"{_documents(counts[Would.SEND])} of {flow} sent on their way again.")


def _looked(batches: Generator[Batch], total: int, verb: str, stopped: str) -> tuple[Counter[Would], list[Reapplied]]:
    """Everything the batches came to."""
    counts: Counter[Would] = Counter()
    differing: list[Reapplied] = []
    for batch in in_batches(
        batches,
        lambda one: (len(one.documents), len(one.documents)),
        total=total,
        size=reapplying.BATCH,
        verb=verb,
        stopped=stopped,
    ):
        counts += batch.counts
        differing += batch.differing
    return counts, differing


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
