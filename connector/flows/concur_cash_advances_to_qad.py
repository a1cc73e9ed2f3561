"""Cash advances paid out in Concur become journal entries in QAD: the advance is debited, the employee credited.

A negative row, or one with CR, turns the sides: money that came back. What comes back is a document of its own under
the same id, once for each part: it is posted beside the advance, under a key that ends with Concur's id of it. The
amounts are in the employee's currency unless they are exactly what was asked for in another one; when neither fits,
nothing is posted.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import LinkNeed, Needs
from connector.domain.outcome import Bury
from connector.posting import advance_rules, concur_coding
from connector.posting import journal as concur_journal
from connector.systems.concur.documents import parse
from connector.systems.concur.documents.cash_advances import CashAdvance
from connector.systems.qad.documents.postings import booked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome
    from connector.posting.concur_coding import Coding
    from connector.posting.expense_rules import Line

_NAME = "concur_cash_advances_to_qad"

_SHARED = ("allow_test_documents", "first_open_day", "closed_period")
OPTIONS: Mapping[str, Option] = {
    **{name: concur_coding.OPTIONS[name] for name in _SHARED},
    **concur_journal.OPTIONS,
    "ledger_field": Option(
        default="ledgerCode",
        help="Concur's field of the advance or its employee that says the ledger, such as employeeOrgUnit2Code; "
        "advances name none themselves, and without one they are of ledger DEFAULT.",
    ),
}


def label(advance: CashAdvance) -> str:
    """The cash advance as a processor finds it in Concur."""
    return f"cash advance {advance.source_key}"


def _coding(advance: CashAdvance, lines: tuple[Line, ...], options: Mapping[str, Any]) -> Coding:
    data = advance.document
    who = concur_journal.employee(data.employee_data, options, OPTIONS)
    field = option.text("ledger_field", options, OPTIONS)
    ledger = data.cash_advance_data.coded(field) or data.employee_data.coded(field)
    return concur_journal.coding_of(lines, ledger=ledger, employee=who)


def needs(advance: CashAdvance, options: Mapping[str, Any]) -> Needs:
    """Its codes, and whether it is in the books already."""
    lines = advance_rules.journal(advance.document, label=label(advance))
    codes = () if isinstance(lines, Bury) else _coding(advance, lines, options).needs().codes
    return Needs(links=(LinkNeed(flow=_NAME, key=advance.source_key),), codes=codes)


def second_needs(advance: CashAdvance, known: Known, options: Mapping[str, Any]) -> Needs:
    """What QAD must have for these codes."""
    lines = advance_rules.journal(advance.document, label=label(advance))
    return Needs() if isinstance(lines, Bury) else _coding(advance, lines, options).second_needs(known)


def map_advance(advance: CashAdvance, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The journal entry; or what stands against it."""
    name, is_test = label(advance), advance.is_test or advance.document.cash_advance_data.is_test
    if skipped := concur_coding.unwanted(is_test=is_test, label=name, options=options, offered=OPTIONS):
        return skipped
    if not advance.filed_as and (twice := concur_coding.posted_before(_NAME, known, advance, label=name)):
        return twice
    lines = advance_rules.journal(advance.document, label=name)
    if isinstance(lines, Bury):
        return lines
    return concur_journal.entry(
        advance,
        lines,
        _coding(advance, lines, options),
        key_of=advance.own_key,
        currency=advance_rules.currency(advance.document),
        day=advance.posting_day,
        label=name,
        known=known,
        options=options,
        offered=OPTIONS,
    )


FLOW: Flow[CashAdvance] = Flow(
    name=_NAME,
    version=2,
    kind="qad-concur",
    title="Cash advances",
    source=Side(system="concur", entity="cash_advances"),
    target=Side(system="qad", entity="journal_entries"),
    updates=False,
    schedule="every 5m",
    confirms=True,
    after=(concur_coding.SUPPLIERS, concur_coding.COST_OBJECTS),
    options=OPTIONS,
    parse=partial(parse, CashAdvance),
    summarise=CashAdvance.summarised,
    booked=booked,
    key_field="source_key",
    controls=("is_test",),
    identity_field="doc_id",
    crosswalks=concur_coding.CROSSWALKS,
    code_lists=concur_coding.CODE_LISTS,
    needs=needs,
    second_needs=second_needs,
    map=map_advance,
)
