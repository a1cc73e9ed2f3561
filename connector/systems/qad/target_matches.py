"""Whether a row of QAD is the posting we mean, and how it differs from ours, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.money import spelled
from connector.reading.invoice_numbers import normalised
from connector.systems.qad import target_records, values
from connector.systems.qad.documents.postings import InvoiceMode, InvoiceType

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing

Row = Mapping[str, Any]


def asked_by(document: Outgoing) -> tuple[str, str]:
    """The field and value QAD is asked for: the supplier's reference, or the key a journal entry carries.

    The filter separates its parts by commas and cannot quote one; an invoice is then searched among its supplier's.
    """
    if document.entity == "journal_entries":
        return "key", document.key
    reference = str(document.body["reference"]).strip()
    return ("supplier_code", str(document.body["supplier_code"])) if "," in reference else ("reference", reference)


def same_key(document: Outgoing, row: Row) -> bool:
    """Whether the row has the document's natural key."""
    body = document.body
    if document.entity == "journal_entries":
        return _text(row, "key") == document.key
    return (
        _same(_text(row, "entity"), body["entity"])
        and _same(_text(row, "supplier_code"), body["supplier_code"])
        and normalised(_text(row, "reference")) == normalised(str(body["reference"]))
        and _same("".join(_text(row, "invoice_type").split()), body["invoice_type"])
    )


def difference(document: Outgoing, row: Row) -> str:
    """How the posting in QAD differs; empty when it is ours. It may have been found by our correlation id alone."""
    body = document.body
    for ours, called in (("entity", "entity"), ("supplier_code", "supplier"), ("currency", "currency")):
        there, here = _text(row, ours), str(body.get(ours) or "")
        if ours in row and here and not _same(there, here):
            return f"its {called} is {there or 'unknown'} there and {here} here."
    currency, here_total, there_total = str(body["currency"]), target_records.total(document), _total(document, row)
    if there_total is None:
        return f"QAD shows no total for it, ours is {spelled(here_total, currency)}."
    if there_total != here_total:
        return f"its total is {spelled(there_total, currency)} there and {spelled(here_total, currency)} here."
    return ""


def unseen(document: Outgoing) -> str:
    """What the browse does not show of a posting; an initial invoice has no more than it shows."""
    if document.entity == "journal_entries":
        return "the accounts, sides and amounts of its lines"
    return "its lines and their accounts" if document.body.get("mode") == InvoiceMode.FULL else ""


def _total(document: Outgoing, row: Row) -> Decimal | None:
    """A credit note has its total in debit, like a journal entry; an invoice in credit."""
    side = "credit_total" if document.body.get("invoice_type") == InvoiceType.INVOICE else "debit_total"
    amount = values.amount(row.get(side))
    return amount if isinstance(amount, Decimal) else None


def _text(row: Row, field: str) -> str:
    return str(values.text(row.get(field)) or "")


def _same(left: object, right: object) -> bool:
    """QAD compares codes without regard to case."""
    return str(left).casefold() == str(right).casefold()
