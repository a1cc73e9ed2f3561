"""Expense reports: entries, their allocations, and the journal rows that say who pays whom.

Companies on the first version of the service leave many fields out (no ``taxGuid``, no totals, no payment date); only
what posting cannot do without is required.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from connector.domain import summary
from connector.domain.money import rounded
from connector.domain.summary import Summary
from connector.reading.field_types import Code, Currency, Key, Prose
from connector.systems.concur.documents.document import Employee, FinancialDocument, Level, Part
from connector.systems.concur.documents.fields import NOTHING, Amount, AmountOrNone, AmountOrNothing, Day, Flag, Rows

if TYPE_CHECKING:
    import datetime as dt

#: who pays or is paid in a journal row, where that is the customer
COMPANY = "COMP"


class Tax(Part):
    """One tax of an allocation; several may be of one code. Only ``amount_reclaim`` comes back from the authority."""

    tax_guid: Code = ""
    tax_authority_label: Code = ""
    tax_code: Code = ""
    tax_reclaim_code: Code = ""
    non_domestic_code: Code = ""
    amount_tax: AmountOrNothing = NOTHING
    amount_reclaim: AmountOrNothing = NOTHING


class Journal(Level):
    """One row of Concur's accounting: ``journal_payer`` pays ``journal_payee``; amounts are negative towards COMP."""

    journal_account_code: Code = ""
    journal_payer: Key
    journal_payee: Key
    amount_gross: Amount
    amount_net_of_tax: AmountOrNone = None
    amount_net_of_reclaim: AmountOrNone = None
    tax_guid: Rows[Code] = ()


class Allocation(Level):
    """The part of an entry that one cost object bears."""

    allocation_id: Code = ""
    journal: Rows[Journal] = ()
    tax: Rows[Tax] = ()


class Entry(Level):
    """One expense. ``clearing_account_code`` stands in where a journal row names no account."""

    entry_id: Code = ""
    expense_type_code: Code = ""
    expense_type_name: Prose = ""
    entry_date: Day = None
    entry_is_personal: Flag = False
    report_entry_pat_key: Code = ""
    clearing_account_code: Code = ""
    allocation: Rows[Allocation] = ()


class Report(Level):
    """The header. All amounts of the journal are in ``employee_currency_alpha_code``."""

    report_id: Code = ""
    report_key: Code = ""
    revision_number: Code = ""
    ledger_code: Code = ""
    employee_currency_alpha_code: Currency
    is_test: Flag = False
    report_payment_processing_date: Day = None
    report_submit_date: Day = None
    report_user_defined_date: Day = None


class CashAdvanceApplication(Part):
    """A part of a cash advance the employee has had, used up by this report."""

    cash_advance_id: Code = ""
    cash_advance_application_amount: Amount
    cash_advance_clearing_account_code: Code = ""


class Expenses(Part):
    """SAP's expense document."""

    employee: Employee
    report: Report
    expense_entry: Rows[Entry] = ()
    cash_advance_application: Rows[CashAdvanceApplication] = ()


class ExpenseReport(FinancialDocument):
    """An expense report with its header."""

    TITLE: ClassVar[str] = "expense report"

    document: Expenses

    @property
    def posting_day(self) -> dt.date | None:
        """The day it was released for payment; older documents only know when it was submitted."""
        report = self.document.report
        return report.report_payment_processing_date or report.report_submit_date or report.report_user_defined_date

    def summarised(self) -> Summary:
        """The report, its employee by id, and what the company pays for it."""
        rows = (row for entry in self.document.expense_entry for part in entry.allocation for row in part.journal)
        paid = (row.amount_gross for row in rows if COMPANY in (row.journal_payer, row.journal_payee))
        report = self.document.report
        return Summary(
            kind=summary.EXPENSE_REPORT,
            number=report.report_id or self.source_key,
            party=summary.employee(self.document.employee.employee_id),
            date=self.posting_day,
            amount=rounded(sum(paid, start=NOTHING), report.employee_currency_alpha_code),
            currency=report.employee_currency_alpha_code,
            references=summary.named(report_key=report.report_key),
        )
