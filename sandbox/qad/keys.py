"""Natural keys: what an invoice is called where it arrives, and what it was posted as."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.qad.documents import Invoice


def natural_key(supplier: str, reference: str, kind: str) -> str:
    """Supplier, the supplier's own number in capitals without spaces, and what JAGGAER calls the kind."""
    spoken = "Credit memo" if kind.upper() == "CREDITNOTE" else "Invoice"
    return f"{supplier}|{''.join(reference.upper().split())}|{spoken}"


def posting_key(entity: str, supplier: str, reference: str, kind: str) -> str:
    """Entity, supplier, reference in capitals without spaces, and QAD's own word for the kind."""
    return f"{entity}|{supplier}|{''.join(reference.upper().split())}|{kind.upper()}"


def key_of(invoice: Invoice) -> str:
    """Return the natural key of an invoice."""
    return natural_key(invoice.supplier, invoice.reference, invoice.kind)
