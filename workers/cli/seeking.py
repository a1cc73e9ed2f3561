"""Options by which lists are searched, what a document is called in them, and the words for a list that is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connector.domain.money import spelled
from connector.operations.work.seeking import cut
from workers.output import remark

if TYPE_CHECKING:
    from collections.abc import Sized

    from connector.store.operator.dead_letters import DeadLetter
    from connector.store.operator.records import Record

Search = Annotated[
    str,
    typer.Option(
        metavar="NUMBER",
        help="What people call it, or its beginning: invoice, order, report, voucher, party, target id.",
    ),
]
Party = Annotated[
    str, typer.Option(metavar="CODE", help="Its supplier or employee, or the beginning of the code or name.")
]
Amount = Annotated[str, typer.Option(metavar="AMOUNT", help="Its amount without sign: 206.94, or 100..200.")]
Since = Annotated[str, typer.Option(metavar="T", help="Not before: 2026-11-01, 2026-11-01T08:00+01:00 or 3d (ago).")]
Until = Annotated[str, typer.Option(metavar="T", help="Before: a moment as for --since.")]


def called(one: Record | DeadLetter) -> str:
    """A document in a cell of a table: its number and version, its party, its amount."""
    key = one.source_key if one.number and one.number != one.source_key else ""
    money = "" if one.amount is None else spelled(one.amount, one.currency or "")
    party = one.party if one.party and one.party != one.number else ""
    return "\n".join(filter(None, (f"{one.number or one.source_key} v{one.version}", key, party, money)))


def say_if_more(shown: Sized, there: int | None) -> None:
    """Say on stderr how much of a list is shown, where that is not all: ``there`` are so many, as far as is known."""
    if there is not None and there < 0:
        remark(f"{len(shown):,}, and there are more; --limit shows them.")
    elif there is not None and there > len(shown):
        remark(f"{cut(len(shown), there)}; --limit shows more.")
