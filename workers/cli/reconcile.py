"""``ml-connector reconcile``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from connector.domain import accounting_period
from connector.domain.errors import ConfigurationError
from connector.domain.money import spelled
from connector.domain.reconciliation import Figure
from connector.operations.work import month_end, reconciled_rows, reconciling
from connector.operations.work.seeking import cut
from connector.operations.work.standing_words import in_words
from workers.cli.failing import FAILED
from workers.cli.progressing import progressing
from workers.cli.reaching.doing import do
from workers.keeping import keep
from workers.output import Json, complain, emit, remark, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connector.domain.accounting_period import Period
    from connector.operations.work.asked import Asked
    from connector.operations.work.reconciled import Line, Reconciled

_CALLED = {Figure.IN_TARGET: "in the target", Figure.LEFT_OUT: "left out"}


def reconcile(  # noqa: PLR0917 - a person names options, never places them
    named: Annotated[
        str | None, typer.Argument(metavar="[FLOW]", help="A flow, or an integration; without, all of them.")
    ] = None,
    period: Annotated[
        str, typer.Option(metavar="PERIOD", help="2026-10, 2026-Q4, 2026, or 2026-10-01..2026-10-15; of all its days.")
    ] = "",
    live: Annotated[
        bool, typer.Option("--live", help="Ask source and target now as well; nothing is written.")
    ] = False,
    figure: Annotated[
        str,
        typer.Option(
            "--list", metavar="FIGURE", help="List a figure: read, in target, between, rejected, left out, dead."
        ),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many documents or differences are shown.")] = 50,
    csv: Annotated[str, typer.Option(metavar="FILE", help="Write every document into that file as CSV.")] = "",
    as_json: Json = False,
) -> None:
    """Compare what the source has of a period with what stands in the target; exit code 1 when something is wrong.

    A document belongs to the period by its own date, in the flow's time zone; one without, by the day it was read.
    """
    if not period:
        raise ConfigurationError("Which period? Name it: --period 2026-10.")
    about = accounting_period.read(period)
    if figure:
        _list(named, about, figure, limit, as_json=as_json)
        return
    with progressing(quiet=as_json) as report:
        found, lines = do(reconciled_rows.reconcile, named, about, live=live, csv=bool(csv), report=report)
        if csv:
            keep(csv, lines)
    wrong = any(one.wrong for one, _ in found)
    if as_json:
        emit({"ok": not wrong, "first": about.first, "last": about.last, "flows": [one for one, _ in found]})
    else:
        if not found:
            say(f"No flow is switched on there, and none has documents of {month_end.spelled(about)}.")
        for one, differences in found:
            _show(one, differences, limit)
        if csv:
            say(f"Written: {csv}.")
    if wrong:
        raise typer.Exit(FAILED)


def _list(named: str | None, about: Period, figure: str, limit: int, *, as_json: bool) -> None:
    if named is None or "/" not in named:
        raise ConfigurationError("--list shows the documents of one flow: name it, as in `flow list`.")
    wanted = reconciling.figure_of(figure)
    found, count = do(reconciling.listed, named, about, wanted, most=limit)
    if as_json:
        emit({"documents": found, "count": count})
        return
    table(
        (
            (
                one.record_id,
                one.number,
                one.party,
                one.date,
                _money(one.amount, one.currency),
                in_words(one.reason),
                one.target_id,
            )
            for one in found
        ),
        "record | number | party | date | amount | why | target id",
        nothing="There is none.",
    )
    if count > len(found):
        remark(f"{cut(len(found), count)}; --limit shows more.")


def _show(line: Reconciled, differences: int, limit: int) -> None:
    say(f"{line.flow}: {line.title}, {line.period} ({line.timezone})")
    if line.differences:
        table(
            (
                (one.kind, f"{one.number or one.key}\n{one.party}", one.date, _money(one.amount, one.currency), one.why)
                for one in line.differences[:limit]
            ),
            "difference | number | date | amount | why",
        )
        if differences > limit:
            remark(f"{cut(limit, differences)}; --limit shows more, --csv FILE has all.")
    if line.documents:
        table(_figures(line), "figure | documents | amount | why")
    if line.accounts:
        table(
            ((one.account, one.currency, f"{one.debit:f}", f"{one.credit:f}") for one in line.accounts),
            "account | currency | debit | credit",
        )
    for sentence in _remarks(line):
        remark(sentence)
    if line.source is not None:
        _say_source(line.source)
    if line.target is not None:
        _say_target(line.target)
    if line.wrong:
        unknown = f"; {' and '.join(line.silent)} did not answer about everything" if line.silent else ""
        complain(f"{line.flow}: {_count(differences, 'difference')} of {_count(line.documents, 'document')}{unknown}.")
    else:
        say(f"{line.flow}: nothing is wrong with {_count(line.documents, 'document')}.\n")


def _figures(line: Reconciled) -> Iterator[tuple[object, ...]]:
    """A row for each figure; below it its amounts and its reasons, as many lines as either takes."""
    yield "read from the source", line.documents, _amounts(line.sums), ""
    for figure in Figure:
        sums = [one for one in line.sums if one.figure is figure]
        if not sums:
            continue
        amounts = _amounts(sums)
        why = "\n".join(f"{one.documents} {in_words(one.reason)}" for one in line.reasons if one.figure is figure)
        yield _CALLED.get(figure, figure.value), sum(one.documents for one in sums), amounts, why


def _amounts(sums: Iterable[Line]) -> str:
    """What they amount to, a line for each currency."""
    total: dict[str, Decimal] = {}
    for one in sums:
        if one.currency:
            total[one.currency] = total.get(one.currency, Decimal(0)) + one.amount
    return "\n".join(_money(amount, currency) for currency, amount in sorted(total.items()))


def _remarks(line: Reconciled) -> Iterator[str]:
    if line.off:
        yield line.off
    if line.unnamed:
        yield (
            f"{_count(line.unnamed, 'document')} without a name yet, so without an amount here: run `ml-connector db "
            "fill-summaries`."
        )
    if line.unbooked:
        yield f"{_count(line.unbooked, 'posting')} not in the sums by account: retention has removed the documents."


def _say_source(side: Asked) -> None:
    amounts = ", ".join(_money(total.amount, currency) for currency, total in sorted(side.sums.items()) if currency)
    lists = f"{side.system} lists {_count(side.asked, 'document')} of the period{f' ({amounts})' if amounts else ''}"
    if side.why:  # what was not listed is not known
        _say_side(side, f"{lists} as far as it was read" if side.asked else f"{side.system} was not read")
    else:
        _say_side(side, lists, "" if side.everything else "it lists what changed or waits, not everything")


def _say_target(side: Asked) -> None:
    asked = f"{side.system} was asked about {_count(side.asked, 'document')}" if side.asked else ""
    _say_side(side, asked, f"{_count(side.unasked, 'document')} not asked about" if side.unasked else "")


def _say_side(side: Asked, *said: str) -> None:
    words = "; ".join(filter(None, (*said, side.why.rstrip("."))))
    if words:
        (complain if side.why and not side.never else remark)(f"{words}.")


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else spelled(amount, currency)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
