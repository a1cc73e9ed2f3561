"""``ml-connector period``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connector.domain import accounting_period
from connector.domain.money import spelled
from connector.operations.work import closing, closing_job, month_end, since_signing
from connector.operations.work.seeking import cut
from workers.cli.failing import FAILED
from workers.cli.progressing import between_steps, progressing
from workers.cli.reaching.doing import do
from workers.output import Json, complain, emit, remark, say, table

if TYPE_CHECKING:
    from connector.domain.postings import AccountChange
    from connector.domain.sign_off import FigureChange
    from connector.operations.work.since_signing import Since
    from connector.store.operator.sign_offs import SignOff

app = typer.Typer(no_args_is_help=True, help="Who signed which period off, and what has changed since then.")

_SHOWN, _LISTED = 50, 200

When = Annotated[str, typer.Option("--period", metavar="PERIOD", help="2026-10, 2026-Q4, 2026, as in `reconcile`.")]
Flow = Annotated[str, typer.Argument(help="A flow: INTEGRATION/FLOW.")]


@app.command("sign-off")
def sign_off(
    named: Annotated[
        str,
        typer.Argument(metavar="FLOW", help="A flow; or an integration: each that is not signed off."),
    ],
    period: When,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="Why, where something is open; kept in the audit trail.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Sign the figures of a period off, as they stand in the ledger now; a later change of them is shown."""
    about = accounting_period.read(period)
    with progressing(quiet=as_json) as report, between_steps(report, "nothing was signed off") as step:
        signed = do(closing_job.sign, named, about, why.strip(), report=step)
    if as_json:
        emit(signed)
        return
    for one in signed:
        say(f"Signed off: {one.flow}, {about}, {one.sign_off.documents:,} documents.")
        say(f"Fingerprint: {one.sign_off.fingerprint}")


@app.command("withdraw")
def withdraw(
    flow: Flow,
    period: When,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; it is kept in the audit trail.")],
) -> None:
    """Take the sign-off of a flow back; it stays on record with who signed it, and why it was taken back."""
    do(closing.withdraw, flow, accounting_period.read(period), why)
    say(f"{flow} is not signed off for {period} any more.")


@app.command("list")
def list_(
    named: Annotated[
        str | None, typer.Argument(metavar="[FLOW]", help="A flow, or an integration; without, all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List sign-offs, the newest periods first, also those that were withdrawn."""
    found = do(closing.listed, named, most=_LISTED)
    if as_json:
        emit(found)
        return
    table(
        (
            (
                one.flow,
                month_end.spelled_days(one.sign_off.first, one.sign_off.last),
                _state(one.sign_off),
                one.sign_off.signed_at,
                one.sign_off.actor,
                one.sign_off.documents,
                one.sign_off.why,
                one.sign_off.fingerprint[:12],
            )
            for one in found
        ),
        "flow | period | state | signed at | by | documents | why | fingerprint",
        nothing="No period is signed off.",
    )


@app.command("show")
def show(flow: Flow, period: When, as_json: Json = False) -> None:
    """Show what differs from what was signed off, document by document; exit code 1 when anything does."""
    with progressing(quiet=as_json) as report:
        found, many = do(since_signing.counted, flow, accounting_period.read(period), report=report)
    if as_json:
        emit(found)
    else:
        _say(found, many)
    if found.anything or not found.sign_off.genuine:
        raise typer.Exit(FAILED)


def _say(found: Since, many: int) -> None:
    signed = found.sign_off
    say(f"{found.flow}: signed off by {signed.actor}, {signed.documents:,} documents, {signed.fingerprint}.")
    if signed.why:
        remark(f"Why: {signed.why}")
    if found.changes:
        table(((one.key, one.what) for one in found.changes[:_SHOWN]), "document | since then")
    if many > _SHOWN:
        told = len(found.changes)
        remark(f"{cut(_SHOWN, many)}; --json has {'all' if told == many else f'the first {told:,}'}.")
    if found.figures:
        table(map(_figure, found.figures), "figure | when signed | amount | now | amount")
    if found.accounts:
        table(map(_account, found.accounts), "account | debit when signed | credit | debit now | credit")
    if found.untold:
        remark(f"{found.untold:,} postings are not compared: retention has removed the documents.")
    if not signed.genuine:
        complain("This sign-off was changed behind ml-connector's back: withdraw it, and sign anew.")
    elif found.changes:
        complain(f"Changed since sign-off: {many:,} of {signed.documents:,} documents.")
    elif found.anything:
        complain(f"Changed since sign-off: {len(found.accounts):,} accounts.")
    else:
        say("Nothing has changed since then.")


def _figure(one: FigureChange) -> tuple[object, ...]:
    was, now = one.before, one.now
    amounts = [spelled(each.amount, one.currency) if one.currency else "" for each in (was, now)]
    return one.figure, was.documents, amounts[0], now.documents, amounts[1]


def _account(one: AccountChange) -> tuple[str, ...]:
    amounts = (one.before.debit, one.before.credit, one.now.debit, one.now.credit)
    return one.account, *(spelled(each, one.currency) for each in amounts)


def _state(one: SignOff) -> str:
    if not one.genuine:
        return "not genuine"
    return "withdrawn" if one.withdrawn_at else "signed off"
