"""The state endpoint's view of the company: counts, main facts, what was said about documents, and the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.financial.documents import ACKNOWLEDGED, IN_THE_LEDGER, READY
from sandbox.concur.seeding.conventions import CROSSWALK
from sandbox.concur.wire import plain_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.concur.company import Company
    from sandbox.concur.financial.documents import Document

ENTITIES: Final = {"expenses": "expense", "invoices": "invoice", "cash_advances": "cashadvance"}


def counts(company: Company) -> dict[str, int]:
    """How many there are of everything."""
    documents = Counter(one.doc_type for one in company.documents)
    return {
        **{entity: documents[kind] for entity, kind in ENTITIES.items()},
        "vendors": len(company.vendors.held),
        "list_items": len(company.lists.items),
        "purchase_orders": len(company.orders.held),
        "receipts": len(company.receipts.held),
        "payment_confirmations": len(_paid(company)),
    }


def statuses(company: Company) -> dict[str, dict[str, int]]:
    """How many documents are in each status."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    names = {kind: entity for entity, kind in ENTITIES.items()}
    for document in company.documents:
        found[names[document.doc_type]][document.status] += 1
    return {entity: dict(found[entity]) for entity in ENTITIES}


def holds(company: Company) -> dict[str, dict[str, Any]]:
    """Documents by id; master data by its own key; payment confirmations by document id and payment reference."""
    documents = {
        entity: {one.doc_id: _document(company, one) for one in company.documents.of_type(kind)}
        for entity, kind in ENTITIES.items()
    }
    return {
        **documents,
        "vendors": {key: plain_json(one) for key, one in company.vendors.held.items()},
        "list_items": {
            f"{company.lists.name_of(one.list_id)}|{one.code}": {"value": one.value, "deleted": one.deleted}
            for one in company.lists.items.values()
        },
        "purchase_orders": {key: plain_json(one) for key, one in company.orders.held.items()},
        "receipts": {key: plain_json(one) for key, one in company.receipts.held.items()},
        "payment_confirmations": _paid(company),
    }


def _paid(company: Company) -> dict[str, Any]:
    return {
        f"{document.doc_id}|{reference}": {"status": said["status"], "amounts": plain_json(said["amounts"])}
        for document in company.documents
        for said in document.payments
        if said["code"] == 0
        for reference in said["references"]
    }


def _document(company: Company, one: Document) -> dict[str, Any]:
    return {
        "source_key": one.source_key,
        # what it is called in the ledger, where that is known
        "key": (one.expected or {}).get("key", ""),
        "revision": one.revision,
        "status": one.status,
        "scenario": one.scenario,
        "test": one.test,
        "beside": one.beside,
        "superseded": company.documents.superseded(one),
        "erpSystemId": one.erp_system_id,
        "acknowledgedBy": one.taken_by,
        "fetched": one.fetched,
        "acknowledgements": one.acknowledgements,
        "postings": plain_json(one.postings),
        "payments": plain_json(one.payments),
        "said": {
            "acknowledgements": len(one.acknowledgements),
            "postings": len(one.postings),
            "payments": len(one.payments),
        },
    }


def expected(company: Company) -> dict[str, dict[str, Any]]:
    """What the ledger should show when all is done, by report, request or cash advance (``id/doc_id`` beside another).

    Left out are tests, what was recalled or failed, revisions that were followed by another, what another system took,
    and documents whose truth nobody told. ``posted`` says whether Concur was told that it is in the ledger.
    """
    return {entity: _expected(company, kind) for entity, kind in ENTITIES.items()}


def _expected(company: Company, kind: str) -> dict[str, Any]:
    return {
        f"{one.source_key}/{one.doc_id}" if one.beside else one.source_key: {
            **one.expected,
            "doc_id": one.doc_id,
            "posted": one.status in IN_THE_LEDGER,
        }
        for one in company.documents.of_type(kind)
        if one.expected is not None
        and not one.test
        and not company.documents.superseded(one)
        and (one.status in {READY, ACKNOWLEDGED} or one.status in IN_THE_LEDGER)
        and one.taken_by in {None, ""}
        and one.erp_system_id == ""
    }


def codes() -> Mapping[str, Mapping[str, str]]:
    """Codes that mean something else in the other system, and what a crosswalk may say about them."""
    return CROSSWALK
