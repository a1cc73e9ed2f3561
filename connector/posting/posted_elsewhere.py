"""Invoices in QAD that this connector posted there itself, for another integration: none of anybody else's business.

The ledger knows them by entity, supplier, reference and type, compared without case, and by the number QAD gave them:
whoever finishes an invoice in QAD may correct its reference. Where no number is known, what was posted tells: one with
another total, currency or date is another invoice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain import option
from connector.domain.flow import Option
from connector.domain.gate import PostedNeed
from connector.domain.money import spelled
from connector.domain.outcome import Bury, Skip, Wait
from connector.domain.sentence import capital
from connector.posting import figures
from connector.posting.matching import label
from connector.systems.qad import documents as qad
from connector.systems.qad.documents import postings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connector.domain.gate import Known, Posting

#: whatever posts supplier invoices into QAD
_POSTED_BY = ("concur_invoices_to_qad", "cxml_invoices_to_qad")
_OPTION = "invoices_of_other_integrations"
_TYPES = {
    qad.InvoiceType.INVOICE: postings.InvoiceType.INVOICE,
    qad.InvoiceType.CREDIT_NOTE: postings.InvoiceType.CREDIT_NOTE,
}
#: a document of its own in QAD, about the one it corrects
_CORRECTS = {
    qad.InvoiceType.INVOICE_CORRECTION: postings.InvoiceType.INVOICE,
    qad.InvoiceType.CREDIT_NOTE_CORRECTION: postings.InvoiceType.CREDIT_NOTE,
}

OPTIONS: Mapping[str, Option] = {
    _OPTION: Option(
        default=False,
        help="Whether invoices that this connector itself posted into QAD for another integration (from SAP Concur, "
        "or as cXML) are sent as well.",
    ),
}


def needs(invoice: qad.SupplierInvoice, options: Mapping[str, Any]) -> tuple[PostedNeed, ...]:
    """Whether another integration posted it; asks nothing where that does not matter."""
    kind = {**_TYPES, **_CORRECTS}.get(invoice.invoice_type)
    if kind is None or option.switch(_OPTION, options, OPTIONS):
        return ()
    key = postings.invoice_key(
        entity=invoice.entity, supplier_code=invoice.supplier_code, reference=invoice.reference, invoice_type=kind
    )
    return tuple(PostedNeed(flow=flow, key=key, number="/".join(_number(invoice))) for flow in _POSTED_BY)


def elsewhere(invoice: qad.SupplierInvoice, known: Known, options: Mapping[str, Any]) -> Skip | Wait | Bury | None:
    """What becomes of an invoice that another integration posted, or may have posted; None where none did."""
    name = label(invoice)
    found = [
        (need.flow, posting, _agreeing(posting, invoice))
        for need in needs(invoice, options)
        for posting in known.posted(need)
    ]
    # one with the very number first, then those of which no number is known, then those that are another invoice
    for agrees in (True, None, False):
        for flow, posting in ((flow, one) for flow, one, same in found if same is agrees):
            by = f"integration {posting.integration} (document {posting.source_key} of {flow})"
            if not posting.certain:
                return Wait(
                    gate=f"answer of QAD to {posting.source_key} of {posting.integration}/{flow}",
                    why=f"{capital(name)} waits: {by} may have posted it, and QAD's answer is not there yet.",
                )
            if agrees is not False:
                return Skip(
                    reason=f"{capital(name)} was posted into QAD by this connector for {by}, so it does not go to "
                    f"JAGGAER; the option {_OPTION} would send such invoices as well."
                )
            return Bury(
                code="posted_for_another",
                reason=f"{capital(name)} has the entity, supplier, number and type of an invoice that this connector "
                f"posted into QAD{_as(posting, invoice)} for {by}; two of them could be paid twice.",
                suggestion="Compare both in QAD: give a second invoice a reference of its own there, and it is read by "
                "itself; if it is the same, discard this dead letter.",
            )
    return None


def _agreeing(posting: Posting, invoice: qad.SupplierInvoice) -> bool | None:
    """Whether both have one number in QAD; None where it is not known and both have the same figures."""
    theirs = [_bare(part) for part in (posting.number or "").split("/") if part]
    ours = [_bare(part) for part in _number(invoice)]
    if invoice.invoice_type in _CORRECTS:
        return None
    if not theirs or not invoice.voucher:
        return False if _other_figures(posting, invoice) else None
    # where QAD did not name year or daybook, the voucher alone must do
    return theirs == ours if len(theirs) == len(ours) else theirs[-1] == ours[-1]


def _other_figures(posting: Posting, invoice: qad.SupplierInvoice) -> str:
    """What was posted with other figures than the invoice has in QAD; empty where all that is known is the same."""
    sent = posting.facts
    total, currency, date = sent.get("total"), sent.get("currency", ""), sent.get("invoice_date", "")
    here = figures.total(invoice)
    if currency.casefold() not in {"", invoice.currency.casefold()}:
        return f"with the currency {currency}, and it has {invoice.currency}"
    if total and Decimal(total) != here:
        return f"with the total {spelled(Decimal(total), currency)}, and it has {spelled(here, invoice.currency)}"
    if date and invoice.invoice_date and invoice.invoice_date.isoformat() != date:
        return f"with the date {date}, and it has {invoice.invoice_date}"
    return ""


def _as(posting: Posting, invoice: qad.SupplierInvoice) -> str:
    """How the two differ."""
    number = f" as {posting.number}" if posting.number else ""
    other = "" if posting.number and invoice.voucher else f" {_other_figures(posting, invoice)},"
    return f"{number}{other}"


def _number(invoice: qad.SupplierInvoice) -> tuple[str, ...]:
    return tuple(filter(None, (invoice.posting_year, invoice.daybook, invoice.voucher)))


def _bare(part: str) -> str:
    return part.strip().lstrip("0").casefold()
