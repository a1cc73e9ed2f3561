"""Expense reports approved in Concur become journal entries in QAD, in the currency the employee is reimbursed in.

One debit for each journal row, one for each reclaimed tax, one credit for each party that is owed something; balanced
to the cent or not posted at all (``posting_rules`` has the rules). A report nobody is owed anything for posts nothing,
and Concur is told so. A corrected report comes again with a higher revision; once a revision is in the books, a later
one is not posted beside it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import LinkNeed, Needs
from connector.domain.outcome import Bury
from connector.posting import concur_coding
from connector.posting import expense_rules as rules
from connector.posting import journal as concur_journal
from connector.systems.concur.documents import parse
from connector.systems.concur.documents.expenses import ExpenseReport
from connector.systems.qad.documents.postings import booked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome
    from connector.posting.concur_coding import Coding

_NAME = "concur_expenses_to_qad"
_IN_EXPENSE = "in_expense"

OPTIONS: Mapping[str, Option] = {
    **concur_coding.OPTIONS,
    **concur_journal.OPTIONS,
    "non_reclaimable_tax": Option(
        default=_IN_EXPENSE,
        help="Where tax goes that nobody gives back: in_expense leaves it in the expense, a GL account collects it.",
    ),
}


def label(report: ExpenseReport) -> str:
    """The report as a processor finds it in Concur."""
    revision = f" (revision {report.revision})" if report.revision else ""
    return f"expense report {report.source_key}{revision}"


def _journal(report: ExpenseReport, options: Mapping[str, Any]) -> tuple[rules.Line, ...] | Bury:
    lost = option.text("non_reclaimable_tax", options, OPTIONS)
    chosen = rules.Rules(
        objects=concur_coding.finder(options, OPTIONS), lost_tax_account="" if lost.lower() == _IN_EXPENSE else lost
    )
    return rules.journal(report.document, chosen, label=label(report))


def _coding(report: ExpenseReport, lines: tuple[rules.Line, ...], options: Mapping[str, Any]) -> Coding:
    document = report.document
    employee = concur_journal.employee(document.employee, options, OPTIONS)
    return concur_journal.coding_of(lines, ledger=document.report.ledger_code, employee=employee)


def needs(report: ExpenseReport, options: Mapping[str, Any]) -> Needs:
    """Its codes, and whether a revision of it is in the books already."""
    lines = _journal(report, options)
    codes = () if isinstance(lines, Bury) else _coding(report, lines, options).needs().codes
    return Needs(links=(LinkNeed(flow=_NAME, key=report.source_key),), codes=codes)


def second_needs(report: ExpenseReport, known: Known, options: Mapping[str, Any]) -> Needs:
    """What QAD must have for these codes."""
    lines = _journal(report, options)
    return Needs() if isinstance(lines, Bury) else _coding(report, lines, options).second_needs(known)


def map_report(report: ExpenseReport, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The journal entry; or what stands against it."""
    name, is_test = label(report), report.is_test or report.document.report.is_test
    if skipped := concur_coding.unwanted(is_test=is_test, label=name, options=options, offered=OPTIONS):
        return skipped
    if twice := concur_coding.posted_before(_NAME, known, report, label=name):
        return twice
    lines = _journal(report, options)
    if isinstance(lines, Bury):
        return lines
    return concur_journal.entry(
        report,
        lines,
        _coding(report, lines, options),
        key_of=report.source_key,
        currency=report.document.report.employee_currency_alpha_code,
        day=report.posting_day,
        label=name,
        known=known,
        options=options,
        offered=OPTIONS,
    )


FLOW: Flow[ExpenseReport] = Flow(
    name=_NAME,
    version=2,
    kind="qad-concur",
    title="Expense reports",
    source=Side(system="concur", entity="expenses"),
    target=Side(system="qad", entity="journal_entries"),
    updates=False,
    schedule="every 5m",
    confirms=True,
    after=(concur_coding.SUPPLIERS, concur_coding.COST_OBJECTS),
    options=OPTIONS,
    parse=partial(parse, ExpenseReport),
    summarise=ExpenseReport.summarised,
    booked=booked,
    key_field="source_key",
    controls=("is_test",),
    identity_field="doc_id",
    crosswalks=concur_coding.CROSSWALKS,
    code_lists=concur_coding.CODE_LISTS,
    needs=needs,
    second_needs=second_needs,
    map=map_report,
)
