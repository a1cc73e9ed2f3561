"""Who a supplier of QAD is in a network, and the reverse.

Outwards the crosswalk ``cxml_suppliers`` says it (QAD's code -> ``domain:identity``); without a row it is QAD's own
code in the domain of the option ``supplier_domain`` (assumed: the network knows suppliers by the buyer's numbers).
Inwards the crosswalk ``suppliers`` does (``domain:identity`` -> QAD's code); without a row it is the identity that a
document shows in that domain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain import option
from connector.domain.flow import Option
from connector.domain.gate import CodeNeed
from connector.domain.outcome import Incomplete
from connector.systems.cxml.documents import identity
from connector.systems.qad.documents import suppliers as qad_suppliers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.systems.cxml.documents.document import CxmlDocument

#: crosswalks: a supplier of QAD to who that is in the network, and back
OUT, IN = "cxml_suppliers", "suppliers"
#: where QAD's codes of suppliers stand
CODES = qad_suppliers.CODES

OPTIONS: Mapping[str, Option] = {
    "supplier_domain": Option(
        default="VendorID",
        help="The domain in which the network knows suppliers by QAD's codes; a crosswalk row goes before it.",
    ),
}
LISTED: Mapping[str, Option] = {
    "listed_suppliers_only": Option(
        default=False,
        help="Whether only suppliers with a row in the crosswalk cxml_suppliers are in the network.",
    ),
}


def out_need(code: str) -> CodeNeed:
    """The row that says who a supplier of QAD is in the network."""
    return CodeNeed(table=OUT, code=code)


def in_needs(document: CxmlDocument) -> tuple[CodeNeed, ...]:
    """The rows that say which supplier of QAD sent a document."""
    return tuple(CodeNeed(table=IN, code=str(party)) for party in document.supplier)


def in_network(code: str, known: Known, options: Mapping[str, Any], offered: Mapping[str, Option]) -> str | None:
    """Who a supplier of QAD is in the network; None where it is in none."""
    row = known.code(OUT, code)
    if row is None and option.switch("listed_suppliers_only", options, offered):
        return None
    if row is None:
        return identity.spelled(option.text("supplier_domain", options, offered), code)
    return row.strip()


def wrong_row(code: str, known: Known) -> Incomplete | None:
    """Wait where the crosswalk says something that is no name."""
    row = known.code(OUT, code)
    if row is None or identity.is_one(row):
        return None
    return Incomplete(
        missing=(out_need(code),),
        why=f"Row {code} of the crosswalk {OUT} should be a domain and an identity, such as NetworkID:AN01000000001; "
        "correct it with `crosswalk set`.",
    )


def in_qad(document: CxmlDocument, known: Known, options: Mapping[str, Any], offered: Mapping[str, Option]) -> str:
    """Which supplier of QAD sent a document; empty where nobody knows."""
    rows = (known.code(need.table, need.code) for need in in_needs(document))
    own = document.identity_in(option.text("supplier_domain", options, offered))
    return next(filter(None, rows), "") or own
