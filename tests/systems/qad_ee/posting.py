"""A site whose postings can be asked back, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad_ee.standing_in import connected, said

if TYPE_CHECKING:
    from connector.ports import Target
    from tests.systems.qad_ee.standing_in import Site

ASKED = {
    "supplier_invoices": {
        "search": {
            "query_qdoc": {
                "api": "queryPosted",
                "version": "CUST_1",
                "dataset": "dsQuery",
                "table": "ttQuery",
                "parameters": {"d": "{domain}", "r": "{reference}", "s": "{supplier_code}", "c": "{correlation}"},
            }
        }
    }
}
NOTHING = said("queryPosted", "success", data="<BCInvoice/>")


def there(correlation: str = "corr-1", **changes: str) -> str:
    """An answer with one posting."""
    fields = {
        "tcCompanyCode": "10USACO",
        "tcCreditorCode": "S10001",
        "CInvoiceReference": "INV 1",
        "CInvoiceType": "Invoice",
        "tcCurrencyCode": "USD",
        "CInvoiceOriginalCreditTC": "110.00",
        "tcJournalCode": "APINV",
        "CInvoicePostingYear": "2026",
        "CInvoiceVoucher": "12",
        "CustomLong1": correlation,
    } | changes
    row = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return said("queryPosted", "success", data=f"<BCInvoice><tCInvoice>{row}</tCInvoice></BCInvoice>")


def target_of(site: Site, **changes: Any) -> Target:
    return SYSTEM.target(connected(site, ASKED, **({"posted": {"supplier_invoices": "query_qdoc"}} | changes)))


TAKEN = said(
    "bcinvoice",
    "success",
    data="<BCInvoice><tCInvoice><tcJournalCode>APINV</tcJournalCode><CInvoicePostingYear>2026</CInvoicePostingYear>"
    "<CInvoiceVoucher>12</CInvoiceVoucher></tCInvoice></BCInvoice>",
)
