"""What expense reports and cash advances share: lines in Concur's codes become a journal entry in QAD's."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Mapped, Option
from connector.domain.outcome import Advance, Bury
from connector.domain.record import State
from connector.domain.sentence import capital
from connector.posting import concur_coding
from connector.posting.concur_coding import Coding
from connector.posting.expense_rules import EMPLOYEE, Line, PlaceKind
from connector.systems.qad.documents import postings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome
    from connector.systems.concur.documents.document import Employee, FinancialDocument

OPTIONS: Mapping[str, Option] = {
    "daybook": Option(
        default="CONCUR",
        help="QAD's daybook for these entries; one with control External is made for entries from another system.",
    ),
    "employee_field": Option(
        default="employeeId",
        help="Concur's field that identifies the employee towards QAD, such as employeeCustom17Code.",
    ),
}


def employee(who: Employee, options: Mapping[str, Any], offered: Mapping[str, Option]) -> str:
    """The employee's code in Concur."""
    return who.coded(option.text("employee_field", options, offered))


def coding_of(lines: Sequence[Line], *, ledger: str, employee: str) -> Coding:
    """All codes the lines use."""
    return Coding(
        ledger=ledger,
        accounts=_codes(lines, PlaceKind.ACCOUNT),
        objects=tuple(dict.fromkeys(line.objects for line in lines if line.objects is not None)),
        taxes=_codes(lines, PlaceKind.TAX),
        payees=_codes(lines, PlaceKind.PARTY),
        employee=employee,
    )


def entry(
    document: FinancialDocument,
    lines: Sequence[Line],
    codes: Coding,
    *,
    key_of: str,
    currency: str,
    day: dt.date | None,
    label: str,
    known: Known,
    options: Mapping[str, Any],
    offered: Mapping[str, Option],
) -> Mapped | Outcome:
    """The journal entry; or what stands against it. ``lines`` balance; of one ``key_of`` only one is ever posted."""
    if not codes.employee and EMPLOYEE in codes.payees:
        return Bury(
            code="employee_missing",
            reason=f"{capital(label)} does not say which employee it is of.",
            suggestion="Set the option employee_field to a field that is filled, or correct the employee in Concur.",
        )
    if stopped := codes.missing(known):
        return stopped
    posting_day = concur_coding.day_to_post(day, label=label, options=options, offered=offered)
    if not isinstance(posting_day, dt.date):
        return posting_day
    if not lines:
        return _nothing(codes.entity(known), posting_day, document, label)
    body = postings.journal_entry(
        entity=codes.entity(known),
        daybook=option.text("daybook", options, offered),
        posting_date=posting_day,
        words=postings.text_with(document.source_key, before="Concur"),
        reference=document.source_key,
        currency=currency,
        lines=list(_lines(lines, codes, known)),
    )
    key = postings.journal_key(entity=codes.entity(known), reference=key_of, revision=document.revision)
    return Mapped(key=key, body=body, facts={"doc_id": document.doc_id})


def _nothing(entity: str, day: dt.date, document: FinancialDocument, label: str) -> Advance:
    """Nobody is owed anything: Concur is told that it is done."""
    facts = {
        "company": entity,
        "document_number": "nothing to post",
        "fiscal_year": str(day.year),
        "posting_date": day.isoformat(),
        "doc_id": document.doc_id,
    }
    return Advance(to=State.LOADED, why=f"{capital(label)} has nothing to post.", facts=facts)


def _lines(lines: Sequence[Line], codes: Coding, known: Known) -> Iterator[dict[str, Any]]:
    for line in lines:
        objects = concur_coding.objects_in_qad(line.objects, known)
        match line.place.kind:
            case PlaceKind.ACCOUNT:
                account = concur_coding.account(line.place.code, known)
                yield postings.journal_line(
                    amount=line.amount,
                    account=account,
                    cost_centre=objects.cost_centre,
                    project=objects.project,
                    words=line.text,
                )
            case PlaceKind.TAX:
                account = known.code("tax_accounts", line.place.code) or ""
                yield postings.journal_line(amount=line.amount, account=account, words=f"{line.place.code} {line.text}")
            case PlaceKind.PARTY:
                owed = codes.owed(line.place.code, known)
                yield postings.journal_line(
                    amount=line.amount,
                    account=owed.account,
                    words=" ".join(dict.fromkeys((line.place.code, owed.party))),
                    party_type=owed.party_type,
                    party=owed.party,
                )


def _codes(lines: Sequence[Line], kind: PlaceKind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.place.code for line in lines if line.place.kind is kind))
