"""Supplier invoices that have cleared the three-way match in QAD go to JAGGAER for approval, never blindly twice.

An invoice waits until QAD says that it is matched to orders and receivers, allocated, approved and not held; then until
its supplier, the accounts of its lines and its orders are in JAGGAER. Invoices without receiver matching never go. A
credit note becomes a "Credit memo" with negative amounts. The supplier's own invoice number is the key: compared
without spaces and case, sent as the supplier wrote it. Freight and other cost lines go as lines without an order, or
as header charges where the crosswalk ``charges`` says so for their account. Codes: ``payment_terms`` and
``business_units`` must have crosswalk rows, ``units`` and ``charges`` may. Nothing of it is written back to QAD.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.code_list import FewCodes
from connector.domain.dependency import Dependency, uncoded, unmet
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkNeed, LinkState, Needs
from connector.domain.outcome import Bury, Skip, Wait
from connector.domain.sentence import capital
from connector.posting import codes_without_case, figures, jaggaer_invoice, matching, posted_elsewhere
from connector.reading.invoice_numbers import normalised
from connector.systems.jaggaer import documents as jaggaer
from connector.systems.qad import documents as qad

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_invoices_to_jaggaer"
_SUPPLIERS = "qad_suppliers_to_jaggaer"
_ACCOUNTS = "qad_accounts_to_jaggaer"
_ORDERS = "qad_orders_to_jaggaer"

OPTIONS: Mapping[str, Option] = {
    **matching.OPTIONS,
    **posted_elsewhere.OPTIONS,
    "accounts_required": Option(
        default=True,
        help="Whether the accounts of an invoice must have been sent to JAGGAER first; if not, JAGGAER has them.",
    ),
    "order_required": Option(
        default=True,
        help="Whether the purchase orders of an invoice must be in JAGGAER before the invoice is sent.",
    ),
    "unlisted_costs": Option(
        default="",
        help="Where what an invoice's total has and no line and no tax goes (freight that QAD adds to the total only): "
        "shippingCharge, handlingCharge, or the GL account of a line of its own; empty: the invoice is a dead letter.",
    ),
    "longest_invoice_number": Option(
        default=50,
        help="The longest supplier invoice number JAGGAER takes; 50 is assumed, ask JAGGAER for yours.",
    ),
    "invoice_number_per_entity": Option(
        default=False,
        help="Whether JAGGAER takes one supplier invoice number once for each business unit; if not, the second of two "
        "entities is a dead letter.",
    ),
    "check_line_prices": Option(
        default=True,
        help="Whether quantity times price must give each line's amount; JAGGAER works amounts out from these two.",
    ),
}

_TYPES = {
    qad.InvoiceType.INVOICE: jaggaer.InvoiceType.INVOICE,
    qad.InvoiceType.CREDIT_NOTE: jaggaer.InvoiceType.CREDIT_MEMO,
}
_CORRECTIONS = frozenset({qad.InvoiceType.INVOICE_CORRECTION, qad.InvoiceType.CREDIT_NOTE_CORRECTION})
_IN_QAD = "Correct the invoice in QAD; the corrected version is read by itself."


def _required_codes(invoice: qad.SupplierInvoice) -> tuple[CodeNeed, ...]:
    codes = {"payment_terms": invoice.credit_terms, "business_units": invoice.entity}
    return tuple(CodeNeed(table=table, code=code) for table, code in codes.items() if code)


def _dependencies(invoice: qad.SupplierInvoice, options: Mapping[str, Any]) -> Iterator[Dependency]:
    supplier = codes_without_case.need(_SUPPLIERS, invoice.supplier_code)
    yield Dependency(need=supplier, label=f"supplier {invoice.supplier_code}")
    if option.switch("accounts_required", options, OPTIONS):
        coded = (line.account for line in invoice.lines if line.account not in ("", *jaggaer.CHARGES))
        for account in dict.fromkeys(coded):
            yield Dependency(need=codes_without_case.need(_ACCOUNTS, account), label=f"account {account}")
    if option.switch("order_required", options, OPTIONS):
        for order in dict.fromkeys(line.order_number for line in invoice.lines if line.order_number):
            yield Dependency(need=codes_without_case.need(_ORDERS, order), label=f"purchase order {order}")


def needs(invoice: qad.SupplierInvoice, options: Mapping[str, Any]) -> Needs:
    """Its supplier, accounts and orders in JAGGAER, whether JAGGAER has the invoice itself already, and its codes."""
    units = (CodeNeed(table="units", code=line.unit_of_measure) for line in invoice.lines if line.unit_of_measure)
    rest = option.text("unlisted_costs", options, OPTIONS)
    costs = (CodeNeed(table=jaggaer_invoice.CHARGES, code=line.account) for line in invoice.lines if line.is_cost)
    return Needs(
        links=(
            *(dependency.need for dependency in _dependencies(invoice, options)),
            *((codes_without_case.need(_ACCOUNTS, rest),) if rest and rest not in jaggaer.CHARGES else ()),
            LinkNeed(flow=_NAME, key=invoice.invoice_id),
        ),
        codes=tuple(dict.fromkeys((*_required_codes(invoice), *units, *costs))),
        postings=posted_elsewhere.needs(invoice, options),
    )


def map_invoice(invoice: qad.SupplierInvoice, known: Known, options: Mapping[str, Any]) -> Mapped | Outcome:
    """The invoice for the import; or what stands against it: whose it is, then match, figures, codes, links."""
    not_yet = (
        _posted_elsewhere(invoice, known, options)
        or _never(invoice)
        or _not_matched(invoice, known, options)
        or _unsendable(invoice, options)
    )
    settled = not_yet or figures.settled(invoice, rest_to=option.text("unlisted_costs", options, OPTIONS))
    if not isinstance(settled, qad.SupplierInvoice):
        return settled
    name, check_prices = matching.label(invoice), option.switch("check_line_prices", options, OPTIONS)
    stopped = (
        (figures.contradicting(settled) if check_prices else None)
        or _unknown_charge(settled, known)
        or uncoded(_required_codes(invoice), known)
        or unmet(_dependencies(settled, options), known, of=capital(name), source="QAD", target="JAGGAER")
    )
    return stopped or _mapped(settled, known, options)


def _mapped(invoice: qad.SupplierInvoice, known: Known, options: Mapping[str, Any]) -> Mapped:
    kind = _TYPES[invoice.invoice_type]
    supplier = codes_without_case.as_sent(known, _SUPPLIERS, invoice.supplier_code)
    per_entity = option.switch("invoice_number_per_entity", options, OPTIONS)
    key = jaggaer.invoice_key(
        supplier_number=supplier,
        invoice_number=invoice.reference,
        invoice_type=kind,
        unit=known.code("business_units", invoice.entity) or "" if per_entity else "",
    )
    return Mapped(key=key, body=jaggaer_invoice.body(invoice, kind, known))


def _unknown_charge(invoice: qad.SupplierInvoice, known: Known) -> Bury | None:
    """A crosswalk row that names no charge of JAGGAER."""
    for line in invoice.lines:
        charge = jaggaer_invoice.charge(line, known)
        if charge and charge not in jaggaer.CHARGES:
            return Bury(
                code="charge_unknown",
                reason=f"Line {line.line} of {matching.label(invoice)} has account {line.account}, which crosswalk "
                f'{jaggaer_invoice.CHARGES} makes "{charge}"; JAGGAER has {" and ".join(jaggaer.CHARGES)}.',
                suggestion="Correct or remove the crosswalk row, then requeue this.",
            )
    return None


def _never(invoice: qad.SupplierInvoice) -> Skip | Bury | None:
    """Documents that have no place in JAGGAER."""
    name, kind = matching.label(invoice), invoice.invoice_type
    if not invoice.receiver_matching:
        return Skip(reason=f"No receiver matching in QAD for {name}: it is not on a purchase order, so it does not go.")
    if kind in _CORRECTIONS:
        return Bury(
            code="correction_not_carried",
            reason=f"{capital(name)} is a correction ({kind.value}) of an earlier document; JAGGAER takes none.",
            suggestion="Make the same correction in JAGGAER by hand, then discard this dead letter.",
        )
    if kind not in _TYPES:
        return Skip(reason=f"QAD documents of type {kind.value} do not go to JAGGAER: {name}.")
    return None


def _posted_elsewhere(
    invoice: qad.SupplierInvoice, known: Known, options: Mapping[str, Any]
) -> Skip | Wait | Bury | None:
    """What JAGGAER has already is its own."""
    if known.link(_NAME, invoice.invoice_id).state is LinkState.LINKED:
        return None
    return posted_elsewhere.elsewhere(invoice, known, options)


def _not_matched(invoice: qad.SupplierInvoice, known: Known, options: Mapping[str, Any]) -> Skip | Wait | None:
    name = matching.label(invoice)
    why = matching.unmatched(invoice, options)
    if not why:
        return None
    if known.link(_NAME, invoice.invoice_id).state is LinkState.LINKED:
        return Skip(reason=f"JAGGAER has {name} already and takes no changes to it, but in QAD by now {why}.")
    return Wait(
        gate=f"three-way match of {name}",
        why=f"{capital(name)} has not cleared the three-way match in QAD: {why}.",
        due=dt.timedelta(minutes=option.whole("match_recheck_minutes", options, OPTIONS)),
        reread=True,
    )


def _unsendable(invoice: qad.SupplierInvoice, options: Mapping[str, Any]) -> Bury | None:
    """What JAGGAER cannot take without."""
    longest = option.whole("longest_invoice_number", options, OPTIONS)
    name = capital(matching.label(invoice))
    if not normalised(invoice.reference):
        return Bury(
            code="invoice_number_missing",
            reason=f"{name} has no supplier invoice number (reference), the only thing JAGGAER knows an invoice by.",
            suggestion="Enter the supplier's invoice number as reference in QAD; the invoice is then read by itself.",
        )
    if len(invoice.reference) > longest:
        return Bury(
            code="invoice_number_too_long",
            reason=f"The supplier invoice number of {matching.label(invoice)} has {len(invoice.reference)} "
            f"characters; JAGGAER takes at most {longest}.",
            suggestion="Shorten the reference in QAD, or set the option longest_invoice_number if JAGGAER takes more.",
        )
    if invoice.invoice_date is None:
        return Bury(code="date_missing", reason=f"{name} has no invoice date.", suggestion=_IN_QAD)
    uncoded_line = next((line.line for line in invoice.lines if not line.account), None)
    if uncoded_line is not None:
        return Bury(
            code="account_missing",
            reason=f"Line {uncoded_line} of {matching.label(invoice)} has no GL account; "
            "JAGGAER wants each line coded.",
            suggestion=_IN_QAD,
        )
    return None


FLOW: Flow[qad.SupplierInvoice] = Flow(
    name=_NAME,
    kind="qad-jaggaer",
    title="Supplier invoices",
    source=Side(system="qad", entity="invoices"),
    target=Side(system="jaggaer", entity="invoices"),
    updates=False,
    schedule="every 5m",
    after=("qad_suppliers_to_jaggaer", "qad_accounts_to_jaggaer", "qad_orders_to_jaggaer"),
    options=OPTIONS,
    changes=(
        jaggaer_invoice.AS_WRITTEN,
        "The amount of each line and the tax are rounded half up to what the currency has.",
        "A credit note gets a negative total, tax and quantities.",
        "A cost line without a price is one piece of its amount.",
    ),
    parse=partial(qad.parse, qad.SupplierInvoice),
    summarise=qad.SupplierInvoice.summarised,
    key_field="invoice_id",
    controls=matching.CONTROLS,
    codes_in_any_case=True,
    crosswalks=("business_units", "payment_terms", "units", jaggaer_invoice.CHARGES),
    code_lists={
        jaggaer_invoice.CHARGES: FewCodes(codes=tuple((charge, "a field of the header") for charge in jaggaer.CHARGES))
    },
    needs=needs,
    map=map_invoice,
)
