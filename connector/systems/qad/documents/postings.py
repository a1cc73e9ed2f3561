"""What we write into QAD's books: journal entries and supplier invoices, under our own names.

Which field of QAD takes which is the target's business. Amounts are Decimal. Lines name parties as QAD knows them: a
supplier by its code, an employee or a card programme only as a note beside the GL account.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connector.domain.booked import Booked
from connector.reading.invoice_numbers import normalised

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

Body = dict[str, Any]

#: characters of a posting's text (assumed)
LONGEST_TEXT = 40


class Party(StrEnum):
    """Whom a line is about."""

    NOBODY = ""
    EMPLOYEE = "employee"
    CARD = "card"
    SUPPLIER = "supplier"


class InvoiceMode(StrEnum):
    """INITIAL: without tax and posting, as QAD recommends for integrations; FULL: with both."""

    INITIAL = "INITIAL"
    FULL = "FULL"


class InvoiceType(StrEnum):
    """Amounts are positive in both."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDITNOTE"


def text(*words: str) -> str:
    """A posting's text from words, cut where QAD ends it."""
    return " ".join(filter(None, words))[:LONGEST_TEXT].rstrip()


def text_with(reference: str, *, before: str) -> str:
    """A posting's text that keeps the reference whole as long as QAD can."""
    whole = f"{before} {reference}"
    return whole if len(whole) <= LONGEST_TEXT else text(reference)


def journal_key(*, entity: str, reference: str, revision: str) -> str:
    """The natural key of a journal entry: entity, the source's own id, its revision."""
    return f"{entity}|{reference}|{revision}"


def journal_line(
    *,
    amount: Decimal,
    account: str = "",
    cost_centre: str = "",
    project: str = "",
    words: str = "",
    party_type: Party = Party.NOBODY,
    party: str = "",
) -> Body:
    """One line; a positive amount is debited, a negative one credited."""
    return {
        "account": account,
        "sub_account": "",
        "cost_centre": cost_centre,
        "project": project,
        "debit": max(amount, Decimal(0)),
        "credit": max(-amount, Decimal(0)),
        "text": text(words),
        "party_type": party_type.value,
        "party": party,
    }


def journal_entry(
    *,
    entity: str,
    daybook: str,
    posting_date: dt.date,
    words: str,
    reference: str,
    currency: str,
    lines: Iterable[Mapping[str, Any]],
) -> Body:
    """A journal entry; the caller has made sure that it balances."""
    return {
        "entity": entity,
        "daybook": daybook,
        "posting_date": posting_date.isoformat(),
        "text": text(words),
        "reference": reference,
        "currency": currency,
        "lines": list(lines),
    }


def booked(entry: Mapping[str, Any]) -> Iterator[Booked]:
    """What a journal entry books; a line without an account is on that of its supplier, which QAD knows."""
    for line in entry["lines"]:
        yield Booked(
            account=str(line["account"] or f"{line['party_type']} {line['party']}"),
            currency=str(entry["currency"]),
            debit=Decimal(str(line["debit"])),
            credit=Decimal(str(line["credit"])),
        )


def invoice_key(*, entity: str, supplier_code: str, reference: str, invoice_type: InvoiceType) -> str:
    """The natural key of a supplier invoice. QAD only warns of a second one, so we never send it."""
    return f"{entity}|{supplier_code}|{normalised(reference)}|{invoice_type.value}"


def supplier_invoice(
    *,
    entity: str,
    supplier_code: str,
    remit_to: str,
    reference: str,
    invoice_type: InvoiceType,
    words: str,
    invoice_date: dt.date | None,
    posting_date: dt.date,
    due_date: dt.date | None,
    currency: str,
    total: Decimal,
    mode: InvoiceMode,
    status_code: str,
    daybook: str,
    order_numbers: Iterable[str],
    comment: str,
    lines: Iterable[Mapping[str, Any]],
    taxes: Iterable[Mapping[str, Any]],
) -> Body:
    """A supplier invoice; days that are not known are empty, taxes are there in mode FULL only."""
    return {
        "entity": entity,
        "supplier_code": supplier_code,
        "remit_to": remit_to,
        "reference": reference,
        "invoice_type": invoice_type.value,
        "description": text(words),
        "invoice_date": invoice_date.isoformat() if invoice_date else "",
        "posting_date": posting_date.isoformat(),
        "due_date": due_date.isoformat() if due_date else "",
        "currency": currency,
        "total": total,
        "mode": mode.value,
        "status_code": status_code,
        "daybook": daybook,
        "order_numbers": list(order_numbers),
        "comment": comment,
        "lines": list(lines),
        "taxes": list(taxes),
    }
