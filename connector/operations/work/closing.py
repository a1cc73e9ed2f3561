"""Signing a period off: who says that its figures are right, when, and what exactly they said that of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain import canonical
from connector.domain import sign_off as signing
from connector.domain.errors import ConfigurationError
from connector.domain.reconciliation import Figure
from connector.domain.sentence import many
from connector.operations.giving_reasons import reason
from connector.operations.setup.flows import require_flow
from connector.operations.work import month_end, posted
from connector.store import operator as ledger
from connector.store.audit.verifying import unheard
from connector.store.operator.sign_offs import Figures

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.accounting_period import Period
    from connector.domain.postings import Postings
    from connector.operations.operator import Operator
    from connector.operations.work.month_end import Standing
    from connector.store.audit.recomputing import Report
    from connector.store.operator.sign_offs import SignOff
    from connector.store.operator.transaction import OperatorTransaction

_LISTED = 200
#: adding a large period up takes this long at most
LONGEST_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A sign-off, with its flow."""

    flow: str
    sign_off: SignOff


def sign_off(
    operator: Operator,
    named: str,
    period: Period,
    why: str = "",
    *,
    seen: Mapping[str, str] | None = None,
    report: Report = unheard,
) -> list[Signed]:
    """Sign a flow off, or those of an integration (``month_end.flows_of``) that are not signed off yet.

    ``seen`` are the figures that whoever signs has looked at (``Standing.seen``), by flow. What is signed, lines and
    postings alike, is how all of it stood at one moment, which is when it counts as signed. All of them are signed or
    none, also where ``report`` raises something because it is to stop. Raises ConfigurationError
    where there is nothing to sign, where figures have changed since then, and where something is open and nobody says
    why it is signed.
    """
    report("Counting", 0, 1)
    said = reason(why) if why.strip() else ""

    def adding(flow: str, done: int, of: int) -> None:
        report(f"Adding up what {flow} posted", done, of)

    with operator.transaction(one_moment=True) as tx:
        tx.take_time(LONGEST_SECONDS)
        moment, todo = tx.now, _unsigned(tx, named, period, said)
        report("Counting", 1, 1)
        figures = []
        for one in todo:
            lines = ledger.period_figures.lines(tx, one.flow, period)
            if seen is not None and seen.get(one.flow.full_name, "") != signing.seen(signing.sums(lines)):
                raise ConfigurationError(
                    f"The figures of {one.flow.full_name} changed while you looked at them, so nothing was signed: "
                    "look again."
                )
            figures.append(_figures(one, period, lines, posted.of_period(tx, one.flow, period, adding)))

    def work(tx: OperatorTransaction) -> list[Signed]:
        for number, (one, signed) in enumerate(zip(todo, figures, strict=True)):
            report("Signing", number, len(todo))
            ledger.sign_offs.lock(tx, one.flow, period)
            if ledger.sign_offs.standing(tx, [one.flow], period):
                raise ConfigurationError(f"Somebody signed {one.flow.full_name} off in this moment: look again.")
            ledger.sign_offs.insert(tx, one.flow, period, moment, why=said, figures=signed)
        there = ledger.sign_offs.standing(tx, [one.flow for one in todo], period)
        return [Signed(flow=one.flow.full_name, sign_off=there[one.flow.id]) for one in todo]

    return operator.transact(work)


def left_open(one: Standing) -> str:
    """What of a period is not settled, as people say it; empty when all is."""
    between, dead, doubt = one.count(Figure.BETWEEN), one.count(Figure.DEAD), one.in_doubt
    parts = [
        _many(one.found, "difference to the target", "differences to the target"),
        _many(dead, "dead letter", "dead letters"),
        _many(doubt, "write in doubt", "writes in doubt"),
        _many(between, "document is on its way", "documents are on their way"),
        "" if one.over else "the period is not over",
    ]
    return ", ".join(filter(None, parts))


def withdraw(operator: Operator, full_name: str, period: Period, why: str) -> None:
    """Take the sign-off of a flow back; raises ConfigurationError where there is none, and without a reason.

    One that somebody removed behind the product's back is taken back in the trail.
    """
    said = reason(why)

    def work(tx: OperatorTransaction) -> None:
        flow = require_flow(tx, full_name)
        ledger.sign_offs.lock(tx, flow, period)
        there = ledger.sign_offs.standing(tx, [flow], period).get(flow.id)
        if there is not None:
            ledger.sign_offs.withdraw(tx, flow, period, there, said)
        elif ledger.sign_offs.lost(tx, [flow], period, {}):
            ledger.sign_offs.note_lost(tx, flow, period, said)
        else:
            raise ConfigurationError(f"{full_name} is not signed off for {month_end.spelled(period)}.")

    operator.transact(work)


def listed(
    operator: Operator,
    named: str | None,
    *,
    after: tuple[dt.date, dt.date, UUID] | None = None,
    most: int = _LISTED,
) -> list[Signed]:
    """The newest sign-offs of a flow, an integration or all, also withdrawn ones; ``after`` one by its days and id."""
    with operator.transaction() as tx:
        flows = [require_flow(tx, named)] if named and "/" in named else ledger.flows.list_(tx, named)
        names = {flow.id: flow.full_name for flow in flows}
        found = ledger.sign_offs.listed(tx, flows, after=after, most=most)
    return [Signed(flow=names[one.flow_id], sign_off=one) for one in found]


def history(operator: Operator, full_name: str, period: Period) -> list[SignOff]:
    """All sign-offs of a flow for a period, the newest first; raises UnknownName."""
    with operator.transaction() as tx:
        return ledger.sign_offs.history(tx, require_flow(tx, full_name), period)


def _unsigned(tx: OperatorTransaction, named: str, period: Period, said: str) -> list[Standing]:
    """What is to be signed; ConfigurationError where that is nothing, or something is open and nobody ``said`` why."""
    flows, spelled = month_end.flows_of(tx, named, period), month_end.spelled(period)
    if not flows:
        raise ConfigurationError(
            f"There is nothing to sign off: no flow of {named} is switched on, and none has documents of {spelled}."
        )
    todo = [one for one in month_end.standing(tx, flows, period, fresh=True) if one.sign_off is None]
    if not todo:
        raise ConfigurationError(
            f"There is nothing to sign off: {named} is signed off for {spelled} already. To sign anew, withdraw the "
            "sign-off first."
        )
    for one in todo:
        if not said and (left := left_open(one)):
            raise ConfigurationError(
                f"{one.flow.full_name} is not settled: {left}. Say why it is signed off all the same."
            )
    return todo


def _figures(one: Standing, period: Period, lines: Sequence[str], postings: Postings) -> Figures:
    digest, each = signing.digest(lines), postings.lines()
    stated = {
        "flow": one.flow.full_name,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "timezone": one.flow.timezone,
        "documents": digest,
        "figures": signing.stated(signing.sums(lines)),
        "accounts": [
            {"account": account, "currency": currency, "debit": f"{total.debit:f}", "credit": f"{total.credit:f}"}
            for (account, currency), total in postings.accounts().items()
        ],
        "postings": canonical.fingerprint(each),
        "differences": one.differences,
        "compared_at": None if one.comparison is None else one.comparison.compared_at.isoformat(),
    }
    packed = ledger.signed_figures.packed(stated=stated, lines=lines, postings=each)
    return Figures(stated=stated, digest=digest, documents=len(lines), packed=packed)


def _many(number: int, one: str, more: str) -> str:
    return many(number, one, more) if number else ""
